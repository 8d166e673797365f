import { expect, test } from '@jest/globals';
import { smallArrays } from '../../../../analyzer/advice/rules/smallArrays.ts';
import { busy, frame, numpy, traceOf } from '../../../harness/pythonStacks.ts';

const main = frame('features', '/home/me/app.py', 15);
const body = frame('features', '/home/me/app.py', 14);
const mean = numpy('mean', 'core/fromnumeric.py', 3400);
const inner = numpy('_mean', 'core/_methods.py', 180);
const dispatch = numpy('_mean_dispatcher', 'core/fromnumeric.py', 3340);
const checks = [70, 73, 77, 78, 175, 182].map((line) => numpy('_mean', 'core/_methods.py', line));
const count = numpy('_count_reduce_items', 'core/_methods.py', 70);

const trace = (computing: number, bodyLooks: number) =>
  traceOf(
    [{}],
    busy(0, 3, [
      [1, [main, mean, dispatch]],
      [1, [main, mean, inner, count]],
      ...checks.map((check) => [1, [main, mean, check]] as const),
      [computing, [main, mean, inner]],
      [bodyLooks, [body]],
    ]),
    3,
  );

test('numpy on a few numbers at a time is told at the line that calls it', () => {
  const [found, ...more] = smallArrays.evaluate(trace(8, 8));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(15);
  expect(found?.evidence.overheadShare).toBeGreaterThan(0.3);
  expect(found?.gain?.lo).toBeGreaterThan(1.2);
  expect(found?.gain?.hi).toBeGreaterThan(2.8);
});

test('large arrays, of which nearly all time is computing, are left alone', () => {
  expect(smallArrays.evaluate(trace(200, 20))).toEqual([]);
});

test('a line that takes a twentieth of the run is left alone', () => {
  expect(smallArrays.evaluate(trace(8, 300))).toEqual([]);
});
