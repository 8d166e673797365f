import { expect, test } from '@jest/globals';
import { growingArrays } from '../../../../analyzer/advice/rules/growingArrays.ts';
import { busy, frame, numpy, pandas, traceOf } from '../../../harness/pythonStacks.ts';

const body = frame('walk', '/home/me/app.py', 11);
const line = frame('walk', '/home/me/app.py', 12);
const append = [
  line,
  frame('append', '<__array_function__ internals>', 200),
  numpy('append', 'lib/function_base.py', 5490),
];
const vstack = [line, numpy('vstack', 'core/shape_base.py', 290)];
const concat = [
  line,
  pandas('concat', 'core/reshape/concat.py', 380),
  pandas('_Concatenator.get_result', 'core/reshape/concat.py', 600),
];

/** A loop in three seconds, of whose looks `calls[s]` of 10 are in the call in second `s`. */
const looped = (stack: readonly string[], calls: readonly number[]) =>
  traceOf(
    [{}],
    calls.flatMap((share, second) =>
      busy(
        0,
        1,
        [
          [share, stack],
          [10 - share, [body]],
        ],
        second * 1e9,
      ),
    ),
    calls.length,
  );

test('an array that grows by append is told, with how much slower its loop gets', () => {
  const [found, ...more] = growingArrays.evaluate(looped(append, [4, 7, 9]));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(12);
  expect(found?.evidence.copyShare).toBeCloseTo(2 / 3, 1);
  expect(found?.evidence.middleOfPasses).toBeLessThan(0.42);
  expect(found?.why).toContain('longer and longer');
  expect(found?.gain?.lo).toBeGreaterThan(1.7);
  expect(found?.gain?.hi).toBeGreaterThan(2.9);
});

test('stacking and concatenating need to be seen to grow', () => {
  expect(growingArrays.evaluate(looped(vstack, [4, 7, 9]))).toHaveLength(1);
  expect(growingArrays.evaluate(looped(concat, [4, 7, 9]))).toHaveLength(1);
  expect(growingArrays.evaluate(looped(vstack, [7, 7, 7]))).toEqual([]);
  expect(growingArrays.evaluate(looped(concat, [10, 10, 10]))).toEqual([]);
  expect(growingArrays.evaluate(looped(concat, [7, 7, 7]))).toEqual([]);
});

test('append of arrays that stay as they are is left alone', () => {
  expect(growingArrays.evaluate(looped(append, [6, 6, 6]))).toEqual([]);
});

test('one long call is left alone, and so is what pandas does for itself', () => {
  expect(growingArrays.evaluate(looped(append, [10, 0, 0]))).toEqual([]);
  const grouped = [line, pandas('GroupBy.apply', 'core/groupby/groupby.py', 1500), ...concat.slice(1)];
  expect(growingArrays.evaluate(looped(grouped, [4, 7, 9]))).toEqual([]);
});
