import type { Tables } from '../../model/index.ts';
import { ascending } from '../ascending.ts';
import { columnOf, groupRows, rowGroups } from '../rowGroups.ts';
import { firstOnLane, firstSeen, lastSeen, runTime } from '../taskTimes.ts';

/**
 * What a pool was given before its program waited for all of it: one `map`, or the futures of one step. A pool is idle between
 * rounds, and work cannot move from one round to another.
 */
export interface Round {
  /** Row of `pools`. */
  readonly pool: number;
  /** From the first submission to the last result, in Nanos. */
  readonly start: number;
  readonly end: number;
  /** Rows of `tasks` in the order in which workers took them. */
  readonly rows: Uint32Array;
}

/**
 * Below this a task is so short that it may be back before its submitter has got to the next one, so that nothing under way does
 * not mean that somebody waited. A submission takes 10 to 100 microseconds.
 */
export const FINE = 1e6;

/** The rounds of each pool, in order of time. Tasks that were never seen, or never ended, are in none. */
export function roundsOf({ tasks, pools }: Pick<Tables, 'tasks' | 'pools'>): Round[] {
  const keyOf = groupKey({ tasks, pools });
  const byPool = rowGroups(tasks.length, (row) => (isWhole(tasks, row) ? keyOf(row) : -1));
  const rounds: Round[] = [];
  for (let i = 0; i < byPool.count; i++) addRounds(tasks, groupRows(byPool, i), rounds);
  return rounds.sort((a, b) => a.start - b.start || a.pool - b.pool);
}

/** All processes that a program starts are of one pool: those of one line and function belong together, and to no others. */
export const PROCESSES = 'multiprocessing.Process';

function groupKey({ tasks, pools }: Pick<Tables, 'tasks' | 'pools'>): (row: number) => number {
  const known = new Map<string, number>();
  return (row) => {
    const pool = tasks.pool[row] as number;
    if (pools.kind[pool] !== PROCESSES) return pool;
    const key = `${pool} ${tasks.stack[row]} ${tasks.function[row]}`;
    const id = known.get(key) ?? pools.length + known.size;
    known.set(key, id);
    return id;
  };
}

const isWhole = (tasks: Tables['tasks'], row: number): boolean =>
  runTime(tasks, row) >= 0 && firstSeen(tasks, row) >= 0 && lastSeen(tasks, row) < Number.POSITIVE_INFINITY;

function addRounds(tasks: Tables['tasks'], rows: Uint32Array, rounds: Round[]): void {
  const pool = tasks.pool[rows[0] as number] as number;
  const ordered = ascending(columnOf(rows, (row) => firstSeen(tasks, row))).map((at) => rows[at] as number);
  let first = 0;
  let end = Number.NEGATIVE_INFINITY;
  let longest = 0;
  const close = (to: number) => {
    const own = ordered.subarray(first, to);
    const taken = ascending(columnOf(own, (row) => Math.max(0, firstOnLane(tasks, row))));
    const start = firstSeen(tasks, own[0] as number);
    rounds.push({ pool, start, end, rows: taken.map((at) => own[at] as number) });
  };
  for (let at = 0; at < ordered.length; at++) {
    const row = ordered[at] as number;
    if (at > first && firstSeen(tasks, row) >= end) {
      const another = tasks.job[row] !== tasks.job[ordered[at - 1] as number];
      const isWaitedFor = at - first > 1 || longest >= FINE;
      if (another && isWaitedFor) {
        close(at);
        first = at;
        longest = 0;
      }
    }
    end = Math.max(at === first ? Number.NEGATIVE_INFINITY : end, lastSeen(tasks, row));
    longest = Math.max(longest, runTime(tasks, row));
  }
  if (ordered.length > 0) close(ordered.length);
}
