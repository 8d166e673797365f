import { ACTIVITIES } from '../analyzer/analysis/activity.ts';
import { accumulate, type CallTree } from '../analyzer/analysis/callTree.ts';
import { type CounterSeries, counterSeries } from '../analyzer/analysis/counterSeries.ts';
import { type DeviceGaps, deviceGaps } from '../analyzer/analysis/deviceGaps.ts';
import type { Functions } from '../analyzer/analysis/functions.ts';
import { deviceWeights, isDeviceMetric } from '../analyzer/analysis/kernelCalls.ts';
import {
  collectionsByLane,
  type LaneMoments,
  lockWaitsByLane,
  messagesByLane,
} from '../analyzer/analysis/laneMoments.ts';
import { type LaneRegions, regionsByLane } from '../analyzer/analysis/laneRegions.ts';
import { operatorTotalsOf } from '../analyzer/analysis/operatorTotals.ts';
import type { Home } from '../analyzer/analysis/origin.ts';
import { type PoolLoad, poolLoads } from '../analyzer/analysis/poolLoad.ts';
import { type PoolPlace, poolPlacesOf } from '../analyzer/analysis/poolPlaces.ts';
import type { SiteOf } from '../analyzer/analysis/sites.ts';
import { type TaskGroups, taskGroupsOf } from '../analyzer/analysis/taskGroups.ts';
import { taskIntervals } from '../analyzer/analysis/taskIntervals.ts';
import { type TaskLanes, taskLanesOf } from '../analyzer/analysis/taskLanes.ts';
import { addActivity, type Timeline } from '../analyzer/analysis/timeline.ts';
import { Trace } from '../analyzer/analysis/trace.ts';
import { type Selection, selfWeights } from '../analyzer/analysis/weights.ts';
import { LANE_KINDS, type Recording, type Tables } from '../analyzer/model/index.ts';
import { type DeviceProfile, deviceProfile } from './devices/profile.ts';
import type { FlameMetric, Interval } from './state/viewState.ts';
import { type HostCalls, type HostRanges, hostCallsOf, rangesOf } from './timeline/hostSpans.ts';
import { type ModuleTracks, moduleTracks } from './timeline/moduleTracks.ts';

/** A recording with what every view asks of it, computed once. */
export interface Profile {
  readonly recording: Recording;
  /** What rules are asked about; shares what is computed here. */
  readonly trace: Trace;
  /** With the kernels and copies of devices behind those of the host. */
  readonly functions: Functions;
  /** Home of each function. */
  readonly homes: readonly Home[];
  readonly tree: CallTree;
  readonly timeline: Timeline;
  readonly counters: readonly CounterSeries[];
  readonly tasks: TaskLanes;
  /** Tasks by their function and the place that made their pool, whose number is the `pool` of a group. */
  readonly groups: TaskGroups;
  readonly places: readonly PoolPlace[];
  /** The load of each pool and of each place, computed when it is first asked for. */
  readonly loads: () => { readonly pools: readonly PoolLoad[]; readonly places: readonly PoolLoad[] };
  /** Parallel and serial regions of each lane that submitted tasks, in order of start. */
  readonly regions: ReadonlyMap<number, LaneRegions>;
  readonly lockWaits: LaneMoments;
  readonly messages: LaneMoments;
  /** Rows of `spans` that are garbage collections. */
  readonly collections: LaneMoments;
  readonly devices: DeviceProfile;
  /** Gaps of each device that did anything, over the whole run; computed when they are first asked for. */
  readonly gaps: () => readonly DeviceGaps[];
  /** What the program marked by name, by lane. */
  readonly ranges: HostRanges;
  /** The operators of a framework in a selection. */
  readonly operatorsIn: ReturnType<typeof operatorTotalsOf>;
  /** Whose code each lane was in; computed when it is first asked for. */
  readonly modules: () => ModuleTracks;
  /** Calls of a device's API, by lane. */
  readonly calls: HostCalls;
  /** The line of a stack that its reader would change. */
  readonly siteOf: SiteOf;
  /** The run in Nanos; `to > from` even when nothing was recorded. */
  readonly bounds: Interval;
  /** Lanes that are no counters. */
  readonly lanes: readonly number[];
  /** Nanos of each of `ACTIVITIES` for each lane, whole run: `ACTIVITIES.length` numbers a lane. */
  readonly activity: Float64Array;
  /** When each lane was inside a task of a group; the last group asked for is kept. */
  readonly insideOf: (group: number) => NonNullable<Selection['within']>;
  /** The weights of a selection; the last ones asked for are kept. */
  readonly weigh: (metric: FlameMetric, selection: Selection) => Weights;
}

/** Weights of the nodes of the call tree, in the metric's unit. */
export interface Weights {
  readonly self: Float64Array;
  readonly total: Float64Array;
  /**
   * Of metrics of devices: percent of certainty times the time of all that a node started, so that its ratio to `total` says how
   * sure it is that the code stands where it does. Null for others.
   */
  readonly sure: Float64Array | null;
}

const ON_DEVICE: Home = { origin: 'device', module: 'kernel' };

export function profileOf(recorded: Recording): Profile {
  const trace = new Trace(recorded);
  const { meta, tables, starts, siteOf, timeline } = trace;
  const recording = { meta, tables };
  const devices = deviceProfile(trace);
  const { functions, tree } = devices.calls;
  const bounds = boundsOf(recording);
  const counterKind = LANE_KINDS.indexOf('counter');
  const lanes: number[] = [];
  for (let lane = 0; lane < tables.lanes.length; lane++)
    if (tables.lanes.kind[lane] !== counterKind) lanes.push(lane);
  const activity = new Float64Array(tables.lanes.length * ACTIVITIES.length);
  for (const lane of lanes) {
    const at = lane * ACTIVITIES.length;
    addActivity(timeline, lane, bounds.from, bounds.to, activity.subarray(at, at + ACTIVITIES.length));
  }
  const homes = functions.name.map((_, id) => trace.homes[id] ?? ON_DEVICE);
  const { places, ofPool } = poolPlacesOf(tables, siteOf);
  const groups = taskGroupsOf(tables, functions, ofPool);
  return {
    recording,
    trace,
    functions,
    homes,
    tree,
    timeline,
    counters: counterSeries(tables),
    tasks: taskLanesOf(tables, functions, bounds.to),
    groups,
    places,
    loads: once(() => loadsOf(tables, bounds.to, places)),
    regions: regionsByLane(trace.regions),
    lockWaits: lockWaitsByLane(tables),
    messages: messagesByLane(tables),
    collections: collectionsByLane(tables),
    devices,
    gaps: once(() => deviceGaps({ tables, work: devices.work, busy: devices.busy.units, timeline, siteOf })),
    ranges: rangesOf(tables),
    modules: once(() => moduleTracks({ recording, timeline, functions, homes })),
    operatorsIn: lazily(() => operatorTotalsOf(tables, functions)),
    calls: hostCallsOf(tables, devices.work),
    siteOf,
    bounds,
    lanes,
    activity,
    insideOf: rememberingLast((group) =>
      taskIntervals(tables, functions, { keeps: (row) => groups.ofTask[row] === group }),
    ),
    weigh: remembering((metric, selection) => {
      const { self, sure } = isDeviceMetric(metric)
        ? deviceWeights(tables, devices.work, devices.calls, metric, selection)
        : { self: selfWeights(tables, starts, tree, metric, selection), sure: null };
      const total = self.slice();
      accumulate(tree, total);
      if (sure) accumulate(tree, sure);
      return { self, total, sure };
    }),
  };
}

/** From the clock of the recording, widened to what it holds: a last row may end after the run was seen to end. */
export function boundsOf({ meta, tables }: Recording): Interval {
  let from: number = meta.clock.start;
  let to: number = meta.clock.end;
  const { samples, lanes, spans, pools, tasks, kernels, transfers } = tables;
  for (let i = 0; i < lanes.length; i++) from = Math.min(from, lanes.start[i] as number);
  for (let i = 0; i < samples.length; i++) to = Math.max(to, samples.time[i] as number);
  for (let i = 0; i < spans.length; i++) to = Math.max(to, spans.end[i] as number);
  for (let i = 0; i < kernels.length; i++) to = Math.max(to, kernels.end[i] as number);
  for (let i = 0; i < transfers.length; i++) to = Math.max(to, transfers.end[i] as number);
  for (let i = 0; i < pools.length; i++) {
    from = Math.min(from, pools.start[i] as number);
    to = Math.max(to, pools.end[i] as number);
  }
  for (let i = 0; i < tasks.length; i++)
    to = Math.max(to, tasks.end[i] as number, tasks.returned[i] as number);
  return { from, to: Math.max(to, from + 1) };
}

/** Most places make one pool, whose load is that of the place. */
function loadsOf(tables: Tables, end: number, places: readonly PoolPlace[]) {
  const pools = poolLoads(tables, end);
  const several = places.filter((place) => place.pools.length > 1);
  const theirs = poolLoads(
    tables,
    end,
    several.map((place) => place.pools),
  );
  const loadOf = (place: PoolPlace): PoolLoad | undefined =>
    place.pools.length > 1 ? theirs[several.indexOf(place)] : pools[place.pools[0] ?? -1];
  return { pools, places: places.flatMap((place) => loadOf(place) ?? []) };
}

/** A function that is made when it is first called. */
function lazily<A extends unknown[], R>(make: () => (...args: A) => R): (...args: A) => R {
  const made = once(make);
  return (...args) => made()(...args);
}

function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

/** Keeps the last answer: every view asks for the same one. */
function rememberingLast<T>(compute: (key: number) => T): (key: number) => T {
  let known: { readonly key: number; readonly value: T } | null = null;
  return (key) => {
    if (known?.key !== key) known = { key, value: compute(key) };
    return known.value;
  };
}

/** Flame graph, table and search ask for the same weights: the last four answers are kept. */
function remembering(compute: Profile['weigh']): Profile['weigh'] {
  const known: { key: string; selection: Selection; weights: Weights }[] = [];
  return (metric, selection) => {
    const key = `${metric} ${selection.from} ${selection.to}`;
    const found = known.find(
      (entry) =>
        entry.key === key &&
        entry.selection.lanes === selection.lanes &&
        entry.selection.within === selection.within,
    );
    if (found) return found.weights;
    const weights = compute(metric, selection);
    known.unshift({ key, selection, weights });
    known.length = Math.min(known.length, 4);
    return weights;
  };
}
