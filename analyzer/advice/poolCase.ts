import { poolPlacesOf } from '../analysis/poolPlaces.ts';
import { type PoolWork, poolWorks, withRounds } from '../analysis/replay/poolWork.ts';
import { type Replay, replay } from '../analysis/replay/replay.ts';
import type { RoundWork } from '../analysis/replay/roundWork.ts';
import { asRun } from '../analysis/replay/whatIf.ts';
import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';
import type { Gain } from '../model/index.ts';
import { expected } from './gain.ts';

/**
 * The rounds of tasks that one line of a program submitted, to one pool or to pools that one line made: what a rule judges and a
 * user changes at once.
 */
export interface PoolCase {
  /** `pool N`: of the first pool. */
  readonly subject: string;
  readonly work: PoolWork;
  readonly replay: Replay;
  /** Where tasks were submitted. */
  readonly site: Site;
  /** Number of `Functions` that most time went to, -1 when unknown. */
  readonly function: number;
  /** Whether all of its tasks call that function. */
  readonly isUniform: boolean;
  /** Workers that could have been at work together. */
  readonly workers: number;
  /** Lanes of the workers. */
  readonly lanes: readonly number[];
  readonly interval: { readonly start: number; readonly end: number };
  /** Nanos of its rounds: when they lie within one another, of what they cover. */
  readonly time: number;
}

/** Pools whose tasks nobody hands out in chunks, or whose order is their framework's: the advice would be nothing to act on. */
const FRAMEWORKS = /DataLoader|dask|distributed/i;
/** A replay that is this far off, either way, was of something else than what happened. */
const FAR_OFF = 1.5;
/** Work in less than this share of the run cannot give enough to be told of. */
const LEAST_SHARE = 0.03;

export const poolCases = (trace: Trace): readonly PoolCase[] => trace.once('poolCases', () => casesOf(trace));

function casesOf(trace: Trace): PoolCase[] {
  const places = poolPlacesOf(trace.tables, trace.siteOf);
  const found = new Map<string, { work: PoolWork; rounds: RoundWork[]; site: Site }>();
  for (const work of poolWorks(trace)) {
    if (FRAMEWORKS.test(trace.tables.pools.kind[work.pool] as string)) continue;
    for (const round of work.rounds) {
      const site = siteOfRound(trace, round);
      const key = `${places.ofPool[work.pool]} ${site.function} ${site.line}`;
      const its = found.get(key);
      if (its) its.rounds.push(round);
      else found.set(key, { work, rounds: [round], site });
    }
  }
  const cases: PoolCase[] = [];
  for (const { work, rounds, site } of found.values()) {
    const one = caseOf(trace, withRounds(work, rounds), site);
    if (one) cases.push(one);
  }
  return cases;
}

/** The line that submitted what took longest. */
function siteOfRound({ tables, siteOf }: Trace, { round, run }: RoundWork): Site {
  let longest = 0;
  for (let i = 1; i < run.length; i++) if ((run[i] as number) > (run[longest] as number)) longest = i;
  return siteOf(tables.tasks.stack[round.rows[longest] as number] as number);
}

function caseOf(trace: Trace, work: PoolWork, site: Site): PoolCase | null {
  const { tasks, lanes } = trace.tables;
  const { functions, wall } = trace;
  const isLane = new Uint8Array(lanes.length);
  const times = new Map<number, number>();
  let [start, end, time, most] = [Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const { round, run } of work.rounds) {
    start = Math.min(start, round.start);
    end = Math.max(end, round.end);
    time += round.end - round.start;
    most = Math.max(most, round.rows.length);
    for (let i = 0; i < run.length; i++) {
      const row = round.rows[i] as number;
      const lane = tasks.lane[row] as number;
      if (lane >= 0) isLane[lane] = 1;
      const frame = tasks.function[row] as number;
      const its = frame < 0 ? -1 : (functions.ofFrame[frame] as number);
      times.set(its, (times.get(its) ?? 0) + (run[i] as number));
    }
  }
  if (!(time > LEAST_SHARE * wall)) return null;
  const replayed = replay(work);
  const off = replayed.recorded / (replayed.replayed || 1);
  if (!(off < FAR_OFF && off > 1 / FAR_OFF)) return null;
  const [longest] = [...times].sort((a, b) => b[1] - a[1]);
  const own: number[] = [];
  for (let lane = 0; lane < isLane.length; lane++) if (isLane[lane] === 1) own.push(lane);
  return {
    subject: `pool ${work.pool}`,
    work,
    replay: replayed,
    site,
    function: longest?.[0] ?? -1,
    isUniform: times.size === 1,
    workers: Math.max(1, Math.min(work.workers, most)),
    lanes: own,
    interval: { start, end },
    time: Math.min(time, end - start),
  };
}

/** The gain of a run in which the rounds of a case take from `least` to `most` Nanos. */
export function gainOf({ wall }: Trace, { replay }: PoolCase, least: number, most: number): Gain {
  const { gain } = asRun(wall, replay, { least, most });
  return { lo: Math.max(1, gain.lo), hi: Math.max(1, gain.hi) };
}

/** A run that gets less faster than this is not worth changing the program for: two runs of one program differ as much. */
const LEAST_GAIN = 1.06;
/** And one of which it is not sure that it gets faster at all is nothing to act on. */
const LEAST_SURE = 1.02;

export const isWorthIt = (gain: Gain): boolean => gain.lo >= LEAST_SURE && expected(gain) >= LEAST_GAIN;

/** Nanos that the tasks of a case took of all workers together. */
export function workIn({ work: { meanTask, tasks } }: PoolCase): number {
  return meanTask * tasks;
}

/** Nanos that its rounds would take at least, were the work of each spread evenly over its workers. */
export function evenly({ work }: PoolCase): number {
  let sum = 0;
  for (const { run, weight, ready } of work.rounds) {
    let total = 0;
    let tasks = 0;
    for (let i = 0; i < run.length; i++) {
      total += (run[i] as number) * (weight[i] as number);
      tasks += weight[i] as number;
    }
    const workers = Math.max(1, Math.min(work.workers, tasks));
    const useful = Math.min(workers, work.cores / work.demand);
    const late = ready.subarray(0, workers).reduce((all, one) => all + one, 0) / workers;
    sum += total / useful + late;
  }
  return sum;
}
