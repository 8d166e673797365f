import { outermostOf } from '../../analysis/outermost.ts';
import type { Site } from '../../analysis/sites.ts';
import { addToSlices, busyOf, busySlices, cpuSlices, eachSlice, slicesOf } from '../../analysis/slices.ts';
import { StackWeights } from '../../analysis/stackWeights.ts';
import type { Trace } from '../../analysis/trace.ts';
import { GIL_WAIT, WAITING } from '../../model/index.ts';
import { saving } from '../gain.ts';
import { percent } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/**
 * Threads that wait for the GIL, on average, from which a slice of the run is held up by it. Two that compute in Python wait half of their
 * time each; one that serves another wakes it now and then and waits for less than a tenth.
 */
const LEAST_WAITING = 0.25;
/** Share of a thread's life that it waits for the GIL from which it is one of those that are held up. */
const LEAST_OF_LIFE = 0.05;
/** Share of the busiest thread's time that another must have to be one that computes as well. */
const LEAST_OF_BUSIEST = 0.2;
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

/** Lanes that waited for the GIL for a noticeable part of their lives, by process. */
function gilWaits({
  tables: { lanes },
  laneTotals: { gil, running, ready, waiting: rest },
}: Trace): Map<number, number[]> {
  const waiting = new Map<number, number[]>();
  for (let lane = 0; lane < lanes.length; lane++) {
    const own = gil[lane] as number;
    const life = own + (running[lane] as number) + (ready[lane] as number) + (rest[lane] as number);
    if (!(own > LEAST_OF_LIFE * life)) continue;
    const pid = lanes.process[lane] as number;
    waiting.set(pid, [...(waiting.get(pid) ?? []), lane]);
  }
  return waiting;
}

/** What of a run is held up. Times are Nanos. */
interface HeldUp {
  readonly time: number;
  /** Of the CPU in it, and waits for the GIL, of all threads of the process together. */
  readonly used: number;
  readonly waited: number;
  readonly saved: number;
  readonly from: number;
  readonly to: number;
  /** The threads that compute in it. */
  readonly lanes: readonly number[];
}

function concluded(trace: Trace, pid: number, waiting: readonly number[], busy: Float64Array): Conclusion[] {
  const cores = trace.meta.host.cores;
  if (waiting.length < 2 || cores < 2) return [];
  const held = heldUp(trace, pid, waiting, busy);
  const { lanes } = held;
  const gain = saving(trace.wall, REMAINS * held.saved - START_UP, held.saved);
  if (lanes.length < 2 || held.time < LEAST_SHARE * trace.wall || gain.lo < LEAST_GAIN) return [];
  const { site, name } = workOf(trace, lanes);
  const used = held.used / held.time;
  return [
    {
      subject: `process ${pid}`,
      title: `${lanes.length} threads compute in Python, one at a time`,
      why: `For ${percent(held.time / trace.wall)} of the run ${lanes.length} threads want to run at once and use ${used.toFixed(1)} cores: all but one wait for the GIL.`,
      change: `Run ${name} in ${Math.min(cores, lanes.length)} processes (ProcessPoolExecutor, multiprocessing.Pool) instead of threads, or in code that lets the GIL go.`,
      site,
      lanes,
      interval: { start: held.from, end: held.to },
      evidence: {
        threads: lanes.length,
        heldUpShare: held.time / trace.wall,
        coresUsed: used,
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
function heldUp(trace: Trace, pid: number, waiting: readonly number[], all: Float64Array): HeldUp {
  const slices = slicesOf(trace);
  const { width, from: origin } = slices;
  const own = busySlices(trace, pid);
  const cpu = cpuSlices(trace, pid);
  const gil = gilSlices(trace, pid);
  const isHeld = Uint8Array.from(gil, (waits) => (waits >= LEAST_WAITING * width && width > 0 ? 1 : 0));
  const lanes = computing(trace, waiting, isHeld);
  let [time, used, waited, saved] = [0, 0, 0, 0];
  for (let slice = 0; slice < slices.count; slice++) {
    if (isHeld[slice] !== 1) continue;
    const waits = gil[slice] as number;
    const runs = own[slice] as number;
    const free = Math.max(1, trace.meta.host.cores - ((all[slice] as number) - runs) / width);
    const wanting = Math.max(1, Math.min(lanes.length, (runs + waits) / width));
    time += width;
    used += cpu[slice] as number;
    waited += waits;
    saved += Math.max(0, width - runs / Math.min(wanting, free));
  }
  const [first, last] = [isHeld.indexOf(1), isHeld.lastIndexOf(1) + 1];
  return { time, used, waited, saved, lanes, from: origin + first * width, to: origin + last * width };
}

/** Of the lanes that wait for the GIL, those that compute when they have it: one that is woken for each result does not. */
function computing(trace: Trace, waiting: readonly number[], isHeld: Uint8Array): number[] {
  const slices = slicesOf(trace);
  const { samples, lanes } = trace.tables;
  const { starts } = trace;
  const busy = new Float64Array(lanes.length);
  for (let row = 0; row < samples.length; row++) {
    const amount = busyOf(trace, row);
    if (!(amount > 0)) continue;
    const lane = samples.lane[row] as number;
    eachSlice(slices, starts[row] as number, samples.time[row] as number, (slice, share) => {
      if (isHeld[slice] === 1) busy[lane] = (busy[lane] as number) + amount * share;
    });
  }
  const most = Math.max(0, ...waiting.map((lane) => busy[lane] as number));
  return waiting.filter((lane) => most > 0 && (busy[lane] as number) >= LEAST_OF_BUSIEST * most);
}

/**
 * Nanos that the lanes of a process waited for the GIL, by slice. Threads take turns at it every 5 ms, and a look every 10 ms that finds one running says
 * nothing of what it was off the CPU for before: that time is the GIL's in the share that the GIL has in the looks that found the thread waiting.
 */
function gilSlices(trace: Trace, pid: number): Float64Array {
  const slices = slicesOf(trace);
  const { samples, lanes } = trace.tables;
  const { starts } = trace;
  const shares = gilShares(trace, pid);
  const gil = new Float64Array(slices.count);
  for (let row = 0; row < samples.length; row++) {
    const lane = samples.lane[row] as number;
    const state = samples.state[row];
    if (lanes.process[lane] !== pid || state === WAITING) continue;
    const [start, end] = [starts[row] as number, samples.time[row] as number];
    const off = end - start - (samples.cpu[row] as number) - (samples.ready[row] as number);
    addToSlices(slices, gil, start, end, state === GIL_WAIT ? off : off * (shares[lane] as number));
  }
  return gil;
}

/** Of the looks that found a lane of the process waiting between its first wait for the GIL and its last, the share of such waits. */
function gilShares({ tables: { samples, lanes } }: Trace, pid: number): Float64Array {
  const waits = new Float64Array(lanes.length);
  const others = new Float64Array(lanes.length);
  const since = new Float64Array(lanes.length);
  for (let row = 0; row < samples.length; row++) {
    const lane = samples.lane[row] as number;
    if (lanes.process[lane] !== pid) continue;
    const looks = samples.count[row] as number;
    if (samples.state[row] === GIL_WAIT) {
      waits[lane] = (waits[lane] as number) + looks;
      others[lane] = (others[lane] as number) + (since[lane] as number);
      since[lane] = 0;
    } else if (samples.state[row] === WAITING && (waits[lane] as number) > 0) {
      since[lane] = (since[lane] as number) + looks;
    }
  }
  return waits.map((own, lane) => (own > 0 ? own / (own + (others[lane] as number)) : 0));
}

/**
 * Where to change it, and the name of what the threads run: the line that gives a pool its work; without one, the definition of the function
 * that most of them run, since no sample sees them being started.
 */
function workOf(trace: Trace, lanes: readonly number[]): { readonly site: Site; readonly name: string } {
  const { tasks, pools } = trace.tables;
  const { functions, homes } = trace;
  const among = new Set(lanes);
  const ran = outermostOwn(trace, among);
  for (let row = 0; row < tasks.length; row++) {
    if (!among.has(tasks.lane[row] as number)) continue;
    const site = trace.siteOf(pools.stack[tasks.pool[row] as number] ?? -1);
    if (homes[site.function]?.origin !== 'own') continue;
    const task = tasks.function[row] as number;
    const named = task < 0 ? ran.function : (functions.ofFrame[task] ?? -1);
    return { site, name: functions.name[named] ?? 'the tasks' };
  }
  return { site: ran, name: functions.name[ran.function] ?? 'their function' };
}

function outermostOwn(trace: Trace, among: ReadonlySet<number>): Site {
  const { samples, lanes } = trace.tables;
  const outermost = outermostOf(
    trace,
    Uint8Array.from(trace.homes, ({ origin }) => Number(origin === 'own')),
  );
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
  return { function: best.id, line: best.id < 0 ? 0 : (trace.functions.line[best.id] as number) };
}
