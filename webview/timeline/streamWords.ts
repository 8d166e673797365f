import { coveredIn } from '../../analyzer/analysis/coverage.ts';
import type { DeviceBusy } from '../../analyzer/analysis/deviceBusy.ts';
import { launchOf, WORK_KINDS, type WorkKind } from '../../analyzer/analysis/deviceWork.ts';
import { shortKernelName } from '../../analyzer/analysis/kernelNames.ts';
import { spanPositionAt, trackCount } from '../../analyzer/analysis/spanTracks.ts';
import {
  DIRECTION_WORDS,
  deviceName,
  deviceTitle,
  memoryWords,
  sizeWords,
  synchrony,
} from '../devices/names.ts';
import type { Tip } from '../dom/tooltip.ts';
import { bytes, bytesPerSecond, count, counted, duration, percent, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { stackName } from '../tasks/names.ts';
import { laneName } from './rows.ts';

type Figure = [name: string, value: string];

const KIND_TITLES: Readonly<Record<WorkKind, string>> = {
  kernel: 'Kernel',
  native: 'Function of the host',
  memset: 'Fill',
  marker: 'Marker',
  H2D: 'Copy',
  D2H: 'Copy',
  D2D: 'Copy',
  P2P: 'Copy',
};

/** Everything that is known of a piece of work. `crowd`: how many share the pixel with it. */
export function workTip(profile: Profile, at: number, crowd: number): Tip {
  const { work } = profile.devices;
  const { strings, kernels } = profile.recording.tables;
  const kind = WORK_KINDS[work.kind[at] as number] ?? 'marker';
  const isCopy = at >= work.kernels;
  const full = isCopy ? '' : visible(strings.value[kernels.name[at] as number] as string);
  const short = visible(shortKernelName(full));
  const start = work.start[at] as number;
  const figures: Figure[] = [
    ['at', duration(start - profile.bounds.from)],
    ['took', duration((work.end[at] as number) - start)],
    ...(isCopy ? copyFigures(profile, at - work.kernels) : kernelFigures(profile, at)),
    ...launchFigures(profile, at),
  ];
  const device = deviceTitle(profile, work.unit[at] as number);
  const stream = laneName(profile, work.lane[at] as number);
  const title = isCopy ? `${KIND_TITLES[kind]} ${DIRECTION_WORDS[kind] ?? ''}` : short || KIND_TITLES[kind];
  const lines: string[] =
    full !== '' && full !== title ? [full.length > 200 ? `${full.slice(0, 199)}…` : full] : [];
  if (crowd > 1) lines.push(`One of ${count(crowd)} in this pixel. Zoom in to see each.`);
  return {
    title,
    place: stream.startsWith(device) ? stream : `${device}, ${stream}`,
    figures,
    lines,
  };
}

function kernelFigures({ recording: { tables } }: Profile, row: number): Figure[] {
  const k = tables.kernels;
  const figures: Figure[] = [];
  const grid = sizeWords(k.gridX[row] as number, k.gridY[row] as number, k.gridZ[row] as number);
  const block = sizeWords(k.blockX[row] as number, k.blockY[row] as number, k.blockZ[row] as number);
  if (grid !== '') figures.push(['grid', grid]);
  if (block !== '') figures.push(['block', block]);
  if ((k.registers[row] as number) > 0)
    figures.push(['registers', `${count(k.registers[row] as number)} a thread`]);
  const [fixed, dynamic] = [k.staticShared[row] as number, k.dynamicShared[row] as number];
  if (fixed + dynamic > 0)
    figures.push([
      'shared memory',
      `${bytes(fixed + dynamic)} a block${dynamic > 0 ? `, ${bytes(dynamic)} dynamic` : ''}`,
    ]);
  if ((k.bytes[row] as number) > 0) figures.push(['volume', bytes(k.bytes[row] as number)]);
  if ((k.graph[row] as number) > 0) figures.push(['graph', `#${k.graph[row]}`]);
  return figures;
}

function copyFigures(profile: Profile, row: number): Figure[] {
  const { transfers } = profile.recording.tables;
  const volume = transfers.bytes[row] as number;
  const took = (transfers.end[row] as number) - (transfers.start[row] as number);
  const figures: Figure[] = [['volume', bytes(volume)]];
  if (took > 0 && volume > 0) figures.push(['bandwidth', bytesPerSecond((volume / took) * 1e9)]);
  const memory = memoryWords(transfers.from[row] as number, transfers.to[row] as number);
  if (memory !== '') figures.push(['memory', memory]);
  const asked = synchrony(transfers.asynchronous[row] as number);
  if (asked !== '') figures.push(['call was', asked]);
  if (profile.devices.repeats()[row] === 1)
    figures.push(['moved before', 'this buffer, with the same content']);
  return figures;
}

/** What the host did to start it: the code, the call, and how long it waited then. */
function launchFigures(profile: Profile, at: number): Figure[] {
  const { recording, devices } = profile;
  const { work } = devices;
  const launch = launchOf(recording.tables, work, at);
  const figures: Figure[] = [];
  const call = visible(recording.tables.strings.value[launch.call] ?? '');
  if (launch.start >= 0) {
    const took = duration(Math.max(0, launch.end - launch.start));
    figures.push([
      call === '' ? 'call' : call,
      launch.lane >= 0 ? `${took} on ${laneName(profile, launch.lane)}` : took,
    ]);
    const waited = (work.start[at] as number) - launch.end;
    if (waited > 0) figures.push(['waited in queue', duration(waited)]);
  }
  const site = stackName(profile, launch.stack);
  const sure = launch.certainty >= 100 ? '' : `, ${percent(launch.certainty / 100)} sure`;
  figures.push(['launched by', site === '' ? 'not known' : `${site}${sure}`]);
  return figures;
}

/** A piece of work in one sentence, for those who do not see the picture. */
export function sayWork(profile: Profile, at: number): string {
  const { title, place, figures = [] } = workTip(profile, at, 1);
  return [title, place ?? '', ...figures.map(([name, value]) => `${name} ${value}`)]
    .filter(Boolean)
    .join(', ');
}

/** Shares of an interval that a device or a stream was busy. */
export function busyShares(
  busy: DeviceBusy | undefined,
  { from, to }: Interval,
): { kernels: number; memory: number; any: number } {
  const share = (coverage: DeviceBusy['any'] | undefined): number =>
    coverage && to > from ? Math.min(1, coveredIn(coverage, from, to) / (to - from)) : 0;
  return { kernels: share(busy?.kernels), memory: share(busy?.memory), any: share(busy?.any) };
}

/** `kernels 29 %, copies and fills 12 % of the time`. */
export function busyWords(busy: DeviceBusy | undefined, interval: Interval): string {
  const { kernels, memory } = busyShares(busy, interval);
  return `kernels ${percent(kernels)}, copies and fills ${percent(memory)} of the time`;
}

/** What a stream shows in an interval, in words. */
export function streamInWords({ devices }: Profile, lane: number, interval: Interval): string {
  const { tracks, busy } = devices;
  let seen = 0;
  for (let track = 0; track < trackCount(tracks, lane); track++) {
    const on = (tracks.first[lane] as number) + track;
    const first = spanPositionAt(tracks, on, interval.from);
    const last = spanPositionAt(tracks, on, interval.to);
    const reaches =
      last < (tracks.offset[on + 1] as number) && (tracks.from[last] as number) < interval.to ? 1 : 0;
    seen += last - first + reaches;
  }
  if (seen === 0) return 'no work';
  return `${counted(seen, 'piece')} of work, ${busyWords(busy.lanes[lane], interval)}. Arrow right goes to the next one`;
}

export function deviceTip(profile: Profile, unit: number, streams: number, time: number, pixel: number): Tip {
  const half = Math.max(pixel, (profile.bounds.to - profile.bounds.from) / 1000) / 2;
  const { kernels, memory } = busyShares(profile.devices.busy.units[unit], {
    from: time - half,
    to: time + half,
  });
  return {
    title: deviceTitle(profile, unit),
    place: deviceName(profile, unit),
    figures: [
      ['at', duration(time - profile.bounds.from)],
      ['busy with kernels', percent(kernels)],
      ['with copies and fills', percent(memory)],
      ['streams', count(streams)],
    ],
  };
}
