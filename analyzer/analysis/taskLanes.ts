import type { Tables } from '../model/index.ts';
import { firstAbove, laneOrder } from './ascending.ts';
import type { Functions } from './functions.ts';
import { functionOfTask } from './taskGroups.ts';
import { firstOnLane, isLost } from './taskTimes.ts';

/**
 * The tasks of each lane in order of time, with running sums: how long a lane was inside tasks between any two instants is
 * answered in a binary search, so that a picture of a million tasks costs its pixels and not its tasks.
 *
 * A *position* is a place in every column; the positions of lane i are `offset[i]` to `offset[i + 1] - 1`. A thread does one
 * task at a time, and so tasks of a lane do not overlap here: one that another one cut short ends where that begins.
 *
 *     from ....... start ........ end ......... to
 *     |  unpickle  |     runs     | pickles result |
 */
export interface TaskLanes {
  readonly offset: Uint32Array;
  /** Row of `tasks` at each position. */
  readonly row: Uint32Array;
  /** Nanos, `from <= start <= end <= to`, and `to` is at most the next `from`. */
  readonly from: Float64Array;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly to: Float64Array;
  /** Number of `Functions` at each position, -1 when unknown. */
  readonly function: Int32Array;
  /** The first later position of the lane with another function. */
  readonly sameUntil: Uint32Array;
  /** Nanos that all earlier positions ran, and that they took for pickling. */
  readonly ran: Float64Array;
  readonly pickled: Float64Array;
  /** Positions of tasks that ended in an exception or were not seen to end, ascending. */
  readonly failed: Uint32Array;
}

/**
 * `end`: Nanos when the recording ends; a task that was not seen to end lasts as long as its lane, and no longer than that.
 * `keeps`: which rows of `tasks` are wanted, all when left out.
 */
export function taskLanesOf(
  { tasks, lanes }: Pick<Tables, 'tasks' | 'lanes'>,
  functions: Pick<Functions, 'ofFrame'>,
  end: number,
  keeps: (row: number) => boolean = () => true,
): TaskLanes {
  const called = functionOfTask({ tasks }, functions);
  const lane = new Int32Array(tasks.length).fill(-1);
  const began = new Float64Array(tasks.length);
  for (let i = 0; i < tasks.length; i++) {
    const first = firstOnLane(tasks, i);
    began[i] = Math.max(0, first);
    if (first >= 0 && keeps(i)) lane[i] = tasks.lane[i] as number;
  }
  const { offset, row } = laneOrder(lane, began, lanes.length);
  const made = columns(row, offset);
  for (let its = 0; its < lanes.length; its++) {
    const laneEnd = lanes.end[its] as number;
    for (let at = (offset[its + 1] as number) - 1; at >= (offset[its] as number); at--) {
      const isLast = at + 1 === offset[its + 1];
      const limit = isLast ? Number.POSITIVE_INFINITY : (made.from[at + 1] as number);
      place(tasks, made, at, began, laneEnd >= 0 ? laneEnd : end, limit);
      made.function[at] = called(row[at] as number);
      const same = !isLast && made.function[at] === made.function[at + 1];
      made.sameUntil[at] = same ? (made.sameUntil[at + 1] as number) : at + 1;
    }
  }
  const failed: number[] = [];
  for (let at = 0; at < row.length; at++) {
    const ran = (made.end[at] as number) - (made.start[at] as number);
    const whole = (made.to[at] as number) - (made.from[at] as number);
    made.ran[at + 1] = (made.ran[at] as number) + ran;
    made.pickled[at + 1] = (made.pickled[at] as number) + whole - ran;
    const its = row[at] as number;
    if ((tasks.exception[its] as number) >= 0 || isLost(tasks, its)) failed.push(at);
  }
  return { ...made, failed: Uint32Array.from(failed) };
}

function columns(row: Uint32Array, offset: Uint32Array): Omit<TaskLanes, 'failed'> {
  const n = row.length;
  return {
    offset,
    row,
    from: new Float64Array(n),
    start: new Float64Array(n),
    end: new Float64Array(n),
    to: new Float64Array(n),
    function: new Int32Array(n),
    sameUntil: new Uint32Array(n),
    ran: new Float64Array(n + 1),
    pickled: new Float64Array(n + 1),
  };
}

/** Fills in the times of a position. `lost`: when a task ends that was not seen to; `limit`: when the next one begins. */
function place(
  tasks: Tables['tasks'],
  made: Omit<TaskLanes, 'failed'>,
  at: number,
  began: Float64Array,
  lost: number,
  limit: number,
): void {
  const row = made.row[at] as number;
  const from = began[row] as number;
  const start = Math.min(limit, Math.max(from, tasks.start[row] as number));
  const seen = tasks.end[row] as number;
  // Of one whose end was not seen, but whose result came back, the end lies before that.
  const back = tasks.returned[row] as number;
  const end = Math.min(limit, Math.max(start, seen >= 0 ? seen : back >= 0 ? back : lost));
  const packing = seen >= 0 ? Math.max(0, tasks.packBack[row] as number) : 0;
  made.from[at] = from;
  made.start[at] = start;
  made.end[at] = end;
  made.to[at] = Math.min(limit, end + packing);
}

/** The first position of a lane that ends after `time`; `offset[lane + 1]` when none does. */
export function taskPositionAt({ offset, to }: TaskLanes, lane: number, time: number): number {
  return firstAbove(to, time, offset[lane] as number, offset[lane + 1] as number);
}

/** Nanos that a lane ran tasks up to `time`, counted from an instant of its own. `at`: `taskPositionAt` of `time`. */
export function ranUntil(
  { offset, start, end, ran }: TaskLanes,
  lane: number,
  time: number,
  at: number,
): number {
  const before = ran[at] as number;
  if (at >= (offset[lane + 1] as number)) return before;
  return before + Math.max(0, Math.min(time, end[at] as number) - (start[at] as number));
}

/** The same for the time before and after the run of each task, when its arguments and its result are pickled. */
export function pickledUntil(
  { offset, from, start, end, pickled }: TaskLanes,
  lane: number,
  time: number,
  at: number,
): number {
  const before = pickled[at] as number;
  if (at >= (offset[lane + 1] as number)) return before;
  const leadIn = Math.max(0, Math.min(time, start[at] as number) - (from[at] as number));
  return before + leadIn + Math.max(0, time - (end[at] as number));
}

export const hasTasks = ({ offset }: TaskLanes, lane: number): boolean => offset[lane] !== offset[lane + 1];

/** The first index of `failed` that is not before `position`. */
export const firstFailure = ({ failed }: TaskLanes, position: number): number =>
  firstAbove(failed, position - 1);
