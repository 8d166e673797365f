import { covered } from './coverage.ts';
import type { DeviceBusy } from './deviceBusy.ts';

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

/** `wall`: Nanos. Null when no device ran a kernel. Only devices that did something count. */
export function deviceEfficiency(units: readonly DeviceBusy[], wall: number): DeviceEfficiency | null {
  const used = units.filter(({ any }) => covered(any) > 0);
  let kernels = 0;
  let mostKernels = 0;
  let mostBusy = 0;
  for (const unit of used) {
    const own = covered(unit.kernels);
    kernels += own;
    mostKernels = Math.max(mostKernels, own);
    mostBusy = Math.max(mostBusy, covered(unit.any));
  }
  if (kernels <= 0) return null;
  // The run was seen to end before its last kernel where clocks differ by a little.
  const time = Math.max(wall, mostBusy);
  return {
    device: kernels / (used.length * time),
    loadBalance: kernels / (used.length * mostKernels),
    communication: mostKernels / mostBusy,
    orchestration: mostBusy / time,
    devices: used.length,
  };
}
