import { coveredIn } from '../../analysis/coverage.ts';
import { GONE, NO_THINK } from '../../analysis/deviceReplay/replay.ts';
import type { DeviceSteps } from '../../analysis/deviceReplay/steps.ts';
import { MOST_PACE } from '../../analysis/deviceReplay/whatIf.ts';
import { busyOf, stepsOf } from '../../analysis/deviceTrace.ts';
import type { Trace } from '../../analysis/trace.ts';
import { toSeconds } from '../../model/index.ts';
import { type CopyGroup, waitAfter } from '../deviceCopies.ts';
import { aboutCopies, copyGain, deviceName, marking, worthGroups } from '../deviceCopyRule.ts';
import { inCode, lineOf } from '../places.ts';
import { duration, volume } from '../quantities.ts';
import type { Rule } from '../rule.ts';

/** Fewer copies are a handful of parameters, or of results. */
const LEAST_COPIES = 50;
/** Calls between two copies that are looked through for whether one follows the other: a flush, a wait. */
const MOST_BETWEEN = 3;

/** Many copies that take as long as their latency and not as their bytes. */
export const tinyCopies: Rule = {
  id: 'D06',
  title: 'Many tiny copies',
  evaluate: (trace) =>
    worthGroups(trace, 'tiny')
      .filter(({ steps }) => steps.length >= LEAST_COPIES)
      .map((group) => {
        const count = group.steps.length;
        const { saved: _, ...gain } = copyGain(
          trace,
          group,
          (steps) => ({ changes: { effect: merged(steps, group.steps) }, share: 1 }),
          (steps) => ({ effect: allButOne(steps, group.steps) }),
          latencies(trace, group),
        );
        const way = group.direction === 'H2D' ? 'to' : 'from';
        const each = group.bytes / count;
        return {
          ...aboutCopies(trace, group),
          title: `${count} copies of ${volume(each)} each ${way} ${deviceName(trace, group.unit)}${inCode(trace, group.site)}`,
          why: `Their bytes would take ${duration(each / 10)} each at 10 GB/s; call and copy took ${duration((group.called + group.took) / count)} each, ${duration(group.called)} of the host in all.`,
          change: `Gather what is copied ${lineOf(trace, group.site)} in one array of the host and copy it at once${group.direction === 'H2D' ? ', before the loop' : ', after the loop'}.`,
          evidence: {
            copies: count,
            meanBytes: each,
            copySeconds: toSeconds(group.took),
            callSeconds: toSeconds(group.called),
          },
          ...gain,
        };
      }),
};

/**
 * Nanos that the copies of a group cost: their calls and waits, but for the time in which a kernel ran that they waited for, and what the thread
 * did between those that follow each other.
 */
function latencies(trace: Trace, { unit, steps: copies }: CopyGroup): number {
  const steps = stepsOf(trace);
  const kernels = busyOf(trace).units[unit]?.kernels;
  const open = (step: number): number => {
    const [from, to] = [steps.callStart[step] as number, steps.callEnd[step] as number];
    return Math.max(0, to - from) - (kernels ? coveredIn(kernels, from, to) : 0);
  };
  let sum = 0;
  for (const [i, step] of copies.entries()) {
    sum += open(step);
    const wait = waitAfter(steps, step);
    if (wait >= 0) sum += open(wait);
    const think = steps.think[step] as number;
    if (i > 0 && think < MOST_PACE && follows(steps, copies[i - 1] as number, step)) sum += think;
  }
  return sum;
}

/** One copy for each row of copies between which the thread does nothing else with the device; the loop around them goes, too. */
function merged(steps: DeviceSteps, copies: readonly number[]): Uint8Array {
  const marks = new Uint8Array(steps.length);
  for (let i = 1; i < copies.length; i++) {
    const [before, step] = [copies[i - 1] as number, copies[i] as number];
    if (follows(steps, before, step)) markGone(steps, marks, step);
  }
  return marks;
}

function markGone(steps: DeviceSteps, marks: Uint8Array, step: number): void {
  marks[step] = GONE | ((steps.think[step] as number) < MOST_PACE ? NO_THINK : 0);
  const wait = waitAfter(steps, step);
  if (wait >= 0) marks[wait] = GONE;
}

function follows({ next, of }: DeviceSteps, before: number, step: number): boolean {
  let at = next[before] as number;
  for (let i = 0; i < MOST_BETWEEN && at >= 0 && at !== step && (of[at] as number) < 0; i++)
    at = next[at] as number;
  return at === step;
}

function allButOne(steps: DeviceSteps, copies: readonly number[]): Uint8Array {
  const marks = marking(steps, copies.slice(1), GONE);
  for (let i = 1; i < copies.length; i++) {
    const step = copies[i] as number;
    if (follows(steps, copies[i - 1] as number, step)) markGone(steps, marks, step);
  }
  return marks;
}
