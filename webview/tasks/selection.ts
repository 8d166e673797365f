import type { Profile } from '../profile.ts';
import { clipped, type Interval, type ViewState, within } from '../state/viewState.ts';

/** A view shows a task with this much around it, when it has to move to show it. */
const AROUND = 4;

/** When a task ran, as far as that is known, inside the run; null for one that never came to a worker. */
export function taskInterval({ recording: { tables }, bounds }: Profile, task: number): Interval | null {
  const { start, dequeue, end, lane } = tables.tasks;
  const its = lane[task] as number;
  if (its < 0) return null;
  const from = [start[task], dequeue[task], end[task]].find((time) => (time as number) >= 0);
  if (from === undefined) return null;
  const ends = [end[task], tables.lanes.end[its], bounds.to].find((time) => (time as number) >= 0);
  return clipped({ from, to: Math.max(from + 1, ends as number) }, bounds);
}

/** The state that selects a task: its time and its lane, so that every view shows what happened inside it. */
export function selectingTask(profile: Profile, task: number): Partial<ViewState> | null {
  const range = taskInterval(profile, task);
  if (!range) return null;
  return { task, work: -1, range, lanes: [profile.recording.tables.tasks.lane[task] as number], zoom: 0 };
}

/** The view that shows `interval`: the same one when it does so already. */
export function showing(view: Interval, interval: Interval, bounds: Interval): Interval {
  const length = interval.to - interval.from;
  const isInside = interval.from >= view.from && interval.to <= view.to;
  // A task of less than a hundredth of the view is a few pixels: nobody finds it there.
  if (isInside && length * 100 >= view.to - view.from) return view;
  const wanted = isInside || length * AROUND > view.to - view.from ? length * AROUND : view.to - view.from;
  const middle = (interval.from + interval.to) / 2;
  return within({ from: middle - wanted / 2, to: middle + wanted / 2 }, bounds);
}
