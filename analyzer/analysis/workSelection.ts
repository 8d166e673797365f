import type { Tables } from '../model/index.ts';
import { type DeviceWork, launchOf, NO_WORK } from './deviceWork.ts';
import { firstAfter, type Intervals } from './intervals.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/**
 * Nanos of a piece of work that count in a selection, -1 for work that is not in it. Work belongs to its stream and to the
 * thread that started it: selecting either selects it. Of work that lies partly in the interval that part counts. Inside
 * tasks is what was started inside them.
 */
export function workCounter(
  tables: Pick<Tables, 'kernels' | 'transfers'>,
  work: DeviceWork,
  selection: Selection = EVERYTHING,
): (work: number) => number {
  const { from, to, lanes, within } = selection;
  return (at) => {
    if (work.kind[at] === NO_WORK) return -1;
    const start = work.start[at] as number;
    const end = work.end[at] as number;
    if (start >= to || end < from || (end === from && start < end)) return -1;
    if (lanes || within) {
      const launch = launchOf(tables, work, at);
      if (lanes && !lanes[work.lane[at] as number] && !lanes[launch.lane]) return -1;
      if (within && !isIn(within[launch.lane], launch.start)) return -1;
    }
    return Math.min(end, to) - Math.max(start, from);
  };
}

function isIn(intervals: Intervals | undefined, time: number): boolean {
  if (!intervals || time < 0) return false;
  const at = firstAfter(intervals, time);
  return (intervals.from[at] ?? Number.POSITIVE_INFINITY) <= time;
}
