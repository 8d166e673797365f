import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callTree } from '../../../analyzer/analysis/callTree.ts';
import { distributionOf } from '../../../analyzer/analysis/distribution.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { taskIntervals } from '../../../analyzer/analysis/taskIntervals.ts';
import { taskTotals } from '../../../analyzer/analysis/tasks.ts';
import { queueWait, runTime, wayBack } from '../../../analyzer/analysis/taskTimes.ts';
import { rowStarts, selfWeights } from '../../../analyzer/analysis/weights.ts';
import type { Tables } from '../../../analyzer/model/index.ts';
import { anyTask, type PoolSpec, type TaskSpec } from '../../harness/pools.ts';
import { recordingOf } from '../../harness/recordings.ts';

const MS = 1e6;
const POOLS: readonly PoolSpec[] = [{}, { kind: 'ThreadPoolExecutor', startMethod: 'thread' }];
const sum = (values: Iterable<number>) => [...values].reduce((total, each) => total + each, 0);
const tablesOf = (tasks: readonly TaskSpec[]) =>
  recordingOf([{}, {}, {}], [], {}, { pools: POOLS, tasks }).tables;
const totalsOf = (tables: Tables) => taskTotals(tables, functionsOf(tables));
const rowsOf = ({ tasks }: Tables) => Array.from({ length: tasks.length }, (_, row) => row);

/** A task that was submitted at 0, waited `queue`, was unpickled for 1, ran `run` and came back after 2 more (milliseconds). */
const task = (queue: number, run: number, more: TaskSpec = {}): TaskSpec => ({
  function: 'solve',
  lane: 1,
  from: 0,
  submit: 0,
  dequeue: queue * MS,
  start: (queue + 1) * MS,
  end: (queue + 1 + run) * MS,
  returned: (queue + 3 + run) * MS,
  unpackOut: MS,
  packOut: 0,
  packBack: 0.5 * MS,
  unpackBack: 0,
  ...more,
});

describe('of any tasks', () => {
  const anyTasks = fc.array(anyTask, { maxLength: 40 });

  test('the parts of a task never exceed the time from its submission to its return', () => {
    fc.assert(
      fc.property(anyTasks, (specs) => {
        const { tasks } = tablesOf(specs);
        for (let row = 0; row < tasks.length; row++) {
          const [submit, returned] = [tasks.submit[row] as number, tasks.returned[row] as number];
          if (submit < 0 || returned < 0) continue;
          const parts = [queueWait, runTime, wayBack].map((part) => Math.max(0, part(tasks, row)));
          expect(sum(parts)).toBeLessThanOrEqual(returned - submit);
        }
      }),
    );
  });

  test('totals over pools and functions are the totals over tasks', () => {
    fc.assert(
      fc.property(anyTasks, (specs) => {
        const tables = tablesOf(specs);
        const { tasks } = tables;
        const totals = totalsOf(tables);
        const rows = rowsOf(tables);
        const weighed = (value: (row: number) => number) =>
          sum(rows.map((row) => (tasks.weight[row] as number) * Math.max(0, value(row))));
        expect(sum(totals.map((each) => each.tasks))).toBe(weighed(() => 1));
        expect(sum(totals.map((each) => each.chunk.sum))).toBe(weighed((row) => tasks.items[row] as number));
        expect(sum(totals.map((each) => each.run.sum))).toBe(weighed((row) => runTime(tasks, row)));
        expect(sum(totals.map((each) => each.queue.sum))).toBe(weighed((row) => queueWait(tasks, row)));
        expect(sum(totals.map((each) => each.out.bytes))).toBe(
          weighed((row) => tasks.bytesOut[row] as number),
        );
        const raised = rows.filter((row) => (tasks.exception[row] as number) >= 0);
        expect(sum(totals.flatMap((each) => each.exceptions.map(({ count }) => count)))).toBe(
          sum(raised.map((row) => tasks.weight[row] as number)),
        );
      }),
    );
  });

  test('a summary counts every task, and no pool and function twice', () => {
    fc.assert(
      fc.property(anyTasks, (specs) => {
        const summary = summarize(recordingOf([{}, {}, {}], [], {}, { pools: POOLS, tasks: specs }));
        const keys = summary.tasks.map(({ poolId, function: name }) => `${poolId} ${name}`);
        expect(new Set(keys).size).toBe(keys.length);
        expect(sum(summary.pools.map((pool) => pool.tasks))).toBe(sum(specs.map((each) => each.weight ?? 1)));
      }),
    );
  });
});

test('quantiles are those of the values written out as often as they count', () => {
  const anyValues = fc.array(
    fc.tuple(fc.oneof(fc.nat(20), fc.nat(1e9), fc.constant(-1)), fc.integer({ min: 1, max: 6 })),
    { maxLength: 50 },
  );
  fc.assert(
    fc.property(anyValues, (pairs) => {
      const values = Float64Array.from(pairs, ([value]) => value);
      const weights = Float64Array.from(pairs, ([, weight]) => weight);
      const all = pairs
        .flatMap(([value, weight]) => (value < 0 ? [] : new Array<number>(weight).fill(value)))
        .sort((a, b) => a - b);
      const at = (share: number) => all[Math.max(0, Math.ceil(share * all.length) - 1)] ?? 0;
      expect(distributionOf(values, weights)).toEqual({
        count: all.length,
        sum: sum(all),
        mean: all.length === 0 ? 0 : sum(all) / all.length,
        median: at(0.5),
        p95: at(0.95),
        max: all.at(-1) ?? 0,
      });
    }),
  );
});

test('totals tell waiting from running, chunks from calls, and what each way cost', () => {
  const tables = tablesOf([
    task(10, 100, { items: 25, bytesOut: 1000, bytesBack: 10, repeats: 90 }),
    task(30, 50, { items: 25, bytesOut: 3000, bytesBack: 20, repeats: 50, lane: 2 }),
    task(20, 60, { items: 10, bytesOut: 500, bytesBack: 0, exception: 'ValueError', weight: 2, repeats: 10 }),
    { function: 'solve', from: 0, submit: 0, bytesOut: -1, bytesBack: -1 },
    task(0, 5, { function: 'load', pool: 1 }),
  ]);
  const [solve, load] = totalsOf(tables);
  expect(solve).toMatchObject({ tasks: 5, workers: 2, lost: 1 });
  expect(solve?.chunk).toMatchObject({ sum: 25 + 25 + 20 + 1, median: 10, max: 25 });
  expect(solve?.queue).toMatchObject({ count: 4, sum: 80 * MS, mean: 20 * MS, max: 30 * MS });
  expect(solve?.run).toMatchObject({ count: 4, sum: 270 * MS, median: 60 * MS, p95: 100 * MS });
  expect(solve?.wayBack).toMatchObject({ count: 4, sum: 4 * 1.5 * MS });
  expect(solve?.out).toEqual({ known: 4, moved: 4, bytes: 5000, pack: 0, unpack: 4 * MS, timed: 8 });
  expect(solve?.back).toEqual({ known: 4, moved: 2, bytes: 30, pack: 2 * MS, unpack: 0, timed: 8 });
  expect(solve?.repeated).toBeCloseTo((0.9 * 1000 + 0.5 * 3000 + 0.1 * 2 * 500) / 5000);
  expect(solve?.exceptions).toEqual([{ type: 'ValueError', count: 2 }]);
  expect(load).toMatchObject({ pool: 1, tasks: 1, lost: 0, repeated: null, exceptions: [] });
});

test('times that contradict each other are no times', () => {
  const { tasks } = tablesOf([{ submit: 100, dequeue: 50, start: 40, end: 20, returned: 10 }]);
  expect([queueWait, runTime, wayBack].map((part) => part(tasks, 0))).toEqual([-1, -1, -1]);
});

describe('the flame graph of tasks', () => {
  const recording = recordingOf(
    [{}, {}],
    [
      { lane: 0, time: 100, cpu: 80, stack: ['main'] },
      { lane: 1, time: 100, cpu: 100, stack: ['solve'] },
      { lane: 1, time: 300, cpu: 40, stack: ['solve', 'dot'] },
      { lane: 1, time: 400, cpu: 100, stack: ['get'] },
    ],
    {},
    {
      pools: POOLS,
      tasks: [
        { function: 'solve', lane: 1, start: 50, end: 200 },
        { function: 'solve', lane: 1, start: 150, end: 180 },
        { function: 'load', lane: 1, pool: 1, start: 350, end: 400 },
        { function: 'solve', lane: 1, start: 380 },
      ],
    },
  );
  const { tables } = recording;
  const functions = functionsOf(tables);
  const tree = callTree(tables, functions);
  const everything = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lanes: null };
  const weigh = (choice: Parameters<typeof taskIntervals>[2], more = {}) => {
    const within = taskIntervals(tables, functions, choice);
    const self = selfWeights(tables, rowStarts(tables), tree, 'cpu', { ...everything, ...more, within });
    const told = new Map<string, number>();
    for (let node = 1; node < tree.count; node++) {
      const value = self[node] as number;
      if (value > 0) told.set(functions.name[tree.function[node] as number] as string, value);
    }
    return Object.fromEntries(told);
  };
  const idOf = (name: string) => functions.name.indexOf(name);

  test('is the samples inside them, cut in proportion', () => {
    expect(weigh({ function: idOf('solve') })).toEqual({ solve: 50, dot: 20 });
    expect(weigh({ pool: 1 })).toEqual({ get: 50 });
    expect(weigh({ pool: 0, function: idOf('load') })).toEqual({});
    expect(weigh({})).toEqual({ solve: 50, dot: 20, get: 50 });
  });

  test('can be cut to an interval and to lanes as well', () => {
    const { start } = recording.meta.clock;
    expect(weigh({}, { from: start + 75, to: start + 150 })).toEqual({ solve: 25, dot: 10 });
    expect(weigh({}, { lanes: Uint8Array.of(1, 0) })).toEqual({});
  });

  test('weighs what its lanes weigh where tasks cover all of their time', () => {
    const half = { lane: 1, function: 'solve' };
    const covered = [
      { ...half, start: 0, end: 170 },
      { ...half, start: 170, end: 1000 },
    ];
    const all = recordingOf(
      [{}, {}],
      [{ lane: 1, time: 700, cpu: 600, stack: ['solve'] }],
      {},
      {
        pools: POOLS,
        tasks: covered,
      },
    ).tables;
    const own = functionsOf(all);
    const self = selfWeights(all, rowStarts(all), callTree(all, own), 'cpu', {
      ...everything,
      within: taskIntervals(all, own),
    });
    expect(sum(self)).toBeCloseTo(600);
  });
});

test('a thread that ran tasks is a worker, however idle; one that only served stays a helper', () => {
  const second = 1e9;
  const lanes = [{}, { process: 100 }, { process: 100 }];
  const samples = [
    { lane: 1, time: second, cpu: 1e6, state: 2, stack: ['Thread.run', 'fetch'] },
    { lane: 2, time: second, cpu: second / 2, stack: ['Thread.run', 'Pool._handle_tasks'] },
  ];
  const tasks = [{ function: 'fetch', lane: 1, start: 0, end: second, pool: 1 }];
  const roles = (more: readonly TaskSpec[]) =>
    summarize(recordingOf(lanes, samples, {}, { pools: POOLS, tasks: more })).lanes.map((lane) => lane.role);
  expect(roles(tasks)).toEqual(['main', 'worker', 'helper']);
  expect(roles([])).toEqual(['main', 'helper', 'helper']);
});
