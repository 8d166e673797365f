import { DIRECTIONS, SPAN_KINDS, type Tables } from '../model/index.ts';
import { firstAbove, type LaneOrder, laneOrder } from './ascending.ts';
import { columnOf } from './rowGroups.ts';

/** Rows of a table by lane and time, with the time of each position. */
export interface LaneMoments extends LaneOrder {
  readonly time: Float64Array;
}

function momentsOf(lane: ArrayLike<number>, time: Float64Array, lanes: number): LaneMoments {
  const order = laneOrder(lane, time, lanes);
  return { ...order, time: columnOf(order.row, (row) => time[row] as number) };
}

/** The lanes of rows of one kind, and -1 for others. A plain loop: a callback for each of a million rows takes ten times as long. */
function lanesWhere(lane: Uint32Array, kind: Uint8Array, wanted: number): Int32Array {
  const found = new Int32Array(lane.length).fill(-1);
  for (let row = 0; row < lane.length; row++) if (kind[row] === wanted) found[row] = lane[row] as number;
  return found;
}

/** The rows of `lockWaits`, by who waited and when that began. */
export const lockWaitsByLane = ({ lockWaits, lanes }: Pick<Tables, 'lockWaits' | 'lanes'>): LaneMoments =>
  momentsOf(lockWaits.lane, lockWaits.start, lanes.length);

/** The rows of `transfers` that are messages, by who sent and when. */
export function messagesByLane({ transfers, lanes }: Pick<Tables, 'transfers' | 'lanes'>): LaneMoments {
  const message = DIRECTIONS.indexOf('message');
  return momentsOf(lanesWhere(transfers.lane, transfers.direction, message), transfers.start, lanes.length);
}

/** The rows of `spans` that are garbage collections, by lane and when they began. */
export function collectionsByLane({ spans, lanes }: Pick<Tables, 'spans' | 'lanes'>): LaneMoments {
  const gc = SPAN_KINDS.indexOf('gc');
  return momentsOf(lanesWhere(spans.lane, spans.kind, gc), spans.start, lanes.length);
}

/** The row of `spans` that a lane was in at `time`, or that ended at most `reach` Nanos before; -1 for none. */
export function collectionAt(
  collections: LaneMoments,
  { end }: Tables['spans'],
  lane: number,
  time: number,
  reach: number,
): number {
  const at = momentAfter(collections, lane, time + reach) - 1;
  const row = at < (collections.offset[lane] as number) ? -1 : (collections.row[at] as number);
  return row >= 0 && (end[row] as number) > time - reach ? row : -1;
}

/** The first position of a lane that is later than `time`. */
export function momentAfter({ offset, time: times }: LaneMoments, lane: number, time: number): number {
  return firstAbove(times, time, offset[lane] as number, offset[lane + 1] as number);
}

/** The row of `lockWaits` that a lane was in at `time`; -1 for none. */
export function lockWaitAt(
  waits: LaneMoments,
  { end }: Tables['lockWaits'],
  lane: number,
  time: number,
): number {
  const at = momentAfter(waits, lane, time) - 1;
  const row = at < (waits.offset[lane] as number) ? -1 : (waits.row[at] as number);
  return row >= 0 && (end[row] as number) > time ? row : -1;
}

/**
 * From when to when (Nanos) a lane waited for the lock of a row of `lockWaits`: a wait has a row for each holder that was
 * seen, and each begins where the one before it ended.
 */
export function lockStay(
  waits: LaneMoments,
  { lane, lock, start, end }: Tables['lockWaits'],
  row: number,
): { readonly start: number; readonly end: number } {
  const its = lane[row] as number;
  const found = momentAfter(waits, its, start[row] as number) - 1;
  const joins = (before: number | undefined, after: number | undefined): boolean =>
    before !== undefined &&
    after !== undefined &&
    lock[before] === lock[after] &&
    end[before] === start[after];
  let [first, last] = [found, found];
  while (first > (waits.offset[its] as number) && joins(waits.row[first - 1], waits.row[first])) first--;
  while (last + 1 < (waits.offset[its + 1] as number) && joins(waits.row[last], waits.row[last + 1])) last++;
  return {
    start: start[waits.row[first] as number] as number,
    end: end[waits.row[last] as number] as number,
  };
}

/** The row of the moment of a lane that is nearest to `time` and at most `reach` Nanos away; -1 for none. */
export function nearestMoment(moments: LaneMoments, lane: number, time: number, reach: number): number {
  const after = momentAfter(moments, lane, time);
  let best = -1;
  let distance = reach;
  for (const at of [after - 1, after]) {
    if (at < (moments.offset[lane] as number) || at >= (moments.offset[lane + 1] as number)) continue;
    const away = Math.abs((moments.time[at] as number) - time);
    if (away > distance) continue;
    distance = away;
    best = moments.row[at] as number;
  }
  return best;
}
