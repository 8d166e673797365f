import type { Tables } from '../../model/index.ts';
import { runTime } from '../taskTimes.ts';
import type { Trace } from '../trace.ts';
import { productionOf } from './production.ts';
import { FINE, PROCESSES, type Round, roundsOf } from './rounds.ts';
import { type RoundWork, roundWork } from './roundWork.ts';
import { type TaskSamples, taskSamplesOf } from './taskSamples.ts';

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

/** The same, that whose rounds took longest first. */
export const longestPools = (trace: Trace): PoolWork[] => {
  const time = ({ rounds }: PoolWork): number =>
    rounds.reduce((sum, { round }) => sum + round.end - round.start, 0);
  return [...poolWorks(trace)].sort((a, b) => time(b) - time(a));
};

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
