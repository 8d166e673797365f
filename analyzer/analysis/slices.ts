import type { Trace } from './trace.ts';

/** Equal slices of a run. A thousand are as many as a picture of it has columns, and of a run of 2 s each is a fifth of a look. */
const SLICES = 1000;

/** The slices of a run. Times are Nanos. */
export interface Slices {
  readonly from: number;
  readonly width: number;
  readonly count: number;
}

export function slicesOf(trace: Pick<Trace, 'meta' | 'wall'>): Slices {
  return { from: trace.meta.clock.start, width: trace.wall / SLICES, count: SLICES };
}

const sliceOf = ({ from, width, count }: Slices, time: number): number =>
  Math.min(count - 1, Math.max(0, Math.floor((time - from) / width)));

/**
 * Calls `visit` with each slice that `start` to `end` touches and how much of the interval lies in it, as a share. What lies
 * outside of the run counts for its first or last slice.
 */
export function eachSlice(
  slices: Slices,
  start: number,
  end: number,
  visit: (slice: number, share: number) => void,
): void {
  if (!(slices.width > 0 && end >= start)) return;
  const first = sliceOf(slices, start);
  const last = sliceOf(slices, end);
  if (first === last) {
    visit(first, 1);
    return;
  }
  const length = end - start;
  for (let slice = first; slice <= last; slice++) {
    const from = slice === first ? start : slices.from + slice * slices.width;
    const to = slice === last ? end : slices.from + (slice + 1) * slices.width;
    visit(slice, Math.max(0, to - from) / length);
  }
}

/** Adds `amount`, spread evenly over `start` to `end`, to the slices in `out`. */
export function addToSlices(
  slices: Slices,
  out: Float64Array,
  start: number,
  end: number,
  amount: number,
): void {
  if (!(amount > 0)) return;
  eachSlice(slices, start, end, (slice, share) => {
    out[slice] = (out[slice] as number) + amount * share;
  });
}

/** Nanos that all lanes were on a CPU or runnable in each slice, together; those of one process where it is given. */
export function busySlices(trace: Trace, pid?: number): Float64Array {
  return trace.once(`busySlices ${pid ?? ''}`, () => sumSlices(trace, pid, (row) => busyOf(trace, row)));
}

/** As `busySlices`, on a CPU only. */
export function cpuSlices(trace: Trace, pid?: number): Float64Array {
  const { samples } = trace.tables;
  return trace.once(`cpuSlices ${pid ?? ''}`, () =>
    sumSlices(trace, pid, (row) => samples.cpu[row] as number),
  );
}

function sumSlices(trace: Trace, pid: number | undefined, of: (row: number) => number): Float64Array {
  const slices = slicesOf(trace);
  const { samples, lanes } = trace.tables;
  const { starts } = trace;
  const sums = new Float64Array(slices.count);
  for (let row = 0; row < samples.length; row++) {
    if (pid !== undefined && lanes.process[samples.lane[row] as number] !== pid) continue;
    addToSlices(slices, sums, starts[row] as number, samples.time[row] as number, of(row));
  }
  return sums;
}

/** Nanos that the lane of a row of `samples` was on a CPU or could have been. */
export function busyOf({ tables: { samples } }: Pick<Trace, 'tables'>, row: number): number {
  return (samples.cpu[row] as number) + (samples.ready[row] as number);
}
