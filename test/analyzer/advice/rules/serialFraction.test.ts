import { expect, test } from '@jest/globals';
import { serialFraction } from '../../../../analyzer/advice/rules/serialFraction.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import type { PoolSpec } from '../../../harness/pools.ts';
import { recordingOf, type SampleSpec } from '../../../harness/recordings.ts';

const MS = 1e6;

/** Tasks until 500 ms on two workers; then the sender works `serial` ms in a function of the one that submitted. */
function conclude(serial: number, pool: PoolSpec = {}, samples: readonly SampleSpec[] = []) {
  const tasks = Array.from({ length: 10 }, (_, i) => {
    const start = (10 + 98 * Math.floor(i / 2)) * MS;
    return {
      submit: 5 * MS,
      dequeue: start,
      start,
      end: start + 97 * MS,
      returned: start + 97 * MS,
      lane: 1 + (i % 2),
      from: 0,
      stack: ['main'],
    };
  });
  const own: SampleSpec[] = [
    { lane: 0, time: 500 * MS, stack: ['main'], state: 2 },
    { lane: 0, time: (500 + serial) * MS, cpu: serial * MS, stack: ['main', 'book'] },
    { lane: 0, time: 1000 * MS, stack: ['main'], state: 2 },
  ];
  const recording = recordingOf(
    [{}, {}, {}],
    [...own, ...samples],
    {},
    { pools: [{ ready: MS, end: 990 * MS, ...pool }], tasks },
  );
  const trace = new Trace(recording);
  return serialFraction
    .evaluate(trace)
    .map((each) => ({ ...each, name: trace.functions.name[each.site.function] }));
}

test('work of the parent after the last task could be done by workers that idle', () => {
  const [found, ...more] = conclude(400);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ subject: 'pool 0', name: 'main', lanes: [0] });
  expect(found?.why).toContain('book');
  expect(found?.gain?.lo).toBeCloseTo(1 / (1 - 0.75 * 0.2), 2);
  expect(found?.gain?.hi).toBeCloseTo(1 / (1 - 1.1 * 0.2), 2);
});

test('a little serial work is nothing to speak of', () => {
  expect(conclude(100)).toEqual([]);
});

test('the same work after the pool was gone has to be more', () => {
  expect(conclude(200)).toHaveLength(1);
  expect(conclude(200, { end: 501 * MS })).toEqual([]);
  expect(conclude(400, { end: 501 * MS })).toEqual([]);
  expect(conclude(499, { end: 501 * MS }, [])).toEqual([]);
});

test('threads share an interpreter', () => {
  expect(conclude(400, { startMethod: 'thread' })).toEqual([]);
});
