import type { Tables } from '../model/index.ts';

/**
 * What the times of a task say, in Nanos; -1 where an end of the interval was not seen. Two processes stamp the times of one
 * task, and a recording may come from a stranger: an interval that would be negative counts as not seen.
 */
type Tasks = Tables['tasks'];

const between = (from: number, to: number): number => (from >= 0 && to >= from ? to - from : -1);

/** From being submitted until a worker took it. */
export const queueWait = (tasks: Tasks, row: number): number =>
  between(tasks.submit[row] as number, tasks.dequeue[row] as number);

/** In the user's function. */
export const runTime = (tasks: Tasks, row: number): number =>
  between(tasks.start[row] as number, tasks.end[row] as number);

/** From the result being pickled until the process that submitted the task had it. */
export function wayBack(tasks: Tasks, row: number): number {
  const end = tasks.end[row] as number;
  if (end < 0) return -1;
  return between(end + Math.max(0, tasks.packBack[row] as number), tasks.returned[row] as number);
}

/** A task that was handed out and never came to an end: its worker died, or the run ended first. */
export const isLost = (tasks: Tasks, row: number): boolean =>
  (tasks.end[row] as number) < 0 && (tasks.returned[row] as number) < 0;

/** The first instant at which a task was seen with its worker; -1 when it was not. */
export function firstOnLane({ dequeue, start, end }: Tasks, row: number): number {
  if ((dequeue[row] as number) >= 0) return dequeue[row] as number;
  if ((start[row] as number) >= 0) return start[row] as number;
  return end[row] as number;
}

/** The first instant at which a task was seen, in the order of its life; -1 when it never was. */
export function firstSeen(tasks: Tasks, row: number): number {
  const submit = tasks.submit[row] as number;
  if (submit >= 0) return submit;
  const onLane = firstOnLane(tasks, row);
  return onLane >= 0 ? onLane : (tasks.returned[row] as number);
}

/** The last instant at which a task was seen, never before the first; -1 when it never was. */
export const lastSeen = (tasks: Tasks, row: number): number =>
  Math.max(
    tasks.submit[row] as number,
    tasks.dequeue[row] as number,
    tasks.start[row] as number,
    tasks.end[row] as number,
    tasks.returned[row] as number,
  );
