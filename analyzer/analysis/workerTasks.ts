import type { Tables } from '../model/index.ts';
import { ascending } from './ascending.ts';
import { unionOf } from './intervals.ts';
import { columnOf, groupRows, rowGroups } from './rowGroups.ts';

/** `startMethod` of pools whose workers are threads of Node with heaps of their own. */
export const NODE_WORKERS = 'worker';

/** What the tasks of a pool of Node workers came to. Times are Nanos. */
export interface WorkerTasks {
  readonly pool: number;
  /** Rows of `tasks` whose beginning and end are known, in order of their submission. */
  readonly rows: Uint32Array;
  /** From the first submission to the last return. */
  readonly from: number;
  readonly to: number;
  /** In which at least one of them was under way. */
  readonly busy: number;
  /** Tasks under way at a time, while there were any. */
  readonly concurrency: number;
  /** Sum of the times in the user's function. */
  readonly run: number;
  /** Distinct lanes that ran them. */
  readonly lanes: readonly number[];
}

/** When the result of a task was there; -1 when that is not known. */
export const backAt = ({ returned, end }: Tables['tasks'], row: number): number =>
  (returned[row] as number) >= 0 ? (returned[row] as number) : (end[row] as number);

/** Each pool of Node workers that ran tasks of which the times are known. */
export function workerTasks({ tasks, pools }: Pick<Tables, 'tasks' | 'pools'>): WorkerTasks[] {
  const groups = rowGroups(tasks.length, (row) => {
    const pool = tasks.pool[row] as number;
    if (pools.startMethod[pool] !== NODE_WORKERS) return -1;
    const submit = tasks.submit[row] as number;
    const back = backAt(tasks, row);
    return submit >= 0 && back >= submit && back < Number.POSITIVE_INFINITY ? pool : -1;
  });
  return Array.from({ length: groups.count }, (_, group) => totalsOf(tasks, groupRows(groups, group)));
}

function totalsOf(tasks: Tables['tasks'], unordered: Uint32Array): WorkerTasks {
  const submits = columnOf(unordered, (row) => tasks.submit[row] as number);
  const rows = ascending(submits).map((at) => unordered[at] as number);
  const starts = columnOf(rows, (row) => tasks.submit[row] as number);
  const ends = columnOf(rows, (row) => backAt(tasks, row));
  const lanes = new Set<number>();
  let [under, run, to] = [0, 0, 0];
  for (const row of rows) {
    const back = backAt(tasks, row);
    under += back - (tasks.submit[row] as number);
    to = Math.max(to, back);
    const [start, end] = [tasks.start[row] as number, tasks.end[row] as number];
    if (start >= 0 && end > start) run += end - start;
    if ((tasks.lane[row] as number) >= 0) lanes.add(tasks.lane[row] as number);
  }
  const from = starts[0] as number;
  const union = unionOf(starts, ends);
  const busy = union.from.reduce((sum, start, i) => sum + (union.to[i] as number) - start, 0);
  return {
    pool: tasks.pool[rows[0] as number] as number,
    rows,
    from,
    to,
    busy,
    concurrency: busy > 0 ? under / busy : 0,
    run,
    lanes: [...lanes],
  };
}
