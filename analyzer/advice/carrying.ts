import { covered } from '../analysis/coverage.ts';
import { cpuBetween, wantedBetween } from '../analysis/laneCode.ts';
import { type Carriage, type PoolUse, poolUses } from '../analysis/poolUse.ts';
import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';
import { directionsOf, type Gain } from '../model/index.ts';
import { saving } from './gain.ts';
import { messageLoad, siteOfMessages } from './messageLoad.ts';
import type { Conclusion } from './rule.ts';
import { isProcesses } from './slots.ts';

/**
 * Nanos for a byte to go into a pipe, and again to come out of it, which no hook sees: 2 GB/s, as pipes of Linux have it on machines of
 * the last ten years.
 */
const PIPE = 0.5;
/** Bytes a task below which what it carries costs less than to hand it out at all. */
const LEAST_BYTES = 10_000;
/** Share of the run that must be won at least: what a user would not see is not worth a change. */
const LEAST_SAVED = 0.06;

/** How much more than the model says may be won: it knows how long pickling takes, and not who waits for it. */
const AT_MOST = 2.5;
/** How many times longer than the model a pool takes because of what is carried: beyond, something else keeps it. */
const MOST_STRETCHED = 2;

/** A pool whose tasks carry something that they need not. */
export interface Burden {
  readonly use: PoolUse;
  readonly carried: Carriage;
  /** Tasks, or messages of processes; and what to call them. */
  readonly pieces: number;
  readonly unit: 'task' | 'message';
  /** Nanos in the program's functions, of all workers together. */
  readonly run: number;
  readonly site: Site;
  /** Of the pool's time, spent at both ends on what could be left out. */
  readonly cost: number;
  readonly gain: Gain;
}

/** Lanes that a finding names at most. */
const MOST_LANES = 64;

/** What every conclusion about a burden says of its place, whatever is carried. */
export function whereOf({
  use,
  site,
  gain,
}: Burden): Pick<Conclusion, 'subject' | 'site' | 'lanes' | 'interval' | 'gain'> {
  const { from, to } = use.underWay;
  return {
    subject: `pool ${use.pool}`,
    site,
    lanes: use.workers.slice(0, MOST_LANES),
    interval: { start: from[0] as number, end: to.at(-1) as number },
    gain,
  };
}

/** What would be left of a pool's load without something. */
export type Lighten = (carried: Carriage, use: PoolUse) => Partial<Carriage>;

/** What the workers of a pool do, and what for. Times are Nanos of all of them together. */
interface Load {
  readonly use: PoolUse;
  readonly carried: Carriage;
  /** Tasks, or messages of processes, that way. */
  readonly pieces: number;
  /** In the program's functions, as time that passed and on a CPU. */
  readonly run: number;
  readonly computed: number;
  readonly longest: number;
}

/** Pools that would be faster if their tasks carried less. `weigh`: the column of bytes that is too much. */
export function burdens(trace: Trace, weigh: 'bytesOut' | 'bytesBack', lighten: Lighten): Burden[] {
  return poolUses(trace).flatMap((use) => {
    const load = loadOf(trace, use, weigh);
    const { carried, pieces } = load;
    if (!isPickled(trace, use) || carried[weigh] < LEAST_BYTES * Math.max(1, pieces)) return [];
    const after = { ...carried, ...lighten(carried, use) };
    const now = leastTime(trace, load, carried);
    const then = leastTime(trace, load, after);
    const under = timeAtWork(use);
    // As many times less as the model says, unless the pool takes so long for other reasons. At most workers never wait again: while
    // large tasks squeeze through a pipe they do.
    const least = Math.min(under * (1 - then / now), MOST_STRETCHED * (now - then));
    const most = Math.min(AT_MOST * least, under - then);
    const gain = saving(trace.wall, least, most);
    if (least < LEAST_SAVED * trace.wall) return [];
    const site = isProcesses(trace, use)
      ? siteOfMessages(trace, use, weigh === 'bytesOut' ? 'out' : 'back')
      : heaviest(trace, use, weigh);
    const unit = isProcesses(trace, use) ? 'message' : 'task';
    return [{ use, carried, pieces, unit, run: load.run, site, cost: sumOf(carried) - sumOf(after), gain }];
  });
}

function loadOf(trace: Trace, use: PoolUse, weigh: 'bytesOut' | 'bytesBack'): Load {
  if (!isProcesses(trace, use)) {
    const share = shareWithCore(trace, use);
    const carried = scaled(use.carried, share);
    const run = share * use.run;
    const cpu = Math.min(run, computed(trace, use, carried));
    return { use, carried, pieces: use.tasks, run, longest: share * use.longestRun, computed: cpu };
  }
  const carried = messageLoad(trace, use);
  // A process waits for messages as long as it lives: only what it computes is work.
  const run = computed(trace, use, carried);
  const pieces = weigh === 'bytesOut' ? carried.messagesOut : carried.messagesBack;
  return { use, carried, pieces, run, computed: run, longest: 0 };
}

/** Node's workers get clones, which other rules judge. */
const isPickled = ({ tables: { pools } }: Trace, { pool, workers }: PoolUse): boolean =>
  workers.length > 0 && directionsOf(pools.startMethod[pool] as string).out === 'pickle-out';

const sumOf = ({ packOut, unpackOut, packBack, unpackBack, bytesOut, bytesBack }: Carriage): number =>
  packOut + unpackOut + packBack + unpackBack + 2 * PIPE * (bytesOut + bytesBack);

/**
 * The least time in which a pool could do its tasks: one process serves all workers one after the other, n workers share the tasks, C
 * cores share everything, and no task is cut.
 *
 *     max( pack out + unpack back + pipe,  (run + unpack out + pack back + pipe) / n,  CPU of all / C,  longest task )
 */
function leastTime(trace: Trace, load: Load, carried: Carriage): number {
  const { packOut, unpackOut, packBack, unpackBack, bytesOut, bytesBack } = carried;
  const pipe = PIPE * (bytesOut + bytesBack);
  const server = packOut + unpackBack + pipe;
  const worker = unpackOut + packBack + pipe;
  const n = load.use.workers.length;
  const cores = trace.meta.host.cores || n + 1;
  return Math.max(
    server,
    (load.run + worker) / n,
    (load.computed + server + worker) / cores,
    load.longest,
    1,
  );
}

/**
 * Share of the time with a task in which workers did not wait for a core. While parent and workers pickle they take the cores from each
 * other, so that everything seems to take longer than it will.
 */
function shareWithCore(trace: Trace, { workers, underWay, held }: PoolUse): number {
  if (!(held > 0)) return 1;
  const [first, last] = [underWay.from[0] ?? 0, underWay.to.at(-1) ?? 0];
  let [cpu, wanted] = [0, 0];
  for (const lane of workers) {
    cpu += cpuBetween(trace, lane, first, last);
    wanted += wantedBetween(trace, lane, first, last);
  }
  return Math.min(1, Math.max(cpu, held - (wanted - cpu)) / held);
}

const scaled = (carried: Carriage, share: number): Carriage => ({
  ...carried,
  packOut: share * carried.packOut,
  unpackOut: share * carried.unpackOut,
  packBack: share * carried.packBack,
  unpackBack: share * carried.unpackBack,
});

/** From the first task that a worker took: what it took to start is no fault of what tasks carry. */
function timeAtWork({ underWay, atWork }: PoolUse): number {
  const [submitted, taken] = [underWay.from[0] ?? 0, atWork.from[0] ?? 0];
  return Math.max(0, covered(underWay) - Math.max(0, taken - submitted));
}

/** Nanos on a CPU of the program's functions in a pool's workers. */
function computed(trace: Trace, { workers, underWay }: PoolUse, carried: Carriage): number {
  const [first, last] = [underWay.from[0] ?? 0, underWay.to.at(-1) ?? 0];
  const cpu = workers.reduce((sum, lane) => sum + cpuBetween(trace, lane, first, last), 0);
  const carrying = carried.unpackOut + carried.packBack + PIPE * (carried.bytesOut + carried.bytesBack);
  return Math.max(0, cpu - carrying);
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
