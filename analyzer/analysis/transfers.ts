import { DIRECTIONS, type Direction, directionsOf, type Tables } from '../model/index.ts';
import type { TaskTotals } from './tasks.ts';

/** What was moved in one direction. `time`: Nanos spent on it at both ends: copying, or serialising and deserialising. */
export interface TransferTotals {
  readonly direction: Direction;
  readonly count: number;
  readonly bytes: number;
  readonly time: number;
  /** Bytes of some of them are estimates: what was looked at, and all that was cloned. */
  readonly isEstimated: boolean;
}

/**
 * Volumes by direction, in the order of `DIRECTIONS`, those that did not occur left out. What tasks carried to their workers
 * is `pickle-out` or `clone-out`, what came back `pickle-in` or `clone-in`; tasks whose bytes are unknown, or that pickle nothing, are no transfers.
 */
export function transferTotals(
  { transfers, pools }: Pick<Tables, 'transfers' | 'pools'>,
  tasks: readonly TaskTotals[],
): TransferTotals[] {
  const count = new Float64Array(DIRECTIONS.length);
  const bytes = new Float64Array(DIRECTIONS.length);
  const time = new Float64Array(DIRECTIONS.length);
  const estimated = new Set(['clone-out', 'clone-in'].map((name) => DIRECTIONS.indexOf(name as Direction)));
  const add = (direction: number, of: number, volume: number, took: number) => {
    count[direction] = (count[direction] as number) + of;
    bytes[direction] = (bytes[direction] as number) + volume;
    time[direction] = (time[direction] as number) + took;
  };
  for (let row = 0; row < transfers.length; row++) {
    const volume = transfers.bytes[row] as number;
    const sent = (transfers.end[row] as number) - (transfers.start[row] as number);
    const toStart = transfers.toStart[row] as number;
    const arrived = toStart < 0 ? 0 : (transfers.toEnd[row] as number) - toStart;
    const known = volume > 0 && volume < Number.POSITIVE_INFINITY ? volume : 0;
    const weight = transfers.weight[row] as number;
    const took = Math.max(0, sent) + Math.max(0, arrived);
    if (transfers.estimated[row] === 1) estimated.add(transfers.direction[row] as number);
    add(transfers.direction[row] as number, weight, weight * known, weight * took);
  }
  for (const { pool, out, back } of tasks) {
    const ways = directionsOf(pools.startMethod[pool] ?? '');
    add(DIRECTIONS.indexOf(ways.out), out.moved, out.bytes, out.pack + out.unpack);
    add(DIRECTIONS.indexOf(ways.back), back.moved, back.bytes, back.pack + back.unpack);
  }
  return DIRECTIONS.map((direction, at) => ({
    direction,
    count: count[at] as number,
    bytes: bytes[at] as number,
    time: time[at] as number,
    isEstimated: estimated.has(at),
  })).filter((each) => each.count > 0);
}
