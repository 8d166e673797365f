import { type DeviceGaps, deviceGaps } from '../analysis/deviceGaps.ts';
import { busyOf } from '../analysis/deviceReplay/whatIf.ts';
import type { StackWeights } from '../analysis/stackWeights.ts';
import { positionAt, type Timeline, timelineOf } from '../analysis/timeline.ts';
import type { Trace } from '../analysis/trace.ts';

export const timelineFor = (trace: Trace): Timeline =>
  trace.once('timeline', () => timelineOf(trace.tables, trace.starts));

export const gapsOf = (trace: Trace): readonly DeviceGaps[] =>
  trace.once('deviceGaps', () =>
    deviceGaps({
      tables: trace.tables,
      work: trace.deviceWork,
      busy: busyOf(trace).units,
      timeline: timelineFor(trace),
      siteOf: trace.siteOf,
    }),
  );

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
