import { trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { deviceName, deviceTitle } from '../devices/names.ts';
import type { Profile } from '../profile.ts';
import { laneTitle } from './laneNames.ts';
import { inOrder, type Listed } from './listed.ts';
import { GROUP_HEIGHT, LANE_HEIGHT, type Row } from './rows.ts';

/** Each further track of a stream on which work runs at the same time. */
export const TRACK_HEIGHT = 14;
/** Streams of a device that stand open at first. */
const OPEN_STREAMS = 6;

/** The id of the group of a device. */
const groupOf = (unit: number): string => `device ${unit}`;

/** Devices whose streams would bury the program's threads. */
export const devicesCollapsedAtFirst = ({ devices }: Profile): readonly string[] =>
  devices.streams.flatMap((streams, unit) => (streams.length > OPEN_STREAMS ? [groupOf(unit)] : []));

/** The height of a stream, which has a row for each track. */
export const streamHeight = ({ devices }: Pick<Profile, 'devices'>, lane: number): number =>
  LANE_HEIGHT + (Math.max(1, trackCount(devices.tracks, lane)) - 1) * TRACK_HEIGHT;

/** A group for each device with its streams, busiest first or as `listed` orders them; streams of which no device is known at the end. */
export function deviceRows(
  profile: Profile,
  collapsed: ReadonlySet<string>,
  listed: Listed,
  top: number,
): Row[] {
  const rows: Row[] = [];
  let y = top;
  const add = (row: Row): void => {
    rows.push(row);
    y += row.height;
  };
  for (const [unit, streams] of profile.devices.streams.entries()) {
    const id = groupOf(unit);
    const closed = collapsed.has(id);
    const title =
      unit < profile.devices.work.units.count ? deviceTitle(profile, unit) : 'Streams of unknown devices';
    const belongs = `${title} ${deviceName(profile, unit)}`;
    const shown = inOrder(profile, streams, listed.sort).filter((lane) =>
      listed.has(lane, `${laneTitle(profile, lane)} ${belongs}`),
    );
    if (shown.length === 0) continue;
    const place = { title, detail: deviceName(profile, unit), y, height: GROUP_HEIGHT, level: 1 as const };
    add({ kind: 'device', id, lanes: streams, collapsed: closed, unit, ...place });
    if (closed) continue;
    for (const lane of shown) {
      const height = streamHeight(profile, lane);
      add({
        kind: 'stream',
        lane,
        title: streamTitle(profile, lane),
        detail: '',
        y,
        height,
        level: 2,
      });
    }
  }
  return rows;
}

/** What a stream is called after the name of its device. */
const OWN_NAME = /^(?:GPU|OpenCL)\b.* ((?:stream|queue) \S+)$/;

/** Below its device a stream need not say whose it is. */
function streamTitle(profile: Profile, lane: number): string {
  const title = laneTitle(profile, lane);
  return OWN_NAME.exec(title)?.[1] ?? title;
}
