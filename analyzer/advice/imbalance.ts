import { type Outcome, outcomeOf } from '../analysis/replay/replay.ts';
import { bestChunk } from '../analysis/replay/whatIf.ts';
import type { Trace } from '../analysis/trace.ts';
import type { Gain } from '../model/index.ts';
import { evenly, gainOf, isWorthIt, type PoolCase, poolCases } from './poolCase.ts';

/** What would spread the work of a pool more evenly. */
export type Remedy =
  /** Smaller chunks, of which a free worker takes the next. */
  | { readonly kind: 'chunk'; readonly chunk: number }
  /** The longest task first, so that short ones fill what is left. */
  | { readonly kind: 'order' }
  /** Each worker got one task: its share of the work. */
  | { readonly kind: 'shares' }
  /** One task outlasts all others. `orderHelps`: with it first the others would fill most of the time. */
  | { readonly kind: 'split'; readonly orderHelps: boolean };

/** A pool whose workers end at unlike times. Times are Nanos. */
export interface Imbalance {
  readonly one: PoolCase;
  readonly remedy: Remedy;
  readonly gain: Gain;
  /** Share of its workers' time that they were idle at the end of rounds. */
  readonly idle: number;
  /** Mean of the busy times of the workers, to the largest. */
  readonly balance: number;
  /** The task that ran longest, row of `tasks`, and for how long. */
  readonly longest: number;
  readonly longestTime: number;
  /** How many times as long as the next longest task of its round the longest one ran. */
  readonly outlier: number;
  /** How long a single worker was at work at the end, the others having none. */
  readonly alone: number;
}

/**
 * Workers of one pool that share their work well end within a few percent of each other; a chunk of what `Pool.map` cuts by itself,
 * a quarter of a worker's share, makes one in sixteen at the worst on average.
 */
const LEAST_IDLE = 0.07;
/** Of what evenly spread work would save, what a change has to save for it to be the cure. */
const CURES = 0.6;
/** Of the same, what the order has to save for it to be worth saying beside the split. */
const HELPS = 0.25;
/** Workers do not end at one instant when work is split in a few parts for each: so much of the loss may stay. */
const STAYS = 0.25;
/** What was seen is off by this much from what another run would show. */
const DOUBT = 0.06;
/** Of processes that got a share each: what wait for the rest of their time wait for something that is the matter. */
const COMPUTES = 0.5;
/** A straggler runs for this share of its rounds' time, or it is no single task that is waited for. */
const STRAGGLES = 0.1;
/**
 * And for so many times the mean: of five equal tasks two workers do the last one with one of them idle, which is arithmetic and no
 * fault of the program's.
 */
const OUTLASTS = 1.5;
/** One that is so many times as long as the next is a single task that is waited for; else it is how the tasks are dealt. */
const STANDS_OUT = 1.6;
/** Share of a round's time after which a submission is late. */
const LATE = 0.4;
/** Of two tasks one is always the longer; from three on one can stand out. */
const LEAST_TASKS = 3;

export const imbalances = (trace: Trace): readonly Imbalance[] =>
  trace.once('imbalances', () => poolCases(trace).flatMap((one) => imbalanceOf(trace, one) ?? []));

function imbalanceOf(trace: Trace, one: PoolCase): Imbalance | null {
  const { work, replay } = one;
  if (
    work.isSerial ||
    work.isFine ||
    isWorkerATask(trace, one) ||
    one.workers < 2 ||
    (work.isStatic && !(one.isUniform && work.demand > COMPUTES))
  )
    return null;
  const ends = endsOf(trace, one);
  // Both: when workers ended, and what they had to do. One that others kept from its core ends late and had no more to do.
  if (!(ends.idle > LEAST_IDLE && 1 - ends.balance > LEAST_IDLE)) return null;
  const recorded = Math.min(replay.recorded, replay.replayed);
  // Neither can work be spread better than evenly, nor does it give more than the idle ends.
  const best = Math.max(evenly(one), recorded * (1 - ends.idle));
  const loss = recorded - best;
  const split: Pick<Outcome, 'least' | 'most'> = {
    least: best * (1 - DOUBT),
    most: (best + STAYS * loss) * (1 + DOUBT),
  };
  if (!isWorthIt(gainOf(trace, one, split.least, split.most))) return null;
  const conclude = (remedy: Remedy, { least, most }: Pick<Outcome, 'least' | 'most'>): Imbalance | null => {
    const gain = gainOf(trace, one, least, most);
    return isWorthIt(gain) ? { one, remedy, gain, ...ends } : null;
  };
  const saves = ({ replayed }: Outcome) => (replay.replayed - replayed) / loss;
  const cures = (outcome: Outcome) => saves(outcome) >= CURES;
  const size = work.items / work.tasks;
  const chunks = size > 1.5 ? bestChunk(replay) : null;
  if (chunks && chunks.chunk < size && cures(chunks.outcome))
    return conclude({ kind: 'chunk', chunk: chunks.chunk }, chunks.outcome);
  const ordered = outcomeOf(replay, { order: 'longest' });
  const orderHelps = saves(ordered) >= HELPS;
  const standsOut = ends.outlier > STANDS_OUT && work.tasks >= LEAST_TASKS * work.rounds.length;
  if (!work.isStatic && standsOut && ends.longestTime > (STRAGGLES * recorded) / work.rounds.length)
    return conclude({ kind: 'split', orderHelps }, orderHelps ? eitherWay(split, ordered) : split);
  const isShared = work.isStatic || work.rounds.every(({ round }) => round.rows.length <= work.workers);
  if (isShared) return one.isUniform ? conclude({ kind: 'shares' }, split) : null;
  if (cures(ordered)) return conclude({ kind: 'order' }, ordered);
  return ends.longestTime > OUTLASTS * work.meanTask ? conclude({ kind: 'split', orderHelps }, split) : null;
}

const eitherWay = (a: Pick<Outcome, 'least' | 'most'>, b: Pick<Outcome, 'least' | 'most'>) => ({
  least: Math.min(a.least, b.least),
  most: Math.max(a.most, b.most),
});

/** A new worker for each task, as many as there are: nobody waits for a free one, and what ends last was begun last. */
const isWorkerATask = ({ tables: { pools } }: Trace, { work, lanes }: PoolCase): boolean =>
  !work.isStatic && lanes.length >= work.tasks && !((pools.size[work.pool] as number) > 0);

type Ends = Pick<Imbalance, 'idle' | 'balance' | 'longest' | 'longestTime' | 'outlier' | 'alone'>;

/** When the workers of each round ended. */
function endsOf({ tables: { tasks } }: Trace, { work, workers }: PoolCase): Ends {
  // Of more workers than the cores can run at once, the last ones to end are those that leave cores idle.
  const useful = Math.max(2, Math.min(workers, Math.floor(work.cores / work.demand)));
  let [idle, all, alone, longest, longestTime, mean, most, firsts, seconds] = [0, 0, 0, -1, 0, 0, 0, 0, 0];
  for (const { round, run, own, release } of work.rounds) {
    const last = new Map<number, number>();
    const busy = new Map<number, number>();
    let [first, second] = [0, 0];
    for (let i = 0; i < run.length; i++) {
      const row = round.rows[i] as number;
      const lane = tasks.lane[row] as number;
      const time = run[i] as number;
      last.set(lane, Math.max(last.get(lane) ?? 0, tasks.end[row] as number));
      busy.set(lane, (busy.get(lane) ?? 0) + (own[i] as number));
      second = Math.max(second, Math.min(first, time));
      first = Math.max(first, time);
      if (time <= longestTime) continue;
      longest = row;
      longestTime = time;
    }
    firsts += first;
    seconds += second;
    const ends = [...last.values()].sort((a, b) => b - a);
    const end = ends[0] ?? round.start;
    // A worker that got nothing was idle throughout.
    const absent = Math.max(0, Math.min(workers, run.length) - ends.length);
    // Where the last task was submitted late, workers were idle for want of tasks and not for their lengths.
    const isGiven = (release.at(-1) ?? 0) <= LATE * (round.end - round.start);
    if (isGiven) {
      for (const each of ends.slice(0, useful)) idle += end - each;
      idle += Math.max(0, Math.min(absent, useful - ends.length)) * (end - round.start);
    }
    all += (round.end - round.start) * Math.min(useful, ends.length + absent);
    alone += end - (ends[1] ?? round.start);
    const loads = [...busy.values()];
    mean += loads.reduce((sum, load) => sum + load, 0) / (loads.length + absent || 1);
    most += loads.reduce((larger, load) => Math.max(larger, load), 0);
  }
  return {
    idle: all > 0 ? idle / all : 0,
    balance: most > 0 ? mean / most : 1,
    outlier: firsts / (seconds || 1),
    longest,
    longestTime,
    alone,
  };
}
