import { expect, test } from '@jest/globals';
import { cloneVolume } from '../../../../analyzer/advice/rules/cloneVolume.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, type NodeTask, nodeRun, withColumn } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const conclude = (run: NodeRun) => cloneVolume.evaluate(new Trace(nodeRun(run)));
const SUBMITS = ['main /app/a.js:30:20'];
const THREADS = ['node', 'worker 1', 'worker 2'];

type Carried = Partial<NodeTask> & { readonly run?: number };

/** Tasks of 60 ms, ten times two at a time, that carry something. */
const tasks = ({ run: work = 60, ...carried }: Carried): NodeTask[] =>
  Array.from({ length: 20 }, (_, i) => {
    const from = 100 * (i >> 1);
    const times = { submit: from, start: from + 5, end: from + 5 + work, returned: from + 100 };
    return { thread: 1 + (i % 2), ...times, stack: SUBMITS, function: 'work /app/w.js:0:4', ...carried };
  });
const run = (carried: Carried): NodeRun => ({
  wall: 1000,
  threads: THREADS,
  pools: [{}],
  tasks: tasks(carried),
});

test('objects that are sent to workers are told at the line that sends them', () => {
  const [found, ...others] = conclude(run({ bytesOut: 1e6, packOut: 10 }));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ subject: 'pool 0', site: { line: 30 }, evidence: { toWorkersBytes: 2e7 } });
  // 200 ms of writing, and as much of reading, by two at a time.
  expect(found?.evidence.addedSeconds).toBeCloseTo(0.3);
  expect(found?.gain?.lo).toBeCloseTo(1 / 0.85);
  expect(found?.gain?.hi).toBeCloseTo(1 / 0.7);
  // What the workers work for all of the time is not saved.
  expect(conclude(run({ bytesOut: 1e6, packOut: 10, run: 95 }))).toEqual([]);
  expect(found?.change).toMatch(/^Send less/);
});

test('what workers wait for a core in a task is no work that stays', () => {
  const crowded = run({ bytesOut: 1e6, packOut: 10, run: 95 });
  // Each worker is seen on a CPU for 60 of the 100 ms.
  const rows = [1, 2].flatMap((thread) =>
    Array.from({ length: 20 }, (_, i) => ({
      thread,
      to: 50 * (i + 1),
      stack: ['work /app/w.js:0:4'],
      waits: i % 5 > 2,
    })),
  );
  expect(conclude({ ...crowded, rows })).toHaveLength(1);
});

test('memory that is copied as it is can be handed over', () => {
  expect(conclude(run({ bytesOut: 1e7, packOut: 10 }))[0]?.change).toMatch(/transfer list/);
});

test("what comes back is the answering function's", () => {
  const [found] = conclude(run({ bytesOut: 100, packOut: 0.01, bytesBack: 1e6, packBack: 10 }));
  expect(found?.site.line).toBe(4);
  expect(found?.title).toMatch(/sent back/);
});

test('messages that are no tasks count by the line that sends them', () => {
  const messages = Array.from({ length: 10 }, (_, i) => ({
    thread: 1,
    from: 100 * i,
    to: 100 * i + 20,
    bytes: 1e6,
    stack: ['tell /app/w.js:8:7'],
  }));
  const [found, ...others] = conclude({ wall: 1000, threads: THREADS, messages });
  expect(others).toEqual([]);
  expect(found).toMatchObject({ site: { line: 8 }, evidence: { sentBytes: 1e7, messages: 10 } });
});

test('small messages, quick ones, and pools of processes are none', () => {
  expect(conclude(run({ bytesOut: 2e4, packOut: 10 }))).toEqual([]);
  expect(conclude(run({ bytesOut: 1e6, packOut: 1 }))).toEqual([]);
  expect(conclude({ ...run({ bytesOut: 1e6, packOut: 10 }), pools: [{ startMethod: 'fork' }] })).toEqual([]);
});

test('recordings that say nothing, or nonsense, are none', () => {
  for (const recording of NOTHING) expect(cloneVolume.evaluate(new Trace(recording))).toEqual([]);
  const recording = nodeRun(run({ bytesOut: 1e6, packOut: 10 }));
  for (const [column, value] of [
    ['bytesOut', Number.NaN],
    ['bytesOut', Number.POSITIVE_INFINITY],
    ['submit', -1],
    ['returned', Number.NaN],
    ['packOut', -1],
  ] as const) {
    const its = withColumn(recording, 'tasks', column, value);
    if (column !== 'returned') expect(cloneVolume.evaluate(new Trace(its))).toEqual([]);
    expect(() => cloneVolume.evaluate(new Trace(its))).not.toThrow();
  }
});
