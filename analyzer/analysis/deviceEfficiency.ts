import { type Coverage, coveredIn } from './coverage.ts';
import type { DeviceBusy } from './deviceBusy.ts';
import type { Intervals } from './intervals.ts';

/**
 * How well the devices of a run were used, as factors that multiply (POP, co-design.pop-coe.eu/metrics, for accelerators).
 *
 * With K the union of a device's kernels, A that of its kernels and memory operations, G devices and T the wall time:
 *
 *     sum K / (G T) = sum K / (G max K)  *  max K / max A  *  max A / T
 *     device          load balance          communication     orchestration
 *
 * Each lies between 0 and 1.
 */
export interface DeviceEfficiency {
  readonly device: number;
  readonly loadBalance: number;
  readonly communication: number;
  readonly orchestration: number;
  readonly devices: number;
}

const ALWAYS: Intervals = {
  from: Float64Array.of(-Number.MAX_VALUE),
  to: Float64Array.of(Number.MAX_VALUE),
};

/**
 * `wall`: Nanos. `within`: the intervals that count, of `wall` together; all where absent. Null when no device ran a kernel. Only
 * devices that did something count.
 */
export function deviceEfficiency(
  units: readonly DeviceBusy[],
  wall: number,
  within: Intervals = ALWAYS,
): DeviceEfficiency | null {
  let [devices, kernels, mostKernels, mostBusy] = [0, 0, 0, 0];
  for (const unit of units) {
    const any = coveredWithin(unit.any, within);
    if (any <= 0) continue;
    const own = coveredWithin(unit.kernels, within);
    devices++;
    kernels += own;
    mostKernels = Math.max(mostKernels, own);
    mostBusy = Math.max(mostBusy, any);
  }
  if (kernels <= 0) return null;
  // The run was seen to end before its last kernel where clocks differ by a little.
  const time = Math.max(wall, mostBusy);
  return {
    device: kernels / (devices * time),
    loadBalance: kernels / (devices * mostKernels),
    communication: mostKernels / mostBusy,
    orchestration: mostBusy / time,
    devices,
  };
}

function coveredWithin(coverage: Coverage, { from, to }: Intervals): number {
  let sum = 0;
  for (let i = 0; i < from.length; i++) sum += coveredIn(coverage, from[i] as number, to[i] as number);
  return sum;
}
