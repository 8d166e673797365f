import type { Trace } from '../trace.ts';
import { piecesOf } from './pieces.ts';
import { type PoolWork, poolWorks } from './poolWork.ts';
import { scheduleOf } from './schedule.ts';
import { type DispatchCost, NO_COST, type Variant } from './variant.ts';

/** What keeps a variant from ending sooner. */
export const LIMITS = ['longest task', 'submitter', 'cores', 'workers', 'order'] as const;
export type Limit = (typeof LIMITS)[number];

/** A pool and how well its replay agrees with what happened. Times are Nanos, sums over its rounds. */
export interface Replay {
  readonly work: PoolWork;
  readonly cost: DispatchCost;
  readonly recorded: number;
  /** Of that, what the hooks of the collector took: a run that is not recorded does without. */
  readonly hooks: number;
  /** What the replay makes of the pool as it was. */
  readonly replayed: number;
}

/** What the rounds of a pool would take in a variant: Nanos, by the replay and as an interval. */
export interface Outcome {
  readonly replayed: number;
  readonly least: number;
  readonly most: number;
  readonly limit: Limit;
  /** Longest single task. */
  readonly longest: number;
}

/** Core-nanos of a task whose result wakes a sleeping process, and a thread: 230 and 50 microseconds, measured on a pool of two. */
const WOKEN_PROCESS = 230e3;
const WOKEN_THREAD = 50e3;
/** Nanos that a task through a pool of processes takes longer while it is recorded, and of threads: `docs/benchmarks.md`. */
const HOOKS = 5e3;
const HOOKS_OF_THREADS = 2e3;
/** They are never more than this share of the time. */
const MOST_HOOKS = 0.5;
/** No task costs more than this to hand out; what is missing then has another reason. */
const MOST_COST = 5e5;
/** The costs of handing out come within a thousandth after so many halvings. */
const HALVINGS = 14;
/** A server, or all workers, at work for this share of the time are what limits. */
const BUSY = 0.9;
/** What replays of coarse tasks were off by, of the time: `npm run bench -- whatif`. */
const ERROR = 0.05;
/** And of the time that a variant does away with: what costs go with tasks and what stays is fitted. */
const ERROR_OF_SAVED = 0.12;
/** Calls within a chunk may be of unlike length; then the last ones are three times the mean. */
const SKEWED = 3;

export const replayOf = (trace: Trace, pool: number): Replay | null =>
  trace.once(`replay ${pool}`, () => {
    const work = poolWorks(trace).find((each) => each.pool === pool);
    return work ? replay(work) : null;
  });

/** Fits what handing a task out costs to the time that the rounds took. */
export function replay(work: PoolWork): Replay {
  const recorded = recordedOf(work.rounds);
  const hooks = work.isFine ? hooksOf(work, recorded) : 0;
  const woken = work.isThread ? WOKEN_THREAD : WOKEN_PROCESS;
  const costOf = (busy: number): DispatchCost => ({ busy, woken, at: work.meanTask });
  const took = (busy: number) => scheduled(work, {}, costOf(busy)).end;
  const plain = { ...NO_COST, woken, at: work.meanTask };
  const free = took(0);
  if (work.isStatic || free >= recorded) return { work, cost: plain, recorded, hooks, replayed: free };
  // What is missing of long tasks is a matter of single events, and no cost of each.
  let [low, high] = [0, work.isFine ? MOST_COST : woken];
  for (let i = 0; i < HALVINGS; i++) {
    // By ratio: costs are from one microsecond to a thousand.
    const middle = Math.sqrt(Math.max(low, 100) * high);
    if (took(middle) < recorded) low = middle;
    else high = middle;
  }
  return { work, cost: costOf(low), recorded, hooks, replayed: took(low) };
}

/** Nanos that hooks and sampler took from short tasks: those kept the cores busy that the sampler used as well. */
function hooksOf({ tasks, isThread, sampling, workers, cores }: PoolWork, recorded: number): number {
  const rest = workers + 1 > cores ? (sampling * recorded) / cores : 0;
  return Math.min(MOST_HOOKS * recorded, rest + tasks * (isThread ? HOOKS_OF_THREADS : HOOKS));
}

interface Sum {
  end: number;
  served: number;
  worked: number;
  crowded: number;
  longest: number;
  critical: number;
  capacity: number;
}

/** A fit replays a pool two dozen times: of more tasks than this, as many rounds as hold about so many stand for all. */
const MOST_TASKS = 20_000;
/** Fewer rounds than this stand for nothing but themselves. */
const LEAST_ROUNDS = 15;

/** The rounds that are replayed, and the time of all by that of those. */
function standIns({ rounds, tasks }: PoolWork): {
  readonly rounds: PoolWork['rounds'];
  readonly scale: number;
} {
  const wanted = Math.min(Math.ceil(tasks / MOST_TASKS), Math.floor(rounds.length / LEAST_ROUNDS));
  // An odd step, because programs submit this and that by turns.
  const step = wanted < 2 ? 1 : wanted | 1;
  if (step === 1) return { rounds, scale: 1 };
  const some = rounds.filter((_, at) => at % step === 0);
  return { rounds: some, scale: recordedOf(rounds) / (recordedOf(some) || 1) };
}

const recordedOf = (rounds: PoolWork['rounds']): number =>
  rounds.reduce((sum, { round }) => sum + round.end - round.start, 0);

function scheduled(work: PoolWork, variant: Variant, cost: DispatchCost): Sum {
  const { rounds, scale } = standIns(work);
  const sum: Sum = { end: 0, served: 0, worked: 0, crowded: 0, longest: 0, critical: 0, capacity: 0 };
  const cores = work.isSerial ? 1 : (variant.cores ?? work.cores);
  for (const round of rounds) {
    const workers = variant.workers ?? round.ready.length;
    const last = round.ready.at(-1) ?? 0;
    const ready = Float64Array.from({ length: workers }, (_, at) => round.ready[at] ?? last);
    const pieces = piecesOf(work, round, variant, cost);
    const one = scheduleOf(pieces, { ready, cores });
    sum.end += one.end;
    sum.served += one.served;
    sum.worked += one.worked;
    sum.crowded += one.crowded;
    sum.critical += pieces.longest;
    sum.capacity += one.end * workers;
    sum.longest = Math.max(sum.longest, pieces.longest);
  }
  for (const part of ['end', 'served', 'worked', 'crowded', 'critical', 'capacity'] as const)
    sum[part] *= scale;
  return sum;
}

/** The pool in a variant. */
export function outcomeOf({ work, cost, recorded, replayed }: Replay, variant: Variant): Outcome {
  const even = scheduled(work, variant, cost);
  const isCut =
    variant.chunk !== undefined && work.items > work.tasks && variant.chunk < work.items / work.tasks;
  const skewed = isCut ? scheduled(work, { ...variant, skew: SKEWED }, cost) : even;
  // What the replay is off by as it was, it may be off by in a variant.
  const off = replayed > 0 ? recorded / replayed : 1;
  const shortest = Math.min(even.end, skewed.end) * Math.min(1, off);
  const longest = Math.max(even.end, skewed.end) * Math.max(1, off);
  const doubt = (time: number) =>
    ERROR * time + ERROR_OF_SAVED * Math.min(time, Math.max(0, recorded - time));
  return {
    replayed: even.end,
    least: Math.max(0, shortest - doubt(shortest)),
    most: longest + doubt(longest),
    limit: limitOf(even),
    longest: even.longest,
  };
}

function limitOf({ end, served, worked, crowded, critical, capacity }: Sum): Limit {
  if (critical > BUSY * end) return 'longest task';
  if (served > BUSY * end) return 'submitter';
  if (worked > BUSY * capacity) return crowded > 0.5 * end ? 'cores' : 'workers';
  return crowded > 0.5 * end ? 'cores' : 'order';
}
