import { expect, test } from '@jest/globals';
import { deoptimisations } from '../../../../analyzer/advice/rules/deoptimisations.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, nodeRun } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const TOTAL = 'total /app/a.js:0:4';
const conclude = (run: NodeRun) => deoptimisations.evaluate(new Trace(nodeRun(run)));
const run = (times: number, reason = 'wrong map', ticks = 600): NodeRun => ({
  wall: 1000,
  deopts: Array.from({ length: times }, () => ({ function: TOTAL, reason, at: '/app/a.js:6' })),
  tiers: [
    { function: TOTAL, tier: 'interpreted', ticks: ticks / 2 },
    { function: TOTAL, tier: 'optimised', ticks: ticks / 2 },
    { function: 'main /app/a.js:0:20', tier: 'interpreted', ticks: 1000 - ticks },
  ],
});

test('a function whose code is given up again and again is told, where it could not go on', () => {
  const [found, ...others] = conclude(run(4));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ site: { line: 6 }, evidence: { deoptimisations: 4, reason: 'wrong map' } });
  // Of the function's 600 ms two fifths at least, and nine tenths at most.
  expect(found?.gain?.lo).toBeCloseTo(1 / 0.76);
  expect(found?.gain?.hi).toBeCloseTo(1 / 0.46);
});

test('what V8 learns from, steps up, and functions without weight are none', () => {
  expect(conclude(run(2))).toEqual([]);
  expect(conclude(run(9, 'prepare for on stack replacement (OSR)'))).toEqual([]);
  expect(conclude(run(9, 'wrong map', 40))).toEqual([]);
  for (const recording of NOTHING) expect(deoptimisations.evaluate(new Trace(recording))).toEqual([]);
});

test("code of packages and of Node is not the program's to change", () => {
  const its = run(9);
  const moved = JSON.parse(
    JSON.stringify(its).replaceAll('/app/a.js', '/app/node_modules/x/a.js'),
  ) as NodeRun;
  expect(conclude(moved)).toEqual([]);
});
