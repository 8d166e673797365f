import { ACTIVITIES, IDLES } from '../../analyzer/analysis/activity.ts';
import { type CounterSeries, indexAt, levelIn } from '../../analyzer/analysis/counterSeries.ts';
import { activityUntil, positionAt, type Timeline } from '../../analyzer/analysis/timeline.ts';
import type { Interval } from '../state/viewState.ts';
import type { DrawList } from './drawList.ts';

const KINDS = ACTIVITIES.length;
/** An activity with this share of a column has it all: thinner slivers are the noise of the kernel's counters. */
const NEARLY_ALL = 0.88;

/** Where a lane is drawn, in CSS pixels; `width` shows the whole of `view`. */
export interface LaneBox {
  readonly view: Interval;
  readonly width: number;
  readonly y: number;
  readonly height: number;
}

/** A box that grows to the right as long as its neighbour has the same height: one for each activity. */
const openX = new Float64Array(KINDS);
const openEnd = new Float64Array(KINDS);
const openTop = new Float64Array(KINDS);
const openBottom = new Float64Array(KINDS);
const shares = new Float64Array(KINDS);
const before = new Float64Array(KINDS);

/**
 * Draws what a lane did. One rule for every zoom: the height of a colour is its share of the time. A row of at least a
 * pixel is a box of its own; of narrower ones, those that share a pixel share its column, so that a lane that runs a
 * third of the time looks a third full and not, as with the most frequent state alone, idle.
 *
 * Costs a binary search a pixel and no more than the rows that are at least a pixel wide.
 */
export function layoutLane(list: DrawList, timeline: Timeline, lane: number, box: LaneBox): void {
  const { view, width } = box;
  const scale = width / (view.to - view.from);
  const end = timeline.offset[lane + 1] as number;
  openEnd.fill(Number.NaN);
  let at = positionAt(timeline, lane, view.from);
  if (at >= end) return;
  const last = Math.min(view.to, timeline.to[end - 1] as number);
  let cursor = Math.max(view.from, timeline.from[at] as number);
  while (at < end && cursor < last) {
    const x0 = (cursor - view.from) * scale;
    const x1 = Math.min(width, ((timeline.to[at] as number) - view.from) * scale);
    if (x1 - x0 >= 1) {
      ofRow(timeline, at);
      column(list, x0, x1, box);
      cursor = timeline.to[at++] as number;
      continue;
    }
    // Everything up to the pixel's right edge, or to the end of the lane. A cursor on an edge may lie a hair before it.
    const until = Math.min(last, view.from + (Math.floor(x0 + 1e-3) + 1) / scale);
    if (until <= cursor) {
      // Times of a stranger's recording may be beyond what doubles resolve: go on in any case.
      cursor = timeline.to[at++] as number;
      continue;
    }
    activityUntil(timeline, lane, cursor, before, at);
    at = positionAt(timeline, lane, until);
    activityUntil(timeline, lane, until, shares, at);
    for (let kind = 0; kind < KINDS; kind++)
      shares[kind] = Math.max(0, (shares[kind] as number) - (before[kind] as number));
    column(list, x0, (until - view.from) * scale, box);
    cursor = until;
  }
  for (let kind = 0; kind < KINDS; kind++) close(list, kind, box);
}

/** Puts the times of one row into `shares`. */
function ofRow({ from, to, cpu, ready, rest }: Timeline, at: number): void {
  shares.fill(0);
  const running = cpu[at] as number;
  const waiting = ready[at] as number;
  shares[0] = running;
  shares[1] = waiting;
  const kind = rest[at] as number;
  const other = (to[at] as number) - (from[at] as number) - running - waiting;
  shares[kind] = (shares[kind] as number) + Math.max(0, other);
}

/** Stacks `shares` from the bottom of the lane up. */
function column(list: DrawList, x0: number, x1: number, box: LaneBox): void {
  let sum = 0;
  let most = 0;
  for (let kind = 0; kind < KINDS; kind++) {
    sum += shares[kind] as number;
    if ((shares[kind] as number) > (shares[most] as number)) most = kind;
  }
  if (sum <= 0) return;
  const whole = most !== IDLES && (shares[most] as number) >= NEARLY_ALL * sum;
  let reached = 0;
  for (let kind = 0; kind < IDLES; kind++) {
    if (whole && kind !== most) continue;
    const bottom = whole ? 0 : Math.round((reached / sum) * box.height);
    reached += shares[kind] as number;
    const top = whole ? box.height : Math.round((reached / sum) * box.height);
    if (top > bottom) extend(list, kind, x0, x1, top, bottom, box);
  }
}

function extend(
  list: DrawList,
  kind: number,
  x0: number,
  x1: number,
  top: number,
  bottom: number,
  box: LaneBox,
): void {
  const fits = openTop[kind] === top && openBottom[kind] === bottom;
  if (fits && Math.abs((openEnd[kind] as number) - x0) < 0.05) {
    openEnd[kind] = x1;
    return;
  }
  close(list, kind, box);
  openX[kind] = x0;
  openEnd[kind] = x1;
  openTop[kind] = top;
  openBottom[kind] = bottom;
}

function close(list: DrawList, kind: number, { y, height }: LaneBox): void {
  const end = openEnd[kind] as number;
  if (Number.isNaN(end)) return;
  const x = openX[kind] as number;
  const top = openTop[kind] as number;
  list.push(x, y + height - top, end - x, top - (openBottom[kind] as number), kind);
  openEnd[kind] = Number.NaN;
}

/** The mean and the maximum of a counter in each pixel of a row; NaN where it has no value. */
export interface CounterCurve {
  readonly mean: Float64Array;
  readonly max: Float64Array;
}

export function layoutCounter(series: CounterSeries, view: Interval, width: number): CounterCurve {
  const columns = Math.max(1, Math.floor(width));
  const mean = new Float64Array(columns).fill(Number.NaN);
  const max = new Float64Array(columns).fill(Number.NaN);
  const step = (view.to - view.from) / columns;
  for (let x = 0; x < columns; x++) {
    const from = view.from + x * step;
    // Within one value's time there is nothing to average.
    const index = indexAt(series, from);
    const next = series.time[index + 1] ?? Number.POSITIVE_INFINITY;
    const level =
      index >= 0 && next >= from + step
        ? { mean: series.value[index] as number, max: series.value[index] as number }
        : levelIn(series, from, from + step);
    if (!level) continue;
    mean[x] = level.mean;
    max[x] = level.max;
  }
  return { mean, max };
}
