import type { TaskTotals } from '../../analyzer/analysis/tasks.ts';
import { isLost } from '../../analyzer/analysis/taskTimes.ts';
import { NOT_LOOKED, type Tables } from '../../analyzer/model/index.ts';

export const TASK_FIGURES = [
  'tasks',
  'calls',
  'workers',
  'run',
  'run95',
  'longest',
  'wait',
  'wait95',
  'out',
  'back',
  'pickling',
  'repeated',
  'exceptions',
  'unended',
] as const;
export type TaskFigure = (typeof TASK_FIGURES)[number];

/**
 * A figure of a group of tasks; NaN where it is not known.
 *
 * `wait`, `run`: mean Nanos in the queue and in the function, with the 95th percentiles `wait95`, `run95` and the
 * `longest` run. `out`, `back`: pickled bytes to the workers and back. `pickling`: Nanos of pickling and unpickling, on
 * both sides. `repeated`: share of the arguments' bytes that earlier tasks had carried already, from 0 to 1. `exceptions`:
 * tasks that ended in one; `unended`: tasks that were not seen to end.
 */
export function figureOf(totals: TaskTotals, figure: TaskFigure): number {
  const { queue, run, out, back } = totals;
  const known = (count: number, value: number): number => (count > 0 ? value : Number.NaN);
  switch (figure) {
    case 'tasks':
      return totals.tasks;
    case 'calls':
      return totals.chunk.sum;
    case 'workers':
      return totals.workers;
    case 'run':
      return known(run.count, run.mean);
    case 'run95':
      return known(run.count, run.p95);
    case 'longest':
      return known(run.count, run.max);
    case 'wait':
      return known(queue.count, queue.mean);
    case 'wait95':
      return known(queue.count, queue.p95);
    case 'out':
      return known(out.known, out.bytes);
    case 'back':
      return known(back.known, back.bytes);
    case 'pickling':
      return known(out.timed + back.timed, out.pack + out.unpack + back.pack + back.unpack);
    case 'repeated':
      return totals.repeated ?? Number.NaN;
    case 'exceptions':
      return totals.exceptions.reduce((sum, { count }) => sum + count, 0);
    case 'unended':
      return totals.lost;
  }
}

/** True where some tasks of the group did not tell what a volume or the time of pickling is the sum of. */
export function isLowerBound({ tasks, out, back }: TaskTotals, figure: TaskFigure): boolean {
  if (figure === 'out') return out.known < tasks;
  if (figure === 'back') return back.known < tasks;
  return figure === 'pickling' && out.timed + back.timed < 4 * tasks;
}

type Tasks = Tables['tasks'];

const positive = (column: Float64Array): boolean => column.some((value) => value > 0);

/** Whether some task has something to say in a figure; one that is not here is of interest always. */
const TELLS: Partial<Readonly<Record<TaskFigure, (tasks: Tasks) => boolean>>> = {
  calls: ({ items }) => items.some((value) => value !== 1),
  out: ({ bytesOut }) => positive(bytesOut),
  back: ({ bytesBack }) => positive(bytesBack),
  pickling: ({ packOut, unpackOut, packBack, unpackBack }) =>
    [packOut, unpackOut, packBack, unpackBack].some(positive),
  repeated: ({ repeats }) => repeats.some((value) => value > 0 && value !== NOT_LOOKED),
  exceptions: ({ exception }) => exception.some((value) => value >= 0),
  unended: (tasks) => tasks.end.some((_, row) => isLost(tasks, row)),
};

/**
 * The figures that tell something about a recording: a run without exceptions needs no column of zeros. Looks at the tasks
 * and not at their totals, since the columns are made before anybody asks for those.
 */
export const tellingFigures = (tasks: Tasks): TaskFigure[] =>
  TASK_FIGURES.filter((figure) => TELLS[figure]?.(tasks) ?? true);
