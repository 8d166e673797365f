import { GIL_WAIT, READY, RUNNING, type Tables } from '../model/index.ts';
import { ACTIVITIES, IS_READY, RUNS, WAITS_GIL } from './activity.ts';
import { type Coverage, coverageOf, unionOfAll } from './coverage.ts';
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

/** The load of a lane in `intervals`. Time of a sample that lies partly in one counts for that part. */
export function laneLoad(timeline: Timeline, lives: Lives, lane: number, { from, to }: Intervals): LaneLoad {
  const times = new Float64Array(ACTIVITIES.length);
  const born = lives.start[lane] as number;
  const gone = lives.end[lane] as number;
  let lived = 0;
  for (let i = 0; i < from.length; i++) {
    const start = Math.max(from[i] as number, born);
    const end = Math.min(to[i] as number, gone);
    if (!(end > start)) continue;
    lived += end - start;
    addActivity(timeline, lane, start, end, times);
  }
  const at = (kind: number): number => Math.max(0, times[kind] as number) || 0;
  // Counters of the kernel lag behind the clock, and a lane that was found late brings the CPU time of before.
  const useful = Math.min(at(RUNS), lived);
  const ready = Math.min(at(IS_READY), lived - useful);
  return { lane, useful, ready, gil: Math.min(at(WAITS_GIL), lived - useful - ready), lived };
}

/**
 * When a lane had something to do: on a CPU, ready, or waiting for the GIL. Of a row that was busy in part, the end is where it
 * was seen busy at its end, and else the beginning: it had stopped before it was looked at.
 */
export function activeIntervals(
  timeline: Timeline,
  { samples }: Pick<Tables, 'samples'>,
  lane: number,
): Intervals {
  const begin = timeline.offset[lane] as number;
  const count = (timeline.offset[lane + 1] as number) - begin;
  const from = new Float64Array(count);
  const to = new Float64Array(count);
  let found = 0;
  for (let at = begin; at < begin + count; at++) {
    const start = timeline.from[at] as number;
    const end = timeline.to[at] as number;
    const state = samples.state[timeline.row[at] as number] as number;
    const busy = Math.min(end - start, (timeline.cpu[at] as number) + (timeline.ready[at] as number));
    const isWhole = state === GIL_WAIT;
    const isLate = state === RUNNING || state === READY;
    if (!(isWhole ? end > start : busy > 0)) continue;
    const first = isLate && !isWhole ? end - busy : start;
    const last = isLate || isWhole ? end : start + busy;
    if (found > 0 && first <= (to[found - 1] as number)) to[found - 1] = last;
    else {
      from[found] = first;
      to[found++] = last;
    }
  }
  return { from: from.subarray(0, found), to: to.subarray(0, found) };
}

/** When any of `lanes` had something to do. */
export function activeTime(
  timeline: Timeline,
  tables: Pick<Tables, 'samples'>,
  lanes: readonly number[],
): Coverage {
  const all = lanes.map((lane) => activeIntervals(timeline, tables, lane));
  return coverageOf(unionOfAll(all));
}
