import { ACTIVITIES, RUNS } from '../../analysis/activity.ts';
import type { Site } from '../../analysis/sites.ts';
import { SiteTimes } from '../../analysis/siteTimes.ts';
import { taskIntervals } from '../../analysis/taskIntervals.ts';
import { addActivity } from '../../analysis/timeline.ts';
import type { Trace } from '../../analysis/trace.ts';
import type { WorkerTasks } from '../../analysis/workerTasks.ts';
import { DIRECTIONS, LANGUAGES, type Tables } from '../../model/index.ts';
import { saving } from '../gain.ts';
import { submittingSite, workerTasksOf } from '../nodePools.ts';
import { placeText } from '../places.ts';
import { duration, figure, percent, secondsFigure, volume } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Share of the run that copies must add to it. */
const LEAST_SHARE = 0.06;
/** Bytes below which it is the number of messages that costs, and not what is in them. */
const LEAST_BYTES = 1e6;
/** Bytes a second from which on V8 copies memory as it is; objects are written field by field, at a tenth of that. */
const BINARY_RATE = 400e6;
/** Bytes of a message from which on the time of reading it is worth an estimate where nobody has told it. */
const WORTH_READING = 4096;
/** Share of the copies' time that goes away at least: short messages stay, and workers may have had other things to do meanwhile. */
const LEAST_SAVED = 0.5;

/** Where as much comes back as is sent, the line that sends is told; the other one only where that is clearly more. */
const LEAST_OF_WAY_OUT = 0.6;

const JAVASCRIPT = LANGUAGES.indexOf('javascript');

/** J04: what is sent between threads is copied, and that is much. */
export const cloneVolume: Rule = {
  id: 'J04',
  title: 'Volume of structured clones',
  explains: ['D01', 'D02', 'D03', 'P03', 'P08', 'P10'],
  evaluate: (trace) => [
    ...workerTasksOf(trace).flatMap((tasks) => ofPool(trace, tasks) ?? []),
    ...ofMessages(trace),
  ],
};

/** Copies one way. Times are Nanos. */
interface Copies {
  bytes: number;
  /** At the sender and at the receiver. */
  write: number;
  read: number;
}

function ofPool(trace: Trace, its: WorkerTasks): Conclusion | null {
  const { tables, wall } = trace;
  const { tasks, pools } = tables;
  const { pool, rows, from, to, busy, concurrency, lanes } = its;
  const out = copiesOf(tasks, rows, tasks.bytesOut, tasks.packOut, tasks.unpackOut);
  const back = copiesOf(tasks, rows, tasks.bytesBack, tasks.packBack, tasks.unpackBack);
  const bytes = out.bytes + back.bytes;
  // The thread that submits copies alone; workers do it side by side, as far as they were at work side by side.
  const sideBySide = Math.max(1, Math.min(lanes.length, concurrency));
  const alone = out.write + back.read;
  // The work itself stays, side by side at best.
  const atMost = busy - workOf(trace, its) / Math.max(1, lanes.length);
  const added = Math.min(atMost, alone + (out.read + back.write) / sideBySide);
  if (!(added >= LEAST_SHARE * wall) || bytes < LEAST_BYTES) return null;
  const isOut = out.write + out.read >= LEAST_OF_WAY_OUT * (back.write + back.read);
  const main = isOut ? out : back;
  const site = siteOfPool(trace, rows, isOut);
  if (!site) return null;
  return {
    subject: `pool ${pool}`,
    ...sentences(trace, site, main, added, `tasks of ${pools.kind[pool]}`, isOut ? 'to' : 'from'),
    site,
    lanes,
    interval: { start: from, end: to },
    evidence: {
      toWorkersBytes: out.bytes,
      fromWorkersBytes: back.bytes,
      writingSeconds: secondsFigure(out.write + back.write),
      readingSeconds: secondsFigure(out.read + back.read),
      tasks: rows.length,
      addedSeconds: secondsFigure(added),
    },
    gain: saving(wall, LEAST_SAVED * added, added),
  };
}

/**
 * What the workers did in the tasks, in Nanos: on a CPU, since copies of other threads may keep them from one, and a message is read in the
 * time of the task that it starts. The tasks' whole time where nobody looked.
 */
function workOf({ tables, functions, timeline }: Trace, { pool, run }: WorkerTasks): number {
  const times = new Float64Array(ACTIVITIES.length);
  for (const [lane, within] of taskIntervals(tables, functions, { pool }).entries())
    for (let i = 0; i < (within?.from.length ?? 0); i++)
      addActivity(timeline, lane, within?.from[i] as number, within?.to[i] as number, times);
  const running = times[RUNS] as number;
  return running > 0 ? Math.min(run, running) : run;
}

function copiesOf(
  tasks: Tables['tasks'],
  rows: Uint32Array,
  bytes: Float64Array,
  pack: Float64Array,
  unpack: Float64Array,
): Copies {
  const sum: Copies = { bytes: 0, write: 0, read: 0 };
  for (const row of rows) {
    const weight = tasks.weight[row] as number;
    add(sum, weight, bytes[row] as number, pack[row] as number, unpack[row] as number);
  }
  return sum;
}

function add(sum: Copies, weight: number, bytes: number, write: number, read: number): void {
  if (!(bytes > 0 && bytes < Number.POSITIVE_INFINITY)) return;
  const writing = Math.max(0, write);
  sum.bytes += weight * bytes;
  sum.write += weight * writing;
  // Of messages that come as events nobody is told how long they were read; it takes about as long as writing.
  sum.read += weight * (read > 0 || bytes < WORTH_READING ? Math.max(0, read) : writing);
}

/** Where most of it is sent: the line that submits, or the function that answers. */
function siteOfPool(trace: Trace, rows: Uint32Array, isOut: boolean): Site | null {
  const { tasks } = trace.tables;
  if (isOut)
    return submittingSite(trace, rows, (row) => Math.max(0, tasks.bytesOut[row] as number))?.site ?? null;
  const frame = tasks.function[rows[0] as number] as number;
  const id = frame < 0 ? -1 : (trace.functions.ofFrame[frame] as number);
  if (trace.homes[id]?.origin !== 'own') return submittingSite(trace, rows)?.site ?? null;
  return { function: id, line: trace.functions.line[id] as number };
}

/** Messages that are no tasks, by the line that sends them. */
function ofMessages(trace: Trace): Conclusion[] {
  const { tables, wall, functions } = trace;
  const { transfers } = tables;
  const message = DIRECTIONS.indexOf('message');
  const byFunction = new Map<
    number,
    { readonly copies: Copies; readonly lanes: Set<number>; count: number }
  >();
  const sites = new SiteTimes(trace);
  for (let row = 0; row < transfers.length; row++) {
    const bytes = transfers.bytes[row] as number;
    if (transfers.direction[row] !== message || !(bytes > 0)) continue;
    const stack = transfers.stack[row] as number;
    const { function: id } = trace.siteOf(stack);
    // Messages of Python are pickled.
    if (functions.language[id] !== JAVASCRIPT) continue;
    const its = byFunction.get(id) ?? { copies: { bytes: 0, write: 0, read: 0 }, lanes: new Set(), count: 0 };
    byFunction.set(id, its);
    const weight = transfers.weight[row] as number;
    const toStart = transfers.toStart[row] as number;
    const read = toStart < 0 ? 0 : (transfers.toEnd[row] as number) - toStart;
    const write = (transfers.end[row] as number) - (transfers.start[row] as number);
    add(its.copies, weight, bytes, write, read);
    its.lanes.add(transfers.lane[row] as number);
    its.count += weight;
    sites.add(stack, Math.max(0, weight * write));
  }
  return sites.byTime(functions).flatMap(({ function: id, line }) => {
    const its = byFunction.get(id);
    if (!its) return [];
    const { copies, lanes, count } = its;
    // Senders that are several write side by side.
    const added = (copies.write + copies.read) / Math.max(1, lanes.size);
    if (!(added >= LEAST_SHARE * wall) || copies.bytes < LEAST_BYTES) return [];
    const site = { function: id, line };
    return [
      {
        subject: `function ${id}`,
        ...sentences(trace, site, copies, added, 'messages', 'by'),
        site,
        lanes: [...lanes],
        interval: null,
        evidence: {
          sentBytes: copies.bytes,
          messages: count,
          writingSeconds: secondsFigure(copies.write),
          readingSeconds: secondsFigure(copies.read),
          addedSeconds: secondsFigure(added),
        },
        // Reader and writer may work at the same time.
        gain: saving(wall, LEAST_SAVED * (added / 2), added),
      },
    ];
  });
}

function sentences(
  trace: Trace,
  site: Site,
  copies: Copies,
  added: number,
  what: string,
  way: 'to' | 'from' | 'by',
): Pick<Conclusion, 'title' | 'why' | 'change'> {
  const place = placeText(trace, site);
  const where = { to: `sent to workers at ${place}`, from: `sent back by ${place}`, by: `sent at ${place}` }[
    way
  ];
  const rate = copies.write > 0 ? copies.bytes / (copies.write / 1e9) : 0;
  const isBinary = rate >= BINARY_RATE;
  const instead = isBinary
    ? 'Hand buffers over (the transfer list of postMessage, Piscina.move) or keep them in a SharedArrayBuffer, so that only a reference is sent'
    : 'Send less: only the fields and rows that the other side uses, or numbers in a typed array that is transferred; what does not change is sent once, as workerData';
  return {
    title: `${percent(added / trace.wall)} of the run goes into copying ${volume(copies.bytes)} ${where}`,
    why: `The ${what} carried ${volume(copies.bytes)}, which took ${duration(copies.write)} to write and ${duration(copies.read)} to read (${figure(rate / 1e6)} MB/s: ${isBinary ? 'memory as it is' : 'objects, field by field'}).`,
    change: `${instead} (${place}).`,
  };
}
