import { RUNS } from '../analysis/activity.ts';
import { covered, coveredIn } from '../analysis/coverage.ts';
import type { DeviceBusy } from '../analysis/deviceBusy.ts';
import { busyOf, gapsOf, stepsOf } from '../analysis/deviceTrace.ts';
import type { Trace } from '../analysis/trace.ts';

/** Parts of the time from a device's first work to its last (Nsight Systems looks at 30), and the use below which one is poor. */
const SLICES = 30;
const POOR = 0.5;
/** Gaps (Nanos) of less are the pace of launching. */
const LEAST_GAP = 20_000;

/** A device that had nothing to do again and again. Nanos. */
export interface IdleDevice {
  readonly unit: number;
  readonly first: number;
  readonly last: number;
  /** From first to last: busy, and idle in gaps of 20 us and more. */
  readonly busy: number;
  readonly idle: number;
  readonly gaps: number;
  /** What of the gaps the work before each of them could hide, were both to take place at the same time. */
  readonly hideable: number;
  /** Parts of the time in which the device was used for less than half. */
  readonly poorShare: number;
  /** Share of the gaps in which the thread that ended them is known, and of that time the share it computed, and was in calls of the API. */
  readonly known: number;
  readonly computing: number;
  readonly inCalls: number;
}

/** Devices with memory of their own by how idle they were; those that share the host's also share its cores, or its bandwidth. */
export const idleDevices = (trace: Trace): readonly IdleDevice[] =>
  trace.once('idleDevices', () => {
    const { tables, deviceWork } = trace;
    if (stepsOf(trace).works === 0) return [];
    return busyOf(trace).units.flatMap((busy, unit) =>
      busy.any.from.length < 2 || tables.devices.sharesMemory[deviceWork.units.row[unit] as number] === 1
        ? []
        : [idleOf(trace, busy, unit)],
    );
  });

function idleOf(trace: Trace, { any }: DeviceBusy, unit: number): IdleDevice {
  const { from, to } = any;
  const [first, last] = [from[0] as number, to.at(-1) as number];
  let [idle, gaps, hideable, worked] = [0, 0, 0, 0];
  for (let i = 0; i + 1 < from.length; i++) {
    const gap = (from[i + 1] as number) - (to[i] as number);
    worked += (to[i] as number) - (from[i] as number);
    if (gap < LEAST_GAP) continue;
    idle += gap;
    gaps++;
    hideable += Math.min(gap, worked);
    worked = 0;
  }
  let poor = 0;
  const width = (last - first) / SLICES;
  for (let i = 0; i < SLICES; i++)
    if (coveredIn(any, first + i * width, first + (i + 1) * width) < POOR * width) poor++;
  const its = gapsOf(trace).find((each) => each.unit === unit);
  const known = its?.hostKnown ?? 0;
  return {
    ...{ unit, first, last, busy: covered(any), idle, gaps, hideable, poorShare: poor / SLICES },
    known: idle > 0 ? known / idle : 0,
    computing: known > 0 ? (its?.activity[RUNS] ?? 0) / known : 0,
    inCalls: known > 0 ? (its?.inCalls ?? 0) / known : 0,
  };
}
