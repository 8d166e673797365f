import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openRecording } from '../../analyzer/recording/open.ts';
import { nodes, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Pools of Node workers against what their tasks say of themselves. */
const folder = temporaryFolder();
afterAll(folder.remove);
const PROGRAM = join(ROOT, 'fixtures/workloads/truth/worker_pools.cjs');
const TASKS = 60;
/** Nanoseconds by which the two clocks that are compared may differ. */
const CLOCKS = 20e3;
/** Share that the bytes may be off. */
const BYTES = 0.15;
const KINDS = [
  ['plain', 'Worker'],
  ['piscina', 'Piscina'],
  ['tinypool', 'Tinypool'],
  ['workerpool', 'workerpool'],
] as const;

interface Said {
  readonly tasks: readonly {
    readonly submitted: number;
    readonly returned: number;
    readonly answer: { readonly from: number; readonly until: number };
  }[];
  readonly bytes: { readonly out: number; readonly back: number };
}

/** One row for each task out of those that it could be, the first of them where that leaves enough for the others (Kuhn's algorithm). */
function matched(candidates: readonly (readonly number[])[]): number[] {
  const owner = new Map<number, number>();
  const give = (task: number, tried: Set<number>): boolean =>
    (candidates[task] ?? []).some((row) => {
      if (tried.has(row)) return false;
      tried.add(row);
      const other = owner.get(row);
      if (other !== undefined && !give(other, tried)) return false;
      owner.set(row, task);
      return true;
    });
  for (const task of candidates.keys()) give(task, new Set());
  const rows: number[] = [];
  for (const [row, task] of owner) rows[task] = row;
  return rows;
}

describe.each(nodes())('Node $version', ({ path }) => {
  test.each(KINDS)(
    'tasks of %s are counted exactly, and their times enclose what they say themselves',
    async (kind, called) => {
      const { ended, summary, file } = await record(folder.path, [], [path, PROGRAM, kind, String(TASKS)]);
      expect(ended.code).toBe(0);
      const said = JSON.parse(ended.stdout) as Said;
      expect(summary.pools).toMatchObject([{ kind: called, size: 2, startMethod: 'worker', tasks: TASKS }]);
      expect(summary.tasks).toMatchObject([{ count: TASKS, workers: 2, lost: 0, file: PROGRAM }]);
      expect(summary.tasks[0]?.function).toBe(kind === 'plain' ? 'answer' : 'solve');
      const { tasks } = openRecording(file).tables;
      const encloses = ({ submitted, answer, returned }: Said['tasks'][number], row: number): boolean =>
        at(tasks.submit, row) > submitted - CLOCKS &&
        at(tasks.start, row) < answer.from + CLOCKS &&
        at(tasks.end, row) > answer.until - CLOCKS &&
        at(tasks.returned, row) < returned + CLOCKS;
      const took = (row: number) => at(tasks.end, row) - at(tasks.start, row);
      const rows = [...Array(tasks.length).keys()].sort((a, b) => took(a) - took(b));
      const rowOf = matched(said.tasks.map((task) => rows.filter((row) => encloses(task, row))));
      let close = 0;
      for (const [i, { answer }] of said.tasks.entries()) {
        expect(rowOf[i]).toBeDefined();
        const ran = answer.until - answer.from;
        const measured = took(rowOf[i] as number);
        if (measured - ran < Math.max(0.05 * ran, 100e3)) close++;
      }
      // The middle one, some 10 to 60 us on a quiet machine: of the others, first ones load what they need, and where there are more
      // threads than cores many have their core taken away between the two looks at the clock.
      expect(close / TASKS).toBeGreaterThan(0.5);
      expect(Math.abs((summary.tasks[0]?.bytesBack ?? 0) / said.bytes.back - 1)).toBeLessThan(BYTES);
      expect(Math.abs((summary.tasks[0]?.bytesOut ?? 0) / said.bytes.out - 1)).toBeLessThan(BYTES);
    },
  );
});

const at = (column: Float64Array, row: number): number => column[row] as number;
