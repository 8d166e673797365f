import { NOT_LOOKED, type Tables } from '../model/index.ts';
import { type Coverage, coverageOf } from './coverage.ts';
import { unionOf } from './intervals.ts';
import { groupRows, rowGroups } from './rowGroups.ts';
import { firstOnLane, firstSeen, lastSeen, runTime } from './taskTimes.ts';
import type { Trace } from './trace.ts';

/** How one pool was used. Times are Nanos; sums count a row of `tasks` for all the tasks that it stands for. */
export interface PoolUse {
  /** Row of `pools`. */
  readonly pool: number;
  /** Rows of `tasks` that were seen. */
  readonly rows: Uint32Array;
  readonly tasks: number;
  /** Lanes that ran them. */
  readonly workers: readonly number[];
  /** The lane that submitted most of them, -1 when unknown. */
  readonly sender: number;
  /** When something was under way, from its submission to its return. */
  readonly underWay: Coverage;
  /** When at least one worker had a task, from taking it to the end of pickling its result. */
  readonly atWork: Coverage;
  /** The same, of all workers together: the area under their number. */
  readonly held: number;
  /** From the submission of each task to its return, added up. */
  readonly inFlight: number;
  /** In the program's functions. */
  readonly run: number;
  readonly longestRun: number;
  readonly carried: Carriage;
}

/** What tasks carried, and what that took. Times are Nanos of all tasks together. */
export interface Carriage {
  readonly bytesOut: number;
  readonly bytesBack: number;
  readonly packOut: number;
  readonly unpackOut: number;
  readonly packBack: number;
  readonly unpackBack: number;
  /** Share of the arguments' volume that earlier tasks had carried, of those that were looked at; null where none was. */
  readonly repeated: number | null;
}

/** The use of each pool that had tasks. */
export const poolUses = (trace: Trace): readonly PoolUse[] =>
  trace.once('poolUses', () => usesOf(trace.tables));

function usesOf({ tasks, pools, lanes }: Tables): PoolUse[] {
  const groups = rowGroups(tasks.length, (row) =>
    (tasks.pool[row] as number) < pools.length && lastSeen(tasks, row) >= 0
      ? (tasks.pool[row] as number)
      : -1,
  );
  const seenBy = new Int32Array(lanes.length).fill(-1);
  return Array.from({ length: groups.count }, (_, group) =>
    useOf(tasks, groupRows(groups, group), group, seenBy),
  );
}

/** `seenBy`: the last pool that was seen to use a lane. */
function useOf(tasks: Tables['tasks'], rows: Uint32Array, group: number, seenBy: Int32Array): PoolUse {
  const workers: number[] = [];
  const senders = new Map<number, number>();
  const sums = { tasks: 0, inFlight: 0, run: 0, longestRun: 0, held: 0 };
  const begun = new Float64Array(rows.length);
  const over = new Float64Array(rows.length);
  const taken = new Float64Array(rows.length);
  const left = new Float64Array(rows.length);
  let ran = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const weight = tasks.weight[row] as number;
    sums.tasks += weight;
    begun[i] = firstSeen(tasks, row);
    over[i] = lastSeen(tasks, row);
    sums.inFlight += weight * ((over[i] as number) - (begun[i] as number));
    const run = runTime(tasks, row);
    sums.run += weight * Math.max(0, run);
    sums.longestRun = Math.max(sums.longestRun, run);
    const sender = tasks.from[row] as number;
    senders.set(sender, (senders.get(sender) ?? 0) + weight);
    const lane = tasks.lane[row] as number;
    if (lane >= 0 && lane < seenBy.length && seenBy[lane] !== group) {
      seenBy[lane] = group;
      workers.push(lane);
    }
    const first = firstOnLane(tasks, row);
    const last = (tasks.end[row] as number) + Math.max(0, tasks.packBack[row] as number);
    if (!(first >= 0 && last >= first)) continue;
    sums.held += weight * (last - first);
    taken[ran] = first;
    left[ran++] = last;
  }
  const [sender] = [...senders].reduce((most, each) => (each[1] > most[1] ? each : most), [-1, 0]);
  return {
    pool: tasks.pool[rows[0] as number] as number,
    rows,
    workers,
    sender,
    ...sums,
    underWay: coverageOf(unionOf(begun, over)),
    atWork: coverageOf(unionOf(taken.slice(0, ran), left.slice(0, ran))),
    carried: carriageOf(tasks, rows),
  };
}

function carriageOf(tasks: Tables['tasks'], rows: Uint32Array): Carriage {
  const sum = { bytesOut: 0, bytesBack: 0, packOut: 0, unpackOut: 0, packBack: 0, unpackBack: 0 };
  let looked = 0;
  let repeated = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const weight = tasks.weight[row] as number;
    const out = volume(tasks.bytesOut[row] as number);
    sum.bytesOut += weight * out;
    sum.bytesBack += weight * volume(tasks.bytesBack[row] as number);
    sum.packOut += weight * Math.max(0, tasks.packOut[row] as number);
    sum.unpackOut += weight * Math.max(0, tasks.unpackOut[row] as number);
    sum.packBack += weight * Math.max(0, tasks.packBack[row] as number);
    sum.unpackBack += weight * Math.max(0, tasks.unpackBack[row] as number);
    const repeats = tasks.repeats[row] as number;
    if (repeats === NOT_LOOKED) continue;
    looked += weight * out;
    repeated += (weight * out * Math.min(100, repeats)) / 100;
  }
  return { ...sum, repeated: looked > 0 ? repeated / looked : null };
}

/** Bytes that are known; a double of a stranger's file may be no number at all. */
const volume = (bytes: number): number => (bytes > 0 && bytes < Number.POSITIVE_INFINITY ? bytes : 0);
