import type { Trace } from '../trace.ts';
import { functionShares } from './functionShare.ts';
import type { PoolWork } from './poolWork.ts';
import { type Limit, type Outcome, outcomeOf, type Replay } from './replay.ts';
import type { Variant } from './variant.ts';

/** What a user may ask for. `faster`: a number of `Functions`, and how many times faster it is made. */
export interface Wish {
  readonly chunk?: number;
  readonly order?: 'longest';
  readonly workers?: number;
  readonly cores?: number;
  readonly faster?: { readonly function: number; readonly times: number };
  readonly byReference?: boolean;
}

/** What a wish comes to: Nanos of the pool's rounds and of the whole run. `gain`: the run's time as recorded to its time then. */
export interface Granted {
  readonly wish: Wish;
  readonly pool: { readonly lo: number; readonly hi: number };
  readonly run: { readonly lo: number; readonly hi: number };
  readonly gain: { readonly lo: number; readonly hi: number };
  /** The same of the pool's rounds alone. */
  readonly poolGain: { readonly lo: number; readonly hi: number };
  readonly limit: Limit;
}

/** What of the run passed within the rounds of a pool: all but that stays as it is. */
export function granted(trace: Trace, replay: Replay, wish: Wish): Granted {
  const { faster, ...rest } = wish;
  let variant: Variant = rest;
  let outside = 0;
  if (faster) {
    const share = Math.min(1, functionShares(trace, replay.work)[faster.function] ?? 0);
    variant = { ...rest, faster: { share, times: faster.times } };
    outside = savedOutside(trace, replay.work, faster.function) * (1 - 1 / faster.times);
  }
  const outcome = outcomeOf(replay, variant);
  return { wish, ...asRun(trace.wall, replay, outcome, outside), limit: outcome.limit };
}

/** What hooks take is known to within a fifth. */
const HOOKS_AT_MOST = 1.2;

/**
 * An outcome of a pool as one of the run that it was a part of. `outside`: Nanos that go away outside of the pool's rounds. A run that is
 * not recorded has less to gain than one that is recorded again: the hooks, which cost something for each task, do not slow it.
 */
export function asRun(
  wall: number,
  { recorded, hooks }: Pick<Replay, 'recorded' | 'hooks'>,
  { least, most }: Pick<Outcome, 'least' | 'most'>,
  outside = 0,
): Omit<Granted, 'wish' | 'limit'> {
  const whole = (pool: number) => Math.max(wall / 1000, wall - Math.min(wall, recorded) - outside + pool);
  const run = { lo: whole(least), hi: whole(most) };
  const lost = HOOKS_AT_MOST * hooks;
  return {
    pool: { lo: least, hi: most },
    run,
    gain: { lo: (wall - lost) / run.hi, hi: wall / run.lo },
    poolGain: { lo: Math.max(0, recorded - lost) / Math.max(1, most), hi: recorded / Math.max(1, least) },
  };
}

/** Nanos of the first thread that submitted to the pool in a function, outside of the pool's rounds. */
function savedOutside({ tables, tree, starts }: Trace, { rounds }: PoolWork, id: number): number {
  const { samples, tasks, lanes } = tables;
  const from = tasks.from[rounds[0]?.round.rows[0] ?? -1] ?? -1;
  if (from < 0 || from >= lanes.length) return 0;
  const within = new Uint8Array(tree.count);
  for (let node = 1; node < tree.count; node++)
    within[node] = tree.function[node] === id ? 1 : (within[tree.parent[node] as number] as number);
  let saved = 0;
  let next = 0;
  for (let i = 0; i < samples.length; i++) {
    if (samples.lane[i] !== from) continue;
    const time = samples.time[i] as number;
    const stack = samples.stack[i] as number;
    while (next < rounds.length && (rounds[next]?.round.end ?? 0) < time) next++;
    const isInRound = next < rounds.length && (rounds[next]?.round.start ?? 0) <= time;
    if (isInRound || stack < 0 || within[tree.ofStack[stack] as number] !== 1) continue;
    saved += time - (starts[i] as number);
  }
  return saved;
}

/** Handing out must cost this share of the tasks' time for its disappearance to be worth a line. */
const MUCH_PACKED = 0.02;
/** Numbers of calls that a person would write. */
const ROUND = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000];
/** A chunk size that comes within this of the best is as good, and larger ones need less from the submitter. */
const AS_GOOD = 1.02;
/** Tasks a worker below which one slow task, or a slow worker, is seen in the whole: what Python's own `Pool.map` cuts its calls into. */
const TASKS_A_WORKER = 4;

/** The chunk size with which a replay ends first, among numbers that a person would write; null where chunks make no sense. */
export function bestChunk(replay: Replay): { readonly chunk: number; readonly outcome: Outcome } | null {
  const { work } = replay;
  if (work.isStatic || work.items < 2) return null;
  const calls = work.rounds.reduce((most, round) => Math.max(most, callsOf(round)), 0);
  const largest = calls / Math.max(1, work.workers) / TASKS_A_WORKER;
  const tried = ROUND.filter((chunk) => chunk <= Math.max(1, largest)).map((chunk) => ({
    chunk,
    outcome: outcomeOf(replay, { chunk }),
  }));
  const best = Math.min(...tried.map(({ outcome }) => middle(outcome)));
  // Few large chunks depend on the calls being alike, and many small ones on nothing: of the good ones the middle.
  const good = tried.filter(({ outcome }) => middle(outcome) <= best * AS_GOOD);
  return good[Math.floor((good.length - 1) / 2)] ?? null;
}

const middle = ({ least, most }: Outcome): number => (least + most) / 2;

function callsOf({ items, weight }: PoolWork['rounds'][number]): number {
  let calls = 0;
  for (let i = 0; i < items.length; i++) calls += (items[i] as number) * (weight[i] as number);
  return calls;
}

/** Wishes that are worth a look at a pool about which nothing was asked. */
export function usefulWishes(trace: Trace, replay: Replay): Wish[] {
  const { work } = replay;
  const wishes: Wish[] = [];
  const best = bestChunk(replay);
  if (best) wishes.push({ chunk: best.chunk });
  if (!work.isStatic && work.tasks > work.workers) wishes.push({ order: 'longest' });
  wishes.push({ workers: work.workers * 2 });
  const hottest = hottestOwn(trace, work);
  if (hottest >= 0) wishes.push({ faster: { function: hottest, times: 2 } });
  if (packedShare(work) > MUCH_PACKED) wishes.push({ byReference: true });
  return wishes;
}

function packedShare({ rounds }: PoolWork): number {
  let [packed, run] = [0, 0];
  for (const round of rounds)
    for (let i = 0; i < round.run.length; i++) {
      packed += (round.packed[i] as number) + (round.unpacked[i] as number) + (round.carried[i] as number);
      run += round.run[i] as number;
    }
  return run > 0 ? packed / run : 0;
}

/** Share of the tasks' time from which a function is most of them. */
const MOST_OF_IT = 0.5;

/** Of the program's own functions that take most of the tasks' time the innermost; else the one that takes most, -1 where there is none. */
function hottestOwn(trace: Trace, work: PoolWork): number {
  const shares = functionShares(trace, work);
  let hottest = -1;
  for (let id = 0; id < shares.length; id++) {
    const share = shares[id] as number;
    if (trace.homes[id]?.origin !== 'own' || !(share > 0)) continue;
    const best = hottest < 0 ? 0 : (shares[hottest] as number);
    const isBetter = share >= MOST_OF_IT && best >= MOST_OF_IT ? share <= best : share > best;
    if (isBetter) hottest = id;
  }
  return hottest;
}
