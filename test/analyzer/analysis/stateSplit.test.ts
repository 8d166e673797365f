import { expect, test } from '@jest/globals';
import { ACTIVITIES, IDLES, IS_READY, RUNS, WAITS_GIL } from '../../../analyzer/analysis/activity.ts';
import { stateSplit } from '../../../analyzer/analysis/stateSplit.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { EVERYTHING, selfWeights } from '../../../analyzer/analysis/weights.ts';
import { exactRecording, syntheticRecording } from '../../webview/syntheticRecording.ts';

test('a node’s states sum to its wall time, and its running to its CPU time', () => {
  const { tables, starts, tree } = new Trace(syntheticRecording({ rows: 200 }));
  const half = { ...EVERYTHING, from: 5e12 + 0.305e9, to: 5e12 + 1.5e9 };
  for (const selection of [EVERYTHING, half]) {
    const split = stateSplit(tables, starts, tree, selection);
    const wall = selfWeights(tables, starts, tree, 'wall', selection);
    const cpu = selfWeights(tables, starts, tree, 'cpu', selection);
    expect(split).toHaveLength(ACTIVITIES.length);
    for (let node = 0; node < tree.count; node++) {
      const whole = split.reduce((sum, column) => sum + (column[node] as number), 0);
      expect(whole).toBeCloseTo(wall[node] as number, 0);
      expect(split[RUNS]?.[node]).toBeCloseTo(cpu[node] as number, 0);
    }
    for (const kind of [IS_READY, WAITS_GIL]) expect(split[kind]?.some((time) => time > 0)).toBe(true);
  }
});

test('of a known run, rest slept and work ran', () => {
  const { tables, starts, tree, functions } = new Trace(exactRecording());
  const split = stateSplit(tables, starts, tree);
  const node = (name: string): number => tree.function.indexOf(functions.name.indexOf(name));
  expect([split[RUNS]?.[node('work')], split[IDLES]?.[node('rest')]]).toEqual([200e6, 300e6]);
  expect([split[RUNS]?.[node('rest')], split[IDLES]?.[node('work')]]).toEqual([0, 0]);
});
