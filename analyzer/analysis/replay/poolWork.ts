import type { Tables } from '../../model/index.ts';
import { queueWait, runTime } from '../taskTimes.ts';
import type { Trace } from '../trace.ts';
import { productionOf } from './production.ts';
import { columnOf, FINE, PROCESSES, type Round, roundsOf } from './rounds.ts';
import { type TaskSamples, taskSamplesOf } from './taskSamples.ts';

/** What one round gave the pool to do: columns, an entry a recorded task in the order in which workers took them. Times are Nanos. */
export interface RoundWork {
  readonly round: Round;
  /** When it was submitted, from the beginning of the round. */
  readonly release: Float64Array;
  /** Time in the function; where more workers wanted to run than there are cores, the time that it would take with a core at hand. */
  readonly run: Float64Array;
  /** Time in the function without that for which something kept it from a core, be it another program. */
  readonly own: Float64Array;
  /** Serialising: what the submitter takes for it before and after, and what the worker does. */
  readonly packed: Float64Array;
  readonly unpacked: Float64Array;
  readonly carried: Float64Array;
  /** Calls of the function in it, and tasks that the entry stands for. */
  readonly items: Float64Array;
  readonly weight: Float64Array;
  /** Tasks of one number were submitted by one call. */
  readonly job: Uint32Array;
  /** When each worker could take its first task, from the beginning of the round. */
  readonly ready: Float64Array;
}

/** What a pool did, as a replay needs it. */
export interface PoolWork {
  readonly pool: number;
  readonly rounds: readonly RoundWork[];
  readonly workers: number;
  /** Cores that its tasks can use at once: 1 for threads that shared an interpreter. */
  readonly cores: number;
  /** Cores that perfscope took meanwhile. */
  readonly sampling: number;
  /** Share of a task's time, with a core at hand, that it wants the core. */
  readonly demand: number;
  /** Of the submitter: Nanos of its own code for each call of the function. */
  readonly production: number;
  /** Tasks are so short that the order of submission is that of dispatch, and hooks and samples tell of them as a whole. */
  readonly isFine: boolean;
  /** Each task has a worker of its own: nothing but the program decides who does what. */
  readonly isStatic: boolean;
  /** Its workers are threads of the submitter's process. */
  readonly isThread: boolean;
  /** Tasks run in threads of one interpreter, one at a time. */
  readonly isSerial: boolean;
  readonly tasks: number;
  readonly items: number;
  /** Mean time of a task, and of a call within it, with a core at hand. */
  readonly meanTask: number;
  readonly meanItem: number;
}

/** Observations of tasks from which what they say of their time is within a fifth of the truth. */
const ENOUGH_LOOKS = 25;
/** Threads of one interpreter that used no more than this many cores did not run at the same time. */
const ONE_AT_A_TIME = 1.15;
/** A share of less waits than this is a task that waits: it computes for the rest. */
const LEAST_DEMAND = 0.02;

export const poolWorks = (trace: Trace): readonly PoolWork[] => trace.once('poolWorks', () => worksOf(trace));

function worksOf(trace: Trace): PoolWork[] {
  const rounds = roundsOf(trace.tables);
  const samples = taskSamplesOf(trace);
  const production = productionOf(trace, rounds);
  const byPool = new Map<number, Round[]>();
  const timeOf = new Map<number, number>();
  for (const round of rounds) {
    const own = byPool.get(round.pool);
    if (own) own.push(round);
    else byPool.set(round.pool, [round]);
    const process = trace.tables.pools.process[round.pool] as number;
    timeOf.set(process, (timeOf.get(process) ?? 0) + round.end - round.start);
  }
  return [...byPool].map(([pool, own]) => {
    const process = trace.tables.pools.process[pool] as number;
    const time = own.reduce((sum, { start, end }) => sum + end - start, 0);
    const share = time / (timeOf.get(process) || 1);
    return workOf(trace, pool, own, samples, (production.get(process) ?? 0) * share);
  });
}

function workOf(
  { tables, meta }: Trace,
  pool: number,
  rounds: readonly Round[],
  samples: TaskSamples,
  production: number,
): PoolWork {
  const { tasks, pools } = tables;
  const sums = sumsOf(tables, rounds, samples);
  const { run, lanes } = sums;
  const free = Math.max(1e-3, 1 - sums.keptShare);
  const isFine = run / Math.max(1, sums.tasks) < FINE;
  const scale = isFine ? scaleOfFine(sums, free) : free;
  const isThread = pools.startMethod[pool] === 'thread';
  const time = rounds.reduce((sum, { start, end }) => sum + end - start, 0);
  const isSerial = isThread && sums.cpuShare * run < ONE_AT_A_TIME * time && sums.cpuShare > 0.5 * free;
  const size = pools.size[pool] as number;
  const isStatic = isStaticPool(tables, pool, rounds, lanes);
  const known = Math.max(1, size, isStatic ? 0 : lanes.length);
  const most = rounds.reduce((longest, { rows }) => Math.max(longest, rows.length), 0);
  const workers = Math.min(MOST_WORKERS, isStatic ? Math.max(1, lanes.length, most) : known);
  const demand = Math.min(1, Math.max(LEAST_DEMAND, isFine ? sums.awake : sums.cpuShare / free));
  const first = rounds[0];
  const scaleOf = isFine ? () => scale : freeShare(tables, samples, free);
  const made = rounds.map((round) =>
    roundWork(
      tasks,
      round,
      scaleOf,
      isStatic ? round.rows.length : workers,
      round === first || isStatic,
      isFine,
      isFine || isSerial || workers * demand > meta.host.cores,
    ),
  );
  return {
    pool,
    rounds: made,
    workers,
    cores: isSerial ? 1 : Math.max(1, meta.host.cores),
    sampling: (meta.ownCpuSeconds * 1e9) / Math.max(1, meta.clock.end - meta.clock.start),
    demand,
    production: production / Math.max(1, sums.items),
    isFine,
    isStatic,
    isThread,
    isSerial,
    ...totalsOf(made),
  };
}

/** The same pool, or pools that are alike, with some of the rounds only. */
export const withRounds = (work: PoolWork, rounds: readonly RoundWork[]): PoolWork => ({
  ...work,
  rounds,
  ...totalsOf(rounds),
});

function totalsOf(rounds: readonly RoundWork[]): Pick<PoolWork, 'tasks' | 'items' | 'meanTask' | 'meanItem'> {
  let [tasks, items, run] = [0, 0, 0];
  for (const round of rounds)
    for (let i = 0; i < round.run.length; i++) {
      const weight = round.weight[i] as number;
      tasks += weight;
      items += weight * (round.items[i] as number);
      run += weight * (round.run[i] as number);
    }
  return { tasks, items, meanTask: run / Math.max(1, tasks), meanItem: run / Math.max(1, items) };
}

/**
 * What short tasks take without the hooks and without waiting for a core, as a share of what the hooks saw: by samples, the more of
 * them there are the more, because the hooks' own microseconds weigh in tasks of a few, and the samples' chance in few samples.
 */
function scaleOfFine({ called, looks, run }: Sums, free: number): number {
  if (!(looks > 0 && called > 0)) return free;
  const trust = looks / (looks + ENOUGH_LOOKS);
  return Math.min(1, free ** (1 - trust) * Math.min(1, called / run) ** trust);
}

/** More workers than this are not replayed one by one: each event looks at every worker. */
const MOST_WORKERS = 256;

/** A `Process` a task, or a thread a task. */
function isStaticPool(
  { tasks, pools, lanes }: Tables,
  pool: number,
  rounds: readonly Round[],
  own: readonly number[],
): boolean {
  const count = rounds.reduce((sum, { rows }) => sum + rows.length, 0);
  if (count < 2 || own.length < count) return false;
  if (pools.kind[pool] === PROCESSES) return true;
  // A worker that began with its task and ended with it.
  return rounds.every(({ rows }) =>
    rows.every((row) => {
      const lane = tasks.lane[row] as number;
      const life = (lanes.end[lane] as number) - (lanes.start[lane] as number);
      return life > 0 && runTime(tasks, row) > 0.9 * life && (tasks.items[row] as number) <= 1;
    }),
  );
}

/**
 * What a task would have taken with a core at hand, as a share of what it took: by its lane, because one worker may have been kept
 * from its core more than another. `all`: of lanes that were seen too little.
 */
function freeShare({ tasks }: Tables, samples: TaskSamples, all: number): (row: number) => number {
  return (row) => {
    const seen = samples.run[tasks.lane[row] as number] ?? 0;
    if (seen < ENOUGH_SEEN) return all;
    return Math.max(1e-3, 1 - (samples.kept[tasks.lane[row] as number] as number) / seen);
  };
}

/** Nanos of tasks on a lane from which what kept it from its core is more than a few looks. */
const ENOUGH_SEEN = 2e8;

interface Sums {
  /** Nanos in functions, counted for weights. */
  readonly run: number;
  readonly tasks: number;
  readonly items: number;
  readonly lanes: readonly number[];
  readonly cpuShare: number;
  readonly keptShare: number;
  readonly called: number;
  /** Share of `called` on a core. */
  readonly awake: number;
  readonly looks: number;
}

function sumsOf({ tasks, lanes }: Tables, rounds: readonly Round[], samples: TaskSamples): Sums {
  const ofLane = new Float64Array(lanes.length);
  let [run, count, items] = [0, 0, 0];
  for (const { rows } of rounds)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const weight = Math.max(1, tasks.weight[row] as number);
      const time = weight * runTime(tasks, row);
      const lane = tasks.lane[row] as number;
      run += time;
      count += weight;
      items += weight * Math.max(1, tasks.items[row] as number);
      if (lane >= 0) ofLane[lane] = (ofLane[lane] as number) + Math.max(1, time);
    }
  const own: number[] = [];
  let [seen, cpu, kept, called, computed, looks] = [0, 0, 0, 0, 0, 0];
  for (let lane = 0; lane < lanes.length; lane++) {
    if (!((ofLane[lane] as number) > 0)) continue;
    own.push(lane);
    seen += samples.run[lane] as number;
    cpu += samples.cpu[lane] as number;
    kept += samples.kept[lane] as number;
    called += samples.called[lane] as number;
    computed += samples.computed[lane] as number;
    looks += samples.looks[lane] as number;
  }
  const share = (part: number, unknown: number) => (seen > 0 ? Math.min(1, part / seen) : unknown);
  return {
    run,
    tasks: count,
    items,
    lanes: own,
    cpuShare: share(cpu, 1),
    keptShare: share(kept, 0),
    called,
    awake: called > 0 ? computed / called : 1,
    looks,
  };
}

function roundWork(
  tasks: Tables['tasks'],
  round: Round,
  scaleOf: (row: number) => number,
  workers: number,
  isFirst: boolean,
  isFine: boolean,
  isCrowded: boolean,
): RoundWork {
  const { rows, start } = round;
  const column = (of: (row: number) => number) => columnOf(rows, of);
  const known = (time: number) => (time > 0 && time < Number.POSITIVE_INFINITY ? time : 0);
  const release = column((row) => (isFine ? 0 : known((tasks.submit[row] as number) - start)));
  const run = column((row) => (isCrowded ? scaleOf(row) : 1) * known(runTime(tasks, row)));
  // Workers take what was submitted first; what was seen otherwise is a clock's doing.
  for (let i = 1; i < release.length; i++)
    release[i] = Math.max(release[i] as number, release[i - 1] as number);
  return {
    round,
    release,
    run,
    own: isCrowded ? run : column((row) => scaleOf(row) * known(runTime(tasks, row))),
    packed: column((row) => perCall(tasks, row, tasks.packOut, tasks.bytesOut)),
    unpacked: column((row) => perCall(tasks, row, tasks.unpackBack, tasks.bytesBack)),
    carried: column(
      (row) =>
        perCall(tasks, row, tasks.unpackOut, tasks.bytesOut) +
        perCall(tasks, row, tasks.packBack, tasks.bytesBack),
    ),
    items: column((row) => Math.max(1, tasks.items[row] as number)),
    weight: column((row) => Math.max(1, tasks.weight[row] as number)),
    job: Uint32Array.from(columnOf(rows, (row) => tasks.job[row] as number)),
    ready: readiness(tasks, rows, workers, isFirst),
  };
}

/** Nanos that the slowest objects take to be serialised, a byte, and that any takes. */
const SLOWEST_BYTE = 10;
const ANY_OBJECT = 300;

/**
 * Of the time that serialising a task took, what grows with its calls. A pickler that is made for a number of 8 bytes takes ten
 * microseconds, and for a thousand of them little more: that is a part of what handing out costs, however many calls there are.
 */
function perCall(tasks: Tables['tasks'], row: number, times: Float64Array, bytes: Float64Array): number {
  const time = times[row] as number;
  const volume = bytes[row] as number;
  if (!(time > 0 && time < Number.POSITIVE_INFINITY)) return 0;
  if (!(volume >= 0)) return time;
  return Math.min(time, volume * SLOWEST_BYTE + ANY_OBJECT * Math.max(1, tasks.items[row] as number));
}

/** When each worker could begin: at once, but in a pool's first round, when workers are only started. */
function readiness(
  tasks: Tables['tasks'],
  rows: Uint32Array,
  workers: number,
  isFirst: boolean,
): Float64Array {
  const ready = new Float64Array(workers);
  if (!isFirst) return ready;
  const seen = new Set<number>();
  let latest = 0;
  for (const row of rows) {
    const lane = tasks.lane[row] as number;
    if (lane < 0 || seen.has(lane)) continue;
    if (seen.size >= workers) break;
    latest = Math.max(0, queueWait(tasks, row));
    ready[seen.size] = latest;
    seen.add(lane);
  }
  return ready.fill(latest, Math.min(workers, seen.size));
}
