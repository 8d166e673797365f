import { machineryText, waitText, waitThere } from './activity.ts';
import type { LiveCalls } from './calls.ts';
import type { LiveLane } from './lane.ts';

/** What a lane does now, in words. */
export interface Doing {
  /** A function, or what it waits for. */
  readonly doing: string;
  /** Where: the place of that function, or the function that waits; empty when there is nothing to add. */
  readonly where: string;
  /** The function that a pool was given and that runs here now, when the others do not name it; empty for none. */
  readonly task: string;
}

/** `given`: functions that were given to pools, as indexes into those of the call tree. */
export function doingOf(lane: LiveLane, calls: LiveCalls, given: ReadonlySet<number>): Doing {
  if (lane.activity === 'ended') return { doing: 'has ended', where: '', task: '' };
  const machinery = calls.machineryAt(lane.node);
  const serves = lane.role !== 'main' && (machinery === 'pool' || machinery === 'service');
  // The parent's frames are below those of a forked worker, and do nothing there.
  const own = serves ? undefined : calls.ownCode(lane.node);
  const runs = lane.activity === 'running' || lane.activity === 'ready';
  const called = calls.called(lane.node);
  // For the same reason what is on a stack counts as a task only where tasks run.
  const task = lane.worksForPool
    ? calls.functions[calls.innermost(lane.node, (id) => given.has(id))]
    : undefined;
  const named = task === undefined || task === own || (runs && task === called) ? '' : task.name;
  if (runs) {
    const doing = called?.name ?? (lane.worksForPool ? 'runs a task' : 'runs');
    const where = called === own ? (own?.place ?? '') : own ? `in ${own.name}` : '';
    return { doing: lane.activity === 'ready' ? `ready: ${doing}` : doing, where, task: named };
  }
  const where = own ? `in ${own.name}` : '';
  if (machinery === 'none' || lane.activity !== waitThere(machinery)) {
    return { doing: waitText(lane.wait), where, task: named };
  }
  if (machinery === 'thread' || machinery === 'event') {
    return { doing: machineryText(machinery, lane.role), where, task: named };
  }
  if (task) return { doing: machineryText(machinery, 'main'), where, task: named };
  // A worker may wait in a plain queue, as those of a DataLoader and of dask do.
  const doing = lane.worksForPool ? machineryText('pool', 'worker') : machineryText(machinery, lane.role);
  return { doing, where: '', task: '' };
}
