import { expect, test } from '@jest/globals';
import { applyRows } from '../../../../analyzer/advice/rules/applyRows.ts';
import { busy, frame, pandas, traceOf } from '../../../harness/pythonStacks.ts';

const main = frame('main', '/home/me/app.py', 20);
const apply = pandas('DataFrame.apply', 'core/frame.py', 9560);
const run = pandas('FrameApply.apply_series_generator', 'core/apply.py', 900);
const score = frame('score', '/home/me/app.py', 5);
const getitem = pandas('Series.__getitem__', 'core/series.py', 980);
const other = frame('other', '/home/me/app.py', 40);

const trace = (generator: string, otherLooks = 1, caller: readonly string[] = [main]) =>
  traceOf(
    [{}],
    busy(0, 3, [
      [1, [...caller, apply, run, generator]],
      [1, [...caller, apply, run, score, getitem]],
      [1, [...caller, apply, run, score]],
      [otherLooks, [main, other]],
    ]),
    3,
  );
const perRow = pandas('FrameColumnApply.series_generator', 'core/apply.py', 1020);

test('apply(axis=1) is told at the line that calls it, not in the function that is applied', () => {
  const [found, ...more] = applyRows.evaluate(trace(perRow));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(20);
  expect(found?.evidence.applyShare).toBeCloseTo(0.75, 2);
  expect(found?.evidence.pandasShare).toBeCloseTo(0.5, 2);
  expect(found?.gain?.lo).toBeGreaterThan(1.4);
  expect(found?.gain?.hi).toBeGreaterThan(3.5);
});

test('names without their class, as before Python 3.11, are enough', () => {
  expect(applyRows.evaluate(trace(pandas('series_generator', 'core/apply.py', 1020)))).toHaveLength(1);
});

test('apply by columns is left alone', () => {
  expect(applyRows.evaluate(trace(pandas('FrameRowApply.series_generator', 'core/apply.py', 957)))).toEqual(
    [],
  );
  expect(applyRows.evaluate(trace(pandas('Series.sum', 'core/series.py', 1)))).toEqual([]);
});

test("pandas' own use of apply, and a small one, are left alone", () => {
  expect(
    applyRows.evaluate(trace(perRow, 1, [main, pandas('DataFrame.describe', 'core/describe.py')])),
  ).toEqual([]);
  expect(applyRows.evaluate(trace(perRow, 50))).toEqual([]);
});
