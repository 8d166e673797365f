import type { Tables } from '../model/index.ts';
import { firstAbove } from './ascending.ts';
import type { Functions } from './functions.ts';
import { type Intervals, unionOf } from './intervals.ts';
import { groupRows, NumberedKeys, rowGroups } from './rowGroups.ts';
import { functionOfTask } from './taskGroups.ts';
import { firstSeen, lastSeen } from './taskTimes.ts';

/**
 * A maximal stretch of time in which one pool had tasks of one function from one lane: from the first submission to the last
 * result. Times are Nanos; sums count a row for all the tasks that it stands for.
 */
export interface Stretch {
  /** Row of `pools`. */
  readonly pool: number;
  /** The submitting lane, -1 when unknown. */
  readonly from: number;
  /** A number of `Functions`, -1 when unknown. */
  readonly function: number;
  readonly start: number;
  readonly end: number;
  tasks: number;
  /** Tasks that ended with an exception. */
  failed: number;
  /** Calls of the function. */
  items: number;
  /** Pickled arguments and results of the tasks whose bytes are known. */
  bytesOut: number;
  bytesBack: number;
}

/** The stretches of all tasks. Tasks between which at most `touch` Nanos pass belong to one stretch. */
export function stretchesOf(tables: Tables, functions: Functions, touch: number): Stretch[] {
  const { tasks } = tables;
  const called = functionOfTask(tables, functions);
  const groups = senderGroups(tables, functions);
  const stretches: Stretch[] = [];
  for (let group = 0; group < groups.count; group++) {
    const rows = groupRows(groups, group);
    const first = rows[0] as number;
    const key = {
      pool: tasks.pool[first] as number,
      from: tasks.from[first] as number,
      function: called(first),
    };
    const { from, to } = underWay(tasks, rows, touch);
    const own = Array.from(from, (start, at): Stretch => {
      return {
        ...key,
        start,
        end: to[at] as number,
        tasks: 0,
        failed: 0,
        items: 0,
        bytesOut: 0,
        bytesBack: 0,
      };
    });
    let at = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const seen = firstSeen(tasks, row);
      // The last stretch that starts at or before the task was seen; one does, and mostly that of the row before.
      const isSame = (from[at] as number) <= seen && !((from[at + 1] as number) <= seen);
      if (!isSame) at = firstAbove(from, seen) - 1;
      count(own[at] as Stretch, tasks, row);
    }
    for (const stretch of own) stretches.push(stretch);
  }
  return stretches;
}

/** Tasks of one pool, lane and function; a task that was never seen is in none. */
function senderGroups({ tasks, lanes }: Tables, functions: Functions) {
  // Two steps, because the product of three counts may exceed what a double can tell apart.
  const senders = new NumberedKeys();
  const called = functionOfTask({ tasks }, functions);
  return rowGroups(tasks.length, (row) => {
    if (lastSeen(tasks, row) < 0) return -1;
    const sender = senders.numberOf(
      (tasks.pool[row] as number) * (lanes.length + 1) + (tasks.from[row] as number) + 1,
    );
    return sender * (functions.count + 1) + called(row) + 1;
  });
}

/** When `rows` had a task under way. */
function underWay(tasks: Tables['tasks'], rows: Uint32Array, touch: number): Intervals {
  const starts = new Float64Array(rows.length);
  const ends = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    starts[i] = firstSeen(tasks, rows[i] as number);
    ends[i] = lastSeen(tasks, rows[i] as number);
  }
  return unionOf(starts, ends, touch);
}

function count(stretch: Stretch, tasks: Tables['tasks'], row: number): void {
  const weight = tasks.weight[row] as number;
  stretch.tasks += weight;
  if ((tasks.exception[row] as number) >= 0) stretch.failed += weight;
  stretch.items += weight * (tasks.items[row] as number);
  stretch.bytesOut += weight * Math.max(0, tasks.bytesOut[row] as number);
  stretch.bytesBack += weight * Math.max(0, tasks.bytesBack[row] as number);
}
