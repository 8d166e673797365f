import type { Tables } from '../model/index.ts';
import { ascending } from './ascending.ts';
import { computes, type DeviceWork } from './deviceWork.ts';
import { launchTime } from './kernelTotals.ts';

/**
 * What launching kernels cost, of a whole run. Times are Nanos.
 *
 *     callStart ... callEnd ........... start ....... end
 *     |  the call  |  waits in queue  |  kernel runs  |
 */
export interface KernelLaunches {
  /** Calls of the host that launched kernels; one that launches a graph of many is one. */
  readonly calls: number;
  readonly called: number;
  /** Kernels whose call is known. */
  readonly launched: number;
  /** Of those, the time from the end of the call to their start; none where the kernel began before. */
  readonly delay: number;
  readonly longestDelay: number;
  /** Kernels that a call launched alone, and those of them that took less time than the call. */
  readonly alone: number;
  readonly shorterThanLaunch: number;
  /** Those of no graph, their time on the device, and the part of that of kernels that took less than their call. */
  readonly aloneTime: number;
  readonly shortTime: number;
}

/** Null where no kernel's call is known. n log n. */
export function kernelLaunches(
  { kernels }: Pick<Tables, 'kernels'>,
  work: DeviceWork,
): KernelLaunches | null {
  let [launched, delay, longestDelay] = [0, 0, 0];
  let [alone, short, aloneTime, shortTime] = [0, 0, 0, 0];
  const rows = new Uint32Array(kernels.length);
  for (let row = 0; row < kernels.length; row++) {
    const callEnd = kernels.callEnd[row] as number;
    if (!computes(work.kind[row] as number) || (kernels.callStart[row] as number) < 0 || callEnd < 0)
      continue;
    rows[launched++] = row;
    const waited = Math.max(0, (kernels.start[row] as number) - callEnd);
    delay += waited;
    longestDelay = Math.max(longestDelay, waited);
    const call = launchTime(kernels, row);
    if (call < 0) continue;
    const took = (work.end[row] as number) - (work.start[row] as number);
    alone++;
    aloneTime += took;
    if (took >= call) continue;
    short++;
    shortTime += took;
  }
  if (launched === 0) return null;
  return {
    ...callsOf(kernels, rows.subarray(0, launched)),
    launched,
    delay,
    longestDelay,
    alone,
    shorterThanLaunch: short,
    aloneTime,
    shortTime,
  };
}

/** Calls with one start on one thread are one call. */
function callsOf(
  { callLane, callStart, callEnd }: Tables['kernels'],
  rows: Uint32Array,
): { calls: number; called: number } {
  const began = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) began[i] = callStart[rows[i] as number] as number;
  let [calls, called] = [0, 0];
  let [at, first] = [Number.NaN, -1];
  const others = new Set<number>();
  for (const i of ascending(began)) {
    const row = rows[i] as number;
    const start = callStart[row] as number;
    const thread = callLane[row] as number;
    if (start !== at) {
      others.clear();
      [at, first] = [start, thread];
    } else if (thread === first || others.has(thread)) continue;
    else others.add(thread);
    calls++;
    called += Math.max(0, (callEnd[row] as number) - start);
  }
  return { calls, called };
}
