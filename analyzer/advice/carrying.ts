import { covered } from '../analysis/coverage.ts';
import { cpuBetween } from '../analysis/laneCode.ts';
import { type Carriage, type PoolUse, poolUses } from '../analysis/poolUse.ts';
import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';
import { directionsOf, type Gain } from '../model/index.ts';
import { saving } from './gain.ts';

/**
 * Nanos for a byte to go into a pipe, and again to come out of it, which no hook sees: 2 GB/s, as pipes of Linux have it on machines of
 * the last ten years.
 */
const PIPE = 0.5;
/** Bytes a task below which what it carries costs less than to hand it out at all. */
const LEAST_BYTES = 10_000;
/** Share of the run that must be won in the middle of what is expected; less could not be told from noise. */
const LEAST_SAVED = 0.06;

/** How far the model is off at most, either way. */
const SURELY = 0.85;
const AT_MOST = 1.1;

/** A pool whose tasks carry something that they need not. */
export interface Burden {
  readonly use: PoolUse;
  readonly site: Site;
  /** Of the pool's time, spent at both ends on what could be left out. */
  readonly cost: number;
  readonly gain: Gain;
}

/** What would be left of a pool's load without something. */
export type Lighten = (carried: Carriage, use: PoolUse) => Partial<Carriage>;

/** Pools that would be faster if their tasks carried less. `weigh`: the column of bytes that tells which task is the heaviest. */
export function burdens(trace: Trace, weigh: 'bytesOut' | 'bytesBack', lighten: Lighten): Burden[] {
  return poolUses(trace).flatMap((use) => {
    const { carried, tasks } = use;
    if (!isPickled(trace, use) || carried[weigh] < LEAST_BYTES * tasks || use.workers.length === 0) return [];
    const after = { ...carried, ...lighten(carried, use) };
    const now = time(trace, use, carried);
    const then = time(trace, use, after);
    const under = covered(use.underWay);
    // As much less as the model says, and as many times less: the pool may take longer than the model for reasons of its own.
    const [byTime, byRatio] = [now - then, under * (1 - then / now)];
    const least = SURELY * Math.min(byTime, byRatio);
    const most = Math.min(AT_MOST * Math.max(byTime, byRatio), under - then);
    const gain = saving(trace.wall, least, most);
    if ((least + most) / 2 < LEAST_SAVED * trace.wall) return [];
    const cost = sumOf(carried) - sumOf(after);
    return [{ use, site: heaviest(trace, use, weigh), cost, gain }];
  });
}

/** Node's workers get clones, which other rules judge. */
const isPickled = ({ tables: { pools } }: Trace, { pool }: PoolUse): boolean =>
  directionsOf(pools.startMethod[pool] as string).out === 'pickle-out';

const sumOf = ({ packOut, unpackOut, packBack, unpackBack, bytesOut, bytesBack }: Carriage): number =>
  packOut + unpackOut + packBack + unpackBack + 2 * PIPE * (bytesOut + bytesBack);

/**
 * The least time in which a pool could do its tasks: one process serves all workers one after the other, n workers share the tasks, C
 * cores share everything, and no task is cut.
 *
 *     max( pack out + unpack back + pipe,  (run + unpack out + pack back + pipe) / n,  CPU of all / C,  longest task )
 */
function time(trace: Trace, use: PoolUse, carried: Carriage): number {
  const { packOut, unpackOut, packBack, unpackBack, bytesOut, bytesBack } = carried;
  const pipe = PIPE * (bytesOut + bytesBack);
  const server = packOut + unpackBack + pipe;
  const worker = unpackOut + packBack + pipe;
  const n = use.workers.length;
  const cores = trace.meta.host.cores || n + 1;
  return Math.max(
    server,
    (use.run + worker) / n,
    (computed(trace, use) + server + worker) / cores,
    use.longestRun,
    1,
  );
}

/** Nanos on a CPU of the program's functions in a pool's workers. */
function computed(trace: Trace, { workers, run, carried, underWay }: PoolUse): number {
  const [first, last] = [underWay.from[0] ?? 0, underWay.to.at(-1) ?? 0];
  const cpu = workers.reduce((sum, lane) => sum + cpuBetween(trace, lane, first, last), 0);
  const carrying = carried.unpackOut + carried.packBack + PIPE * (carried.bytesOut + carried.bytesBack);
  return Math.max(0, Math.min(run, cpu - carrying));
}

/** The line that submitted the task which carried most. */
function heaviest(
  { tables: { tasks }, siteOf }: Trace,
  { rows }: PoolUse,
  weigh: 'bytesOut' | 'bytesBack',
): Site {
  let most = -1;
  let found = -1;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const bytes = tasks[weigh][row] as number;
    if (!(bytes > most)) continue;
    most = bytes;
    found = tasks.stack[row] as number;
  }
  return siteOf(found);
}
