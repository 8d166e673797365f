import { busyOf, busySlices, eachSlice, slicesOf } from './slices.ts';
import type { Trace } from './trace.ts';

/**
 * Nanos of the run's wall time that each row of `samples` accounts for: how much shorter the run gets when what the row did
 * takes no time (Amdahl). A lane that runs alone accounts for all of its time; of `n` that run at once, each accounts for one in
 * `n`, since all of them must get faster. Waiting accounts for nothing: what is waited for does.
 */
export function wallOfRows(trace: Trace): Float64Array {
  return trace.once('wallOfRows', () => {
    const { samples } = trace.tables;
    const { starts } = trace;
    const slices = slicesOf(trace);
    const busy = busySlices(trace);
    const wall = new Float64Array(samples.length);
    for (let row = 0; row < samples.length; row++) {
      const amount = busyOf(trace, row);
      if (!(amount > 0)) continue;
      let sum = 0;
      eachSlice(slices, starts[row] as number, samples.time[row] as number, (slice, share) => {
        // Two lanes that take turns within a slice together make no more of it than it has.
        sum += amount * share * Math.min(1, slices.width / (busy[slice] as number));
      });
      wall[row] = sum;
    }
    return wall;
  });
}

/** `wallOfRows` by row of `stacks`. */
export function wallOfStacks(trace: Trace): Float64Array {
  return trace.once('wallOfStacks', () => {
    const { samples, stacks } = trace.tables;
    const ofRow = wallOfRows(trace);
    const wall = new Float64Array(stacks.length);
    for (let row = 0; row < samples.length; row++) {
      const stack = samples.stack[row] as number;
      if (stack >= 0 && stack < stacks.length) wall[stack] = (wall[stack] as number) + (ofRow[row] as number);
    }
    return wall;
  });
}
