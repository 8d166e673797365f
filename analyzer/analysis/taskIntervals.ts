import type { Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import { type Intervals, unionOf } from './intervals.ts';
import { columnOf, groupRows, rowGroups } from './rowGroups.ts';
import { functionOfTask } from './taskGroups.ts';

/**
 * Which tasks: of a row of `pools`, of a number of `Functions` (-1: those of an unknown function), or the rows of `tasks` for
 * which `keeps` is true; absent means all.
 */
export interface TaskChoice {
  readonly pool?: number;
  readonly function?: number;
  readonly keeps?: (row: number) => boolean;
}

/**
 * When each lane was inside one of the chosen tasks. As `within` of a `Selection` it turns samples into the flame graph of
 * those tasks. A task without a known start, end or lane is no interval, and one inside another counts once.
 */
export function taskIntervals(
  tables: Tables,
  functions: Functions,
  choice: TaskChoice = {},
): (Intervals | undefined)[] {
  const { tasks, lanes } = tables;
  const called = functionOfTask(tables, functions);
  const groups = rowGroups(tasks.length, (row) => {
    const start = tasks.start[row] as number;
    if (start < 0 || (tasks.end[row] as number) <= start) return -1;
    if (choice.pool !== undefined && tasks.pool[row] !== choice.pool) return -1;
    if (choice.function !== undefined && called(row) !== choice.function) return -1;
    if (choice.keeps && !choice.keeps(row)) return -1;
    return tasks.lane[row] as number;
  });
  const within = new Array<Intervals | undefined>(lanes.length).fill(undefined);
  for (let group = 0; group < groups.count; group++) {
    const rows = groupRows(groups, group);
    const starts = columnOf(rows, (row) => tasks.start[row] as number);
    const ends = columnOf(rows, (row) => tasks.end[row] as number);
    within[tasks.lane[rows[0] as number] as number] = unionOf(starts, ends);
  }
  return within;
}
