import { expect, test } from '@jest/globals';
import { garbage } from '../../../../analyzer/advice/rules/garbage.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, nodeRun, withColumn } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const MAKES = ['main /app/a.js:30:20', 'split /app/a.js:5:4'];
const OTHER = ['main /app/a.js:31:20', 'add /app/a.js:12:11'];
const conclude = (run: NodeRun) => garbage.evaluate(new Trace(nodeRun(run)));

/** A second in which each 50 ms end with a pause, while `stack` runs. */
const run = (pause: number, stacks: readonly (readonly string[])[] = [MAKES]): NodeRun => ({
  wall: 1000,
  rows: Array.from({ length: 20 }, (_, i) => [
    { to: 50 * i + 50 - pause, stack: stacks[i % stacks.length] as readonly string[] },
    { to: 50 * i + 50, stack: ['[garbage collector]'] },
  ]).flat(),
  collections: Array.from({ length: 20 }, (_, i) => ({ from: 50 * i + 50 - pause, to: 50 * i + 50 })),
});

test('the function that runs before the pauses is told, with most of their time, or all of it and most of its own, as gain', () => {
  const [found, ...others] = conclude(run(10));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ site: { line: 5 }, evidence: { collections: 20, pauseSeconds: 0.2 } });
  expect(found?.gain?.lo).toBeCloseTo(1 / 0.86);
  expect(found?.gain?.hi).toBeCloseTo(1 / (0.8 - 0.9 * 0.8));
});

test("pauses that many functions have a part in are their caller's, or nobody's", () => {
  const parts = Array.from({ length: 5 }, (_, i) => [
    'main /app/a.js:30:20',
    `part${i} /app/a.js:${40 + i}:39`,
  ]);
  expect(conclude(run(10, parts))[0]?.site.line).toBe(30);
  const apart = parts.map((stack) => stack.slice(1));
  expect(conclude(run(10, apart))).toEqual([]);
});

test('pauses while no code of the program runs are not its own', () => {
  expect(conclude(run(10, [['onread node:net:0:1']]))).toEqual([]);
});

test('few pauses are none', () => {
  expect(conclude(run(4))).toEqual([]);
  expect(conclude({ ...run(10, [MAKES, OTHER]), wall: 4000 })).toEqual([]);
});

test('recordings that say nothing, or nonsense, are none', () => {
  for (const recording of NOTHING) expect(garbage.evaluate(new Trace(recording))).toEqual([]);
  const recording = nodeRun(run(10));
  for (const [column, value] of [
    ['end', Number.NaN],
    ['end', -1],
    ['start', Number.NaN],
    ['lane', 99],
  ] as const)
    expect(garbage.evaluate(new Trace(withColumn(recording, 'spans', column, value)))).toEqual([]);
});
