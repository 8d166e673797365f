import { firstAbove } from './ascending.ts';
import type { Intervals } from './intervals.ts';

/** Intervals with running sums: how much of any time they cover is two binary searches. */
export interface Coverage extends Intervals {
  /** Nanos that all earlier intervals cover, one more than there are intervals. */
  readonly before: Float64Array;
}

export function coverageOf({ from, to }: Intervals): Coverage {
  const before = new Float64Array(from.length + 1);
  for (let i = 0; i < from.length; i++)
    before[i + 1] = (before[i] as number) + (to[i] as number) - (from[i] as number);
  return { from, to, before };
}

/** Nanos that are covered in all. */
export const covered = ({ before }: Coverage): number => before.at(-1) ?? 0;

function coveredUntil({ from, to, before }: Coverage, time: number): number {
  const at = firstAbove(to, time);
  const start = from[at] ?? Number.POSITIVE_INFINITY;
  return (before[at] as number) + Math.max(0, time - start);
}

/** Nanos that are covered between two instants. */
export const coveredIn = (coverage: Coverage, from: number, to: number): number =>
  to > from ? coveredUntil(coverage, to) - coveredUntil(coverage, from) : 0;

/** The share that is covered of each of the equal parts of an interval that `out` has numbers for. */
export function coveredShares(coverage: Coverage, from: number, to: number, out: Float64Array): void {
  const width = (to - from) / out.length;
  if (!(width > 0)) return;
  let before = coveredUntil(coverage, from);
  for (let bin = 0; bin < out.length; bin++) {
    const after = coveredUntil(coverage, from + (bin + 1) * width);
    out[bin] = Math.min(1, Math.max(0, after - before) / width);
    before = after;
  }
}

/** The union of two sets of intervals, in one pass over both. */
export function unionOfBoth(a: Intervals, b: Intervals): Intervals {
  const from = new Float64Array(a.from.length + b.from.length);
  const to = new Float64Array(from.length);
  let count = 0;
  let [i, j] = [0, 0];
  while (i < a.from.length || j < b.from.length) {
    // Not by comparing alone: nothing compares with a time that is no number, and this would not end.
    const isA = j >= b.from.length || (i < a.from.length && (a.from[i] as number) <= (b.from[j] as number));
    const start = (isA ? a.from[i] : b.from[j]) as number;
    const end = (isA ? a.to[i] : b.to[j]) as number;
    if (isA) i++;
    else j++;
    if (count > 0 && start <= (to[count - 1] as number))
      to[count - 1] = Math.max(to[count - 1] as number, end);
    else {
      from[count] = start;
      to[count++] = end;
    }
  }
  return { from: from.slice(0, count), to: to.slice(0, count) };
}

const NEVER: Intervals = { from: new Float64Array(0), to: new Float64Array(0) };

/** The union of any number of sets: in pairs, so that each interval is looked at as often as the number of sets doubles. */
export function unionOfAll(sets: readonly Intervals[]): Intervals {
  const [first = NEVER, second] = sets;
  if (!second) return first;
  const middle = Math.ceil(sets.length / 2);
  return unionOfBoth(unionOfAll(sets.slice(0, middle)), unionOfAll(sets.slice(middle)));
}
