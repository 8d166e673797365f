import { DIRECTIONS, type Tables } from '../../model/index.ts';
import { type Coverage, coveredIn } from '../coverage.ts';
import type { DeviceBusy } from '../deviceBusy.ts';
import { computes } from '../deviceWork.ts';
import { type DeviceSteps, tookOf } from './steps.ts';

const H2D = DIRECTIONS.indexOf('H2D');
const D2H = DIRECTIONS.indexOf('D2H');

/** What of a device's copies could take place while its kernels run. Nanos. */
export interface Pipelining {
  /** Copies while no kernel ran, and the part that kernels before or after them could hide: at most so much of the run would go away. */
  readonly exposed: number;
  readonly hidden: number;
  /** Times that a kernel came after a copy and a copy after a kernel. */
  readonly turns: number;
  /** The steps whose copies were counted in `hidden`. */
  readonly steps: readonly number[];
}

/**
 * An upload can take place during the kernels before it, a download during those after it, and each kernel hides one of either at a
 * time: the bound `T - max(K, M)` for each turn by itself. A buffer that came back from the device and goes there again is not counted:
 * its upload had to wait for the download, unless nobody touched it.
 */
export function pipelining(
  { transfers }: Pick<Tables, 'transfers'>,
  steps: DeviceSteps,
  unit: number,
  busy: DeviceBusy,
): Pipelining {
  const { work, of } = steps;
  const cameBack = new Set<number>();
  let [exposed, hidden, turns] = [0, 0, 0];
  let [before, downloads, computing] = [0, 0, false];
  let left = 0;
  const counted: number[] = [];
  const exposedPart = exposure(busy.kernels);
  for (let step = 0; step < steps.length; step++) {
    const at = of[step] as number;
    if (at < 0 || work.unit[at] !== unit) continue;
    const took = tookOf(steps, step);
    if (computes(work.kind[at] as number)) {
      if (!computing) [before, left, turns] = [0, downloads, turns + 1];
      computing = true;
      before += took;
      const hides = Math.min(left, took);
      hidden += hides;
      left -= hides;
      downloads = 0;
      continue;
    }
    if (at < work.kernels) continue;
    const row = at - work.kernels;
    const direction = transfers.direction[row] as number;
    if (direction !== H2D && direction !== D2H) continue;
    computing = false;
    const buffer = transfers.buffer[row] as number;
    const open = exposedPart(work.start[at] as number, work.end[at] as number);
    exposed += open;
    if (direction === D2H) {
      downloads += open;
      if (buffer !== 0) cameBack.add(buffer);
      counted.push(step);
    } else if (buffer === 0 || !cameBack.has(buffer)) {
      const hides = Math.min(before, open);
      before -= hides;
      hidden += hides;
      counted.push(step);
    }
  }
  return { exposed, hidden, turns, steps: counted };
}

/** Nanos between two instants that nothing covers, for copies that begin one after the other: most lie between two intervals. */
function exposure(covers: Coverage): (from: number, to: number) => number {
  let at = 0;
  return (from, to) => {
    while (at < covers.to.length && (covers.to[at] as number) <= from) at++;
    const isFree = at === 0 || (covers.to[at - 1] as number) <= from;
    if (isFree && (at >= covers.from.length || (covers.from[at] as number) >= to)) return to - from;
    return to - from - coveredIn(covers, from, to);
  };
}
