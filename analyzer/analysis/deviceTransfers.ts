import { DIRECTIONS, type Tables } from '../model/index.ts';
import { coveredIn } from './coverage.ts';
import type { DeviceBusy } from './deviceBusy.ts';
import { type DeviceWork, NO_WORK } from './deviceWork.ts';
import { type Site, type SiteOf, UNKNOWN_SITE } from './sites.ts';
import { mostOften, StackWeights } from './stackWeights.ts';
import { EVERYTHING, type Selection } from './weights.ts';
import { workCounter } from './workSelection.ts';

/** What transfers are told apart by, beside their direction, the kinds of memory and whether they were asynchronous. */
export const TRANSFER_GROUPINGS = ['site', 'size', 'stream'] as const;
export type TransferGrouping = (typeof TRANSFER_GROUPINGS)[number];

/** Upper bounds of the classes of size in bytes, each of them beyond its class; what is not below the last is a class of its own. */
export const SIZE_CLASSES = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 24, 2 ** 28] as const;

/** The class of a volume: the number of bounds that it is not below. */
export const sizeClass = (bytes: number): number => SIZE_CLASSES.filter((bound) => bytes >= bound).length;

/** Transfers between host and devices, or among devices, that agree in what they are grouped by. Nanos and bytes. */
export interface DeviceTransfers {
  /** Values of `DIRECTIONS` and of `MEMORY_KINDS`. */
  readonly direction: number;
  readonly from: number;
  readonly to: number;
  /** 0, 1, or 2 when unknown. */
  readonly asynchronous: number;
  /** The class of size, -1 where not grouped by it. */
  readonly size: number;
  /** The stream, -1 where not grouped by it. */
  readonly lane: number;
  /** Where they were called; where not grouped by it, where most of the bytes were. */
  site: Site;
  /** Share of the bytes that were called there. */
  siteShare: number;
  count: number;
  /** Of whole transfers, as `time` is: a part of a transfer has no volume that anybody knows. */
  bytes: number;
  /** What the transfers took, one after the other. */
  time: number;
  /** Bytes and time of those that have both: their ratio is the bandwidth. */
  timedBytes: number;
  timed: number;
  largest: number;
  /** Of `time`, while a kernel ran on the same device; -1 where no device is known. */
  overlapped: number;
  /** Of the calls of the host that asked for them; -1 where no call is known. */
  called: number;
  /** Those whose buffer had been moved before with the same content. */
  repeats: number;
  repeatedBytes: number;
  /** Those whose content was looked at, so that a repeat would have been found. */
  lookedAt: number;
}

/** Bytes a second; null where no time was seen. */
export const bandwidth = ({ timedBytes, timed }: DeviceTransfers): number | null =>
  timed > 0 ? (timedBytes / timed) * 1e9 : null;

export interface TransferSources {
  readonly tables: Pick<Tables, 'kernels' | 'transfers'>;
  readonly work: DeviceWork;
  /** By device, as from `devicesBusy`. */
  readonly busy: readonly DeviceBusy[];
  /** As from `transferRepeats`. */
  readonly repeats: Uint8Array;
  readonly siteOf: SiteOf;
}

/** The transfers of a selection, those with most bytes first; n log n. One is counted where any part of it is selected. */
export function deviceTransfers(
  { tables, work, busy, repeats, siteOf }: TransferSources,
  by: TransferGrouping,
  selection: Selection = EVERYTHING,
): DeviceTransfers[] {
  const { transfers } = tables;
  const counts = workCounter(tables, work, selection);
  const groups = new Map<string, { readonly totals: DeviceTransfers; readonly stacks: StackWeights }>();
  const keyOf = memoised(transfers, siteOf, by);
  for (let row = 0; row < transfers.length; row++) {
    const at = work.kernels + row;
    if (work.kind[at] === NO_WORK || counts(at) < 0) continue;
    const key = keyOf(row);
    let group = groups.get(key);
    if (!group) {
      group = { totals: newTotals(transfers, row, by), stacks: new StackWeights() };
      groups.set(key, group);
    }
    add(group.totals, transfers, row, repeats[row] === 1, busy[work.unit[at] as number]);
    const stack = transfers.stack[row] as number;
    group.stacks.add(stack, known(transfers.bytes[row]) || 1);
  }
  for (const { totals, stacks } of groups.values()) {
    const { site, share } = mostOften(stacks.weights(), siteOf);
    totals.site = site;
    totals.siteShare = share;
  }
  return [...groups.values()]
    .map(({ totals }) => totals)
    .sort((a, b) => b.bytes - a.bytes || b.count - a.count);
}

/** A text for each row that is alike for those of one group. Few differ, so the texts are kept. */
function memoised(
  { direction, from, to, asynchronous, bytes, lane, stack }: Tables['transfers'],
  siteOf: SiteOf,
  by: TransferGrouping,
): (row: number) => string {
  const ways = new Map<number, Map<number, string>>();
  const places = new Map<number, number>();
  const siteIds = new Map<string, number>();
  const placeOf = (its: number): number => {
    let place = places.get(its);
    if (place === undefined) {
      const { function: called, line } = siteOf(its);
      const key = `${called} ${line}`;
      place = siteIds.get(key) ?? siteIds.size;
      siteIds.set(key, place);
      places.set(its, place);
    }
    return place;
  };
  const detail = (row: number): number => {
    if (by === 'size') return sizeClass(bytes[row] as number);
    return by === 'stream' ? (lane[row] as number) : placeOf(stack[row] as number);
  };
  return (row) => {
    const way =
      (((direction[row] as number) * 256 + (from[row] as number)) * 256 + (to[row] as number)) * 256 +
      (asynchronous[row] as number);
    let keys = ways.get(way);
    if (!keys) {
      keys = new Map();
      ways.set(way, keys);
    }
    const its = detail(row);
    let key = keys.get(its);
    if (key === undefined) {
      key = `${way} ${its}`;
      keys.set(its, key);
    }
    return key;
  };
}

const newTotals = (
  { direction, from, to, asynchronous, bytes, lane }: Tables['transfers'],
  row: number,
  by: TransferGrouping,
): DeviceTransfers => ({
  direction: direction[row] as number,
  from: from[row] as number,
  to: to[row] as number,
  asynchronous: asynchronous[row] as number,
  size: by === 'size' ? sizeClass(bytes[row] as number) : -1,
  lane: by === 'stream' ? (lane[row] as number) : -1,
  site: UNKNOWN_SITE,
  siteShare: 0,
  count: 0,
  bytes: 0,
  time: 0,
  timedBytes: 0,
  timed: 0,
  largest: 0,
  overlapped: -1,
  called: -1,
  repeats: 0,
  repeatedBytes: 0,
  lookedAt: 0,
});

/** A volume that makes sense. */
const known = (bytes: number | undefined): number =>
  bytes !== undefined && bytes > 0 && bytes < Number.POSITIVE_INFINITY ? bytes : 0;

function add(
  group: DeviceTransfers,
  { start, end, bytes, weight, callStart, callEnd, content }: Tables['transfers'],
  row: number,
  repeats: boolean,
  busy: DeviceBusy | undefined,
): void {
  const times = weight[row] as number;
  const volume = known(bytes[row]) * times;
  const from = start[row] as number;
  const to = Math.max(from, end[row] as number);
  group.count += times;
  group.bytes += volume;
  group.time += (to - from) * times;
  if (to > from && volume > 0) {
    group.timedBytes += volume;
    group.timed += (to - from) * times;
  }
  group.largest = Math.max(group.largest, known(bytes[row]));
  if (busy) group.overlapped = Math.max(0, group.overlapped) + coveredIn(busy.kernels, from, to);
  const began = callStart[row] as number;
  if (began >= 0) group.called = Math.max(0, group.called) + Math.max(0, (callEnd[row] as number) - began);
  if ((content[row] as number) !== 0) group.lookedAt += times;
  if (!repeats) return;
  group.repeats += times;
  group.repeatedBytes += volume;
}

/** Groups summed by direction, in the order of `DIRECTIONS`; their memory, size, stream and site say nothing any more. */
export function byDirection(groups: readonly DeviceTransfers[]): DeviceTransfers[] {
  const sums = new Map<number, DeviceTransfers>();
  for (const group of groups) {
    const sum = sums.get(group.direction);
    if (!sum) {
      sums.set(group.direction, { ...group, size: -1, lane: -1, site: UNKNOWN_SITE, siteShare: 0 });
      continue;
    }
    for (const figure of SUMS) sum[figure] += group[figure];
    sum.largest = Math.max(sum.largest, group.largest);
    sum.called = sumOfKnown(sum.called, group.called);
    sum.overlapped = sumOfKnown(sum.overlapped, group.overlapped);
  }
  return DIRECTIONS.flatMap((_, at) => sums.get(at) ?? []);
}

/** The sum of two times of which -1 is unknown. */
const sumOfKnown = (a: number, b: number): number => (b < 0 ? a : Math.max(0, a) + b);

const SUMS = [
  'count',
  'bytes',
  'time',
  'timedBytes',
  'timed',
  'repeats',
  'repeatedBytes',
  'lookedAt',
] as const;
