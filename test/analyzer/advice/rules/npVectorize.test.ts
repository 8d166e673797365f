import { expect, test } from '@jest/globals';
import { npVectorize } from '../../../../analyzer/advice/rules/npVectorize.ts';
import { busy, frame, numpy, standard, traceOf } from '../../../harness/pythonStacks.ts';

const main = frame('main', '/home/me/app.py', 20);
const call = numpy('vectorize.__call__', 'lib/function_base.py', 2329);
const inner = numpy('vectorize._vectorize_call', 'lib/function_base.py', 2412);
const bill = frame('bill', '/home/me/app.py', 5);
const other = frame('usage', '/home/me/app.py', 12);

const trace = (elements: readonly string[], calls: number, others: number) =>
  traceOf(
    [{}],
    busy(0, 2, [
      [calls, [main, call, inner, ...elements]],
      [others, [main, other]],
    ]),
    2,
  );

test('np.vectorize is told at the line that calls it', () => {
  const [found, ...more] = npVectorize.evaluate(trace([bill], 6, 4));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(20);
  expect(found?.evidence.vectorizeShare).toBeCloseTo(0.6, 2);
  expect(found?.gain?.lo).toBeGreaterThan(1.5);
  expect(found?.gain?.hi).toBeGreaterThan(2.4);
});

test('a function of text or files, and a twentieth of the run, are left alone', () => {
  expect(npVectorize.evaluate(trace([bill, standard('strptime', '_strptime.py', 300)], 6, 4))).toEqual([]);
  expect(npVectorize.evaluate(trace([bill], 1, 19))).toEqual([]);
});

test('np.apply_along_axis is the same for rows', () => {
  const along = numpy('apply_along_axis', 'lib/shape_base.py', 402);
  const parts = busy(0, 2, [
    [6, [main, along, bill]],
    [4, [main, other]],
  ]);
  expect(npVectorize.evaluate(traceOf([{}], parts, 2))[0]?.site.line).toBe(20);
});
