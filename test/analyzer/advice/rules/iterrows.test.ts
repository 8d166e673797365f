import { expect, test } from '@jest/globals';
import { iterrows } from '../../../../analyzer/advice/rules/iterrows.ts';
import { busy, frame, pandas, traceOf } from '../../../harness/pythonStacks.ts';

const main = frame('<module>', '/home/me/app.py', 9);
const loop = frame('totals', '/home/me/app.py', 12);
const body = frame('totals', '/home/me/app.py', 13);
const rows = pandas('DataFrame.iterrows', 'core/frame.py', 1410);
const getitem = pandas('Series.__getitem__', 'core/series.py', 980);
const other = frame('report', '/home/me/app.py', 40);

const trace = (rowLooks: number, otherLooks: number, between: readonly string[] = []) =>
  traceOf(
    [{}],
    busy(0, 4, [
      [rowLooks, [main, loop, ...between, rows]],
      [rowLooks, [main, body, getitem]],
      [rowLooks, [main, body]],
      [otherLooks, [main, other]],
    ]),
    4,
  );

test('a loop with iterrows is told at its line, with what rows cost to make and to read', () => {
  const [found, ...more] = iterrows.evaluate(trace(2, 2));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(12);
  expect(found?.evidence.pandasShare).toBeCloseTo(0.5, 1);
  // Half of the run goes at least, three quarters at most.
  expect(found?.gain?.lo).toBeGreaterThan(1.4);
  expect(found?.gain?.lo).toBeLessThan(2);
  expect(found?.gain?.hi).toBeGreaterThan(3.5);
});

test("an iterator of another library in between leaves the program's line in charge", () => {
  const tqdm = frame('tqdm.__iter__', '/usr/lib/python3/dist-packages/tqdm/std.py', 1178);
  expect(iterrows.evaluate(trace(2, 2, [tqdm]))[0]?.site.line).toBe(12);
});

test('a loop inside of a library is not of the program', () => {
  const plot = frame('scatter', '/usr/lib/python3/dist-packages/seaborn/relational.py', 700);
  expect(iterrows.evaluate(trace(2, 2, [plot]))).toEqual([]);
});

test('a loop that takes a twentieth of the run is left alone', () => {
  expect(iterrows.evaluate(trace(1, 46))).toEqual([]);
  expect(iterrows.evaluate(trace(1, 20))).toHaveLength(1);
});

const iloc = pandas('_LocationIndexer.__getitem__', 'core/indexing.py', 1073);
const axis = pandas('_iLocIndexer._getitem_axis', 'core/indexing.py', 1620);
const ixs = pandas('DataFrame._ixs', 'core/frame.py', 3720);
const byIndex = (stack: readonly string[], caller: readonly string[] = [main, loop]) =>
  traceOf(
    [{}],
    busy(0, 2, [
      [2, [...caller, ...stack]],
      [2, [main, body]],
    ]),
    2,
  );

test('rows that are looked up by their number are told at the line that looks most of them up', () => {
  const [found, ...more] = iterrows.evaluate(byIndex([iloc, axis, ixs]));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(12);
  expect(found?.evidence.pandasShare).toBeCloseTo(0.5, 2);
  expect(found?.gain?.lo).toBeGreaterThan(1.4);
});

test('columns, masks and what pandas calls for each group are left alone', () => {
  const frameItem = pandas('DataFrame.__getitem__', 'core/frame.py', 3800);
  const cache = pandas('NDFrame._get_item_cache', 'core/generic.py', 4270);
  expect(iterrows.evaluate(byIndex([frameItem, cache, ixs]))).toEqual([]);
  expect(iterrows.evaluate(byIndex([iloc, pandas('_LocIndexer._getbool_axis', 'core/indexing.py')]))).toEqual(
    [],
  );
  const grouped = [main, pandas('GroupBy.apply', 'core/groupby/groupby.py'), loop];
  expect(iterrows.evaluate(byIndex([iloc, axis, ixs], grouped))).toEqual([]);
});
