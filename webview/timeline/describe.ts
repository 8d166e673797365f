import { ACTIVITIES, type Activity } from '../../analyzer/analysis/activity.ts';
import { firstAbove } from '../../analyzer/analysis/ascending.ts';
import { levelIn } from '../../analyzer/analysis/counterSeries.ts';
import { lockStay } from '../../analyzer/analysis/laneMoments.ts';
import { spanPositionAt } from '../../analyzer/analysis/spanTracks.ts';
import { taskPositionAt } from '../../analyzer/analysis/taskLanes.ts';
import { addActivity, positionAt } from '../../analyzer/analysis/timeline.ts';
import { HOLDS_GIL, STATES, type State, TORN, WAITS, type Wait } from '../../analyzer/model/index.ts';
import type { Tip } from '../dom/tooltip.ts';
import { bytes, count, duration, percent, place, quantity, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { stackName } from '../tasks/names.ts';
import type { Pointed, Target } from './pointed.ts';
import { poolTip } from './poolWords.ts';
import { callTip, rangeTip } from './rangeWords.ts';
import { regionTip } from './regions.ts';
import { laneName } from './rows.ts';
import { deviceTip, workTip } from './streamWords.ts';
import { taskTip } from './taskWords.ts';

export const ACTIVITY_NAMES: Readonly<Record<Activity, string>> = {
  running: 'running',
  ready: 'ready, no CPU',
  gil: 'waits for GIL',
  lock: 'waits for lock',
  io: 'I/O, other waits',
  idle: 'idle',
};

const STATE_NAMES: Readonly<Record<State, string>> = {
  running: 'running',
  ready: 'ready, without a CPU',
  waiting: 'waiting',
  gil: 'waits for the GIL',
};

const WAIT_NAMES: Readonly<Record<Wait, string>> = {
  none: '',
  gil: 'the GIL',
  lock: 'a lock',
  pipe: 'a pipe',
  socket: 'a socket',
  file: 'a file',
  poll: 'events (poll)',
  sleep: 'sleep',
  child: 'a child process',
  other: 'something else',
};

/** Times of a lane in an interval, in Nanos: `lived` is the part of its life that was sampled. */
export interface LaneFacts {
  /** By the value of `ACTIVITIES`. */
  readonly times: Float64Array;
  readonly lived: number;
}

export function laneFacts({ timeline }: Profile, lane: number, { from, to }: Interval): LaneFacts {
  const times = new Float64Array(ACTIVITIES.length);
  addActivity(timeline, lane, from, to, times);
  for (let kind = 0; kind < times.length; kind++) times[kind] = Math.max(0, times[kind] as number);
  const begin = timeline.offset[lane] as number;
  const end = timeline.offset[lane + 1] as number;
  if (end === begin) return { times, lived: 0 };
  const first = Math.max(from, timeline.from[begin] as number);
  const last = Math.min(to, timeline.to[end - 1] as number);
  return { times, lived: Math.max(0, last - first) };
}

/** `61 %` of the lane's life in the interval on a CPU; empty when it was not seen. */
export const utilisation = ({ times, lived }: LaneFacts): string =>
  lived > 0 ? percent(Math.min(1, (times[0] as number) / lived)) : '';

/** The shares of a lane's time as a sentence, for those who do not see the picture. */
export function inWords({ times, lived }: LaneFacts): string {
  if (lived <= 0) return 'not seen in this part of the run';
  const parts = ACTIVITIES.map((name, kind) => ({ name: ACTIVITY_NAMES[name], time: times[kind] as number }))
    .filter(({ time }) => time / lived >= 0.001)
    .map(({ name, time }) => `${name} ${duration(time)}`);
  return parts.join(', ');
}

/** What the pointer is at; null where a lane was not alive. */
export function tipAt(profile: Profile, { row, time, pixel }: Pointed, target: Target | null): Tip | null {
  const at = duration(time - profile.bounds.from);
  switch (row.kind) {
    case 'lane': {
      if (target?.kind === 'task') {
        const crowd = taskPositionAt(profile.tasks, row.lane, time + pixel) - target.position;
        return taskTip(profile, target.row, crowd);
      }
      if (target?.kind === 'region') return regionTip(profile, target.region);
      if (target?.kind === 'range') return rangeTip(profile, target.row);
      if (target?.kind === 'call') return callTip(profile, target.position);
      if (target?.kind === 'message') return messageTip(profile, target.row);
      if (target?.kind === 'collection') return collectionTip(profile, target.row);
      return laneTip(profile, row.lane, row.title, time, pixel, target?.row ?? -1);
    }
    case 'stream': {
      if (target?.kind !== 'work') return null;
      const crowd = spanPositionAt(profile.devices.tracks, trackAt(profile, target.position), time + pixel);
      return workTip(profile, target.row, crowd - target.position);
    }
    case 'device':
      return deviceTip(profile, row.unit, row.lanes.length, time, pixel);
    case 'pool':
      return poolTip(profile, row, time, pixel);
    case 'counter': {
      const series = profile.counters[row.series];
      const level = series && levelIn(series, time, time + Math.max(1, pixel));
      if (!series || !level) return null;
      const figures: [string, string][] = [['value', quantity(level.mean, series.unit)]];
      if (level.max > level.mean * 1.02) figures.push(['highest', quantity(level.max, series.unit)]);
      return { title: row.title, figures: [['at', at], ...figures] };
    }
    case 'group': {
      if (row.lanes.length === 0) return null;
      const half = Math.max(pixel, (profile.bounds.to - profile.bounds.from) / 1000) / 2;
      const interval = { from: time - half, to: time + half };
      let running = 0;
      for (const lane of row.lanes) running += laneFacts(profile, lane, interval).times[0] as number;
      return {
        title: row.title,
        figures: [
          ['at', at],
          ['cores in use', (running / (2 * half)).toFixed(2)],
          ['lanes', count(row.lanes.length)],
        ],
      };
    }
  }
}

/** The track that a position of the work of streams is on. */
const trackAt = ({ devices }: Profile, position: number): number =>
  firstAbove(devices.tracks.offset, position) - 1;

/** `lockWait`: the row of `lockWaits` that the lane is in, -1 for none. */
function laneTip(
  profile: Profile,
  lane: number,
  title: string,
  time: number,
  pixel: number,
  lockWait: number,
): Tip | null {
  const { timeline, recording, functions, homes } = profile;
  const { samples, stacks } = recording.tables;
  const at = positionAt(timeline, lane, time);
  const end = timeline.offset[lane + 1] as number;
  if (at >= end || (timeline.from[at] as number) > time) return null;
  const row = timeline.row[at] as number;
  const from = timeline.from[at] as number;
  const length = (timeline.to[at] as number) - from;
  const state = STATES[samples.state[row] as number] as State;
  const wait = WAIT_NAMES[WAITS[samples.wait[row] as number] as Wait];
  const flags = samples.flags[row] as number;
  const figures: [string, string][] = [
    ['at', duration(time - profile.bounds.from)],
    ['seen', STATE_NAMES[state]],
  ];
  if (lockWait >= 0) figures.push(...lockFigures(profile, lockWait));
  else if (state === 'waiting' && wait !== '') figures.push(['waits for', wait]);
  if ((flags & HOLDS_GIL) !== 0) figures.push(['holds', 'the GIL']);
  figures.push(['CPU', `${duration(samples.cpu[row] as number)} of ${duration(length)}`]);
  if ((samples.ready[row] as number) > 0) figures.push(['ready', duration(samples.ready[row] as number)]);
  const observed = samples.count[row] as number;
  if (observed > 1) figures.push(['looks', count(observed)]);
  const lines: string[] = [];
  if ((flags & TORN) !== 0) lines.push('The stack changed while it was read.');
  const crowd = positionAt(timeline, lane, time + pixel) - at;
  if (crowd > 1) lines.push(`One of ${count(crowd)} rows in this pixel. Zoom in to see each.`);
  const stack = samples.stack[row] as number;
  const top = stack < 0 ? -1 : (functions.ofFrame[stacks.frame[stack] as number] as number);
  if (top < 0) return { title, figures, lines };
  const name = visible(functions.name[top] as string);
  const line = recording.tables.frames.line[stacks.frame[stack] as number] as number;
  const source = visible(place(functions.file[top] as string, line)) || (homes[top]?.module ?? '');
  return { title, place: source === '' ? name : `${name}  ${source}`, figures, lines };
}

/** Which lock a thread waits for, who holds it, and in what code. */
function lockFigures(profile: Profile, row: number): [string, string][] {
  const { lockWaits } = profile.recording.tables;
  const holder = lockWaits.holder[row] as number;
  const site = stackName(profile, lockWaits.holderStack[row] as number);
  const held = holder < 0 ? '' : laneName(profile, holder);
  const by = [held, site].filter((part) => part !== '').join(' in ');
  const { start, end } = lockStay(profile.lockWaits, lockWaits, row);
  return [
    ['waits for', `lock #${lockWaits.lock[row]}`],
    ['held by', by === '' ? 'not seen' : by],
    ['waits', duration(end - start)],
  ];
}

function collectionTip(profile: Profile, row: number): Tip {
  const { spans, strings } = profile.recording.tables;
  const start = spans.start[row] as number;
  return {
    title: visible(strings.value[spans.name[row] as number] ?? ''),
    figures: [
      ['at', duration(start - profile.bounds.from)],
      ['took', duration((spans.end[row] as number) - start)],
    ],
  };
}

function messageTip(profile: Profile, row: number): Tip {
  const { transfers } = profile.recording.tables;
  const sent = transfers.start[row] as number;
  const to = transfers.toLane[row] as number;
  const arrived = transfers.toStart[row] as number;
  const figures: [string, string][] = [
    ['at', duration(sent - profile.bounds.from)],
    ['volume', `${transfers.estimated[row] === 1 ? 'about ' : ''}${bytes(transfers.bytes[row] as number)}`],
    ['serialising', duration((transfers.end[row] as number) - sent)],
    ['to', to < 0 ? 'not seen' : laneName(profile, to)],
  ];
  if (arrived >= 0)
    figures.push(['read after', duration(Math.max(0, arrived - (transfers.end[row] as number)))]);
  return { title: 'Message', place: stackName(profile, transfers.stack[row] as number), figures };
}
