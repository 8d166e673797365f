import { GIL_WAIT, HOLDS_GIL, type SamplingMode, type Tables } from '../model/index.ts';
import type { CallTree } from './callTree.ts';
import { firstAfter, type Intervals, overlap } from './intervals.ts';

/**
 * What a sample counts for. `cpu`: time on a CPU. `wall`: time that passed, waiting included. `gil-wait`: time waiting for
 * the GIL. `gil-held`: time holding it, which only a recording in GIL mode knows. `samples`: observations. All but the
 * last in nanoseconds.
 */
export type Metric = 'cpu' | 'wall' | 'gil-wait' | 'gil-held' | 'samples';

/** What a view of a recording weighs with when its reader has not chosen. */
export const metricOfMode = {
  cpu: 'cpu',
  wall: 'wall',
  gil: 'gil-held',
  samples: 'samples',
} as const satisfies Record<SamplingMode, Metric>;

/** A part of a recording: an interval in Nanos, and the lanes that count (null: all). */
export interface Selection {
  readonly from: number;
  readonly to: number;
  /** One entry a lane; 0 leaves the lane out. */
  readonly lanes: Uint8Array | null;
  /** One entry a lane: only the time in these intervals counts, nothing of a lane without. Absent: all. */
  readonly within?: readonly (Intervals | undefined)[];
}

export const EVERYTHING: Selection = {
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  lanes: null,
};

/** Nanos at which the interval of each row of `samples` begins: the end of the lane's previous row, or the lane's start. */
export function rowStarts({ samples, lanes }: Pick<Tables, 'samples' | 'lanes'>): Float64Array {
  const last = Float64Array.from(lanes.start);
  const starts = new Float64Array(samples.length);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const time = samples.time[i] as number;
    // A lane's first row may be timed a moment before the lane was announced.
    starts[i] = Math.min(last[lane] as number, time);
    last[lane] = time;
  }
  return starts;
}

/** What one row of `samples` counts for. */
export function rowWeight(
  { samples }: Pick<Tables, 'samples'>,
  starts: Float64Array,
  row: number,
  metric: Metric,
): number {
  const wall = (samples.time[row] as number) - (starts[row] as number);
  switch (metric) {
    case 'cpu':
      return samples.cpu[row] as number;
    case 'wall':
      return wall;
    case 'gil-wait':
      if (samples.state[row] !== GIL_WAIT) return 0;
      return Math.max(0, wall - (samples.cpu[row] as number) - (samples.ready[row] as number));
    case 'gil-held':
      return ((samples.flags[row] as number) & HOLDS_GIL) !== 0 ? wall : 0;
    case 'samples':
      return samples.count[row] as number;
  }
}

/**
 * Self weight of every node of the tree within a selection. A row that lies partly in the interval counts for that part:
 * its CPU time is spread evenly over it.
 */
export function selfWeights(
  { samples }: Pick<Tables, 'samples'>,
  starts: Float64Array,
  tree: CallTree,
  metric: Metric,
  selection: Selection = EVERYTHING,
): Float64Array {
  const self = new Float64Array(tree.count);
  const { from, to, lanes, within } = selection;
  // Rows of a lane are in order of time, so what one has passed is behind all that follow.
  const passed = new Uint32Array(within?.length ?? 0);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    if (lanes && !lanes[lane]) continue;
    const start = starts[i] as number;
    const end = samples.time[i] as number;
    if (end <= from || start >= to) continue;
    let weight = rowWeight({ samples }, starts, i, metric);
    if (within) {
      const intervals = within[lane];
      if (!intervals) continue;
      const at = firstAfter(intervals, start, passed[lane]);
      passed[lane] = at;
      weight *= overlap(intervals, Math.max(start, from), Math.min(end, to), at) / (end - start || 1);
    } else if (start < from || end > to)
      weight *= (Math.min(end, to) - Math.max(start, from)) / (end - start);
    const stack = samples.stack[i] as number;
    const node = stack < 0 ? 0 : (tree.ofStack[stack] as number);
    self[node] = (self[node] as number) + weight;
  }
  return self;
}
