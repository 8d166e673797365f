import { activityOffCpu, ACTIVITIES as KNOWN } from '../../analyzer/analysis/activity.ts';
import { type LaneRole, WAITS, type Wait } from '../../analyzer/model/index.ts';

/** What a lane does, as far as a picture tells it apart. */
export const ACTIVITIES = [...KNOWN, 'ended'] as const;
export type Activity = (typeof ACTIVITIES)[number];
/** What a lane does while it lives. */
export type LivingActivity = (typeof KNOWN)[number];

/** Every activity has its letter, because colour alone must not say it. */
export const LETTERS: Readonly<Record<Activity, string>> = {
  running: 'R',
  ready: 'r',
  gil: 'G',
  lock: 'L',
  io: 'I',
  idle: 'W',
  ended: '-',
};

export const MEANINGS: Readonly<Record<Activity, string>> = {
  running: 'runs on a CPU',
  ready: 'ready, but has no CPU',
  gil: 'waits for the GIL',
  lock: 'waits for a lock',
  io: 'waits for I/O, an event, a process',
  idle: 'sleeps, or has nothing to do',
  ended: 'has ended',
};

const WAIT_TEXT: Readonly<Record<Wait, string>> = {
  none: 'waits',
  gil: 'waits for the GIL',
  lock: 'waits for a lock',
  pipe: 'waits for a pipe',
  socket: 'waits for the network',
  file: 'waits for a file',
  poll: 'waits for an event',
  sleep: 'sleeps',
  child: 'waits for a process',
  other: 'waits',
};

export const waitText = (wait: number): string => WAIT_TEXT[WAITS[wait] ?? 'other'];

/** What the part of a sample counts for that was neither on a CPU nor ready. */
export const offCpu = (state: number, wait: number): LivingActivity =>
  KNOWN[activityOffCpu(state, wait)] ?? 'idle';

const POOL_FILE =
  /(?:multiprocessing[/\\]pool|concurrent[/\\]futures[/\\]\w+|joblib[/\\]\w+|loky[/\\]\w+|torch[/\\]utils[/\\]data[/\\](?:_utils[/\\])?\w+)\.py$/;
const QUEUE_FILE = /(?:multiprocessing[/\\]queues|[/\\]queue)\.py$/;
const THREAD_FILE = /(?:^|[/\\])threading\.py$/;

/** Threads that only serve a pool or a queue, by the function at their bottom. */
const SERVICE =
  /(?:^|[.])(?:_handle_(?:workers|tasks|results)|_feed|_queue_management_worker)$|^_ExecutorManagerThread/;
/** Processes and threads that `multiprocessing` starts for itself. */
const SERVICE_FILE = /[/\\](?:(?:resource|semaphore)_tracker|resource_sharer|forkserver)\.py$/;

/** Functions of `threading` that wait on a lock of their own: names are qualified since Python 3.11. */
const JOIN = /(?:^|[.])(?:join|_wait_for_tstate_lock|_shutdown)$/;
const EVENT = /(?:^|[.])wait(?:_for)?$/;
const SEMAPHORE = /^(?:\w*Semaphore[.])?acquire$/;

/** Parts of a language or a library that a thread waits in when it has nothing of its own to do, or for another thread. */
export type Machinery = 'service' | 'pool' | 'queue' | 'thread' | 'event' | 'none';

interface Called {
  readonly name: string;
  readonly file: string;
}

export const isOfPool = ({ file }: Called): boolean => POOL_FILE.test(file);

/** Of the calls from the innermost to the reader's own code. */
export function machineryOf(calls: readonly Called[]): Machinery {
  if (calls.some(({ name }) => SERVICE.test(name))) return 'service';
  if (calls.some(isOfPool)) return 'pool';
  if (calls.some(({ file }) => QUEUE_FILE.test(file))) return 'queue';
  // A child of a fork server has its frames below its own.
  if (calls.some(({ file }) => SERVICE_FILE.test(file))) return 'service';
  const inner = calls.slice(0, calls.findIndex(({ file }) => !THREAD_FILE.test(file)) >>> 0);
  if (inner.some(({ name }) => SEMAPHORE.test(name))) return 'none';
  if (inner.some(({ name }) => JOIN.test(name))) return 'thread';
  return inner.some(({ name }) => EVENT.test(name)) ? 'event' : 'none';
}

/** What a wait for a lock or for I/O counts for there; null where it is what it seems to be. */
export function waitThere(machinery: Machinery): LivingActivity | null {
  if (machinery === 'none') return null;
  return machinery === 'thread' || machinery === 'event' ? 'io' : 'idle';
}

/** What it means to wait there. A main thread that waits for its pool has handed its work out. */
export function machineryText(machinery: Exclude<Machinery, 'none'>, role: LaneRole): string {
  if (machinery === 'thread') return 'waits for a thread';
  if (machinery === 'event') return 'waits for an event';
  if (machinery === 'queue') return 'waits for a queue';
  if (machinery === 'service' || role === 'helper') return 'serves the pool';
  return role === 'main' ? 'waits for results' : 'waits for a task';
}
