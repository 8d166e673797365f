import type { Profile } from '../profile.ts';
import { clipped, type Interval, type ViewState } from '../state/viewState.ts';

/** When a piece of work ran, inside the run; null for a number that is none. */
export function workInterval({ devices: { work }, bounds }: Profile, at: number): Interval | null {
  const from = work.start[at];
  if (from === undefined || (work.lane[at] as number) < 0) return null;
  return clipped({ from, to: Math.max(from + 1, work.end[at] as number) }, bounds);
}

/** The state that selects a piece of work: its time and its stream. */
export function selectingWork(profile: Profile, at: number): Partial<ViewState> | null {
  const range = workInterval(profile, at);
  if (!range) return null;
  return { work: at, task: -1, range, lanes: [profile.devices.work.lane[at] as number], zoom: 0 };
}
