import { collectionAt, lockWaitAt, nearestMoment } from '../../analyzer/analysis/laneMoments.ts';
import type { LaneRegions } from '../../analyzer/analysis/laneRegions.ts';
import type { Region } from '../../analyzer/analysis/regions.ts';
import { spanAt, trackCount } from '../../analyzer/analysis/spanTracks.ts';
import type { Profile } from '../profile.ts';
import { LANE_HEIGHT, RANGE_HEIGHT, REGION_HEIGHT, type Row } from './rows.ts';
import { trackBox } from './streamPaint.ts';
import { taskAt } from './taskLayout.ts';

export interface Pointed {
  readonly row: Row;
  readonly time: number;
  /** Nanos that a pixel stands for. */
  readonly pixel: number;
  /** CSS pixels below the top of the row. */
  readonly y: number;
}

/**
 * What lies under the pointer on a lane: a region, or a row of `tasks`, `lockWaits`, `transfers` or `spans`; a number of
 * `DeviceWork`, and a call of a device's API by its position.
 */
export type Target =
  | { readonly kind: 'task'; readonly row: number; readonly position: number }
  | { readonly kind: 'region'; readonly region: Region }
  | { readonly kind: 'wait'; readonly row: number }
  | { readonly kind: 'message'; readonly row: number }
  | { readonly kind: 'collection'; readonly row: number }
  | { readonly kind: 'range'; readonly row: number }
  | { readonly kind: 'call'; readonly row: number; readonly position: number }
  | { readonly kind: 'work'; readonly row: number; readonly position: number };

/** Distance in pixels at which the pointer finds a message: an instant has no width to point at. */
const REACH = 4;
/** Where the strip of tasks begins for the pointer, from the top of its lane. */
const STRIP_FROM = LANE_HEIGHT - 4;

export function targetAt(profile: Profile, { row, time, pixel, y }: Pointed): Target | null {
  if (row.kind === 'stream') return workAt(profile, row.lane, time, pixel, y);
  if (row.kind !== 'lane') return null;
  const { tables } = profile.recording;
  const rangesTop = row.height - row.rangesHeight;
  if (y >= rangesTop) {
    const position = spanAt(
      profile.ranges,
      row.lane,
      Math.floor((y - rangesTop) / RANGE_HEIGHT),
      time,
      pixel,
    );
    return position < 0 ? null : { kind: 'range', row: profile.ranges.row[position] as number };
  }
  if (y >= rangesTop - row.callsHeight) {
    const position = spanAt(profile.calls, row.lane, 0, time, pixel);
    return position < 0 ? null : { kind: 'call', row: profile.calls.row[position] as number, position };
  }
  const above = rangesTop - row.callsHeight - row.regionsHeight;
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

/** Shorter work runs beside longer: the pointer finds it on the track that it is at, or on the nearest above. */
function workAt({ devices }: Profile, lane: number, time: number, pixel: number, y: number): Target | null {
  const { tracks } = devices;
  for (let track = trackCount(tracks, lane) - 1; track >= 0; track--) {
    if (track > 0 && y < trackBox(track).y) continue;
    const position = spanAt(tracks, lane, track, time, pixel);
    if (position >= 0) return { kind: 'work', row: tracks.row[position] as number, position };
  }
  return null;
}

/** The region at an instant on a level; of those that share the last level the one that began last, which is on top. */
function regionAt(of: LaneRegions | undefined, level: number, time: number): Region | null {
  const at = of?.regions.findLastIndex(
    ({ start, end }, i) => of.level[i] === level && start <= time && time < end,
  );
  return of?.regions[at ?? -1] ?? null;
}
