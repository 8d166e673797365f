import { RUNNING, type Tables } from '../model/index.ts';
import { ACTIVITIES, activityOffCpu, IS_READY, RUNS } from './activity.ts';
import { firstAbove } from './ascending.ts';

const KINDS = ACTIVITIES.length;

/** Positions between two stored sums: 16 keep the index at 3 bytes a row, and a query walks 8 rows on average. */
const STRIDE = 16;

/**
 * The rows of `samples` by lane, then time, with running sums: how long a lane was running, ready or waiting between any
 * two instants is answered in a binary search, so that a picture of a million rows costs its pixels and not its rows.
 *
 * A *position* is a place in `row`, `from`, `to`; the positions of lane i are `offset[i]` to `offset[i + 1] - 1`.
 */
export interface Timeline {
  readonly offset: Uint32Array;
  /** Row of `samples` at each position. */
  readonly row: Uint32Array;
  /** Nanos, `from <= to`; a position begins where its predecessor on the lane ends. */
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Nanos on a CPU, and runnable without one, by position. */
  readonly cpu: Uint32Array;
  readonly ready: Uint32Array;
  /** Activity of the rest of the row, by position. */
  readonly rest: Uint8Array;
  /** First sum of each lane in `sums`, in units of `ACTIVITIES.length` numbers. */
  readonly sumOffset: Uint32Array;
  /** Nanos of each activity from the lane's first row to every 16th position. */
  readonly sums: Float64Array;
}

/**
 * `starts` as from `rowStarts`. `hasCpu`: false where no CPU time is known, so that what was seen running is taken to have run all the
 * while.
 */
export function timelineOf(
  { samples, lanes }: Pick<Tables, 'samples' | 'lanes'>,
  starts: Float64Array,
  hasCpu = true,
): Timeline {
  const n = samples.length;
  const offset = new Uint32Array(lanes.length + 1);
  for (let i = 0; i < n; i++) {
    const after = (samples.lane[i] as number) + 1;
    offset[after] = (offset[after] as number) + 1;
  }
  for (let lane = 0; lane < lanes.length; lane++)
    offset[lane + 1] = (offset[lane + 1] as number) + (offset[lane] as number);
  const next = offset.slice();
  const row = new Uint32Array(n);
  const from = new Float64Array(n);
  const to = new Float64Array(n);
  const cpu = new Uint32Array(n);
  const ready = new Uint32Array(n);
  const rest = new Uint8Array(n);
  for (let i = 0; i < n; i++) {
    const lane = samples.lane[i] as number;
    const at = next[lane] as number;
    next[lane] = at + 1;
    row[at] = i;
    from[at] = starts[i] as number;
    to[at] = samples.time[i] as number;
    cpu[at] = samples.cpu[i] as number;
    ready[at] = samples.ready[i] as number;
    const state = samples.state[i] as number;
    rest[at] = !hasCpu && state === RUNNING ? RUNS : activityOffCpu(state, samples.wait[i] as number);
  }
  const timeline = { offset, row, from, to, cpu, ready, rest };
  return { ...timeline, ...sumsOf(timeline, lanes.length) };
}

function sumsOf(
  timeline: Omit<Timeline, 'sums' | 'sumOffset'>,
  lanes: number,
): Pick<Timeline, 'sums' | 'sumOffset'> {
  const { offset } = timeline;
  const sumOffset = new Uint32Array(lanes + 1);
  for (let lane = 0; lane < lanes; lane++) {
    const rows = (offset[lane + 1] as number) - (offset[lane] as number);
    sumOffset[lane + 1] = (sumOffset[lane] as number) + Math.floor(rows / STRIDE) + 1;
  }
  const sums = new Float64Array((sumOffset[lanes] as number) * KINDS);
  const sum = new Float64Array(KINDS);
  for (let lane = 0; lane < lanes; lane++) {
    sum.fill(0);
    const begin = offset[lane] as number;
    const end = offset[lane + 1] as number;
    for (let at = begin; at < end; at++) {
      if ((at - begin) % STRIDE === 0) sums.set(sum, sumAt(sumOffset, lane, at - begin));
      addRow(timeline, at, 1, sum);
    }
    if ((end - begin) % STRIDE === 0) sums.set(sum, sumAt(sumOffset, lane, end - begin));
  }
  return { sums, sumOffset };
}

const sumAt = (sumOffset: Uint32Array, lane: number, rows: number): number =>
  ((sumOffset[lane] as number) + Math.floor(rows / STRIDE)) * KINDS;

/** Adds `share` of a row's times to `out`. The rest may be negative: the kernel's counters lag behind the clock. */
function addRow(
  { from, to, cpu, ready, rest }: Pick<Timeline, 'from' | 'to' | 'cpu' | 'ready' | 'rest'>,
  at: number,
  share: number,
  out: Float64Array,
): void {
  const running = cpu[at] as number;
  const waiting = ready[at] as number;
  const kind = rest[at] as number;
  out[RUNS] = (out[RUNS] as number) + share * running;
  out[IS_READY] = (out[IS_READY] as number) + share * waiting;
  const other = (to[at] as number) - (from[at] as number) - running - waiting;
  out[kind] = (out[kind] as number) + share * other;
}

/** The first position of a lane that ends after `time`; `offset[lane + 1]` when none does. */
export function positionAt({ offset, to }: Timeline, lane: number, time: number): number {
  return firstAbove(to, time, offset[lane] as number, offset[lane + 1] as number);
}

/**
 * Nanos of each activity on a lane up to `time`, into `out` (one number for each of `ACTIVITIES`). `at` is
 * `positionAt(timeline, lane, time)`, for callers that know it. A row that `time` cuts counts in proportion.
 */
export function activityUntil(
  timeline: Timeline,
  lane: number,
  time: number,
  out: Float64Array,
  at = positionAt(timeline, lane, time),
): void {
  const { offset, from, to, sums, sumOffset } = timeline;
  const begin = offset[lane] as number;
  const base = sumAt(sumOffset, lane, at - begin);
  for (let kind = 0; kind < KINDS; kind++) out[kind] = sums[base + kind] as number;
  for (let i = at - ((at - begin) % STRIDE); i < at; i++) addRow(timeline, i, 1, out);
  if (at < (offset[lane + 1] as number)) {
    const start = from[at] as number;
    if (time > start) addRow(timeline, at, (time - start) / ((to[at] as number) - start), out);
  }
}

const scratch = new Float64Array(KINDS);

/** Nanos of each activity on a lane between two instants, added to `out` (one number for each of `ACTIVITIES`). */
export function addActivity(
  timeline: Timeline,
  lane: number,
  from: number,
  to: number,
  out: Float64Array,
): void {
  if (to <= from) return;
  activityUntil(timeline, lane, to, scratch);
  for (let kind = 0; kind < KINDS; kind++) out[kind] = (out[kind] as number) + (scratch[kind] as number);
  activityUntil(timeline, lane, from, scratch);
  for (let kind = 0; kind < KINDS; kind++) out[kind] = (out[kind] as number) - (scratch[kind] as number);
}

/**
 * Mean number of lanes in an activity in each of the equal parts of an interval that `out` has numbers for: for `RUNS`,
 * the cores in use. Adds to `out`. A lane counts for 1 at most: the first row of a lane may hold the CPU time of before it
 * was found, in an interval without length.
 */
export function addConcurrency(
  timeline: Timeline,
  lanes: readonly number[],
  activity: number,
  from: number,
  to: number,
  out: Float64Array,
): void {
  const bins = out.length;
  const width = (to - from) / bins;
  if (!(width > 0)) return;
  for (const lane of lanes) {
    activityUntil(timeline, lane, from, scratch);
    let before = scratch[activity] as number;
    for (let bin = 0; bin < bins; bin++) {
      activityUntil(timeline, lane, from + (bin + 1) * width, scratch);
      const after = scratch[activity] as number;
      out[bin] = (out[bin] as number) + Math.min(1, Math.max(0, after - before) / width);
      before = after;
    }
  }
}
