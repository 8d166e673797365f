import { collectionAt, lockWaitAt, nearestMoment } from '../../analyzer/analysis/laneMoments.ts';
import type { LaneRegions } from '../../analyzer/analysis/laneRegions.ts';
import type { Region } from '../../analyzer/analysis/regions.ts';
import type { Profile } from '../profile.ts';
import { LANE_HEIGHT, REGION_HEIGHT, type Row } from './rows.ts';
import { taskAt } from './taskLayout.ts';

export interface Pointed {
  readonly row: Row;
  readonly time: number;
  /** Nanos that a pixel stands for. */
  readonly pixel: number;
  /** CSS pixels below the top of the row. */
  readonly y: number;
}

/** What lies under the pointer on a lane: a region, or a row of `tasks`, `lockWaits`, `transfers` or `spans`. */
export type Target =
  | { readonly kind: 'task'; readonly row: number; readonly position: number }
  | { readonly kind: 'region'; readonly region: Region }
  | { readonly kind: 'wait'; readonly row: number }
  | { readonly kind: 'message'; readonly row: number }
  | { readonly kind: 'collection'; readonly row: number };

/** Distance in pixels at which the pointer finds a message: an instant has no width to point at. */
const REACH = 4;
/** Where the strip of tasks begins for the pointer, from the top of its lane. */
const STRIP_FROM = LANE_HEIGHT - 4;

export function targetAt(profile: Profile, { row, time, pixel, y }: Pointed): Target | null {
  if (row.kind !== 'lane') return null;
  const { tables } = profile.recording;
  const above = row.height - row.regionsHeight;
  if (row.regionsHeight > 0 && y >= above) {
    const region = regionAt(profile.regions.get(row.lane), Math.floor((y - above) / REGION_HEIGHT), time);
    return region && { kind: 'region', region };
  }
  if (row.hasStrip && y >= STRIP_FROM) {
    const position = taskAt(profile.tasks, row.lane, time, pixel);
    return position < 0 ? null : { kind: 'task', row: profile.tasks.row[position] as number, position };
  }
  const message = nearestMoment(profile.messages, row.lane, time, REACH * pixel);
  if (message >= 0) return { kind: 'message', row: message };
  const collection = collectionAt(profile.collections, tables.spans, row.lane, time, pixel);
  if (collection >= 0) return { kind: 'collection', row: collection };
  const wait = lockWaitAt(profile.lockWaits, tables.lockWaits, row.lane, time);
  return wait < 0 ? null : { kind: 'wait', row: wait };
}

/** The region at an instant on a level; of those that share the last level the one that began last, which is on top. */
function regionAt(of: LaneRegions | undefined, level: number, time: number): Region | null {
  const at = of?.regions.findLastIndex(
    ({ start, end }, i) => of.level[i] === level && start <= time && time < end,
  );
  return of?.regions[at ?? -1] ?? null;
}
