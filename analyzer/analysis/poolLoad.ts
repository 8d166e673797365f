import type { Tables } from '../model/index.ts';
import { ascending, firstAbove } from './ascending.ts';
import { groupRows, rowGroups } from './rowGroups.ts';

/** A number that changes at instants, with the area under it: its mean over any interval is two binary searches. */
export interface Level {
  /** Nanos, ascending. */
  readonly time: Float64Array;
  /** The level from each instant on. */
  readonly level: Float64Array;
  /** The area under the level from the first instant to each. */
  readonly area: Float64Array;
  readonly most: number;
}

/** How many tasks of some pools waited to be taken and how many ran, and how many of the pools lived, over time. */
export interface PoolLoad {
  readonly waiting: Level;
  readonly running: Level;
  readonly living: Level;
}

/**
 * The load of sets of pools; of every pool by its row, when no others are asked for. `end`: Nanos when the recording ends.
 *
 * A row of `tasks` counts for its weight: the mean over many is then that of all tasks, while a single row of weight 10
 * stands where ten tasks ran one after the other.
 */
export function poolLoads(
  tables: Pick<Tables, 'pools' | 'tasks' | 'lanes'>,
  end: number,
  sets: readonly (readonly number[])[] = Array.from({ length: tables.pools.length }, (_, pool) => [pool]),
): PoolLoad[] {
  const { pools, tasks } = tables;
  const byPool = rowGroups(tasks.length, (row) => tasks.pool[row] as number);
  const rows = new Map<number, Uint32Array>();
  for (let i = 0; i < byPool.count; i++) {
    const its = groupRows(byPool, i);
    rows.set(tasks.pool[its[0] as number] as number, its);
  }
  return sets.map((set) => {
    const count = set.reduce((sum, pool) => sum + (rows.get(pool)?.length ?? 0), 0);
    const waiting = new Changes(count);
    const running = new Changes(count);
    const living = new Changes(set.length);
    for (const pool of set) {
      const gone = pools.end[pool] as number;
      const poolEnd = gone >= 0 ? gone : end;
      living.add(pools.start[pool] as number, poolEnd, 1);
      for (const row of rows.get(pool) ?? []) addTask(tables, row, poolEnd, waiting, running);
    }
    return { waiting: waiting.level(), running: running.level(), living: living.level() };
  });
}

function addTask(
  { tasks, lanes }: Pick<Tables, 'tasks' | 'lanes'>,
  row: number,
  poolEnd: number,
  waiting: Changes,
  running: Changes,
): void {
  const weight = tasks.weight[row] as number;
  const submit = tasks.submit[row] as number;
  const taken = firstKnown(tasks.dequeue[row], tasks.start[row], tasks.end[row]);
  if (submit >= 0) waiting.add(submit, taken >= 0 ? taken : poolEnd, weight);
  if (taken < 0) return;
  const began = firstKnown(tasks.start[row], tasks.dequeue[row], tasks.end[row]);
  const lane = tasks.lane[row] as number;
  const died = lane < 0 ? -1 : (lanes.end[lane] as number);
  running.add(began, firstKnown(tasks.end[row], tasks.returned[row], died, poolEnd), weight);
}

const firstKnown = (...times: (number | undefined)[]): number =>
  times.find((time) => time !== undefined && time >= 0) ?? -1;

/** Intervals that each raise a level by a weight. */
class Changes {
  private count = 0;
  private readonly time: Float64Array;
  private readonly by: Float64Array;

  constructor(intervals: number) {
    this.time = new Float64Array(2 * intervals);
    this.by = new Float64Array(2 * intervals);
  }

  add(from: number, to: number, weight: number): void {
    if (to <= from) return;
    this.time[this.count] = from;
    this.by[this.count++] = weight;
    this.time[this.count] = to;
    this.by[this.count++] = -weight;
  }

  level(): Level {
    const unsorted = this.time.subarray(0, this.count);
    const order = ascending(unsorted);
    const time = new Float64Array(this.count);
    const level = new Float64Array(this.count);
    const area = new Float64Array(this.count);
    let now = 0;
    let most = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      time[i] = unsorted[row] as number;
      if (i > 0) {
        const length = (time[i] as number) - (time[i - 1] as number);
        area[i] = (area[i - 1] as number) + now * length;
        // What rises and falls at one instant was never that high.
        if (length > 0) most = Math.max(most, now);
      }
      now += this.by[row] as number;
      level[i] = now;
    }
    return { time, level, area, most };
  }
}

function areaUntil({ time, level, area }: Level, at: number): number {
  const index = firstAbove(time, at) - 1;
  if (index < 0) return 0;
  return (area[index] as number) + (level[index] as number) * (at - (time[index] as number));
}

/** The mean of a level in an interval; 0 where nothing is known of it. */
export const meanLevel = (level: Level, from: number, to: number): number =>
  to > from ? Math.max(0, (areaUntil(level, to) - areaUntil(level, from)) / (to - from)) : 0;

/** The mean in each of the equal parts of an interval that `out` has numbers for. */
export function meanLevels(level: Level, from: number, to: number, out: Float64Array): void {
  const width = (to - from) / out.length;
  let before = areaUntil(level, from);
  for (let bin = 0; bin < out.length; bin++) {
    const after = areaUntil(level, from + (bin + 1) * width);
    out[bin] = Math.max(0, (after - before) / width);
    before = after;
  }
}
