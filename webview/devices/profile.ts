import { covered } from '../../analyzer/analysis/coverage.ts';
import { type DeviceBusy, type DevicesBusy, devicesBusy } from '../../analyzer/analysis/deviceBusy.ts';
import { DEVICE_DIRECTIONS, type DeviceWork, WORK_KINDS } from '../../analyzer/analysis/deviceWork.ts';
import { type DeviceCalls, deviceCalls } from '../../analyzer/analysis/kernelCalls.ts';
import { type SpanTracks, spanTracks } from '../../analyzer/analysis/spanTracks.ts';
import type { Trace } from '../../analyzer/analysis/trace.ts';
import { transferRepeats } from '../../analyzer/analysis/transferRepeats.ts';
import { DIRECTIONS, LANE_KINDS, type Tables } from '../../analyzer/model/index.ts';

/** Work that runs at the same time on one stream, as in queues that run out of order, has as many tracks. */
const MOST_TRACKS = 4;

/** What views ask of devices, computed once. */
export interface DeviceProfile {
  readonly work: DeviceWork;
  readonly calls: DeviceCalls;
  readonly busy: DevicesBusy;
  /** The work of each stream; a row is a number of `work`, a category an index into `WORK_KINDS`. */
  readonly tracks: SpanTracks;
  /** The streams of each device, busiest first; at the end those of which no device is known. */
  readonly streams: readonly (readonly number[])[];
  /** Which rows of `transfers` moved what had been moved before. */
  readonly repeats: () => Uint8Array;
}

export function deviceProfile({ tables, functions, tree, deviceWork: work }: Trace): DeviceProfile {
  const lanes = tables.lanes.length;
  const busy = devicesBusy(work, lanes);
  let repeats: Uint8Array | null = null;
  return {
    work,
    calls: deviceCalls(tables, work, functions, tree),
    busy,
    tracks: spanTracks(
      {
        length: work.length,
        start: work.start,
        end: work.end,
        laneOf: (row) => work.lane[row] as number,
        categoryOf: (row) => work.kind[row] as number,
        categories: WORK_KINDS.length,
      },
      lanes,
      MOST_TRACKS,
    ),
    streams: streamsOf(tables, work, busy),
    repeats: () => {
      repeats ??= transferRepeats(tables);
      return repeats;
    },
  };
}

function streamsOf({ lanes }: Tables, work: DeviceWork, busy: DevicesBusy): number[][] {
  const unitOf = new Int32Array(lanes.length).fill(-2);
  for (let at = 0; at < work.length; at++) {
    const lane = work.lane[at] as number;
    if (lane >= 0 && (unitOf[lane] as number) < 0) unitOf[lane] = work.unit[at] as number;
  }
  const stream = LANE_KINDS.indexOf('stream');
  const streams: number[][] = Array.from({ length: work.units.count + 1 }, () => []);
  for (let lane = 0; lane < lanes.length; lane++) {
    const unit = unitOf[lane] as number;
    if (unit === -2 && lanes.kind[lane] !== stream) continue;
    streams[unit < 0 ? work.units.count : unit]?.push(lane);
  }
  const time = (lane: number): number => covered((busy.lanes[lane] as DeviceBusy).any);
  for (const its of streams) its.sort((a, b) => time(b) - time(a) || a - b);
  return streams;
}

const isOfDevice = Uint8Array.from(DIRECTIONS, (direction) =>
  Number(DEVICE_DIRECTIONS.some((name) => name === direction)),
);

/** Whether anything was copied to, from or on a device. */
export const hasDeviceTransfers = ({ transfers }: Pick<Tables, 'transfers'>): boolean =>
  transfers.direction.some((direction) => isOfDevice[direction] === 1);
