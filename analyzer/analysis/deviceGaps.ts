import { SPAN_KINDS, type Tables } from '../model/index.ts';
import { ACTIVITIES } from './activity.ts';
import { firstAbove } from './ascending.ts';
import { type Coverage, coverageOf, coveredIn, unionOfBoth } from './coverage.ts';
import type { DeviceBusy } from './deviceBusy.ts';
import { type DeviceWork, launchOf, NO_WORK } from './deviceWork.ts';
import { type Intervals, unionOf } from './intervals.ts';
import { type Site, type SiteOf, UNKNOWN_SITE } from './sites.ts';
import { addActivity, positionAt, type Timeline } from './timeline.ts';

/** Gaps below this are the pace of launching, and shorter than what samples of a thread resolve. Nanos. */
const LEAST_GAP = 20_000;
const MOST_PLACES = 10;
const MOST_GAPS = 50;

/**
 * When a device had nothing to do between its first work and its last, and what the thread did meanwhile that then gave it the
 * next. Times are Nanos.
 */
export interface DeviceGaps {
  /** A number of `DeviceUnits`. */
  readonly unit: number;
  readonly count: number;
  readonly time: number;
  /** Gaps of less than 20 microseconds, of which nothing else is told. */
  readonly shortCount: number;
  readonly shortTime: number;
  /** The part of the other gaps in which the thread is known that ended them. */
  readonly hostKnown: number;
  /** What it did then, by the value of `ACTIVITIES`; sums to the part of it that was sampled. */
  readonly activity: Float64Array;
  /** How long it was inside calls of the device's API, which start and wait for work. */
  readonly inCalls: number;
  /** The lines at which it was, that with most time first. */
  readonly places: readonly { readonly site: Site; readonly time: number }[];
  /** The longest gaps, longest first. */
  readonly longest: readonly Gap[];
}

export interface Gap {
  readonly from: number;
  readonly to: number;
  /** The thread that ended it, -1 when unknown, and where it was for most of it. */
  readonly lane: number;
  readonly site: Site;
}

export interface GapSources {
  readonly tables: Tables;
  readonly work: DeviceWork;
  /** By device, as from `devicesBusy`. */
  readonly busy: readonly DeviceBusy[];
  readonly timeline: Timeline;
  readonly siteOf: SiteOf;
}

/** The gaps of each device that did anything; n log n in its work and in the samples. */
export function deviceGaps(sources: GapSources): DeviceGaps[] {
  const callsOf = callsByLane(sources.tables);
  const starters = startersOf(sources);
  return sources.busy.flatMap(({ any }, unit) =>
    any.from.length === 0 ? [] : [gapsOf(sources, unit, any, starters[unit] as Int32Array, callsOf)],
  );
}

function gapsOf(
  { tables, work, timeline, siteOf }: GapSources,
  unit: number,
  { from, to }: Coverage,
  starters: Int32Array,
  callsOf: (lane: number) => Coverage,
): DeviceGaps {
  const activity = new Float64Array(ACTIVITIES.length);
  const ofStack = new Map<number, number>();
  const gaps: { from: number; to: number; lane: number; stack: number }[] = [];
  let [count, time, shortCount, shortTime, hostKnown, inCalls] = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i + 1 < from.length; i++) {
    const start = to[i] as number;
    const end = from[i + 1] as number;
    count++;
    time += end - start;
    if (end - start < LEAST_GAP) {
      shortCount++;
      shortTime += end - start;
      continue;
    }
    const starter = starters[i + 1] as number;
    const lane = starter < 0 ? -1 : launchOf(tables, work, starter).lane;
    let stack = -1;
    if (lane >= 0) {
      hostKnown += end - start;
      addActivity(timeline, lane, start, end, activity);
      inCalls += coveredIn(callsOf(lane), start, end);
      stack = addStacks(tables, timeline, lane, start, end, ofStack);
    }
    gaps.push({ from: start, to: end, lane, stack });
  }
  for (let kind = 0; kind < activity.length; kind++) activity[kind] = Math.max(0, activity[kind] as number);
  gaps.sort((a, b) => b.to - b.from - (a.to - a.from));
  return {
    unit,
    count,
    time,
    shortCount,
    shortTime,
    hostKnown,
    activity,
    inCalls,
    places: placesOf(ofStack, siteOf),
    longest: gaps.slice(0, MOST_GAPS).map((gap) => ({ ...gap, site: siteOf(gap.stack) })),
  };
}

/** Adds the time at each stack of a lane to `ofStack`; gives the stack with most of it, -1 for none. */
function addStacks(
  { samples }: Pick<Tables, 'samples'>,
  timeline: Timeline,
  lane: number,
  start: number,
  end: number,
  ofStack: Map<number, number>,
): number {
  let [most, at] = [-1, 0];
  const last = timeline.offset[lane + 1] as number;
  for (let i = positionAt(timeline, lane, start); i < last && (timeline.from[i] as number) < end; i++) {
    const stack = samples.stack[timeline.row[i] as number] as number;
    const its = Math.min(end, timeline.to[i] as number) - Math.max(start, timeline.from[i] as number);
    if (stack < 0 || its <= 0) continue;
    ofStack.set(stack, (ofStack.get(stack) ?? 0) + its);
    if (its > at) [most, at] = [stack, its];
  }
  return most;
}

function placesOf(ofStack: ReadonlyMap<number, number>, siteOf: SiteOf): { site: Site; time: number }[] {
  const places = new Map<string, { site: Site; time: number }>();
  for (const [stack, time] of ofStack) {
    const site = siteOf(stack);
    const key = `${site.function} ${site.line}`;
    const place = places.get(key) ?? { site: site.function < 0 ? UNKNOWN_SITE : site, time: 0 };
    place.time += time;
    places.set(key, place);
  }
  return [...places.values()].sort((a, b) => b.time - a.time).slice(0, MOST_PLACES);
}

/** For each device, the work that begins each of its busy intervals; -1 where none of it is known to. */
function startersOf({ work, busy }: GapSources): Int32Array[] {
  const starters = busy.map(({ any }) => new Int32Array(any.from.length).fill(-1));
  for (let at = 0; at < work.length; at++) {
    const unit = work.unit[at] as number;
    const any = busy[unit]?.any;
    if (!any || work.kind[at] === NO_WORK) continue;
    const start = work.start[at] as number;
    const index = firstAbove(any.from, start) - 1;
    const its = starters[unit] as Int32Array;
    if (any.from[index] === start && (its[index] as number) < 0) its[index] = at;
  }
  return starters;
}

/** When each lane was inside calls of a device's API, whether they started work or not. */
function callsByLane({ spans, kernels, transfers, lanes }: Tables): (lane: number) => Coverage {
  const api = SPAN_KINDS.indexOf('api');
  const never = { from: new Float64Array(0), to: new Float64Array(0) };
  const calls: Intervals[] = new Array(lanes.length).fill(never);
  const add = (
    length: number,
    lane: ArrayLike<number>,
    start: Float64Array,
    end: Float64Array,
    keeps: (row: number) => boolean,
  ): void => {
    const sizes = new Uint32Array(lanes.length);
    const keyOf = (row: number): number => (keeps(row) ? (lane[row] as number) : -1);
    for (let row = 0; row < length; row++) {
      const key = keyOf(row);
      if (key >= 0) sizes[key] = (sizes[key] as number) + 1;
    }
    const starts = Array.from(sizes, (size) => new Float64Array(size));
    const ends = Array.from(sizes, (size) => new Float64Array(size));
    sizes.fill(0);
    for (let row = 0; row < length; row++) {
      const key = keyOf(row);
      if (key < 0) continue;
      const at = sizes[key] as number;
      (starts[key] as Float64Array)[at] = start[row] as number;
      (ends[key] as Float64Array)[at] = Math.max(start[row] as number, end[row] as number);
      sizes[key] = at + 1;
    }
    // Each source is in order by itself, or nearly: together they would have to be sorted.
    for (const [key, its] of starts.entries())
      if (its.length > 0)
        calls[key] = unionOfBoth(calls[key] as Intervals, unionOf(its, ends[key] as Float64Array));
  };
  add(spans.length, spans.lane, spans.start, spans.end, (row) => spans.kind[row] === api);
  for (const { length, callLane, callStart, callEnd } of [kernels, transfers])
    add(length, callLane, callStart, callEnd, (row) => (callStart[row] as number) >= 0);
  const coverages = calls.map(coverageOf);
  return (lane) => coverages[lane] as Coverage;
}
