import { cpuBetween, timelineIn } from '../analysis/laneCode.ts';
import type { PoolUse } from '../analysis/poolUse.ts';
import { firstOnLane } from '../analysis/taskTimes.ts';
import type { Trace } from '../analysis/trace.ts';
import { takingStacks } from './messageLoad.ts';
import { isLoader, isProcesses } from './slots.ts';

/** Workers that are given something piece by piece. Times are Nanos. */
export interface Feeding {
  readonly from: number;
  readonly to: number;
  /** Lanes that got something, and how many workers there are. */
  readonly workers: readonly number[];
  readonly count: number;
  /** Of all workers together: without anything to do, and at work on a CPU. */
  readonly idle: number;
  readonly worked: number;
  /** Where the pieces come from, by its system id. */
  readonly process: number;
  readonly pieces: number;
}

/** Messages and tasks below which nothing flows. */
const LEAST_MESSAGES = 10;
const LEAST_TASKS = 10;
/** Share of the messages that comes from one process: where several send, no one of them is the limit. */
const MOST_MESSAGES = 0.8;

/** How the workers of a pool are fed; null where they are not. */
export const feedingOf = (trace: Trace, use: PoolUse): Feeding | null =>
  isLoader(trace, use)
    ? null
    : isProcesses(trace, use)
      ? messageFeeding(trace, use)
      : poolFeeding(trace, use);

/** How a pool is fed: from the first task that a worker took to the last. */
function poolFeeding(trace: Trace, use: PoolUse): Feeding | null {
  const { pools, tasks } = trace.tables;
  const method = pools.startMethod[use.pool] as string;
  const count = Math.max(use.workers.length, pools.size[use.pool] as number);
  if (method === 'thread' || method === 'worker' || use.tasks < LEAST_TASKS || count < 2) return null;
  let from = Number.POSITIVE_INFINITY;
  let to = 0;
  let held = 0;
  for (let i = 0; i < use.rows.length; i++) {
    const row = use.rows[i] as number;
    const taken = firstOnLane(tasks, row);
    if (taken < 0) continue;
    from = Math.min(from, taken);
    to = Math.max(to, taken);
  }
  for (let i = 0; i < use.rows.length; i++) {
    const row = use.rows[i] as number;
    const taken = firstOnLane(tasks, row);
    const end = (tasks.end[row] as number) + Math.max(0, tasks.packBack[row] as number);
    if (taken >= 0 && end > taken) held += (tasks.weight[row] as number) * (Math.min(end, to) - taken);
  }
  const { workers } = use;
  const worked = workers.reduce((sum, lane) => sum + cpuBetween(trace, lane, from, to), 0);
  const idle = Math.max(0, count * (to - from) - held);
  return {
    from,
    to,
    workers,
    count,
    idle,
    worked,
    process: pools.process[use.pool] as number,
    pieces: use.tasks,
  };
}

/** Processes that take messages from a queue or pipe which one other process fills; null where there are none. */
function messageFeeding(trace: Trace, use: PoolUse): Feeding | null {
  const { transfers, lanes } = trace.tables;
  const isConsumer = new Uint8Array(lanes.length);
  for (const lane of use.workers) isConsumer[lane] = 1;
  const senders = new Map<number, number>();
  let [from, to, pieces] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let row = 0; row < transfers.length; row++) {
    const taker = transfers.toLane[row] as number;
    const giver = lanes.process[transfers.lane[row] as number] as number;
    if (taker < 0 || isConsumer[taker] !== 1 || giver === lanes.process[taker]) continue;
    const weight = transfers.weight[row] as number;
    senders.set(giver, (senders.get(giver) ?? 0) + weight);
    pieces += weight;
    from = Math.min(from, transfers.toStart[row] as number);
    to = Math.max(to, transfers.toStart[row] as number);
  }
  const [process, most] = [...senders].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0]);
  if (most < LEAST_MESSAGES || most < MOST_MESSAGES * pieces || !(to > from)) return null;
  const workers = use.workers.filter((lane) => lanes.process[lane] !== process);
  const idle = workers.reduce((sum, lane) => sum + takingTime(trace, lane, from, to), 0);
  const worked = workers.reduce((sum, lane) => sum + cpuBetween(trace, lane, from, to), 0);
  return { from, to, workers, count: workers.length, idle, worked, process, pieces };
}

/** Nanos off a CPU that a lane was seen to wait for the next message. */
function takingTime(trace: Trace, lane: number, first: number, last: number): number {
  const takes = takingStacks(trace);
  const { offset, row, from, to, cpu } = timelineIn(trace);
  let sum = 0;
  for (let at = offset[lane] as number; at < (offset[lane + 1] as number); at++) {
    const stack = trace.tables.samples.stack[row[at] as number] as number;
    const [start, end] = [from[at] as number, to[at] as number];
    const part = Math.min(end, last) - Math.max(start, first);
    if (stack < 0 || takes[stack] !== 1 || !(part > 0)) continue;
    sum += Math.max(0, end - start - (cpu[at] as number)) * (part / (end - start));
  }
  return sum;
}
