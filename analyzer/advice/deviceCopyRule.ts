import { type StepChanges, savedByReplay } from '../analysis/deviceReplay/replay.ts';
import type { DeviceSteps } from '../analysis/deviceReplay/steps.ts';
import { canReplay, promised } from '../analysis/deviceReplay/whatIf.ts';
import { stepsOf } from '../analysis/deviceTrace.ts';
import { unitTitle } from '../analysis/deviceUnits.ts';
import type { Trace } from '../analysis/trace.ts';
import { type CopyCause, type CopyGroup, copyGroups, costOf, waitAfter } from './deviceCopies.ts';
import { saving } from './gain.ts';
import type { Conclusion } from './rule.ts';

/** Share of the run that copies and their calls must take to be worth a replay: less could not give 3 %. */
const WORTH = 0.02;
/** Lines of one cause that are told of. */
const MOST_LINES = 3;
/** Why a saving is not told where too few calls of work are known for a replay. */
const CALLS_UNKNOWN = 'the calls that gave the device its work are not known well enough';

/** Groups of copies of one cause that take enough of the run, most first. */
export const worthGroups = (trace: Trace, cause: CopyCause): CopyGroup[] =>
  copyGroups(trace)
    .filter((group) => group.cause === cause && costOf(group) >= WORTH * trace.wall)
    .slice(0, MOST_LINES);

/** `effect` for steps of copies, and `waits` for the waits that belong to them. */
export function marking(
  steps: DeviceSteps,
  copies: Iterable<number>,
  effect: number,
  waits = effect,
): Uint8Array {
  const marks = new Uint8Array(steps.length);
  for (const step of copies) {
    marks[step] = effect;
    const wait = waitAfter(steps, step);
    if (wait >= 0) marks[wait] = waits;
  }
  return marks;
}

/**
 * What two replays save, and the gain that follows; where nothing can be replayed, at most what the copies took. Without `most` that is what the
 * changes of `least` save, of which `share` is sure. `bound`: Nanos that it cannot be more than.
 */
export function copyGain(
  trace: Trace,
  group: CopyGroup,
  least: (steps: DeviceSteps) => { changes: StepChanges; share: number },
  most: ((steps: DeviceSteps) => StepChanges) | null,
  bound = Number.POSITIVE_INFINITY,
): Pick<Conclusion, 'gain' | 'withheld'> & { readonly saved: number } {
  const steps = stepsOf(trace);
  if (!canReplay(steps))
    return { saved: 0, gain: saving(trace.wall, 0, group.took), withheld: CALLS_UNKNOWN };
  const { changes, share } = least(steps);
  const saved = savedByReplay(steps, changes);
  const low = share * saved;
  const high = most ? savedByReplay(steps, most(steps)) : saved;
  const { least: from, most: to } = promised(Math.min(low, high), Math.max(low, high), bound);
  return { saved: high, gain: saving(trace.wall, from, to) };
}

/** What every conclusion about a group of copies has: the device, the line, the lanes, when. */
export function aboutCopies(
  trace: Trace,
  { unit, site, steps: its }: CopyGroup,
): Pick<Conclusion, 'subject' | 'site' | 'lanes' | 'interval'> {
  const steps = stepsOf(trace);
  return { subject: `device ${unit}`, site, lanes: lanesOf(steps, its), interval: intervalOf(steps, its) };
}

export const deviceName = ({ tables, deviceWork }: Trace, unit: number): string =>
  unit < 0 ? 'a device' : unitTitle(tables, deviceWork.units, unit);

/** The threads and streams of some steps, threads first. */
export function lanesOf({ lane, stream }: DeviceSteps, of: Iterable<number>): number[] {
  const threads = new Set<number>();
  const streams = new Set<number>();
  for (const step of of) {
    if ((lane[step] as number) >= 0) threads.add(lane[step] as number);
    if ((stream[step] as number) >= 0) streams.add(stream[step] as number);
  }
  return [...threads, ...streams];
}

/** From the call of the first of some steps to the end of the last; null for none. */
export function intervalOf(steps: DeviceSteps, of: readonly number[]): Conclusion['interval'] {
  const [first, last] = [of[0], of.at(-1)];
  if (first === undefined || last === undefined) return null;
  const { work, callStart, callEnd, of: numbers } = steps;
  const began = numbers[first] as number;
  const ended = numbers[last] as number;
  const called = callStart[first] as number;
  const start = called >= 0 ? called : (work.start[began] as number);
  const end = Math.max(ended < 0 ? 0 : (work.end[ended] as number), callEnd[last] as number);
  return { start, end: Math.max(start, end) };
}
