import { expect, test } from '@jest/globals';
import { rowAppend } from '../../../../analyzer/advice/rules/rowAppend.ts';
import { busy, frame, pandas, traceOf } from '../../../harness/pythonStacks.ts';

const line = frame('table', '/home/me/app.py', 18);
const other = frame('results', '/home/me/app.py', 9);
const set = pandas('_LocationIndexer.__setitem__', 'core/indexing.py', 818);
const missing = pandas('_iLocIndexer._setitem_with_indexer_missing', 'core/indexing.py', 2120);
const concat = pandas('concat', 'core/reshape/concat.py', 381);

const trace = (stack: readonly string[], calls: number, others: number) =>
  traceOf(
    [{}],
    busy(0, 3, [
      [calls, [line, set, ...stack]],
      [others, [line, other]],
    ]),
    3,
  );

test('rows that are put at the end of a frame one by one are told at their line', () => {
  const [found, ...more] = rowAppend.evaluate(trace([missing, concat], 5, 5));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(18);
  expect(found?.evidence.appendShare).toBeCloseTo(0.5, 2);
  expect(found?.gain?.lo).toBeGreaterThan(1.5);
  expect(found?.gain?.hi).toBeGreaterThan(1.9);
});

test('assignments to rows that are there, and little of them, are left alone', () => {
  expect(
    rowAppend.evaluate(trace([pandas('_iLocIndexer._setitem_single_block', 'core/indexing.py')], 5, 5)),
  ).toEqual([]);
  expect(rowAppend.evaluate(trace([missing], 1, 19))).toEqual([]);
});
