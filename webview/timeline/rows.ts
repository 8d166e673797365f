import { ACTIVITIES, RUNS } from '../../analyzer/analysis/activity.ts';
import type { CounterSeries } from '../../analyzer/analysis/counterSeries.ts';
import { trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { hasTasks } from '../../analyzer/analysis/taskLanes.ts';
import { LANE_KINDS, LANE_ROLES } from '../../analyzer/model/index.ts';
import { baseName, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import { deviceRows, devicesCollapsedAtFirst } from './deviceRows.ts';
import { poolRows, poolsCollapsedAtFirst } from './poolRows.ts';

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
  | (Place & { kind: 'counter'; series: number });

export interface Rows {
  readonly rows: readonly Row[];
  readonly height: number;
}

interface ProcessLanes {
  readonly process: number;
  readonly lanes: number[];
  isMain: boolean;
  running: number;
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
function counterRow(profile: Profile, series: number, y: number, level: 2 | 3): Row {
  const { quantity, lane } = profile.counters[series] as CounterSeries;
  const { lanes } = profile.recording.tables;
  const owner = profile.lanes.find(
    (each) => lanes.thread[each] === lanes.thread[lane] && lanes.process[each] === lanes.process[lane],
  );
  // Below "Event loops" the name need not say whose kind of number it is.
  const title =
    owner === undefined || level === 2
      ? visible(quantity)
      : `${laneTitle(profile, owner)} ${visible(quantity).replace(/^event-loop /, '')}`;
  return { kind: 'counter', series, title, detail: '', y, height: COUNTER_HEIGHT, level };
}

/**
 * The rows of a timeline from top to bottom: the pools and the devices, which say how well they are fed; the command's own process, then
 * the others, busiest first; within a process its first thread, then the others, busiest first; the machine's counters at
 * the end. A process with a single lane is one row.
 */
export function timelineRows(profile: Profile, collapsed: ReadonlySet<string>): Rows {
  const rows: Row[] = [];
  let y = 0;
  const add = (row: Row): void => {
    rows.push(row);
    y += row.height;
  };
  const laneRow = (lane: number) => {
    const hasStrip = hasTasks(profile.tasks, lane);
    const levels = profile.regions.get(lane)?.levels ?? 0;
    const regionsHeight = levels > 0 ? levels * REGION_HEIGHT + REGIONS_GAP : 0;
    const callsHeight = trackCount(profile.calls, lane) > 0 ? CALLS_HEIGHT : 0;
    const ranges = trackCount(profile.ranges, lane);
    const rangesHeight = ranges > 0 ? ranges * RANGE_HEIGHT + REGIONS_GAP : 0;
    const height = LANE_HEIGHT + callsHeight + (hasStrip ? STRIP_HEIGHT : 0) + regionsHeight + rangesHeight;
    return { kind: 'lane' as const, lane, callsHeight, hasStrip, regionsHeight, rangesHeight, y, height };
  };
  for (const row of poolRows(profile, collapsed)) add(row);
  for (const row of deviceRows(profile, collapsed, y)) add(row);
  for (const { process, lanes } of processesOf(profile)) {
    const [only] = lanes;
    const owner = ownerOf(profile, process);
    if (lanes.length === 1 && only !== undefined) {
      add({ ...laneRow(only), ...soloTitle(profile, only, owner.title), level: 1 });
      continue;
    }
    const id = `p${process}`;
    const closed = collapsed.has(id);
    const place = { ...owner, y, height: GROUP_HEIGHT, level: 1 as const };
    add({ kind: 'group', id, lanes, collapsed: closed, ...place });
    if (closed) continue;
    for (const lane of lanes)
      add({ ...laneRow(lane), title: laneTitle(profile, lane), detail: '', level: 2 });
    const loops = seriesOf(profile, process);
    if (process === 0 || loops.length === 0) continue;
    const its = loopsOf(process);
    const isClosed = collapsed.has(its);
    const header = { title: 'Event loops', detail: '', y, height: GROUP_HEIGHT, level: 2 as const };
    add({ kind: 'group', id: its, lanes: [], collapsed: isClosed, ...header });
    if (!isClosed) for (const series of loops) add(counterRow(profile, series, y, 3));
  }
  const machine = seriesOf(profile, 0);
  if (machine.length > 0) {
    const closed = collapsed.has(MACHINE);
    const { cores } = profile.recording.meta.host;
    const detail = cores > 0 ? `${cores} ${cores === 1 ? 'core' : 'cores'}` : '';
    const place = { title: 'Machine', detail, y, height: GROUP_HEIGHT, level: 1 as const };
    add({ kind: 'group', id: MACHINE, lanes: [], collapsed: closed, ...place });
    if (!closed) for (const series of machine) add(counterRow(profile, series, y, 2));
  }
  return { rows, height: y };
}

function processesOf(profile: Profile): ProcessLanes[] {
  const { lanes } = profile.recording.tables;
  const main = LANE_ROLES.indexOf('main');
  const byProcess = new Map<number, ProcessLanes>();
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
  for (const { lanes: its } of byProcess.values())
    its.sort(
      (a, b) =>
        Number(isFirstThread(profile, b)) - Number(isFirstThread(profile, a)) ||
        runningOf(profile, b) - runningOf(profile, a) ||
        a - b,
    );
  return [...byProcess.values()].sort(
    (a, b) => Number(b.isMain) - Number(a.isMain) || b.running - a.running || a.process - b.process,
  );
}

/** Nanos that a lane was on a CPU in the whole run. */
export const runningOf = ({ activity }: Profile, lane: number): number =>
  activity[lane * ACTIVITIES.length + RUNS] as number;

function isFirstThread({ recording: { tables } }: Profile, lane: number): boolean {
  const { lanes } = tables;
  return lanes.role[lane] === LANE_ROLES.indexOf('main') || lanes.thread[lane] === lanes.process[lane];
}

export function ownerOf(
  { recording: { tables } }: Profile,
  process: number,
): { title: string; detail: string } {
  const { processes } = tables;
  // The last row of a process counts: its name may become known late.
  for (let i = processes.length - 1; i >= 0; i--) {
    if (processes.process[i] !== process) continue;
    const runtime = processes.runtime[i] as string;
    const title = processTitle(processes.name[i] as string, processes.command[i] as string);
    return { title, detail: `${process}${runtime ? ` · ${visible(runtime)}` : ''}` };
  }
  return { title: process === 0 ? 'no process' : 'process', detail: process === 0 ? '' : String(process) };
}

/** Names that every process or first thread has, and that tell a reader nothing. */
const NO_NAME = /^(MainThread|MainProcess|python[\d.]*|node)?$/;

/** The name of a process, or of the script that it runs. `command`: its arguments joined by a space. */
export function processTitle(name: string, command: string): string {
  if (!NO_NAME.test(name)) return visible(name);
  const [program = '', ...rest] = command.split(' ');
  const served = /from multiprocessing\.(\w+) import main/.exec(command)?.[1];
  if (served) return served.replaceAll('_', ' ');
  const module = rest.indexOf('-m');
  if (module >= 0 && rest[module + 1]) return visible(rest[module + 1] as string);
  const inline = rest.includes('-c') || rest.includes('-e');
  const script = inline ? undefined : rest.find((part) => part !== '' && !part.startsWith('-'));
  return visible(baseName(script ?? program)) || visible(name) || 'process';
}

function soloTitle(profile: Profile, lane: number, owner: string): { title: string; detail: string } {
  const { lanes } = profile.recording.tables;
  const name = lanes.name[lane] as string;
  const process = lanes.process[lane] as number;
  return { title: NO_NAME.test(name) ? owner : visible(name), detail: process > 0 ? String(process) : '' };
}

/** What a lane is called where it stands alone: with its process, unless its own name says enough. */
export function laneName(profile: Profile, lane: number): string {
  const { lanes } = profile.recording.tables;
  const process = lanes.process[lane] as number;
  const owner = ownerOf(profile, process).title;
  const stream = LANE_KINDS.indexOf('stream');
  if (lanes.kind[lane] === stream) return laneTitle(profile, lane);
  const alone = profile.lanes.every(
    (other) => other === lane || lanes.process[other] !== process || lanes.kind[other] === stream,
  );
  return alone ? soloTitle(profile, lane, owner).title : `${owner} / ${laneTitle(profile, lane)}`;
}

/** What a lane is called among those of its process. */
export function laneTitle({ recording: { tables } }: Profile, lane: number): string {
  const { lanes } = tables;
  const name = lanes.name[lane] as string;
  if (name !== '') return visible(name);
  const kind = LANE_KINDS[lanes.kind[lane] as number] ?? 'lane';
  return `${kind} ${lanes.thread[lane] || lane}`;
}
