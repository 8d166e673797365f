import { hasTasks, type TaskLanes, taskPositionAt } from '../../analyzer/analysis/taskLanes.ts';
import type { ViewContext } from '../context.ts';
import { selectingTask, showing } from '../tasks/selection.ts';
import { sayTask } from './taskWords.ts';

/** To the next task of a lane, or to the one before. */
export type Step = 1 | -1;

/** The position of a row of `tasks` on its lane; -1 when it has none. */
export function positionOf(tasks: TaskLanes, lane: number, task: number): number {
  for (let at = tasks.offset[lane] as number; at < (tasks.offset[lane + 1] as number); at++)
    if (tasks.row[at] === task) return at;
  return -1;
}

/**
 * Selects the task after the selected one, or before it, and says it: what a click on a box does, without a mouse. Begins
 * with the first task in sight. `lane`: where to step; -1 for the lane of the selected task, or the first that is selected,
 * or the first that ran any. False when there is no task that way.
 */
export function stepTask({ profile, store, announce }: ViewContext, step: Step, lane = -1): boolean {
  const { tasks, recording } = profile;
  const { task, view, lanes } = store.get();
  const selected = task < 0 ? -1 : (recording.tables.tasks.lane[task] as number);
  const candidates = [lane, selected, ...(lanes ?? []), ...profile.lanes];
  const its = candidates.find((one) => one >= 0 && hasTasks(tasks, one));
  if (its === undefined) return false;
  const at = its === selected ? positionOf(tasks, its, task) : -1;
  const first = taskPositionAt(tasks, its, view.from);
  const next = at >= 0 ? at + step : step > 0 ? first : first - 1;
  const last = (tasks.offset[its + 1] as number) - 1;
  if (next < (tasks.offset[its] as number) || next > last) {
    announce(step > 0 ? 'No later task on this lane.' : 'No earlier task on this lane.');
    return false;
  }
  const row = tasks.row[next] as number;
  const selecting = selectingTask(profile, row);
  if (!selecting?.range) return false;
  store.set({ ...selecting, view: showing(view, selecting.range, profile.bounds) });
  announce(sayTask(profile, row));
  return true;
}
