import { type Coverage, coverageOf, unionOfBoth } from './coverage.ts';
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

const NEVER: Intervals = { from: new Float64Array(0), to: new Float64Array(0) };

/** How busy each device and each of `lanes` streams was; n log n in the work, linear where records of a stream are in order. */
export function devicesBusy(work: DeviceWork, lanes: number): DevicesBusy {
  const units = work.units.count;
  // A stream is of one device, unless a recording says otherwise; then each of its devices has a part.
  const parts = lanes * (units + 1);
  const kernels = unions(work, units, computes);
  const memory = unions(work, units, movesMemory);
  const busy = (keys: readonly number[]): DeviceBusy => {
    const its = (of: ReadonlyMap<number, Intervals>): Intervals =>
      unionOfAll(keys.flatMap((key) => of.get(key) ?? []));
    const [own, moves] = [its(kernels), its(memory)];
    return { kernels: coverageOf(own), memory: coverageOf(moves), any: coverageOf(unionOfBoth(own, moves)) };
  };
  const known = [...new Set([...kernels.keys(), ...memory.keys()])].filter((key) => key < parts);
  const byUnit: number[][] = Array.from({ length: units }, () => []);
  const byLane = new Map<number, number[]>();
  for (const key of known) {
    const lane = Math.floor(key / (units + 1));
    byUnit[(key % (units + 1)) - 1]?.push(key);
    byLane.set(lane, [...(byLane.get(lane) ?? []), key]);
  }
  const idle = busy([]);
  return {
    units: byUnit.map(busy),
    lanes: Array.from({ length: lanes }, (_, lane) => {
      const keys = byLane.get(lane);
      return keys ? busy(keys) : idle;
    }),
  };
}

/** The union of what `keeps` keeps, for each lane and unit that has any, under `lane * (units + 1) + unit + 1`. */
function unions(
  { length, kind, lane, unit, start, end }: DeviceWork,
  units: number,
  keeps: (kind: number) => boolean,
): Map<number, Intervals> {
  const keyOf = (at: number): number =>
    keeps(kind[at] as number) ? (lane[at] as number) * (units + 1) + (unit[at] as number) + 1 : -1;
  const sizes = new Map<number, number>();
  for (let at = 0; at < length; at++) {
    const key = keyOf(at);
    if (key >= 0) sizes.set(key, (sizes.get(key) ?? 0) + 1);
  }
  const parts = new Map(
    [...sizes].map(([key, size]) => [
      key,
      { starts: new Float64Array(size), ends: new Float64Array(size), next: 0 },
    ]),
  );
  for (let at = 0; at < length; at++) {
    const part = parts.get(keyOf(at));
    if (!part) continue;
    part.starts[part.next] = start[at] as number;
    part.ends[part.next++] = end[at] as number;
  }
  return new Map([...parts].map(([key, { starts, ends }]) => [key, unionOf(starts, ends)]));
}

/** In pairs, so that each interval is looked at as often as the number of sets doubles. */
function unionOfAll(sets: readonly Intervals[]): Intervals {
  const [first = NEVER, second] = sets;
  if (!second) return first;
  const middle = Math.ceil(sets.length / 2);
  return unionOfBoth(unionOfAll(sets.slice(0, middle)), unionOfAll(sets.slice(middle)));
}
