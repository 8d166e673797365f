import { IS_READY, RUNS } from '../../analysis/activity.ts';
import { covered } from '../../analysis/coverage.ts';
import { timelineIn } from '../../analysis/laneCode.ts';
import { type PoolUse, poolUses } from '../../analysis/poolUse.ts';
import { firstOnLane } from '../../analysis/taskTimes.ts';
import { addActivity } from '../../analysis/timeline.ts';
import type { Trace } from '../../analysis/trace.ts';
import { type Gain, LANE_KINDS } from '../../model/index.ts';
import { saving } from '../gain.ts';
import { placeOf } from '../places.ts';
import { percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { isProcesses } from '../slots.ts';

/** Runnable threads of the run for each core, from which on they are too many: one more than cores is no harm. */
const CROWD = 1.5;
/** Share of their time that those threads wait for a core. */
const LEAST_DELAY = 0.2;
/** Parts of the run that are judged one by one, and the share of them that has to be crowded. */
const SLICES = 30;
const LEAST_CROWDED = 0.2;
/** Share of the crowded time that a thread computes or waits for a core, from which on it is one of the crowd. */
const LEAST_HUNGER = 0.2;

/**
 * What goes at least of the time that threads of numeric libraries waited for cores. Those of PyTorch, with a barrier after each small
 * product, won 0.8 of it when they were made one a process; those with large products win little.
 */
const SURELY = 0.3;

/** How much of the time that superfluous workers took to start goes: at most a part of what they take to end as well. */
const LEAST_SPARED = 0.9;
const MOST_SPARED = 1.4;

/** More threads want to run than there are cores. */
export const oversubscription: Rule = {
  id: 'P11',
  title: 'Oversubscription',
  explains: ['P01', 'P02'],
  evaluate(trace) {
    const crowd = crowdOf(trace);
    if (!crowd) return [];
    const use = poolUses(trace).reduce<PoolUse | null>(
      (most, each) => (most && most.run >= each.run ? most : each),
      null,
    );
    return use ? conclude(trace, use, crowd) : [];
  },
};

/** The crowded part of a run. Times are Nanos. */
interface Crowd {
  readonly time: number;
  readonly running: number;
  readonly ready: number;
  /** Threads that computed or wanted to, by process. */
  readonly threads: ReadonlyMap<number, readonly number[]>;
}

function crowdOf(trace: Trace): Crowd | null {
  const { meta, tables, wall } = trace;
  const { lanes } = tables;
  const cores = meta.host.cores;
  if (!(cores > 0) || !(wall > 0)) return null;
  const timeline = timelineIn(trace);
  const width = wall / SLICES;
  const hunger = new Float64Array(lanes.length * SLICES);
  const running = new Float64Array(SLICES);
  const ready = new Float64Array(SLICES);
  const thread = LANE_KINDS.indexOf('thread');
  const sum = new Float64Array(6);
  for (let lane = 0; lane < lanes.length; lane++) {
    if (lanes.kind[lane] !== thread || timeline.offset[lane] === timeline.offset[lane + 1]) continue;
    for (let slice = 0; slice < SLICES; slice++) {
      const from = meta.clock.start + slice * width;
      sum.fill(0);
      addActivity(timeline, lane, from, from + width, sum);
      running[slice] = (running[slice] as number) + (sum[RUNS] as number);
      ready[slice] = (ready[slice] as number) + (sum[IS_READY] as number);
      hunger[lane * SLICES + slice] = (sum[RUNS] as number) + (sum[IS_READY] as number);
    }
  }
  const crowded = Array.from({ length: SLICES }, (_, slice) => slice).filter(
    (slice) => (running[slice] as number) + (ready[slice] as number) > CROWD * cores * width,
  );
  const total = (of: Float64Array, offset = 0) =>
    crowded.reduce((all, slice) => all + (of[offset + slice] as number), 0);
  const all = (of: Float64Array) => of.reduce((sum, each) => sum + each, 0);
  // Where the sampler itself got no core, what it saw late lies in few slices: then the run as a whole tells.
  if (crowded.length < LEAST_CROWDED * SLICES && all(running) + all(ready) > CROWD * cores * wall)
    crowded.splice(0, SLICES, ...Array(SLICES).keys());
  const time = crowded.length * width;
  if (time < LEAST_CROWDED * wall || total(ready) < LEAST_DELAY * (total(running) + total(ready)))
    return null;
  const threads = new Map<number, number[]>();
  for (let lane = 0; lane < lanes.length; lane++) {
    if (total(hunger, lane * SLICES) < LEAST_HUNGER * time) continue;
    const process = lanes.process[lane] as number;
    threads.set(process, [...(threads.get(process) ?? []), lane]);
  }
  return { time, running: total(running), ready: total(ready), threads };
}

function conclude(trace: Trace, use: PoolUse, crowd: Crowd): Conclusion[] {
  const { meta, tables } = trace;
  const { cores } = meta.host;
  const made = tables.pools.stack[use.pool] as number;
  // Processes that a program starts one by one are a pool that nobody made.
  const site = trace.siteOf(made >= 0 ? made : (tables.tasks.stack[use.rows[0] as number] as number));
  const processes = [...crowd.threads.values()];
  const lanes = processes.flat();
  const many = processes.filter((its) => its.length > 1).length;
  const workers = workersAtOnce(trace, use);
  // A thread of Node that is made for each task is J07's, however many there are at one time.
  const isMadeForEach = tables.pools.startMethod[use.pool] === 'worker' && use.workers.length >= use.tasks;
  if (many < 2 && (workers <= cores || isMadeForEach)) return [];
  const place = placeOf(trace, site) || 'the pool';
  const asMany = `${((crowd.running + crowd.ready) / crowd.time).toFixed(1)} threads wanted to run on ${cores} cores`;
  return [
    {
      subject: `pool ${use.pool}`,
      title:
        many < 2
          ? `${workers} workers share ${cores} cores`
          : `${many} processes with ${lanes.length} busy threads share ${cores} cores`,
      why: `For ${percent(crowd.time / trace.wall)} of the run ${asMany}, and each waited for a core ${percent(crowd.ready / (crowd.running + crowd.ready))} of its time.`,
      change:
        many < 2
          ? `Make the pool at ${place} no larger than there are cores (${cores}).`
          : `Give each worker of the pool at ${place} ${Math.max(1, Math.floor(cores / workers))} thread for numerics: set OMP_NUM_THREADS and OPENBLAS_NUM_THREADS before the libraries are loaded, or call threadpoolctl or torch.set_num_threads in the initializer; and make it no larger than there are cores (${cores}).`,
      site,
      lanes: lanes.slice(0, 64),
      interval: null,
      evidence: {
        threads: lanes.length,
        cores,
        workers,
        runnableThreads: (crowd.running + crowd.ready) / crowd.time,
        readyShare: crowd.ready / (crowd.running + crowd.ready),
      },
      gain: many < 2 ? gainOfFewer(trace, use, workers) : gainOfThreads(trace, crowd),
    },
  ];
}

/** How many workers a pool has at one time: a new one for each task is no crowd. */
function workersAtOnce({ tables: { pools } }: Trace, { pool, workers, held, atWork }: PoolUse): number {
  const size = pools.size[pool] as number;
  return size > 0 ? size : Math.min(workers.length, Math.ceil(held / Math.max(1, covered(atWork))));
}

/**
 * What workers beyond the number of cores took to start: they share the cores while they do, so that the time from the pool's creation
 * until a worker takes its first task, on average, is that of all of them.
 */
function gainOfFewer(trace: Trace, use: PoolUse, size: number): Gain {
  const { cores } = trace.meta.host;
  const spared =
    (1 - cores / size) *
    (isProcesses(trace, use) ? startsOfProcesses(trace, use) / cores : startOfPool(trace, use));
  return saving(trace.wall, LEAST_SPARED * spared, MOST_SPARED * spared);
}

/** From the creation of a pool until a worker takes its first task, on average over the workers. */
function startOfPool(trace: Trace, { pool, rows }: PoolUse): number {
  const { tasks, pools } = trace.tables;
  const first = new Map<number, number>();
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const taken = firstOnLane(tasks, row);
    const lane = tasks.lane[row] as number;
    if (lane >= 0 && taken >= 0) first.set(lane, Math.min(taken, first.get(lane) ?? taken));
  }
  let sum = 0;
  for (const taken of first.values()) sum += Math.max(0, taken - (pools.start[pool] as number));
  return sum / Math.max(1, first.size);
}

/**
 * What it took to start all processes: as many times what the quickest of them took from its start until its work began, since the
 * others had to wait for cores on which the first were at work already.
 */
function startsOfProcesses({ tables: { tasks } }: Trace, { rows, tasks: count }: PoolUse): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as number;
    const [submit, start] = [tasks.submit[row] as number, firstOnLane(tasks, row)];
    if (submit >= 0 && start > submit) least = Math.min(least, start - submit);
  }
  return Number.isFinite(least) ? least * count : 0;
}

/** Of the share of their time that threads waited for cores: how much depends on how often they wait for each other. */
function gainOfThreads({ wall }: Trace, { time, running, ready }: Crowd): Gain {
  const waited = (time * ready) / (running + ready);
  return saving(wall, SURELY * waited, waited);
}
