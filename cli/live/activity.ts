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
  /(?:multiprocessing[/\\]pool|concurrent[/\\]futures[/\\]\w+|joblib[/\\]\w+|loky[/\\]\w+)\.py$/;
const QUEUE_FILE = /(?:multiprocessing[/\\]queues|[/\\]queue)\.py$/;

/** Threads that only serve a pool or a queue, by the function at their bottom. */
const SERVICE =
  /(?:^|[.])(?:_handle_(?:workers|tasks|results)|_feed|_queue_management_worker)$|^_ExecutorManagerThread/;

/** Parts of a language or a library that a thread waits in when it has nothing of its own to do. */
export type Machinery = 'service' | 'pool' | 'queue' | 'none';

/** Of the calls from the innermost to the reader's own code. */
export function machineryOf(calls: readonly { readonly name: string; readonly file: string }[]): Machinery {
  if (calls.some(({ name }) => SERVICE.test(name))) return 'service';
  if (calls.some(({ file }) => POOL_FILE.test(file))) return 'pool';
  return calls.some(({ file }) => QUEUE_FILE.test(file)) ? 'queue' : 'none';
}

/** What it means to wait there. A main thread that waits for its pool has handed its work out. */
export function machineryText(machinery: Exclude<Machinery, 'none'>, role: LaneRole): string {
  if (machinery === 'queue') return 'waits for a queue';
  if (machinery === 'service' || role === 'helper') return 'serves the pool';
  return role === 'main' ? 'waits for results' : 'waits for a task';
}
