import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Pieces, scheduleOf } from '../../../../analyzer/analysis/replay/schedule.ts';

const MS = 1e6;

function pieces(
  work: readonly number[],
  more: Partial<Record<'feed' | 'fetch' | 'release', number[]>> = {},
  demand = 1,
): Pieces {
  const column = (values: readonly number[] | undefined) =>
    Float64Array.from(work, (_, at) => (values?.[at] ?? 0) * MS);
  return {
    length: work.length,
    work: column(work),
    release: column(more.release),
    feed: column(more.feed),
    fetch: column(more.fetch),
    demand: new Float64Array(work.length).fill(demand),
  };
}

const crew = (workers: number, cores: number) => ({ ready: new Float64Array(workers), cores });
const end = (...of: Parameters<typeof scheduleOf>) => scheduleOf(...of).end / MS;

test('one worker takes the sum, two take turns as they become free', () => {
  expect(end(pieces([3, 2, 1]), crew(1, 1))).toBeCloseTo(6);
  expect(end(pieces([3, 2, 1]), crew(2, 2))).toBeCloseTo(3);
  expect(end(pieces([1, 2, 3]), crew(2, 2))).toBeCloseTo(4);
});

test('workers share the cores that there are, and those that wait need none', () => {
  expect(end(pieces([2, 2]), crew(2, 1))).toBeCloseTo(4);
  expect(end(pieces([2, 2], {}, 0.1), crew(2, 1))).toBeCloseTo(2);
  expect(scheduleOf(pieces([2, 2]), crew(2, 1)).crowded / MS).toBeCloseTo(4);
});

test('the submitter does one thing at a time, and results come before new pieces', () => {
  const served = scheduleOf(pieces([1, 1, 1, 1], { feed: [2, 2, 2, 2] }), crew(2, 4));
  expect(served.end / MS).toBeCloseTo(9);
  expect(served.served / MS).toBeCloseTo(8);
  expect(end(pieces([1, 1], { fetch: [1, 1] }), crew(2, 4))).toBeCloseTo(3);
});

test('nothing begins before it is submitted, or before its worker is there', () => {
  expect(end(pieces([1, 1], { release: [0, 5] }), crew(2, 2))).toBeCloseTo(6);
  const late = { ready: Float64Array.of(0, 3 * MS), cores: 2 };
  expect(end(pieces([4, 1]), late)).toBeCloseTo(4);
  expect(end(pieces([1, 1, 1, 1]), { ready: Float64Array.of(2 * MS, 2 * MS), cores: 2 })).toBeCloseTo(4);
});

test('no pieces take no time, no workers never end, and times that are none do not hang', () => {
  expect(end(pieces([]), crew(2, 2))).toBe(0);
  expect(end(pieces([1]), crew(0, 2))).toBe(0);
  expect(scheduleOf(pieces([Number.NaN, 1, Number.POSITIVE_INFINITY]), crew(1, 1))).toBeDefined();
});

test("list scheduling lies between the bounds and within Graham's factor of them", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 8 }),
      (work, workers) => {
        const sum = work.reduce((all, one) => all + one, 0);
        const bound = Math.max(sum / workers, ...work);
        const took = end(pieces(work), crew(workers, workers));
        expect(took).toBeGreaterThanOrEqual(bound - 1e-3);
        expect(took).toBeLessThanOrEqual((2 - 1 / workers) * bound + 1e-3);
      },
    ),
  );
});
