import type { CounterSeries } from '../../analyzer/analysis/counterSeries.ts';
import { trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { hasTasks } from '../../analyzer/analysis/taskLanes.ts';
import { LANE_ROLES } from '../../analyzer/model/index.ts';
import { visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import { ALL_LANES, type LaneList } from '../state/laneList.ts';
import { deviceRows, devicesCollapsedAtFirst, streamHeight } from './deviceRows.ts';
import { isFirstThread, laneName, laneTitle, ownerOf, runningOf, soloTitle } from './laneNames.ts';
import { byTitle, inOrder, type Listed, listedBy } from './listed.ts';
import { poolRows, poolsCollapsedAtFirst } from './poolRows.ts';

export { laneName, laneTitle, processTitle } from './laneNames.ts';

/** Heights in CSS pixels. */
export const GROUP_HEIGHT = 28;
export const LANE_HEIGHT = 24;
export const COUNTER_HEIGHT = 36;
/** The strip of tasks below the state of a lane that ran some. */
export const STRIP_HEIGHT = 16;
/** One level of the regions of a lane that submitted tasks; they stand below its tasks where it ran some too. */
export const REGION_HEIGHT = 16;
/** The calls of a device's API, above the ranges of the thread that made them. */
export const CALLS_HEIGHT = 8;
/** One level of the ranges that a program marked by name, at the bottom of a lane. */
export const RANGE_HEIGHT = 15;
/** Below the last level of regions, and of ranges. */
const REGIONS_GAP = 2;
export const POOL_HEIGHT = 46;

interface Place {
  readonly title: string;
  /** A quiet word beside the title: a process id, a runtime. */
  readonly detail: string;
  /** From the top of the first row, in CSS pixels. */
  readonly y: number;
  readonly height: number;
  /** 1: at the margin, 2: inside a group, 3: inside a row of a group. */
  readonly level: 1 | 2 | 3;
}

/** What stands below the state of a lane; 0 for what it has none of. Tasks first, then regions, calls and ranges. */
export interface LaneParts {
  readonly callsHeight: number;
  readonly hasStrip: boolean;
  readonly regionsHeight: number;
  readonly rangesHeight: number;
}

/**
 * A row of the timeline. A group has the lanes of one process, a device its streams; groups of the pools and of the counters
 * have none. A row of several pools that one place of the program made can be opened; one with a single pool has no `id`.
 */
export type Row =
  | (Place & { kind: 'group'; id: string; lanes: readonly number[]; collapsed: boolean })
  | (Place & { kind: 'device'; id: string; lanes: readonly number[]; collapsed: boolean; unit: number })
  | (Place & { kind: 'lane'; lane: number } & LaneParts)
  | (Place & { kind: 'stream'; lane: number })
  | (Place & { kind: 'pool'; id: string | null; collapsed: boolean; place: number; pools: readonly number[] })
  | (Place & { kind: 'counter'; lane: number; series: number });

export interface Rows {
  readonly rows: readonly Row[];
  readonly height: number;
  /** How many of the first rows are pinned, and their height together. */
  readonly pinned: number;
  readonly pinnedHeight: number;
  /** Lanes that have no row because they did nothing, and because the filter does not find them. */
  readonly left: { readonly idle: number; readonly unfound: number };
}

/** The top of a row on the screen, from the top of the tracks: pinned rows stay where they are as long as they have room. */
export const topOf = (
  { scrollTop, stuck }: { readonly scrollTop: number; readonly stuck: number },
  { y }: Row,
): number => (y < stuck ? y : y - scrollTop);

interface ProcessLanes {
  readonly process: number;
  readonly lanes: readonly number[];
  readonly isMain: boolean;
  /** Nanos on a CPU. */
  readonly running: number;
}

/** Rows of counters that may stand open at first: above it, a machine with many cores would bury the program. */
const OPEN_COUNTERS = 6;
export const MACHINE = 'machine';

/** Groups that are closed until the reader opens them. */
export function collapsedAtFirst(profile: Profile): readonly string[] {
  const pools = poolsCollapsedAtFirst(profile);
  const { process } = profile.recording.tables.lanes;
  const owners = new Set(
    profile.counters.map(({ lane }) => process[lane] as number).filter((each) => each > 0),
  );
  const groups = [...pools, ...devicesCollapsedAtFirst(profile), ...[...owners].map(loopsOf)];
  return seriesOf(profile, 0).length > OPEN_COUNTERS ? [...groups, MACHINE] : groups;
}

/** The group of the counters of a process. */
const loopsOf = (process: number): string => `loops ${process}`;

/** The counters of a process, by their number; 0 for those of the machine. */
function seriesOf({ counters, recording: { tables } }: Profile, process: number): number[] {
  return [...counters.keys()].filter(
    (series) => tables.lanes.process[(counters[series] as CounterSeries).lane] === process,
  );
}

/** A counter of a thread has the thread's name. */
function counterRow(profile: Profile, series: number, y: number, level: 1 | 2 | 3): Row {
  const { quantity, lane } = profile.counters[series] as CounterSeries;
  const { lanes } = profile.recording.tables;
  const owner = profile.lanes.find(
    (each) => lanes.thread[each] === lanes.thread[lane] && lanes.process[each] === lanes.process[lane],
  );
  // Below "Event loops" the name need not say whose kind of number it is.
  const title =
    owner === undefined || level === 2
      ? visible(quantity)
      : level === 1
        ? `${laneName(profile, owner)} ${visible(quantity)}`
        : `${laneTitle(profile, owner)} ${visible(quantity).replace(/^event-loop /, '')}`;
  return { kind: 'counter', lane, series, title, detail: '', y, height: COUNTER_HEIGHT, level };
}

/** The row of a lane, without its place. */
function laneParts(profile: Profile, lane: number) {
  const hasStrip = hasTasks(profile.tasks, lane);
  const levels = profile.regions.get(lane)?.levels ?? 0;
  const regionsHeight = levels > 0 ? levels * REGION_HEIGHT + REGIONS_GAP : 0;
  const callsHeight = trackCount(profile.calls, lane) > 0 ? CALLS_HEIGHT : 0;
  const ranges = trackCount(profile.ranges, lane);
  const rangesHeight = ranges > 0 ? ranges * RANGE_HEIGHT + REGIONS_GAP : 0;
  const height = LANE_HEIGHT + callsHeight + (hasStrip ? STRIP_HEIGHT : 0) + regionsHeight + rangesHeight;
  return { kind: 'lane' as const, lane, callsHeight, hasStrip, regionsHeight, rangesHeight, height };
}

/** The row of a lane that stands above all groups and so has to say what it belongs to; null for a counter without a value. */
function pinnedRow(profile: Profile, lane: number, y: number): Row | null {
  const series = profile.counters.findIndex((each) => each.lane === lane);
  if (series >= 0) return counterRow(profile, series, y, 1);
  const place = { title: laneName(profile, lane), detail: '', y, level: 1 as const };
  if (profile.devices.streams.some((its) => its.includes(lane)))
    return { ...place, kind: 'stream', lane, height: streamHeight(profile, lane) };
  return profile.lanes.includes(lane) ? { ...place, ...laneParts(profile, lane) } : null;
}

/**
 * The rows of a timeline from top to bottom: what is pinned; the pools and the devices, which say how well they are fed; the command's own
 * process, then the others, busiest first; within a process its first thread, then the others, busiest first; the machine's counters at
 * the end. A process with a single lane is one row. `list`: another order, and what is left out; `selected`: lanes that are shown anyway.
 */
export function timelineRows(
  profile: Profile,
  collapsed: ReadonlySet<string>,
  list: LaneList = ALL_LANES,
  selected: readonly number[] = [],
): Rows {
  const rows: Row[] = [];
  let y = 0;
  const add = (row: Row): void => {
    rows.push(row);
    y += row.height;
  };
  const listed = listedBy(profile, list, selected);
  for (const lane of list.pinned) {
    const row = pinnedRow(profile, lane, y);
    if (row) add(row);
  }
  const [pinned, pinnedHeight] = [rows.length, y];
  for (const row of poolRows(profile, collapsed, listed, y)) add(row);
  for (const row of deviceRows(profile, collapsed, listed, y)) add(row);
  for (const { process, lanes: all } of processesOf(profile, listed.sort)) {
    const owner = ownerOf(profile, process);
    const belongs = `${owner.title} ${owner.detail}`;
    const lanes = all.filter((lane) => listed.has(lane, `${laneTitle(profile, lane)} ${belongs}`));
    const [only] = lanes;
    if (all.length === 1) {
      if (only === undefined) continue;
      add({ ...laneParts(profile, only), ...soloTitle(profile, only, owner.title), y, level: 1 });
      continue;
    }
    const series = process === 0 ? [] : listedSeries(profile, process, listed, `Event loops ${belongs}`);
    if (lanes.length === 0 && series.length === 0) continue;
    const id = `p${process}`;
    const closed = collapsed.has(id);
    const place = { ...owner, y, height: GROUP_HEIGHT, level: 1 as const };
    add({ kind: 'group', id, lanes: all, collapsed: closed, ...place });
    if (closed) continue;
    for (const lane of lanes)
      add({ ...laneParts(profile, lane), title: laneTitle(profile, lane), detail: '', y, level: 2 });
    if (series.length === 0) continue;
    const its = loopsOf(process);
    const isClosed = collapsed.has(its);
    const header = { title: 'Event loops', detail: '', y, height: GROUP_HEIGHT, level: 2 as const };
    add({ kind: 'group', id: its, lanes: [], collapsed: isClosed, ...header });
    if (!isClosed) for (const each of series) add(counterRow(profile, each, y, 3));
  }
  const machine = listedSeries(profile, 0, listed, 'Machine');
  if (machine.length > 0) {
    const closed = collapsed.has(MACHINE);
    const { cores } = profile.recording.meta.host;
    const detail = cores > 0 ? `${cores} ${cores === 1 ? 'core' : 'cores'}` : '';
    const place = { title: 'Machine', detail, y, height: GROUP_HEIGHT, level: 1 as const };
    add({ kind: 'group', id: MACHINE, lanes: [], collapsed: closed, ...place });
    if (!closed) for (const series of machine) add(counterRow(profile, series, y, 2));
  }
  return { rows, height: y, pinned, pinnedHeight, left: listed.left };
}

/** The counters of a process that stand in their place. */
function listedSeries(profile: Profile, process: number, listed: Listed, belongs: string): number[] {
  return seriesOf(profile, process).filter((series) => {
    const { lane, quantity } = profile.counters[series] as CounterSeries;
    return listed.has(lane, `${quantity} ${belongs}`);
  });
}

function processesOf(profile: Profile, sort: LaneList['sort']): readonly ProcessLanes[] {
  const { lanes } = profile.recording.tables;
  const main = LANE_ROLES.indexOf('main');
  const byProcess = new Map<number, { process: number; lanes: number[]; isMain: boolean; running: number }>();
  const streams = new Set(profile.devices.streams.flat());
  for (const lane of profile.lanes) {
    if (streams.has(lane)) continue;
    const process = lanes.process[lane] as number;
    const known = byProcess.get(process) ?? { process, lanes: [], isMain: false, running: 0 };
    byProcess.set(process, known);
    known.lanes.push(lane);
    known.isMain ||= lanes.role[lane] === main;
    known.running += runningOf(profile, lane);
  }
  const busiest = (a: number, b: number): number =>
    Number(isFirstThread(profile, b)) - Number(isFirstThread(profile, a)) ||
    runningOf(profile, b) - runningOf(profile, a) ||
    a - b;
  const processes = [...byProcess.values()].map((process) => ({
    ...process,
    lanes: inOrder(profile, process.lanes.sort(busiest), sort),
  }));
  const first = ({ lanes: its }: ProcessLanes): number => Math.min(...its);
  const began = ({ lanes: its }: ProcessLanes): number =>
    Math.min(...its.map((lane) => lanes.start[lane] as number));
  const title = new Map(processes.map(({ process }) => [process, ownerOf(profile, process).title]));
  const orders: Readonly<Record<LaneList['sort'], (a: ProcessLanes, b: ProcessLanes) => number>> = {
    busiest: (a, b) => Number(b.isMain) - Number(a.isMain) || b.running - a.running,
    name: (a, b) => byTitle(title.get(a.process) ?? '', title.get(b.process) ?? ''),
    start: (a, b) => began(a) - began(b),
    recorded: (a, b) => first(a) - first(b),
  };
  return processes.sort((a, b) => orders[sort](a, b) || a.process - b.process);
}
