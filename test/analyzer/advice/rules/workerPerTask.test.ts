import { expect, test } from '@jest/globals';
import { workerPerTask } from '../../../../analyzer/advice/rules/workerPerTask.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, nodeRun, withColumn } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const MAKES = ['main /app/a.js:30:20'];
const conclude = (run: NodeRun) => workerPerTask.evaluate(new Trace(nodeRun(run)));

/** Workers of 100 ms each, one after the other, that work for `work` of it. */
const run = (work: number, workers = 10): NodeRun => ({
  wall: 100 * workers,
  threads: [
    'node',
    ...Array.from({ length: workers }, (_, i) => ({ name: `w${i}`, from: 100 * i, to: 100 * i + 100 })),
  ],
  pools: [{ kind: 'Worker', stack: MAKES, size: workers }],
  tasks: Array.from({ length: workers }, (_, i) => ({
    thread: i + 1,
    submit: 100 * i,
    start: 100 * i + 90 - work,
    end: 100 * i + 90,
    returned: 100 * i + 90,
    function: 'work /app/w.js:0:4',
  })),
});

test('the line that makes the workers is told, with the gain of all start-ups but one, and of code that is compiled once', () => {
  const [found, ...others] = conclude(run(40));
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    site: { line: 30 },
    evidence: { workers: 10, atOnce: 1, startupSeconds: 0.6 },
  });
  expect(found?.gain?.lo).toBeCloseTo(1 / (1 - 0.7 * 0.54));
  expect(found?.gain?.hi).toBeCloseTo(1 / (1 - 0.54 - 0.8 * 0.36));
});

test('workers that work long, are few, are kept, or are made at once are none', () => {
  expect(conclude(run(70))).toEqual([]);
  expect(conclude(run(40, 5))).toEqual([]);
  const kept = run(40);
  expect(conclude({ ...kept, tasks: kept.tasks?.map((task) => ({ ...task, thread: 1 })) ?? [] })).toEqual([]);
  const atOnce =
    run(40).threads?.map((each) => (typeof each === 'string' ? each : { ...each, from: 0 })) ?? [];
  expect(conclude({ ...run(40), threads: atOnce })).toEqual([]);
  expect(conclude({ ...run(40), pools: [{ kind: 'Piscina', stack: MAKES }] })).toEqual([]);
});

test('recordings that say nothing, or nonsense, are none', () => {
  for (const recording of NOTHING) expect(workerPerTask.evaluate(new Trace(recording))).toEqual([]);
  for (const value of [Number.NaN, -1])
    for (const [table, column] of [
      ['lanes', 'end'],
      ['tasks', 'submit'],
    ] as const)
      expect(workerPerTask.evaluate(new Trace(withColumn(nodeRun(run(40)), table, column, value)))).toEqual(
        [],
      );
});
