/** Intervals in Nanos that overlap nowhere, in order of time: number `i` is from `from[i]` to `to[i]`. */
export interface Intervals {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/**
 * The union of intervals; two between which at most `touch` Nanos pass become one. `starts` and `ends` are sorted in place,
 * each by itself, as plain numbers: a part of the union ends where as many have ended as begun, whichever they were. Sorting
 * a million pairs by a comparison takes ten times as long.
 */
export function unionOf(starts: Float64Array, ends: Float64Array, touch = 0): Intervals {
  sort(starts);
  sort(ends);
  const from = new Float64Array(starts.length);
  const to = new Float64Array(starts.length);
  let count = 0;
  let first = 0;
  for (let i = 0; i < starts.length; i++) {
    const end = ends[i] as number;
    if (i + 1 < starts.length && (starts[i + 1] as number) <= end + touch) continue;
    from[count] = starts[first] as number;
    to[count++] = end;
    first = i + 1;
  }
  return { from: from.slice(0, count), to: to.slice(0, count) };
}

/** Most are in order already: what one thread, or one stream, does. */
function sort(times: Float64Array): void {
  for (let i = 1; i < times.length; i++) {
    if ((times[i] as number) >= (times[i - 1] as number)) continue;
    times.sort();
    return;
  }
}

/** The first interval of which some part lies after `time`, looking from number `at` on. */
export function firstAfter({ to }: Intervals, time: number, at = 0): number {
  let next = at;
  while (next < to.length && (to[next] as number) <= time) next++;
  return next;
}

/** How much of the time from `start` to `end` lies in intervals from number `at` on. */
export function overlap({ from, to }: Intervals, start: number, end: number, at = 0): number {
  let sum = 0;
  for (let i = at; i < from.length && (from[i] as number) < end; i++)
    sum += Math.max(0, Math.min(end, to[i] as number) - Math.max(start, from[i] as number));
  return sum;
}

/** The time between two instants; none where the second is not after the first. */
export const interval = (from: number, to: number): Intervals =>
  to > from
    ? { from: Float64Array.of(from), to: Float64Array.of(to) }
    : { from: new Float64Array(0), to: new Float64Array(0) };

/** Nanos of all of them. */
export const lengthOf = (intervals: Intervals): number =>
  overlap(intervals, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

/** The parts of `intervals` between two instants. */
export function clipped({ from, to }: Intervals, start: number, end: number): Intervals {
  const own: [number, number][] = [];
  for (let i = 0; i < from.length; i++) {
    const [first, last] = [Math.max(from[i] as number, start), Math.min(to[i] as number, end)];
    if (last > first) own.push([first, last]);
  }
  return { from: Float64Array.from(own, ([first]) => first), to: Float64Array.from(own, ([, last]) => last) };
}
