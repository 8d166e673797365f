import { ACTIVITIES } from '../analyzer/analysis/activity.ts';
import { accumulate, type CallTree, callTree } from '../analyzer/analysis/callTree.ts';
import { type CounterSeries, counterSeries } from '../analyzer/analysis/counterSeries.ts';
import { type Functions, functionsOf } from '../analyzer/analysis/functions.ts';
import { type Home, homesOf } from '../analyzer/analysis/origin.ts';
import { addActivity, type Timeline, timelineOf } from '../analyzer/analysis/timeline.ts';
import { type Metric, rowStarts, type Selection, selfWeights } from '../analyzer/analysis/weights.ts';
import { LANE_KINDS, type Recording } from '../analyzer/model/index.ts';
import type { Interval } from './state/viewState.ts';

/** A recording with what every view asks of it, computed once. */
export interface Profile {
  readonly recording: Recording;
  readonly functions: Functions;
  /** Home of each function. */
  readonly homes: readonly Home[];
  readonly tree: CallTree;
  readonly timeline: Timeline;
  readonly counters: readonly CounterSeries[];
  /** The run in Nanos; `to > from` even when nothing was recorded. */
  readonly bounds: Interval;
  /** Lanes that are no counters. */
  readonly lanes: readonly number[];
  /** Nanos of each of `ACTIVITIES` for each lane, whole run: `ACTIVITIES.length` numbers a lane. */
  readonly activity: Float64Array;
  /** The weights of a selection; the last ones asked for are kept. */
  readonly weigh: (metric: Metric, selection: Selection) => Weights;
}

/** Weights of the nodes of the call tree, in the metric's unit. */
export interface Weights {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

export function profileOf(recording: Recording): Profile {
  const { tables } = recording;
  const functions = functionsOf(tables);
  const tree = callTree(tables, functions);
  const starts = rowStarts(tables);
  const timeline = timelineOf(tables, starts);
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
  return {
    recording,
    functions,
    homes: homesOf(functions),
    tree,
    timeline,
    counters: counterSeries(tables),
    bounds,
    lanes,
    activity,
    weigh: remembering((metric, selection) => {
      const self = selfWeights(tables, starts, tree, metric, selection);
      const total = self.slice();
      accumulate(tree, total);
      return { self, total };
    }),
  };
}

/** From the clock of the recording, widened to what it holds: a last row may end after the run was seen to end. */
export function boundsOf({ meta, tables }: Recording): Interval {
  let from: number = meta.clock.start;
  let to: number = meta.clock.end;
  const { samples, lanes, spans } = tables;
  for (let i = 0; i < lanes.length; i++) from = Math.min(from, lanes.start[i] as number);
  for (let i = 0; i < samples.length; i++) to = Math.max(to, samples.time[i] as number);
  for (let i = 0; i < spans.length; i++) to = Math.max(to, spans.end[i] as number);
  return { from, to: Math.max(to, from + 1) };
}

/** Flame graph, table and search ask for the same weights: the last four answers are kept. */
function remembering(compute: Profile['weigh']): Profile['weigh'] {
  const known: { key: string; lanes: Uint8Array | null; weights: Weights }[] = [];
  return (metric, selection) => {
    const key = `${metric} ${selection.from} ${selection.to}`;
    const found = known.find((entry) => entry.key === key && entry.lanes === selection.lanes);
    if (found) return found.weights;
    const weights = compute(metric, selection);
    known.unshift({ key, lanes: selection.lanes, weights });
    known.length = Math.min(known.length, 4);
    return weights;
  };
}
