import { ACTIVITIES, RUNS } from '../../analyzer/analysis/activity.ts';
import { addConcurrency } from '../../analyzer/analysis/timeline.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import { laneFacts } from '../timeline/describe.ts';

/** What a selection comes to; times in Nanos. */
export interface Facts {
  /** Sum over the lanes, by the value of `ACTIVITIES`. */
  readonly times: Float64Array;
  /** CPU of the lanes divided by the length of the interval. */
  readonly coresUsed: number;
  readonly lanes: number;
  readonly processes: number;
  /** The lane with most CPU time; -1 when none ran. */
  readonly busiest: number;
  /** Its CPU time as a share of its life in the interval. */
  readonly busiestShare: number;
}

/** `lanes`: those that count; null for all. */
export function factsOf(profile: Profile, interval: Interval, lanes: readonly number[] | null): Facts {
  const times = new Float64Array(ACTIVITIES.length);
  const processes = new Set<number>();
  let seen = 0;
  let busiest = -1;
  let most = 0;
  let busiestShare = 0;
  for (const lane of lanes ?? profile.lanes) {
    const facts = laneFacts(profile, lane, interval);
    if (facts.lived <= 0) continue;
    seen++;
    processes.add(profile.recording.tables.lanes.process[lane] as number);
    for (let kind = 0; kind < times.length; kind++)
      times[kind] = (times[kind] as number) + (facts.times[kind] as number);
    const running = facts.times[RUNS] as number;
    if (running <= most) continue;
    most = running;
    busiest = lane;
    busiestShare = Math.min(1, running / facts.lived);
  }
  const coresUsed = (times[RUNS] as number) / (interval.to - interval.from);
  return { times, coresUsed, lanes: seen, processes: processes.size, busiest, busiestShare };
}

/** Cores in use in each of `bins` equal parts of an interval. */
export function coresOverTime(
  profile: Profile,
  interval: Interval,
  lanes: readonly number[] | null,
  bins: number,
): Float64Array {
  const cores = new Float64Array(bins);
  addConcurrency(profile.timeline, lanes ?? profile.lanes, RUNS, interval.from, interval.to, cores);
  return cores;
}
