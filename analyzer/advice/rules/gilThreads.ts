import type { Site } from '../../analysis/sites.ts';
import { addToSlices, busySlices, slicesOf } from '../../analysis/slices.ts';
import { StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { GIL_WAIT } from '../../model/index.ts';
import { saving } from '../gain.ts';
import type { Conclusion, Rule } from '../rule.ts';
import { percentText } from '../siteText.ts';

/**
 * Threads that wait for the GIL, on average, from which a slice of the run is held up by it. Two that compute in Python wait half of their
 * time each; one that serves another wakes it now and then and waits for less than a tenth.
 */
const LEAST_WAITING = 0.25;
/** Share of the run that must be held up: what is gained is at most half of it on two cores. */
const LEAST_SHARE = 0.12;
/** Ratio below which processes instead of threads are not worth what they bring with them: pickling, start-up, memory. */
const LEAST_GAIN = 1.08;
/** Nanos that starting a few processes takes, and share of the saving that remains when arguments and results are pickled; measured, see the page. */
const START_UP = 0.1e9;
const REMAINS = 0.75;

export const gilThreads: Rule = {
  id: 'P05',
  title: 'Threads that compute in Python run one at a time',
  evaluate(trace) {
    const waiting = gilWaits(trace);
    const busy = waiting.size > 0 ? busySlices(trace) : null;
    return busy ? [...waiting].flatMap(([pid, lanes]) => concluded(trace, pid, lanes, busy)) : [];
  },
};

/** Lanes that ever waited for the GIL, by process. */
function gilWaits({ tables: { lanes }, laneTotals }: Trace): Map<number, number[]> {
  const waiting = new Map<number, number[]>();
  for (let lane = 0; lane < lanes.length; lane++) {
    if (!((laneTotals.gil[lane] as number) > 0)) continue;
    const pid = lanes.process[lane] as number;
    waiting.set(pid, [...(waiting.get(pid) ?? []), lane]);
  }
  return waiting;
}

/** What of a run is held up. Times are Nanos. */
interface HeldUp {
  readonly time: number;
  /** Of the CPU in it, and waits for the GIL, of all threads of the process together. */
  readonly busy: number;
  readonly waited: number;
  readonly saved: number;
  readonly from: number;
  readonly to: number;
}

function concluded(trace: Trace, pid: number, waiting: readonly number[], busy: Float64Array): Conclusion[] {
  const cores = trace.meta.host.cores;
  if (waiting.length < 2 || cores < 2) return [];
  const held = heldUp(trace, pid, busy, cores);
  const gain = saving(trace.wall, REMAINS * held.saved - START_UP, held.saved);
  if (held.time < LEAST_SHARE * trace.wall || gain.lo < LEAST_GAIN) return [];
  const site = startedAt(trace, waiting);
  const used = held.busy / held.time;
  const wanting = (held.busy + held.waited) / held.time;
  const name = trace.functions.name[site.function] ?? 'the function';
  return [
    {
      subject: `process ${pid}`,
      title: `${waiting.length} threads compute in Python, one at a time`,
      why: `For ${percentText(held.time / trace.wall)} of the run ${wanting.toFixed(1)} threads want to run and use ${used.toFixed(1)} cores: all but one wait for the GIL.`,
      change: `Run ${name} in processes (ProcessPoolExecutor or multiprocessing.Pool of ${Math.min(cores, waiting.length)}) instead of threads, or in code that lets the GIL go.`,
      site,
      lanes: waiting,
      interval: { start: held.from, end: held.to },
      evidence: {
        threads: waiting.length,
        heldUpShare: held.time / trace.wall,
        coresUsed: used,
        threadsWanting: wanting,
        gilWaitSeconds: held.waited / 1e9,
      },
      gain,
    },
  ];
}

/**
 * Slice by slice: with `w` threads that want to run, of which `b` run, and `c` cores that nothing else of the run uses, processes take
 * `b / min(w, c)` of the time. What runs without the GIL is in `b` already, and so is not gained a second time.
 */
function heldUp(trace: Trace, pid: number, all: Float64Array, cores: number): HeldUp {
  const slices = slicesOf(trace);
  const { width, from: origin } = slices;
  const own = busySlices(trace, pid);
  const gil = gilSlices(trace, pid);
  let [time, busy, waited, saved] = [0, 0, 0, 0];
  let [first, last] = [slices.count, 0];
  for (let slice = 0; slice < slices.count; slice++) {
    const waits = gil[slice] as number;
    const runs = own[slice] as number;
    if (waits < LEAST_WAITING * width) continue;
    const free = Math.max(1, cores - ((all[slice] as number) - runs) / width);
    const wanting = Math.max(1, (runs + waits) / width);
    time += width;
    busy += runs;
    waited += waits;
    saved += Math.max(0, width - runs / Math.min(wanting, free));
    first = Math.min(first, slice);
    last = slice + 1;
  }
  return { time, busy, waited, saved, from: origin + first * width, to: origin + last * width };
}

function gilSlices(trace: Trace, pid: number): Float64Array {
  const slices = slicesOf(trace);
  const { samples, lanes } = trace.tables;
  const { starts } = trace;
  const gil = new Float64Array(slices.count);
  for (let row = 0; row < samples.length; row++) {
    if (samples.state[row] !== GIL_WAIT || lanes.process[samples.lane[row] as number] !== pid) continue;
    const [start, end] = [starts[row] as number, samples.time[row] as number];
    const waited = end - start - (samples.cpu[row] as number) - (samples.ready[row] as number);
    addToSlices(slices, gil, start, end, waited);
  }
  return gil;
}

/**
 * Where to change it: the line that makes the pool whose tasks the threads run; without one, the definition of the function
 * that most of them run, since no sample sees them being started.
 */
function startedAt(trace: Trace, lanes: readonly number[]): Site {
  const { tasks, pools } = trace.tables;
  const among = new Set(lanes);
  for (let row = 0; row < tasks.length; row++) {
    if (!among.has(tasks.lane[row] as number)) continue;
    const site = trace.siteOf((pools.stack[tasks.pool[row] as number] as number) ?? -1);
    if (trace.homes[site.function]?.origin === 'own') return site;
  }
  return outermostOwn(trace, among);
}

function outermostOwn(trace: Trace, among: ReadonlySet<number>): Site {
  const { samples, stacks, lanes } = trace.tables;
  const { functions, homes } = trace;
  const outermost = new Int32Array(stacks.length);
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] as number;
    const below = parent < 0 ? -1 : (outermost[parent] as number);
    const id = functions.ofFrame[stacks.frame[stack] as number] as number;
    outermost[stack] = below >= 0 ? below : homes[id]?.origin === 'own' ? id : -1;
  }
  const weights = new StackWeights();
  for (let row = 0; row < samples.length; row++) {
    const lane = samples.lane[row] as number;
    const stack = samples.stack[row] as number;
    // The process's first thread begins with the program itself, which is not what the others run.
    if (!among.has(lane) || stack < 0 || lanes.process[lane] === lanes.thread[lane]) continue;
    const id = outermost[stack] as number;
    if (id >= 0) weights.add(id, samples.cpu[row] as number);
  }
  let best = { id: -1, weight: 0 };
  for (const [id, weight] of weights.weights()) if (weight > best.weight) best = { id, weight };
  return { function: best.id, line: best.id < 0 ? 0 : (functions.line[best.id] as number) };
}
