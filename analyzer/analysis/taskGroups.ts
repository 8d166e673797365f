import type { Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import { firstOnLane, runTime } from './taskTimes.ts';
import type { Selection } from './weights.ts';

type Tasks = Tables['tasks'];

/** The tasks of one function in one pool are a group; groups are numbered in the order in which they occur. */
export interface TaskGroups {
  readonly count: number;
  /** Row of `pools`, or a number of what pools were put together by, and number of `Functions` (-1 when unknown). */
  readonly pool: Uint32Array;
  readonly function: Int32Array;
  /** The group of each row of `tasks`. */
  readonly ofTask: Uint32Array;
}

/** `ofPool`: what the tasks of each pool are put together by, instead of the pool itself. */
export function taskGroupsOf(
  { tasks }: Pick<Tables, 'tasks'>,
  functions: Pick<Functions, 'ofFrame' | 'count'>,
  ofPool?: ArrayLike<number>,
): TaskGroups {
  const called = functionOfTask({ tasks }, functions);
  const known = new Map<number, number>();
  const pools: number[] = [];
  const itsFunction: number[] = [];
  const ofTask = new Uint32Array(tasks.length);
  for (let i = 0; i < tasks.length; i++) {
    const row = tasks.pool[i] as number;
    const pool = ofPool ? (ofPool[row] as number) : row;
    const its = called(i);
    const key = pool * (functions.count + 1) + its + 1;
    let id = known.get(key);
    if (id === undefined) {
      id = pools.length;
      known.set(key, id);
      pools.push(pool);
      itsFunction.push(its);
    }
    ofTask[i] = id;
  }
  return {
    count: pools.length,
    pool: Uint32Array.from(pools),
    function: Int32Array.from(itsFunction),
    ofTask,
  };
}

/** The function of a row of `tasks` as a number of `Functions`, -1 when unknown. */
export function functionOfTask(
  { tasks }: Pick<Tables, 'tasks'>,
  { ofFrame }: Pick<Functions, 'ofFrame'>,
): (row: number) => number {
  return (row) => {
    const frame = tasks.function[row] as number;
    return frame < 0 ? -1 : (ofFrame[frame] as number);
  };
}

/** True for a task that was with its worker, at least for a part of its time, inside a selection. */
export function isSelected(tasks: Tasks, row: number, { from, to, lanes }: Selection): boolean {
  const lane = tasks.lane[row] as number;
  if (lanes && (lane < 0 || !lanes[lane])) return false;
  const end = tasks.end[row] as number;
  if (end >= 0 && end + Math.max(0, tasks.packBack[row] as number) <= from) return false;
  const first = firstOnLane(tasks, row);
  return (first >= 0 ? first : (tasks.submit[row] as number)) < to;
}

/** The rows of the longest tasks of a selection, longest first, at most `most`. `group`: those of one group; -1 for all. */
export function longestTasks(
  tasks: Tasks,
  { ofTask }: Pick<TaskGroups, 'ofTask'>,
  selection: Selection,
  group: number,
  most: number,
): number[] {
  const found: { row: number; time: number }[] = [];
  let least = -1;
  for (let row = 0; row < tasks.length; row++) {
    if (group >= 0 && ofTask[row] !== group) continue;
    const time = runTime(tasks, row);
    if (!(time > least) || !isSelected(tasks, row, selection)) continue;
    found.push({ row, time });
    // Sorting now and then keeps the list short at the cost of a comparison a task.
    if (found.length < 4 * most) continue;
    found.sort((a, b) => b.time - a.time || a.row - b.row).length = most;
    least = found.at(-1)?.time ?? least;
  }
  return found
    .sort((a, b) => b.time - a.time || a.row - b.row)
    .slice(0, most)
    .map(({ row }) => row);
}
