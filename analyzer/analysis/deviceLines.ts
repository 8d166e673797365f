import { type Tables, toSeconds } from '../model/index.ts';
import { covered } from './coverage.ts';
import type { DeviceBusy, DevicesBusy } from './deviceBusy.ts';
import { unitTitle } from './deviceUnits.ts';
import { computes, type DeviceWork } from './deviceWork.ts';

/** What a device did in a run. Seconds; null is unknown. */
export interface DeviceLine {
  /** Its number here; `kernels` and others refer to it. */
  readonly id: number;
  readonly kind: string;
  readonly title: string;
  readonly name: string;
  readonly memoryBytes: number | null;
  readonly computeUnits: number | null;
  /** It works in the host's memory, where a copy crosses no bus. */
  readonly sharesMemory: boolean;
  /** Unions of intervals: kernels, copies and fills, either, both at once. */
  readonly kernelSeconds: number;
  readonly memorySeconds: number;
  readonly busySeconds: number;
  readonly overlappedSeconds: number;
  /** Kernel time as a share of the run's wall time. */
  readonly utilisation: number;
  readonly kernels: number;
  readonly transfers: number;
  readonly streams: readonly {
    readonly lane: number;
    readonly kernelSeconds: number;
    readonly busySeconds: number;
  }[];
}

/** What each device did. `wall`: Nanos. */
export function deviceLines(
  tables: Tables,
  work: DeviceWork,
  { units: busy, lanes: ofLane }: DevicesBusy,
  wall: number,
): DeviceLine[] {
  const { devices } = tables;
  const kernels = new Uint32Array(busy.length);
  const transfers = new Uint32Array(busy.length);
  const streams = busy.map(() => new Set<number>());
  for (let at = 0; at < work.length; at++) {
    const unit = work.unit[at] as number;
    if (unit < 0) continue;
    streams[unit]?.add(work.lane[at] as number);
    if (at >= work.kernels) transfers[unit] = (transfers[unit] as number) + 1;
    else if (computes(work.kind[at] as number)) kernels[unit] = (kernels[unit] as number) + 1;
  }
  return busy.map((its, unit) => {
    const row = work.units.row[unit] as number;
    const [own, memory, any] = [its.kernels, its.memory, its.any].map((each) => covered(each)) as [
      number,
      number,
      number,
    ];
    return {
      id: unit,
      kind: devices.kind[row] as string,
      title: unitTitle(tables, work.units, unit),
      name: devices.name[row] as string,
      memoryBytes: devices.memoryBytes[row] || null,
      computeUnits: devices.computeUnits[row] || null,
      sharesMemory: devices.sharesMemory[row] === 1,
      kernelSeconds: toSeconds(own),
      memorySeconds: toSeconds(memory),
      busySeconds: toSeconds(any),
      overlappedSeconds: toSeconds(Math.max(0, own + memory - any)),
      utilisation: wall > 0 ? Math.min(1, own / wall) : 0,
      kernels: kernels[unit] as number,
      transfers: transfers[unit] as number,
      streams: [...(streams[unit] ?? [])]
        .map((lane) => ({
          lane,
          kernelSeconds: toSeconds(covered((ofLane[lane] as DeviceBusy).kernels)),
          busySeconds: toSeconds(covered((ofLane[lane] as DeviceBusy).any)),
        }))
        .sort((a, b) => b.busySeconds - a.busySeconds || a.lane - b.lane),
    };
  });
}
