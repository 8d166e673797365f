import { LANE_ROLES, type Tables } from '../model/index.ts';
import type { LaneTotals } from './laneTotals.ts';

/**
 * Parallel efficiency of the workers of a run, as factors that multiply (POP, co-design.pop-coe.eu/metrics).
 *
 * With U the time a worker was on a CPU, R the time it was runnable without one, L = U + R, n workers and T the time from
 * the first worker's start to the last one's end:
 *
 *     sum U / (n T) = sum U / sum L  *  mean L / max L  *  max L / T
 *     parallel        contention        load balance       communication
 *
 * Each lies between 0 and 1; 0.8 is commonly held acceptable.
 */
export interface Efficiency {
  readonly parallel: number;
  readonly loadBalance: number;
  readonly communication: number;
  readonly contention: number;
  readonly workers: number;
}

/** Null when there are fewer than two workers, or none of them ran: there is no parallelism to judge. */
export function parallelEfficiency(
  { lanes }: Pick<Tables, 'lanes'>,
  totals: LaneTotals,
  roles: Uint8Array,
): Efficiency | null {
  const worker = LANE_ROLES.indexOf('worker');
  let workers = 0;
  let useful = 0;
  let runnable = 0;
  let most = 0;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (let lane = 0; lane < lanes.length; lane++) {
    if (roles[lane] !== worker) continue;
    workers++;
    const own = totals.running[lane] as number;
    const load = own + (totals.ready[lane] as number);
    useful += own;
    runnable += load;
    most = Math.max(most, load);
    from = Math.min(from, lanes.start[lane] as number);
    to = Math.max(to, lanes.end[lane] as number);
  }
  if (workers < 2 || useful <= 0 || to <= from) return null;
  // The kernel's counters lag behind the clock, so a worker that never paused may seem to exceed the time that passed.
  const time = Math.max(to - from, most);
  return {
    parallel: useful / (workers * time),
    contention: useful / runnable,
    loadBalance: runnable / workers / most,
    communication: most / time,
    workers,
  };
}
