import { ticks as roundNumbers, type ZoomTransform, zoomIdentity } from 'd3';
import { tick } from '../format.ts';
import type { Interval } from '../state/viewState.ts';

/** CSS pixels from the left edge of the track, of an instant in Nanos. */
export const xOf = (time: number, view: Interval, width: number): number =>
  ((time - view.from) / (view.to - view.from)) * width;

export const timeOf = (x: number, view: Interval, width: number): number =>
  view.from + (x / width) * (view.to - view.from);

export interface Tick {
  readonly x: number;
  readonly label: string;
}

/** Round instants, counted from the start of the run, far enough apart for their labels. A scale of d3's would do it with 20 KB more. */
export function ticks(view: Interval, start: number, width: number): Tick[] {
  const wanted = Math.max(2, Math.floor(width / 96));
  const times = roundNumbers(view.from - start, view.to - start, wanted);
  const step = times.length > 1 ? (times[1] as number) - (times[0] as number) : view.to - view.from;
  const largest = times.at(-1) ?? 0;
  return times.map((time) => ({ x: xOf(time + start, view, width), label: tick(time, step, largest) }));
}

/** The state of d3-zoom that shows `view`: the two are one thing in two coordinates. */
export function transformOf(view: Interval, bounds: Interval, width: number): ZoomTransform {
  const k = (bounds.to - bounds.from) / (view.to - view.from);
  return zoomIdentity.translate(-xOf(view.from, bounds, width) * k, 0).scale(k);
}

export function viewOf(transform: ZoomTransform, bounds: Interval, width: number): Interval {
  return {
    from: timeOf(transform.invertX(0), bounds, width),
    to: timeOf(transform.invertX(width), bounds, width),
  };
}
