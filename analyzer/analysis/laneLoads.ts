import { GIL_WAIT, READY, RUNNING, type Tables, WAITING } from '../model/index.ts';
import { ACTIVITIES, IS_READY, RUNS } from './activity.ts';
import { firstAbove } from './ascending.ts';
import { type Coverage, coverageOf, coveredIn, unionOfAll } from './coverage.ts';
import type { Intervals } from './intervals.ts';
import { addActivity, type Timeline } from './timeline.ts';
import type { Lives } from './workerTeams.ts';

/**
 * What a lane did with the time of a region. Nanos; `useful`: on a CPU; `ready`: runnable without one; `gil`: waiting for the GIL;
 * `lived`: how much of the region it was there for.
 */
export interface LaneLoad {
  readonly lane: number;
  readonly useful: number;
  readonly ready: number;
  readonly gil: number;
  readonly lived: number;
}

/** The load of a lane in a region. */
export type LoadOf = (lane: number, region: Intervals) => LaneLoad;

/**
 * Between two looks of up to this many Nanos, two and a half periods of the usual sampling, a thread may have gone to sleep and come back
 * many times: threads hand the GIL to each other every 5 ms. What it was seen doing then stands for the row, as in any sampling. Where it
 * was looked at less often the kernel's counters say more.
 */
const FINE = 25e6;

/** `gil`: when the lane was seen waiting for the GIL. Time of a sample that lies partly in the region counts for that part. */
export function laneLoad(
  timeline: Timeline,
  { start: births, end: deaths }: Lives,
  lane: number,
  { from, to }: Intervals,
  gil: Coverage,
): LaneLoad {
  const times = new Float64Array(ACTIVITIES.length);
  let [lived, waited] = [0, 0];
  for (let i = 0; i < from.length; i++) {
    const start = Math.max(from[i] as number, births[lane] as number);
    const end = Math.min(to[i] as number, deaths[lane] as number);
    if (!(end > start)) continue;
    lived += end - start;
    waited += coveredIn(gil, start, end);
    addActivity(timeline, lane, start, end, times);
  }
  const at = (kind: number): number => Math.max(0, times[kind] as number) || 0;
  // Counters of the kernel lag behind the clock, and a lane that was found late brings the CPU time of before.
  const useful = Math.min(at(RUNS), lived);
  const ready = Math.min(at(IS_READY), lived - useful);
  return { lane, useful, ready, gil: Math.min(waited, lived - useful - ready), lived };
}

/**
 * When a lane waited for the GIL: what it was off the CPU in rows that it was seen waiting for it in, and, of threads that hand it to
 * each other between two looks, in rows that it was seen running in, by the share that such waits have among its short ones. How often
 * a wait was seen would not do: threads that take turns of 5 ms are looked at in step with their turns.
 */
export function gilWaits(timeline: Timeline, tables: Pick<Tables, 'samples'>, lane: number): Coverage {
  const share = gilShare(timeline, tables, lane);
  return coverageOf(
    lookedFor(timeline, tables, lane, (state, length, busy, isFine) => {
      if (state === GIL_WAIT) return [busy, length];
      const isHidden = isFine && (state === RUNNING || state === READY);
      return isHidden ? [busy, busy + share * (length - busy)] : [0, 0];
    }),
  );
}

/** Of the time of a lane's short waits, the share of those for the GIL; 0 where none was seen. */
function gilShare(timeline: Timeline, { samples }: Pick<Tables, 'samples'>, lane: number): number {
  let [gil, others] = [0, 0];
  const end = timeline.offset[lane + 1] as number;
  for (let at = timeline.offset[lane] as number; at < end; at++) {
    const length = (timeline.to[at] as number) - (timeline.from[at] as number);
    const state = samples.state[timeline.row[at] as number] as number;
    if (state === GIL_WAIT) gil += length;
    else if (state === WAITING && length <= FINE) others += length;
  }
  return gil > 0 ? gil / (gil + others) : 0;
}

/**
 * When a lane had something to do: on a CPU, ready, or waiting for the GIL. Of a long row that was busy in part, the end is where it
 * was seen busy at its end, and else the beginning: it had stopped before it was looked at.
 */
export const activeIntervals = (
  timeline: Timeline,
  tables: Pick<Tables, 'samples'>,
  lane: number,
): Intervals =>
  lookedFor(timeline, tables, lane, (state, length, busy, isFine) => {
    const isActive = state === RUNNING || state === READY || state === GIL_WAIT;
    if (state === GIL_WAIT || (isFine && isActive)) return [0, length];
    if (isFine) return [0, 0];
    return isActive ? [length - busy, length] : [0, busy];
  });

/**
 * `partOf`: the part of a row that counts, from and to Nanos after its beginning, by the state it was seen in, its length, how
 * much of it the lane was on a CPU or ready, and whether it was looked at often.
 */
function lookedFor(
  timeline: Timeline,
  { samples }: Pick<Tables, 'samples'>,
  lane: number,
  partOf: (
    state: number,
    length: number,
    busy: number,
    isFine: boolean,
  ) => readonly [from: number, to: number],
): Intervals {
  const begin = timeline.offset[lane] as number;
  const count = (timeline.offset[lane + 1] as number) - begin;
  const from = new Float64Array(count);
  const to = new Float64Array(count);
  let found = 0;
  for (let at = begin; at < begin + count; at++) {
    const start = timeline.from[at] as number;
    const length = (timeline.to[at] as number) - start;
    const busy = Math.min(length, (timeline.cpu[at] as number) + (timeline.ready[at] as number));
    const row = timeline.row[at] as number;
    const isFine = length <= FINE * Math.max(1, samples.count[row] as number);
    const part = partOf(samples.state[row] as number, length, busy, isFine);
    if (!(part[1] > part[0])) continue;
    const first = start + part[0];
    if (found > 0 && first <= (to[found - 1] as number)) to[found - 1] = start + part[1];
    else {
      from[found] = first;
      to[found++] = start + part[1];
    }
  }
  return { from: from.slice(0, found), to: to.slice(0, found) };
}

/** When any lane had something to do, from the intervals of each, between two instants (its first and last may reach beyond). */
export function activeTime(intervals: readonly Intervals[], from: number, to: number): Coverage {
  return coverageOf(unionOfAll(intervals.map((its) => between(its, from, to))));
}

function between({ from, to }: Intervals, start: number, end: number): Intervals {
  const first = firstAbove(to, start);
  const last = firstAbove(from, end, first);
  return { from: from.subarray(first, last), to: to.subarray(first, last) };
}
