import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { callSites } from '../../../analyzer/analysis/callSites.ts';
import { addToSlices, eachSlice, slicesOf } from '../../../analyzer/analysis/slices.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { wallOfRows, wallOfStacks } from '../../../analyzer/analysis/wallShares.ts';
import { GIL_WAIT } from '../../../analyzer/model/index.ts';
import { busy, frame, pandas, traceOf } from '../../harness/pythonStacks.ts';
import { anyRecording } from '../../harness/recordings.ts';

const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
const one = frame('one', '/home/me/app.py');
const two = frame('two', '/home/me/app.py');

test('a lane that runs alone accounts for its time, and two at once for half of it each', () => {
  const alone = busy(0, 1, [[1, [one]]]);
  const together = [...busy(0, 1, [[1, [one]]], 1e9), ...busy(1, 1, [[1, [two]]], 1e9)];
  const wall = wallOfStacks(traceOf([{}, {}], [...alone, ...together], 2));
  const [ofOne, ofTwo] = [...wall].map((time) => time / 1e9);
  expect(ofOne).toBeCloseTo(1.5, 2);
  expect(ofTwo).toBeCloseTo(0.5, 2);
});

test('waiting accounts for nothing', () => {
  const samples = [{ lane: 0, time: 1e9, cpu: 0, state: GIL_WAIT, stack: [one] }];
  expect(sum(wallOfRows(traceOf([{}], samples, 1)))).toBe(0);
});

test('all rows together account for no more than the run and no more than they were busy', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const trace = new Trace(recording);
      const rows = wallOfRows(trace);
      const { samples } = trace.tables;
      rows.forEach((own, row) => {
        expect(own).toBeLessThanOrEqual((samples.cpu[row] as number) + (samples.ready[row] as number) + 1);
      });
      if (trace.wall > 0) expect(sum(rows)).toBeLessThanOrEqual(trace.wall * 1.000001);
    }),
  );
});

test('the parts of an interval in slices add up to it, also outside of the run', () => {
  const slices = slicesOf(traceOf([{}], [], 1));
  const time = fc.integer({ min: -2e9, max: 2e9 });
  fc.assert(
    fc.property(time, fc.nat(2e9), (start, length) => {
      const out = new Float64Array(slices.count);
      const from = slices.from + start;
      addToSlices(slices, out, from, from + length, 7);
      expect(sum(out)).toBeCloseTo(7, 6);
    }),
  );
  let visits = 0;
  eachSlice(slices, Number.NaN, 1, () => visits++);
  expect(visits).toBe(0);
});

test('a call site is the line that calls, with how often it was come into; calls by libraries are not of it', () => {
  const line = frame('load', '/home/me/app.py', 30);
  const concat = pandas('concat', 'core/reshape/concat.py');
  const wrapped = pandas('wrapper', 'util/_decorators.py');
  const inside = pandas('merge', 'core/reshape/merge.py');
  const trace = traceOf(
    [{}],
    busy(0, 3, [
      [2, [line, wrapped, concat]],
      [1, [line]],
      [3, [line, inside, concat]],
    ]),
    3,
  );
  const found = callSites(trace, (name) => name === 'concat');
  expect(found?.sites).toHaveLength(1);
  expect(found?.sites[0]).toMatchObject({ site: { line: 30 }, stays: 50, looks: 100, lanes: [0] });
  expect((found?.sites[0]?.wall ?? 0) / 1e9).toBeCloseTo(1, 2);
});
