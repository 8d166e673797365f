import { type Coverage, coverageOf, unionOfAll, unionOfBoth } from './coverage.ts';
import { computes, type DeviceWork, movesMemory } from './deviceWork.ts';
import { type Intervals, unionOf } from './intervals.ts';

/**
 * When a device or a stream was busy. Work of several streams overlaps, so times are unions of intervals and never sums: a device
 * with two kernels at once is busy once.
 */
export interface DeviceBusy {
  /** Kernels. */
  readonly kernels: Coverage;
  /** Copies and fills. */
  readonly memory: Coverage;
  /** Either. */
  readonly any: Coverage;
}

export interface DevicesBusy {
  /** By number of `DeviceUnits`. */
  readonly units: readonly DeviceBusy[];
  /** By lane; those that are no streams were not busy. */
  readonly lanes: readonly DeviceBusy[];
}

/** How busy each device and each of `lanes` streams was; n log n in the work, linear where records of a stream are in order. */
export function devicesBusy(work: DeviceWork, lanes: number): DevicesBusy {
  const parts = partsOf(work, lanes);
  const busy = (its: readonly Part[]): DeviceBusy => {
    const own = unionOfAll(its.map(({ kernels }) => kernels.union()));
    const moves = unionOfAll(its.map(({ memory }) => memory.union()));
    return { kernels: coverageOf(own), memory: coverageOf(moves), any: coverageOf(unionOfBoth(own, moves)) };
  };
  const byUnit: Part[][] = Array.from({ length: work.units.count }, () => []);
  const byLane = new Map<number, Part[]>();
  for (const part of parts) {
    byUnit[part.unit]?.push(part);
    const known = byLane.get(part.lane);
    if (known) known.push(part);
    else byLane.set(part.lane, [part]);
  }
  const idle = busy([]);
  return {
    units: byUnit.map(busy),
    lanes: Array.from({ length: lanes }, (_, lane) => {
      const its = byLane.get(lane);
      return its ? busy(its) : idle;
    }),
  };
}

/** The work of one stream on one device. A stream is of one device, unless a recording says otherwise. */
interface Part {
  readonly lane: number;
  readonly unit: number;
  readonly kernels: Times;
  readonly memory: Times;
}

/** Intervals that are counted first and then put in. */
class Times {
  count = 0;
  private starts = new Float64Array(0);
  private ends = new Float64Array(0);
  private next = 0;
  private known: Intervals | null = null;

  reserve(): void {
    this.starts = new Float64Array(this.count);
    this.ends = new Float64Array(this.count);
  }

  put(start: number, end: number): void {
    this.starts[this.next] = start;
    this.ends[this.next++] = end;
  }

  union(): Intervals {
    this.known ??= unionOf(this.starts, this.ends);
    return this.known;
  }
}

function partsOf({ length, kind, lane, unit, start, end, units }: DeviceWork, lanes: number): Part[] {
  const parts: Part[] = [];
  const byKey = new Map<number, Part>();
  const lastOf: (Part | undefined)[] = new Array(lanes).fill(undefined);
  const partAt = (at: number): Part => {
    const its = lane[at] as number;
    const device = unit[at] as number;
    const last = lastOf[its];
    if (last?.unit === device) return last;
    const key = its * (units.count + 1) + device + 1;
    let part = byKey.get(key);
    if (!part) {
      part = { lane: its, unit: device, kernels: new Times(), memory: new Times() };
      byKey.set(key, part);
      parts.push(part);
    }
    lastOf[its] = part;
    return part;
  };
  const timesAt = (at: number): Times | null => {
    const its = kind[at] as number;
    if (computes(its)) return partAt(at).kernels;
    return movesMemory(its) ? partAt(at).memory : null;
  };
  for (let at = 0; at < length; at++) {
    const times = timesAt(at);
    if (times) times.count++;
  }
  for (const part of parts) {
    part.kernels.reserve();
    part.memory.reserve();
  }
  for (let at = 0; at < length; at++) timesAt(at)?.put(start[at] as number, end[at] as number);
  return parts;
}
