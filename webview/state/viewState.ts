import type { Selection } from '../../analyzer/analysis/weights.ts';

/** Nanos; `to > from`. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** The metrics that the flame graph can be weighed with. */
export const FLAME_METRICS = ['cpu', 'wall', 'gil-wait', 'gil-held', 'samples', 'gpu', 'copy'] as const;
export type FlameMetric = (typeof FLAME_METRICS)[number];

export const TABS = [
  'flame',
  'functions',
  'kernels',
  'transfers',
  'operators',
  'tasks',
  'locks',
  'deopts',
  'efficiency',
] as const;
export type Tab = (typeof TABS)[number];

/** What is selected and what is in sight: shared by every view, and what the URL keeps. */
export interface ViewState {
  /** The part of the run that the timeline shows. */
  readonly view: Interval;
  /** The selected part; null: the whole run. */
  readonly range: Interval | null;
  /** Selected lanes, ascending; null: all. */
  readonly lanes: readonly number[] | null;
  readonly metric: FlameMetric;
  readonly tab: Tab;
  readonly search: string;
  /** Node of the call tree that the flame graph is zoomed to; 0: all. */
  readonly zoom: number;
  /** Selected function; -1: none. */
  readonly picked: number;
  /** Selected task, a row of `tasks`; -1: none. Its time and its lane are selected with it. */
  readonly task: number;
  /** Selected work of a device, a number of `DeviceWork`; -1: none. Its time and its stream are selected with it. */
  readonly work: number;
  /** Group of tasks that the timeline brings out, a number of `TaskGroups`; -1: none. */
  readonly group: number;
  /** Key of the selected finding; empty: none. Its time, its lanes and its function are selected with it. */
  readonly finding: string;
  /** Ids of the collapsed groups of the timeline. */
  readonly collapsed: readonly string[];
}

export function initialState(bounds: Interval, metric: FlameMetric): ViewState {
  return {
    view: bounds,
    range: null,
    lanes: null,
    metric,
    tab: 'flame',
    search: '',
    zoom: 0,
    picked: -1,
    task: -1,
    work: -1,
    group: -1,
    finding: '',
    collapsed: [],
  };
}

/** What no longer selects a single task or piece of device work: another selection took its place. */
export const NO_EVENT = { task: -1, work: -1 } as const satisfies Partial<ViewState>;

/** The shortest view: below a microsecond a sampling profiler has nothing to show. */
const SHORTEST = 1000;

/** Moves an interval into the bounds and keeps its length where that is possible. */
export function within(interval: Interval, bounds: Interval): Interval {
  const whole = bounds.to - bounds.from;
  const length = Math.min(whole, Math.max(Math.min(SHORTEST, whole), interval.to - interval.from));
  const from = Math.min(Math.max(interval.from, bounds.from), bounds.to - length);
  return { from, to: from + length };
}

/** Zooms so that the instant `at` stays where it is; `factor` below 1 zooms in. */
export function zoomed(view: Interval, at: number, factor: number, bounds: Interval): Interval {
  return within({ from: at - (at - view.from) * factor, to: at + (view.to - at) * factor }, bounds);
}

/** Moves by a share of the view's length. */
export function panned(view: Interval, share: number, bounds: Interval): Interval {
  const by = (view.to - view.from) * share;
  return within({ from: view.from + by, to: view.to + by }, bounds);
}

/** The part of an interval inside the bounds; null when nothing is left of it. */
export function clipped(interval: Interval, bounds: Interval): Interval | null {
  const from = Math.max(interval.from, bounds.from);
  const to = Math.min(interval.to, bounds.to);
  return to > from ? { from, to } : null;
}

/** The selection of a state as the analysis takes it. The mask is the same object as long as the lanes are. */
export function selectionOf(
  { range, lanes }: Pick<ViewState, 'range' | 'lanes'>,
  laneCount: number,
): Selection {
  return {
    from: range?.from ?? Number.NEGATIVE_INFINITY,
    to: range?.to ?? Number.POSITIVE_INFINITY,
    lanes: lanes === null ? null : maskOf(lanes, laneCount),
  };
}

const masks = new WeakMap<readonly number[], Uint8Array>();

function maskOf(lanes: readonly number[], laneCount: number): Uint8Array {
  const known = masks.get(lanes);
  if (known) return known;
  const mask = new Uint8Array(laneCount);
  for (const lane of lanes) mask[lane] = 1;
  masks.set(lanes, mask);
  return mask;
}

/** Adds a lane to a selection or takes it out; the last one out selects all lanes again. */
export function toggled(lanes: readonly number[] | null, lane: number): readonly number[] | null {
  if (lanes === null) return [lane];
  const others = lanes.filter((id) => id !== lane);
  if (others.length < lanes.length) return others.length === 0 ? null : others;
  return [...lanes, lane].sort((a, b) => a - b);
}

export const sameLanes = (a: readonly number[] | null, b: readonly number[] | null): boolean =>
  a === b || (a !== null && b !== null && a.length === b.length && a.every((lane, i) => lane === b[i]));
