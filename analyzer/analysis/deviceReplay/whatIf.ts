import { DIRECTIONS, MEMORY_KINDS } from '../../model/index.ts';
import { firstAbove } from '../ascending.ts';
import { busyOf, stepsOf } from '../deviceTrace.ts';
import { computes, type DeviceDirection } from '../deviceWork.ts';
import type { Intervals } from '../intervals.ts';
import type { Trace } from '../trace.ts';
import { pipelining } from './pipelining.ts';
import { GONE, NO_CALL, NO_LAG, NO_THINK, NO_WAIT, type StepChanges, savedByReplay } from './replay.ts';
import { type DeviceSteps, OWN_CALL } from './steps.ts';

/** What could be different about how a program uses its devices. `times`: by what factor a kernel gets faster, more than 0. */
export type DeviceVariant =
  | { readonly kind: 'copies overlapped' }
  | { readonly kind: 'copies removed'; readonly direction: DeviceDirection | null }
  | { readonly kind: 'memory pinned' }
  | { readonly kind: 'launches free' }
  /** `kernel`: its whole name; null for all. */
  | { readonly kind: 'kernel faster'; readonly kernel: string | null; readonly times: number };

/** Nanos of the run that would go away, at least and at most. */
export interface DeviceSaving {
  readonly least: number;
  readonly most: number;
}

/**
 * Of what a replay says, what was reached at least and at most where programs were changed (`npm run corpus`): the rest of a program does
 * not stay quite the same.
 */
export const REPLAY_LEAST = 0.8;
export const REPLAY_MOST = 1.15;
/** Share of the work whose call must be known for a replay to say anything. */
const LEAST_CALLED = 0.8;
/** Pinned memory is copied this many times as fast as pageable memory, at least and at most (CUDA C++ Best Practices Guide, 10.1). */
export const PINNED_LEAST = 1.3;
export const PINNED_MOST = 3;
/** Nanos that a thread is thought to need for nothing but to launch; above, it does something else besides. */
export const MOST_PACE = 200_000;

/** Whether enough calls are known for what `savedByReplay` says. */
export const canReplay = ({ called, works }: DeviceSteps): boolean =>
  works > 0 && called >= LEAST_CALLED * works;

/** What a replay that saves from `least` to `most` promises, for a program that is really changed so. */
export const promised = (least: number, most = least, bound = Number.POSITIVE_INFINITY): DeviceSaving => ({
  least: Math.max(0, Math.min(least, bound) * REPLAY_LEAST),
  most: Math.max(0, Math.min(most, bound) * REPLAY_MOST),
});

/**
 * What leaving waits out saves on a device that shares the host's memory, and mostly its cores; null for others. What a replay says does not hold
 * there: the host cannot compute meanwhile. At least the part of the waits goes away in which no kernel ran, at most the pauses of the device around them
 * that are not longer than the pace of launching.
 */
export function savedBySharedWaits(trace: Trace, unit: number, waits: Iterable<number>): DeviceSaving | null {
  const { tables, deviceWork } = trace;
  const steps = stepsOf(trace);
  const busy = busyOf(trace).units[unit];
  if (!busy || tables.devices.sharesMemory[deviceWork.units.row[unit] as number] !== 1) return null;
  const { kernels } = busy;
  let [open, pauses, last] = [0, 0, -1];
  for (const step of waits) {
    const [from, to] = [steps.callStart[step] as number, steps.callEnd[step] as number];
    open += aroundKernels(kernels, from, to);
    const next = firstAbove(kernels.from, to);
    if (next === 0 || next >= kernels.from.length || next === last) continue;
    last = next;
    const pause = (kernels.from[next] as number) - (kernels.to[next - 1] as number);
    if (pause < MOST_PACE) pauses += pause;
  }
  return { least: REPLAY_LEAST * open, most: REPLAY_MOST * Math.max(open, pauses) };
}

/** Nanos from an instant to the first kernel and from the last one to another instant; pauses between kernels are the device's own. */
function aroundKernels({ from, to }: Intervals, start: number, end: number): number {
  const first = firstAbove(to, start);
  const last = firstAbove(from, end) - 1;
  if (last < first) return Math.max(0, end - start);
  return Math.max(0, (from[first] as number) - start) + Math.max(0, end - (to[last] as number));
}

/** What a variant would save; null where no device did anything, or it cannot be told. */
export function deviceWhatIf(trace: Trace, variant: DeviceVariant): DeviceSaving | null {
  const steps = stepsOf(trace);
  if (!canReplay(steps)) return null;
  const replayed = (effect: Uint8Array, scale?: Float32Array): number =>
    savedByReplay(steps, scale ? { effect, scale } : { effect });
  switch (variant.kind) {
    case 'copies overlapped':
      return overlapped(trace, steps);
    case 'copies removed': {
      const saved = replayed(
        marked(steps, GONE, (at) => {
          const row = at - steps.work.kernels;
          const direction = row < 0 ? undefined : DIRECTIONS[trace.tables.transfers.direction[row] as number];
          return direction !== undefined && (variant.direction ?? direction) === direction;
        }),
      );
      return promised(saved);
    }
    case 'memory pinned': {
      const { from, to } = trace.tables.transfers;
      const pageable = MEMORY_KINDS.indexOf('pageable');
      const its = (at: number): boolean => {
        const row = at - steps.work.kernels;
        return row >= 0 && (from[row] === pageable || to[row] === pageable);
      };
      const scale = (times: number) => scaled(steps, 1 / times, its);
      const still = new Uint8Array(steps.length);
      return promised(
        replayed(still, scale(PINNED_LEAST)),
        replayed(marked(steps, NO_WAIT, its), scale(PINNED_MOST)),
      );
    }
    case 'launches free': {
      const calls = replayed(launches(steps, NO_CALL));
      return promised(calls, savedByReplay(steps, fused(launches(steps, FUSED))));
    }
    case 'kernel faster': {
      const { kernels, strings } = trace.tables;
      if (!(variant.times > 0)) return null;
      const scale = scaled(
        steps,
        1 / variant.times,
        (at) =>
          at < steps.work.kernels &&
          computes(steps.work.kind[at] as number) &&
          (variant.kernel === null || strings.value[kernels.name[at] as number] === variant.kernel),
      );
      return promised(replayed(new Uint8Array(steps.length), scale));
    }
  }
}

/** The half of what could be hidden is what two copies at a time on a shared bus leave of it; pauses between the two go with it. */
const HIDDEN_LEAST = 0.5;
const HIDDEN_MOST = 1.05;

/** What overlapping copies with kernels saves, of which `hidden` Nanos could take place during kernels. */
export const hiding = (hidden: number): DeviceSaving => ({
  least: HIDDEN_LEAST * hidden,
  most: HIDDEN_MOST * hidden,
});

function overlapped(trace: Trace, steps: DeviceSteps): DeviceSaving {
  let hidden = 0;
  for (const [unit, busy] of busyOf(trace).units.entries())
    hidden = Math.max(hidden, pipelining(trace.tables, steps, unit, busy).hidden);
  return hiding(hidden);
}

/** `effect` for the steps whose work, by its number, `its` is true of. */
function marked(steps: DeviceSteps, effect: number, its: (work: number) => boolean): Uint8Array {
  const marks = new Uint8Array(steps.length);
  for (let step = 0; step < steps.length; step++) {
    const at = steps.of[step] as number;
    if (at >= 0 && its(at)) marks[step] = effect;
  }
  return marks;
}

function scaled(steps: DeviceSteps, by: number, its: (work: number) => boolean): Float32Array {
  const scale = new Float32Array(steps.length).fill(1);
  for (let step = 0; step < steps.length; step++) {
    const at = steps.of[step] as number;
    if (at >= 0 && its(at)) scale[step] = by;
  }
  return scale;
}

/** `effect` for launches of kernels that follow each other at the pace of launching, but for the first of each such row. */
export function launches(steps: DeviceSteps, effect: number): Uint8Array {
  const marks = new Uint8Array(steps.length);
  for (let step = 0; step < steps.length; step++) {
    const next = steps.next[step] as number;
    if (
      next >= 0 &&
      isLaunch(steps, step) &&
      isLaunch(steps, next) &&
      (steps.think[next] as number) < MOST_PACE
    )
      marks[next] = effect;
  }
  return marks;
}

/** What is gone of a launch that is part of a larger one. */
export const FUSED = NO_CALL | NO_THINK | NO_LAG;
/** Of a kernel that is too short for its launch most is its own start and end, and what it reads and writes again. */
const FUSED_TIME = 0.25;

/** Changes in which the kernels of marked steps are parts of the one before. */
export function fused(effect: Uint8Array): StepChanges {
  return { effect, scale: Float32Array.from(effect, (its) => (its === 0 ? 1 : FUSED_TIME)) };
}

/** Whether a step launches a kernel, and does not wait. */
export function isLaunch(steps: DeviceSteps, step: number): boolean {
  const at = steps.of[step] as number;
  return (
    at >= 0 &&
    at < steps.work.kernels &&
    computes(steps.work.kind[at] as number) &&
    (steps.lane[step] as number) >= 0 &&
    steps.manner[step] === OWN_CALL &&
    (steps.awaited[step] as number) < 0
  );
}

/** Nanos from the end of the call before to the end of this one. */
export const periodOf = (steps: DeviceSteps, step: number): number =>
  (steps.think[step] as number) + (steps.callEnd[step] as number) - (steps.callStart[step] as number);
