import type { TaskTotals } from '../../analyzer/analysis/tasks.ts';
import type { Column, Sorting } from '../dom/grid.ts';
import { bytes, count, duration, percent } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Matcher } from '../state/search.ts';
import { figureOf, isLowerBound, type TaskFigure } from './figures.ts';
import { definedAt, placeName, taskName } from './names.ts';

export type TaskColumn = 'name' | TaskFigure;

export const TASK_COLUMNS: readonly Column<TaskColumn>[] = [
  {
    id: 'name',
    title: 'Function and pool',
    explanation: 'The function that the pool was given, and the pool',
  },
  { id: 'tasks', title: 'Tasks', explanation: 'Pieces of work that were sent: calls, or chunks of them' },
  { id: 'calls', title: 'Calls', explanation: 'Calls of the function in all tasks' },
  { id: 'workers', title: 'Workers', explanation: 'Workers that ran at least one of the tasks' },
  { id: 'run', title: 'Run', explanation: 'Time in a task, mean' },
  { id: 'run95', title: 'Run p95', explanation: 'Time in a task that 95 % of the tasks do not exceed' },
  { id: 'longest', title: 'Longest', explanation: 'Time in the longest task' },
  { id: 'wait', title: 'Queue', explanation: 'Time from submitting a task to a worker taking it, mean' },
  { id: 'wait95', title: 'Queue p95', explanation: 'Time in the queue that 95 % of the tasks do not exceed' },
  { id: 'out', title: 'Sent', explanation: 'Serialised arguments, to the workers' },
  { id: 'back', title: 'Back', explanation: 'Serialised results, back from the workers' },
  {
    id: 'pickling',
    title: 'Serialising',
    explanation: 'Time to serialise and deserialise arguments and results: pickling, or cloning',
  },
  {
    id: 'repeated',
    title: 'Repeated',
    explanation: 'Share of the sent bytes that earlier tasks had carried',
  },
  { id: 'exceptions', title: 'Raised', explanation: 'Tasks that ended in an exception' },
  {
    id: 'unended',
    title: 'No end',
    explanation: 'Tasks that were not seen to end: lost with their worker, or still running',
  },
];

const asTime = (value: number): string => duration(value);
const WRITERS: Readonly<Record<TaskFigure, (value: number) => string>> = {
  tasks: count,
  calls: count,
  workers: count,
  wait: asTime,
  wait95: asTime,
  run: asTime,
  run95: asTime,
  longest: asTime,
  out: bytes,
  back: bytes,
  pickling: asTime,
  repeated: percent,
  exceptions: count,
  unended: count,
};

/** Widths in CSS pixels: figures keep theirs, names have what is left and never less than `LEAST_NAME`. */
const WIDTHS: Readonly<Record<TaskFigure, number>> = {
  tasks: 64,
  calls: 64,
  workers: 62,
  run: 66,
  run95: 66,
  longest: 66,
  wait: 66,
  wait95: 76,
  out: 76,
  back: 80,
  pickling: 80,
  repeated: 72,
  exceptions: 60,
  unended: 60,
};
const LEAST_NAME = 186;
/** Left and right of a row, as in its style sheet. */
const PADDING = 32;

/** `template`: as `grid-template-columns`; `least`: CSS pixels below which a row is scrolled. */
export const taskWidths = (columns: readonly Column<TaskColumn>[]) =>
  widthsOf(columns.flatMap(({ id }) => (id === 'name' ? [] : [WIDTHS[id]])));

/** Of a grid with a name and figures of these widths. */
export function widthsOf(widths: readonly number[]): { template: string; least: number } {
  return {
    template: [`minmax(${LEAST_NAME}px, 1fr)`, ...widths.map((width) => `${width}px`)].join(' '),
    least: widths.reduce((sum, width) => sum + width, LEAST_NAME + PADDING),
  };
}

/** A figure as text: `–` for what is not known, `≥` before what is only known of some of the tasks. */
export function writeFigure(totals: TaskTotals, figure: TaskFigure): string {
  const value = figureOf(totals, figure);
  if (Number.isNaN(value)) return '–';
  return `${isLowerBound(totals, figure) ? '≥\u00a0' : ''}${WRITERS[figure](value)}`;
}

/** The totals that a search finds, sorted; what is not known comes last. */
export function sortedTotals(
  profile: Profile,
  all: readonly TaskTotals[],
  finds: Matcher | null,
  { by, descending }: Sorting<TaskColumn>,
): TaskTotals[] {
  const nameOf = (totals: TaskTotals): string => taskName(profile, totals.function);
  const rows = all.filter((totals) => {
    const source = definedAt(profile, totals.function);
    return finds?.(`${nameOf(totals)} ${source} ${placeName(profile, totals.pool)}`) !== false;
  });
  const sign = descending ? -1 : 1;
  if (by === 'name') {
    const { compare } = new Intl.Collator('en', { numeric: true });
    return rows.sort((a, b) => sign * compare(nameOf(a), nameOf(b)) || a.group - b.group);
  }
  return rows.sort((a, b) => {
    const [one, other] = [figureOf(a, by), figureOf(b, by)];
    if (Number.isNaN(one) || Number.isNaN(other))
      return Number(Number.isNaN(one)) - Number(Number.isNaN(other)) || a.group - b.group;
    return sign * (one - other) || a.group - b.group;
  });
}
