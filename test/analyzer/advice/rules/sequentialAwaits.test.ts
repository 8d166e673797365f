import { expect, test } from '@jest/globals';
import { sequentialAwaits } from '../../../../analyzer/advice/rules/sequentialAwaits.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, type NodeTask, nodeRun, withColumn } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const SUBMITS = ['main /app/a.mjs:30:20'];
const THREADS = ['node', 'worker 1', 'worker 2'];
const conclude = (run: NodeRun) => sequentialAwaits.evaluate(new Trace(nodeRun(run)));

/** Tasks of 90 ms, one every 100, that ran on the CPU. */
const run = (count = 10, more: (i: number) => Partial<NodeTask> = () => ({})): NodeRun => ({
  wall: 1000,
  threads: THREADS,
  pools: [{}],
  rows: [1, 2].map((thread) => ({ thread, to: 1000, stack: ['work /app/w.mjs:5:4'] })),
  tasks: Array.from({ length: count }, (_, i) => ({
    thread: 1 + (i % 2),
    submit: 100 * i,
    start: 100 * i + 5,
    end: 100 * i + 85,
    returned: 100 * i + 90,
    stack: SUBMITS,
    function: 'work /app/w.mjs:0:4',
    ...more(i),
  })),
});

test('the line that submits is told, with the gain of as many workers as can run', () => {
  const [found, ...others] = conclude(run());
  expect(others).toEqual([]);
  expect(found).toMatchObject({ subject: 'pool 0', site: { line: 30 }, evidence: { tasks: 10, workers: 2 } });
  // 900 ms become 450.
  expect(found?.gain?.hi).toBeCloseTo(1 / 0.55);
  expect(found?.gain?.lo).toBeCloseTo(1 / 0.73);
});

test('a library makes workers as they are needed; those that a program makes itself are as many as it makes', () => {
  expect(conclude({ ...run(), pools: [{ kind: 'workerpool', size: 1 }] })).toHaveLength(1);
  expect(conclude({ ...run(), pools: [{ kind: 'Worker', size: 1 }] })).toEqual([]);
  expect(conclude({ ...run(), cores: 1 })).toEqual([]);
});

test('tasks that are under way together, come now and then, from everywhere, or are few are none', () => {
  expect(conclude(run(10, (i) => ({ submit: 100 * (i - (i % 2)) })))).toEqual([]);
  expect(conclude(run(10, (i) => ({ returned: 100 * i + 40, end: 100 * i + 39 })))).toEqual([]);
  expect(conclude(run(10, (i) => ({ stack: [`main /app/a.mjs:${30 + (i % 3)}:20`] })))).toEqual([]);
  expect(conclude(run(5))).toEqual([]);
});

test('a server submits a task when a request comes, and cannot before', () => {
  const serves = Array.from({ length: 10 }, (_, i) => [
    { to: 100 * i + 1, stack: ['parserOnIncoming node:_http_server:0:900'] },
    { to: 100 * i + 100, stack: ['[idle]'], waits: true },
  ]).flat();
  expect(conclude({ ...run(), rows: [...(run().rows ?? []), ...serves] })).toEqual([]);
});

test('tasks that are given what the one before gave back cannot run side by side', () => {
  expect(conclude(run(10, (i) => ({ bytesOut: 1000 + 100 * i, bytesBack: 1100 + 100 * i })))).toEqual([]);
  // Of one size all along, nobody can tell.
  const [found] = conclude(run(10, () => ({ bytesOut: 1000, bytesBack: 1000 })));
  expect(found?.withheld).toMatch(/may need that/);
});

test('recordings that say nothing, or nonsense, are none', () => {
  for (const recording of NOTHING) expect(sequentialAwaits.evaluate(new Trace(recording))).toEqual([]);
  for (const value of [Number.NaN, -1])
    expect(
      sequentialAwaits.evaluate(new Trace(withColumn(nodeRun(run()), 'tasks', 'submit', value))),
    ).toEqual([]);
});
