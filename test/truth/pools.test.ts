import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { openRecording } from '../../analyzer/recording/open.ts';
import { tasksOf } from '../analyzer/collect/pools/programs.ts';
import { interpreters, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Tasks against what they know of themselves: counts and bytes exactly, times within 5 % or 100 microseconds. */
const folder = temporaryFolder();
afterAll(folder.remove);

const PROGRAM = join(ROOT, 'fixtures/workloads/truth/pools.py');
const TASKS = 60;
const LEAST_DIFFERENCE = 100_000;
const SHARE = 0.05;
/** A task that the kernel took from the CPU between a hook and the program's own clock says nothing of the hook. */
const UNDISTURBED = 0.9;

interface Known {
  readonly times: readonly (readonly [number, number])[];
  readonly out?: readonly number[];
  readonly back?: readonly number[];
}

const KINDS = [
  ['map', 'multiprocessing.Pool'],
  ['spawn', 'multiprocessing.Pool'],
  ['futures', 'ProcessPoolExecutor'],
  ['threads', 'ThreadPoolExecutor'],
  ['threadpool', 'multiprocessing.pool.ThreadPool'],
] as const;

const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

describe.each(interpreters())('Python $version at $path', ({ path }) => {
  test.each(KINDS)(
    'the tasks of %s are counted, timed and weighed as they know themselves',
    async (kind, name) => {
      const { ended, file, summary } = await record(folder.path, [], [path, PROGRAM, kind, String(TASKS)]);
      const known = JSON.parse(ended.stdout) as Known;
      const tasks = tasksOf(openRecording(file).tables).filter((task) => task.pool === name);
      expect(tasks).toHaveLength(known.times.length);
      expect(summary.tasks.find((each) => each.pool === name)).toMatchObject({
        count: known.times.length,
        items: TASKS,
        workers: 2,
        function: 'work',
      });
      let close = 0;
      const left = new Set(tasks);
      for (const [begin, end] of known.times) {
        // A hook sees a task begin before the task does itself, and end after; the tightest such is its own.
        const around = [...left].filter((task) => task.start <= begin && task.end >= end);
        const task = around.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
        expect(task).toBeDefined();
        if (!task) continue;
        left.delete(task);
        const allowed = Math.max(LEAST_DIFFERENCE, SHARE * (end - begin));
        if (task.end - task.start - (end - begin) <= allowed) close++;
      }
      expect(close).toBeGreaterThanOrEqual(UNDISTURBED * tasks.length);
      expect(ascending(tasks.map((task) => task.bytesOut))).toEqual(
        ascending(known.out ?? tasks.map(() => 0)),
      );
      expect(ascending(tasks.map((task) => task.bytesBack))).toEqual(
        ascending(known.back ?? tasks.map(() => 0)),
      );
      if (known.out) {
        const sum = (values: readonly number[]): number => values.reduce((total, each) => total + each, 0);
        const bytes = Object.fromEntries(summary.transfers.map((each) => [each.direction, each.bytes]));
        expect(bytes).toMatchObject({ 'pickle-out': sum(known.out), 'pickle-in': sum(known.back ?? []) });
      }
    },
  );
});
