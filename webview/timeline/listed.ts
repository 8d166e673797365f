import { covered } from '../../analyzer/analysis/coverage.ts';
import { trackCount } from '../../analyzer/analysis/spanTracks.ts';
import { hasTasks } from '../../analyzer/analysis/taskLanes.ts';
import type { Profile } from '../profile.ts';
import type { LaneList, LaneSort } from '../state/laneList.ts';
import { matcherOf } from '../state/search.ts';
import { laneTitle, runningOf } from './laneNames.ts';

/** A thread that ran for less than this share of the run is idle, unless something else is known of it. */
const IDLE_SHARE = 0.01;

/** What a `LaneList` comes to for one recording. */
export interface Listed {
  readonly sort: LaneSort;
  /** Whether a lane stands in its place; `names` are its own and those of what it belongs to. Counts those that do not. */
  readonly has: (lane: number, names: string) => boolean;
  /** Whether a row that is no lane is found. */
  readonly finds: (names: string) => boolean;
  /** Lanes that `has` was asked for and that it left out, and why. */
  readonly left: { idle: number; unfound: number };
}

/** `selected`: lanes that are shown though they did nothing: a reader who was sent to them should see them. */
export function listedBy(profile: Profile, list: LaneList, selected: readonly number[]): Listed {
  const matches = matcherOf(list.filter);
  const pinned = new Set(list.pinned);
  const wanted = new Set(selected);
  const left = { idle: 0, unfound: 0 };
  return {
    sort: list.sort,
    left,
    finds: (names) => matches?.(names) !== false,
    has: (lane, names) => {
      if (pinned.has(lane)) return false;
      if (matches?.(names) === false) {
        left.unfound++;
        return false;
      }
      if (!list.hidesIdle || wanted.has(lane) || !isIdle(profile, lane)) return true;
      left.idle++;
      return false;
    },
  };
}

/** Whether a thread or a stream did next to nothing in the run. */
export function isIdle(profile: Profile, lane: number): boolean {
  const { bounds, devices, tasks, regions, calls, ranges } = profile;
  if (profile.counters.some((series) => series.lane === lane)) return false;
  const busy = devices.busy.lanes[lane];
  return (
    runningOf(profile, lane) < IDLE_SHARE * (bounds.to - bounds.from) &&
    (!busy || covered(busy.any) === 0) &&
    !hasTasks(tasks, lane) &&
    !regions.has(lane) &&
    trackCount(calls, lane) + trackCount(ranges, lane) === 0
  );
}

const names = new Intl.Collator('en', { numeric: true });

/** Compares by title as people count: worker-2 stands before worker-10. */
export const byTitle = (a: string, b: string): number => names.compare(a, b);

/** Lanes in the order that was asked for; `busiest` is the order in which they come. */
export function inOrder(profile: Profile, lanes: readonly number[], sort: LaneSort): readonly number[] {
  const { start } = profile.recording.tables.lanes;
  switch (sort) {
    case 'busiest':
      return lanes;
    case 'name':
      return lanes.toSorted((a, b) => byTitle(laneTitle(profile, a), laneTitle(profile, b)) || a - b);
    case 'start':
      return lanes.toSorted((a, b) => (start[a] as number) - (start[b] as number) || a - b);
    case 'recorded':
      return lanes.toSorted((a, b) => a - b);
  }
}
