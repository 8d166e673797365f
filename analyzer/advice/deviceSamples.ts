import { timelineFor } from '../analysis/deviceTrace.ts';
import type { StackWeights } from '../analysis/stackWeights.ts';
import { positionAt } from '../analysis/timeline.ts';
import type { Trace } from '../analysis/trace.ts';

/** Adds the time (Nanos) that samples of a lane spent at each stack between two instants. */
export function addSamples(trace: Trace, lane: number, from: number, to: number, stacks: StackWeights): void {
  const timeline = timelineFor(trace);
  const { samples } = trace.tables;
  const last = timeline.offset[lane + 1] as number;
  for (let at = positionAt(timeline, lane, from); at < last && (timeline.from[at] as number) < to; at++) {
    const stack = samples.stack[timeline.row[at] as number] as number;
    const time = Math.min(to, timeline.to[at] as number) - Math.max(from, timeline.from[at] as number);
    if (stack >= 0 && time > 0) stacks.add(stack, time);
  }
}
