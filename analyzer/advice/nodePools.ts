import type { Site } from '../analysis/sites.ts';
import { SiteTimes } from '../analysis/siteTimes.ts';
import type { Trace } from '../analysis/trace.ts';
import { type WorkerTasks, workerTasks } from '../analysis/workerTasks.ts';
import { nameOf } from './places.ts';

/** What the rules about pools of Node workers ask of a recording together. */
export const workerTasksOf = (trace: Trace): readonly WorkerTasks[] =>
  trace.once('workerTasks', () => workerTasks(trace.tables));

/** The line that submits most of the tasks, and its share of them; null where none is known to be the program's. */
export function submittingSite(
  trace: Trace,
  rows: Uint32Array,
  weightOf: (row: number) => number = () => 1,
): { readonly site: Site; readonly share: number } | null {
  const times = new SiteTimes(trace);
  for (const row of rows) times.add(trace.tables.tasks.stack[row] as number, weightOf(row));
  const [most] = times.byTime(trace.functions);
  if (!most) return null;
  return { site: { function: most.function, line: most.line }, share: most.lineTime / times.total };
}

/** The name of the function that a pool ran, or of its file; the pool's own where that is not known. */
export function taskName(trace: Trace, { rows, pool }: WorkerTasks): string {
  const { tasks, pools } = trace.tables;
  const frame = tasks.function[rows[0] as number] as number;
  if (frame < 0) return `a task of ${pools.kind[pool]}`;
  return nameOf(trace, trace.functions.ofFrame[frame] as number);
}
