import { NOT_LOOKED, type Tables } from '../model/index.ts';
import { type Distribution, distributionOf } from './distribution.ts';
import type { Functions } from './functions.ts';
import { groupRows, rowGroups } from './rowGroups.ts';
import { isSelected, type TaskGroups, taskGroupsOf } from './taskGroups.ts';
import { isLost, queueWait, runTime, wayBack } from './taskTimes.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/**
 * What the tasks of one group came to: those of one pool and one function, unless others were asked for. Times are Nanos. A row that stands for several tasks counts for all
 * of them, so counts are exact and the rest is their estimate. What was not seen of a task is missing in the sums.
 */
export interface TaskTotals {
  /** Its number in `TaskGroups`. */
  readonly group: number;
  /** Row of `pools`, or what else tasks were grouped by. */
  readonly pool: number;
  /** A number of `Functions`, -1 when unknown. */
  readonly function: number;
  readonly tasks: number;
  /** Calls of the function in one task: the chunk size. Its sum is the calls of all tasks. */
  readonly chunk: Distribution;
  /** Distinct lanes that ran them. */
  readonly workers: number;
  /** Tasks that were handed out and never came to an end. */
  readonly lost: number;
  readonly queue: Distribution;
  readonly run: Distribution;
  /** From the pickled result to the process that waited for it. */
  readonly wayBack: Distribution;
  readonly out: Carried;
  readonly back: Carried;
  /** Share of the arguments that earlier tasks of the pool had carried already, by volume; null when nothing was looked at. */
  readonly repeated: number | null;
  /** Tasks by the type of the exception that ended them, the most frequent first. */
  readonly exceptions: readonly { readonly type: string; readonly count: number }[];
}

/** What tasks carried one way. `known`: tasks whose bytes are known; 0 bytes where nothing is pickled. */
export interface Carried {
  known: number;
  /** Tasks that carried anything. */
  moved: number;
  bytes: number;
  /** Nanos of pickling and unpickling, at either end. */
  pack: number;
  unpack: number;
  /** How many times those two are the sum of: twice the tasks when each is known. */
  timed: number;
}

/**
 * Totals of every group that has tasks in the selection, those that ran longest first. A task counts whole, however little of
 * it lies in the selection.
 */
export function taskTotals(
  tables: Tables,
  functions: Functions,
  selection: Selection = EVERYTHING,
  groups: TaskGroups = taskGroupsOf(tables, functions),
): TaskTotals[] {
  const { tasks } = tables;
  const selected = rowGroups(tasks.length, (row) =>
    isSelected(tasks, row, selection) ? (groups.ofTask[row] as number) : -1,
  );
  // The last group that was seen on a lane: counting its distinct lanes then needs no set.
  const seenOn = new Int32Array(tables.lanes.length).fill(-1);
  const totals: TaskTotals[] = [];
  for (let at = 0; at < selected.count; at++) {
    const rows = groupRows(selected, at);
    const group = groups.ofTask[rows[0] as number] as number;
    const key = { pool: groups.pool[group] as number, function: groups.function[group] as number };
    totals.push({ group, ...key, ...totalsOf(tables, rows, group, seenOn) });
  }
  return totals.sort((a, b) => b.run.sum - a.run.sum || b.tasks - a.tasks);
}

function totalsOf(
  { tasks, strings }: Tables,
  rows: Uint32Array,
  group: number,
  seenOn: Int32Array,
): Omit<TaskTotals, 'group' | 'pool' | 'function'> {
  const weights = new Float64Array(rows.length);
  const queue = new Float64Array(rows.length);
  const run = new Float64Array(rows.length);
  const back = new Float64Array(rows.length);
  const items = new Float64Array(rows.length);
  const exceptions = new Map<string, number>();
  let workers = 0;
  let lost = 0;
  let looked = 0;
  let repeated = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const weight = tasks.weight[row] as number;
    weights[i] = weight;
    queue[i] = queueWait(tasks, row);
    run[i] = runTime(tasks, row);
    back[i] = wayBack(tasks, row);
    items[i] = tasks.items[row] as number;
    if (isLost(tasks, row)) lost += weight;
    const lane = tasks.lane[row] as number;
    if (lane >= 0 && seenOn[lane] !== group) {
      seenOn[lane] = group;
      workers++;
    }
    const repeats = tasks.repeats[row] as number;
    const bytes = tasks.bytesOut[row] as number;
    if (repeats !== NOT_LOOKED && bytes > 0) {
      looked += weight * bytes;
      repeated += (weight * bytes * Math.min(100, repeats)) / 100;
    }
    const exception = tasks.exception[row] as number;
    if (exception < 0) continue;
    const type = strings.value[exception] as string;
    exceptions.set(type, (exceptions.get(type) ?? 0) + weight);
  }
  const chunk = distributionOf(items, weights);
  return {
    tasks: chunk.count,
    chunk,
    workers,
    lost,
    queue: distributionOf(queue, weights),
    run: distributionOf(run, weights),
    wayBack: distributionOf(back, weights),
    out: carried(rows, weights, tasks.bytesOut, tasks.packOut, tasks.unpackOut),
    back: carried(rows, weights, tasks.bytesBack, tasks.packBack, tasks.unpackBack),
    repeated: looked > 0 ? repeated / looked : null,
    exceptions: [...exceptions]
      .map(([type, count]) => ({ type, count }))
      .sort((a, b) => b.count - a.count || (a.type < b.type ? -1 : 1)),
  };
}

function carried(
  rows: Uint32Array,
  weights: Float64Array,
  bytes: Float64Array,
  pack: Float64Array,
  unpack: Float64Array,
): Carried {
  const sum: Carried = { known: 0, moved: 0, bytes: 0, pack: 0, unpack: 0, timed: 0 };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const weight = weights[i] as number;
    const volume = bytes[row] as number;
    // A double of a stranger's file may be no number at all.
    if (volume >= 0 && volume < Number.POSITIVE_INFINITY) {
      sum.known += weight;
      sum.bytes += weight * volume;
      if (volume > 0) sum.moved += weight;
    }
    const [packing, unpacking] = [pack[row] as number, unpack[row] as number];
    sum.pack += weight * Math.max(0, packing);
    sum.unpack += weight * Math.max(0, unpacking);
    sum.timed += weight * (Number(packing >= 0) + Number(unpacking >= 0));
  }
  return sum;
}
