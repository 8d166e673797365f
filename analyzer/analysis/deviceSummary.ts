import { DIRECTIONS, MEMORY_KINDS, type MemoryKind, type Recording, toSeconds } from '../model/index.ts';
import { ACTIVITIES, type Activity } from './activity.ts';
import { type DeviceEfficiency, deviceEfficiency } from './deviceEfficiency.ts';
import type { DeviceGaps } from './deviceGaps.ts';
import { type DeviceLine, deviceLines } from './deviceLines.ts';
import { busyOf, gapsOf, repeatsOf } from './deviceTrace.ts';
import {
  bandwidth,
  byDirection,
  type DeviceTransfers,
  deviceTransfers,
  type TransferSources,
} from './deviceTransfers.ts';
import { type DeviceWork, NO_WORK } from './deviceWork.ts';
import type { Functions } from './functions.ts';
import { kernelLaunches } from './kernelLaunches.ts';
import { type KernelTotals, kernelTotals } from './kernelTotals.ts';
import type { PlaceLine } from './poolSummary.ts';
import type { Site } from './sites.ts';
import type { Trace } from './trace.ts';

/** What devices did: a part of the summary, all of it empty or null for a run without. Seconds and bytes; null is unknown. */
export interface DeviceSummary {
  readonly devices: readonly DeviceLine[];
  readonly kernels: readonly KernelLine[];
  readonly launches: LaunchLine | null;
  readonly deviceTransfers: readonly DeviceTransferLine[];
  readonly deviceGaps: readonly DeviceGapLine[];
  readonly deviceEfficiency: DeviceEfficiency | null;
}

export interface KernelLine extends PlaceLine {
  readonly name: string;
  /** A number of `devices`; null when unknown. */
  readonly device: number | null;
  readonly count: number;
  readonly seconds: number;
  readonly meanSeconds: number;
  readonly shortestSeconds: number;
  readonly longestSeconds: number;
  /** Of its longest run; null when unknown. */
  readonly grid: readonly [number, number, number] | null;
  readonly block: readonly [number, number, number] | null;
  readonly variesInSize: boolean;
  readonly registers: number | null;
  readonly staticSharedBytes: number;
  readonly dynamicSharedBytes: number;
  readonly shorterThanLaunch: number;
  readonly launchesKnown: number;
  /** Share of its time launched at `file` and `line`, and how sure that is, from 0 to 1. */
  readonly placeShare: number;
  readonly certainty: number;
}

export interface LaunchLine {
  readonly calls: number;
  readonly callSeconds: number;
  readonly kernels: number;
  readonly meanDelaySeconds: number;
  readonly longestDelaySeconds: number;
  /** Of kernels launched one by one, those that took less than their launch, and their share of such kernels' time. */
  readonly shorterThanLaunch: number;
  readonly launchedAlone: number;
  readonly shortTimeShare: number | null;
}

export interface DeviceTransferLine extends PlaceLine {
  readonly direction: string;
  readonly from: MemoryKind;
  readonly to: MemoryKind;
  readonly asynchronous: boolean | null;
  readonly count: number;
  readonly bytes: number;
  readonly largestBytes: number;
  readonly seconds: number;
  readonly bytesPerSecond: number | null;
  readonly overlappedSeconds: number | null;
  readonly callSeconds: number | null;
  /** Null where content was not looked at. */
  readonly repeats: number | null;
  readonly repeatedBytes: number | null;
}

export interface DeviceGapLine {
  readonly device: number;
  readonly count: number;
  readonly seconds: number;
  readonly shortSeconds: number;
  readonly longestSeconds: number;
  readonly hostKnownSeconds: number;
  readonly inCallsSeconds: number;
  /** What the thread did that ended the gaps. */
  readonly host: Readonly<Partial<Record<Activity, number>>>;
  readonly places: readonly (PlaceLine & { readonly seconds: number })[];
}

/** Figures of transfers by direction, for those that have a device. */
export interface DirectionFigures {
  readonly bytesPerSecond: number | null;
  readonly overlappedSeconds: number | null;
  readonly repeats: number | null;
  readonly repeatedBytes: number | null;
}

export interface SummarisedDevices {
  readonly summary: DeviceSummary;
  readonly directions: ReadonlyMap<string, DirectionFigures>;
}

const NOTHING: SummarisedDevices = {
  summary: {
    devices: [],
    kernels: [],
    launches: null,
    deviceTransfers: [],
    deviceGaps: [],
    deviceEfficiency: null,
  },
  directions: new Map(),
};

export function deviceSummary(trace: Trace): SummarisedDevices {
  const { tables, deviceWork: work, functions, siteOf, wall } = trace;
  if (work.kind.every((kind) => kind === NO_WORK) && tables.devices.length === 0) return NOTHING;
  const all = busyOf(trace);
  const busy = all.units;
  const placed = placing(functions);
  const sources: TransferSources = { tables, work, busy, repeats: repeatsOf(trace), siteOf };
  const transfers = deviceTransfers(sources, 'site');
  const gaps = gapsOf(trace);
  return {
    summary: {
      devices: deviceLines(tables, work, all, wall),
      kernels: kernelTotals(tables, work, siteOf).map((its) => kernelLine(tables, its, placed)),
      launches: launchLine({ tables }, work),
      deviceTransfers: transfers.map((its) => transferLine(its, placed)),
      deviceGaps: gaps.map((its) => gapLine(its, placed)),
      deviceEfficiency: deviceEfficiency(busy, wall),
    },
    directions: new Map(
      byDirection(transfers).map((its) => [DIRECTIONS[its.direction] as string, directionFigures(its)]),
    ),
  };
}

type Placed = (site: Site) => PlaceLine;

const placing =
  (functions: Functions): Placed =>
  ({ function: id, line }) => ({ function: functions.name[id] ?? '', file: functions.file[id] ?? '', line });

function kernelLine(
  { kernels, strings }: Recording['tables'],
  its: KernelTotals,
  placed: Placed,
): KernelLine {
  const row = its.longestRow;
  const sizes = (x: number | undefined, y: number | undefined, z: number | undefined) =>
    x ? ([x, y || 1, z || 1] as const) : null;
  return {
    name: strings.value[its.name] as string,
    device: its.unit < 0 ? null : its.unit,
    count: its.count,
    seconds: toSeconds(its.time),
    meanSeconds: toSeconds(its.time / its.count),
    shortestSeconds: toSeconds(its.shortest),
    longestSeconds: toSeconds(its.longest),
    grid: sizes(kernels.gridX[row], kernels.gridY[row], kernels.gridZ[row]),
    block: sizes(kernels.blockX[row], kernels.blockY[row], kernels.blockZ[row]),
    variesInSize: its.variesInSize,
    registers: kernels.registers[row] || null,
    staticSharedBytes: kernels.staticShared[row] as number,
    dynamicSharedBytes: kernels.dynamicShared[row] as number,
    shorterThanLaunch: its.shorterThanLaunch,
    launchesKnown: its.launches,
    ...placed(its.site),
    placeShare: its.siteShare,
    certainty: its.certainty / 100,
  };
}

function launchLine({ tables }: Pick<Recording, 'tables'>, work: DeviceWork): LaunchLine | null {
  const its = kernelLaunches(tables, work);
  return (
    its && {
      calls: its.calls,
      callSeconds: toSeconds(its.called),
      kernels: its.launched,
      meanDelaySeconds: toSeconds(its.delay / its.launched),
      longestDelaySeconds: toSeconds(its.longestDelay),
      shorterThanLaunch: its.shorterThanLaunch,
      launchedAlone: its.alone,
      shortTimeShare: its.aloneTime > 0 ? its.shortTime / its.aloneTime : null,
    }
  );
}

function directionFigures(its: DeviceTransfers): DirectionFigures {
  return {
    bytesPerSecond: bandwidth(its),
    overlappedSeconds: its.overlapped < 0 ? null : toSeconds(its.overlapped),
    repeats: its.lookedAt > 0 ? its.repeats : null,
    repeatedBytes: its.lookedAt > 0 ? its.repeatedBytes : null,
  };
}

const transferLine = (its: DeviceTransfers, placed: Placed): DeviceTransferLine => ({
  direction: DIRECTIONS[its.direction] as string,
  from: MEMORY_KINDS[its.from] as MemoryKind,
  to: MEMORY_KINDS[its.to] as MemoryKind,
  asynchronous: its.asynchronous > 1 ? null : its.asynchronous === 1,
  count: its.count,
  bytes: its.bytes,
  largestBytes: its.largest,
  seconds: toSeconds(its.time),
  ...directionFigures(its),
  callSeconds: its.called < 0 ? null : toSeconds(its.called),
  ...placed(its.site),
});

function gapLine(its: DeviceGaps, placed: Placed): DeviceGapLine {
  const [longest] = its.longest;
  const host: Partial<Record<Activity, number>> = {};
  for (const [kind, name] of ACTIVITIES.entries()) {
    const time = its.activity[kind] as number;
    if (time > 0) host[name] = toSeconds(time);
  }
  return {
    device: its.unit,
    count: its.count,
    seconds: toSeconds(its.time),
    shortSeconds: toSeconds(its.shortTime),
    longestSeconds: longest ? toSeconds(longest.to - longest.from) : 0,
    hostKnownSeconds: toSeconds(its.hostKnown),
    inCallsSeconds: toSeconds(its.inCalls),
    host,
    places: its.places.map(({ site, time }) => ({ ...placed(site), seconds: toSeconds(time) })),
  };
}
