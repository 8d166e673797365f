import { timelineIn } from '../../analysis/laneCode.ts';
import { type PoolUse, poolUses } from '../../analysis/poolUse.ts';
import type { Site } from '../../analysis/sites.ts';
import { stacksWithin } from '../../analysis/stacksWithin.ts';
import { firstOnLane } from '../../analysis/taskTimes.ts';
import { positionAt } from '../../analysis/timeline.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { nameOf, placeOf } from '../places.ts';
import { duration, percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Two pools of one line may be two purposes of one helper function; three are a habit. */
const LEAST_POOLS = 3;
/** Share of the run that making and ending all but the first pool takes. Below it the fix could not be told from noise. */
const LEAST_SHARE = 0.05;
/** Share of those times that is surely won: some of it goes on beside other work. */
const SURELY = 0.9;
/** What comes on top at most, as a share: pages that each new process copies, caches that it fills. */
const ON_TOP = 1.6;

/** Files of Python's pools. */
const POOL_FILES = /[/\\](?:multiprocessing|concurrent[/\\]futures|joblib|loky)[/\\]/;

/** A pool that is made anew for each round of work, at one line. */
export const poolRecreation: Rule = {
  id: 'P07',
  title: 'Pool re-created',
  explains: ['P01', 'P02', 'P03', 'P08'],
  evaluate: (trace) => sitesOfPools(trace).flatMap((made) => conclude(trace, made)),
};

/** The pools that one line made, in order of time. */
interface Made {
  readonly site: Site;
  readonly uses: readonly PoolUse[];
}

function sitesOfPools(trace: Trace): Made[] {
  const { pools } = trace.tables;
  const bySite = new Map<string, { site: Site; uses: PoolUse[] }>();
  for (const use of poolUses(trace)) {
    // All processes that a program starts one by one are one pool, which nobody made.
    if (pools.kind[use.pool] === 'multiprocessing.Process') continue;
    const site = trace.siteOf(pools.stack[use.pool] as number);
    if (site.function < 0) continue;
    const key = `${pools.kind[use.pool]} ${pools.process[use.pool]} ${site.function} ${site.line}`;
    const known = bySite.get(key);
    if (known) known.uses.push(use);
    else bySite.set(key, { site, uses: [use] });
  }
  const start = ({ pool }: PoolUse) => pools.start[pool] as number;
  return [...bySite.values()].map(({ site, uses }) => ({
    site,
    uses: uses.sort((a, b) => start(a) - start(b)),
  }));
}

function conclude(trace: Trace, { site, uses }: Made): Conclusion[] {
  const { pools } = trace.tables;
  const first = uses[0];
  if (!first || uses.length < LEAST_POOLS) return [];
  const begins = uses.map(({ pool }) => pools.start[pool] as number);
  let starting = 0;
  let ending = 0;
  for (let i = 1; i < uses.length; i++) {
    const use = uses[i] as PoolUse;
    // Pools that live side by side are no rounds of one work.
    if ((begins[i] as number) < lastOf(uses[i - 1] as PoolUse)) return [];
    starting += startOf(trace, use);
    ending += endOf(trace, uses[i - 1] as PoolUse, begins[i] as number);
  }
  const lost = starting + ending;
  if (lost < LEAST_SHARE * trace.wall) return [];
  const kind = pools.kind[first.pool] as string;
  const size = pools.size[first.pool] as number;
  const end = lastOf(uses.at(-1) as PoolUse);
  return [
    {
      subject: `pool ${first.pool}`,
      alsoAbout: uses.map(({ pool }) => `pool ${pool}`),
      title: `A ${kind}${size > 0 ? ` of ${size}` : ''} is made ${uses.length} times, which takes ${percent(lost / trace.wall)} of the run`,
      why: `Until its first worker has its first task a pool takes ${duration(starting / (uses.length - 1))} on average, and until it is gone ${duration(ending / (uses.length - 1))} more; all but the first could be spared.`,
      change: `Make one pool outside of ${nameOf(trace, site.function)} (${placeOf(trace, site)}) and pass it in, instead of making one each time.`,
      site,
      lanes: uses.flatMap(({ workers }) => workers).slice(0, 64),
      interval: { start: begins[0] as number, end },
      evidence: {
        pools: uses.length,
        startSeconds: starting / 1e9,
        endSeconds: ending / 1e9,
        lostShare: lost / trace.wall,
      },
      gain: saving(trace.wall, SURELY * lost, ON_TOP * lost),
    },
  ];
}

/** When the last of its tasks was over. */
const lastOf = ({ underWay }: PoolUse): number => underWay.to.at(-1) ?? 0;

/**
 * From the beginning of a pool's creation until a worker takes its first task, on average over its workers: what comes after the first of
 * them costs as well, since the others have nothing to do yet. Less what the sender took to submit anything.
 */
function startOf(trace: Trace, { pool, rows, sender }: PoolUse): number {
  const { pools, tasks } = trace.tables;
  const begin = pools.start[pool] as number;
  const firsts = new Map<number, number>();
  let submitted = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const [taken, lane] = [firstOnLane(tasks, row), tasks.lane[row] as number];
    if (taken >= 0) firsts.set(lane, Math.min(taken, firsts.get(lane) ?? taken));
    const submit = tasks.submit[row] as number;
    if (submit >= 0) submitted = Math.min(submitted, submit);
  }
  if (firsts.size === 0) return 0;
  let taken = 0;
  for (const first of firsts.values()) taken += first / firsts.size;
  if (!(submitted > begin)) return Math.max(0, taken - begin);
  // What lies between may be the program's own: only what the sender was seen to do in the pool's code counts, and until it was ready.
  const ready = Math.min(pools.ready[pool] as number, submitted);
  const making = sender < 0 ? 0 : timeInPools(trace, sender, begin, submitted);
  return Math.max(0, ready - begin, making) + Math.max(0, taken - submitted);
}

/**
 * From the last result of a pool until its sender goes on: where the teardown was seen, how long that took; and how long the sender was seen
 * in the pool's code after the last result, which `close` and `join` and the end of an executor are.
 */
function endOf(trace: Trace, { pool, sender, underWay }: PoolUse, next: number): number {
  const { pools } = trace.tables;
  const done = underWay.to.at(-1) ?? 0;
  const [stop, gone] = [pools.stop[pool] as number, pools.end[pool] as number];
  const end = Math.min(next, gone >= done ? gone : next);
  const seen = stop >= 0 && gone >= stop ? Math.min(gone, end) - Math.max(stop, done) : 0;
  return Math.max(seen, sender < 0 ? 0 : timeInPools(trace, sender, done, end), 0);
}

/** Nanos between two instants in which a lane was seen in the code of pools. */
function timeInPools(trace: Trace, lane: number, first: number, last: number): number {
  const timeline = timelineIn(trace);
  const { row, from, to, offset } = timeline;
  const isPool = stacksOfPools(trace);
  let sum = 0;
  for (let at = positionAt(timeline, lane, first); at < (offset[lane + 1] as number); at++) {
    if ((from[at] as number) >= last) break;
    const stack = trace.tables.samples.stack[row[at] as number] as number;
    if (stack >= 0 && isPool[stack] === 1)
      sum += Math.min(to[at] as number, last) - Math.max(from[at] as number, first);
  }
  return sum;
}

/** 1 for each stack in the code of Python's pools, or in what that called. */
const stacksOfPools = (trace: Trace): Uint8Array =>
  trace.once('stacksOfPools', () =>
    stacksWithin(
      trace,
      Uint8Array.from(trace.functions.file, (file) => Number(POOL_FILES.test(file))),
    ),
  );
