import type { Direction } from './spans.ts';
import type { Schema } from './table.ts';

/**
 * A pool of workers. A pool may be written more than once while a run goes on; rows with the same `id` are versions of one
 * pool and the last one counts. A decoded recording holds one row a pool, and its row number is its id.
 *
 * `kind`: the class that users know, such as `multiprocessing.Pool` or `ThreadPoolExecutor`. `process`: the process that
 * made it. `start`: Nanos when its creation began; `ready`: when the first of its workers could take work, -1 when that was
 * not seen; `stop`: when its teardown began, -1 when that was not seen; `end`: when it was gone, -1 while it lives. `size`:
 * workers it was made for, 0 when unknown. `startMethod`: how its workers are started: `fork`, `spawn`, `forkserver`,
 * `thread`, `worker` (a thread of Node with a heap of its own), empty when unknown. `stack`: the code that made it, -1 when unknown. `submitted`, `completed`: tasks that it was
 * given and those that came back, as of this version of the row; exact even where not every task has a row of its own.
 */
export const poolsSchema = {
  id: 'u32',
  kind: 'utf8',
  process: 'u32',
  start: 'i64',
  ready: 'i64',
  stop: 'i64',
  end: 'i64',
  size: 'u32',
  startMethod: 'utf8',
  stack: 'i32',
  submitted: 'f64',
  completed: 'f64',
} as const satisfies Schema;

/** `startMethod` of pools whose workers get clones. */
const CLONES = 'worker';

/** In which directions the tasks of a pool carry what they are given, and what they give back. */
export function directionsOf(startMethod: string): { readonly out: Direction; readonly back: Direction } {
  return startMethod === CLONES
    ? { out: 'clone-out', back: 'clone-in' }
    : { out: 'pickle-out', back: 'pickle-in' };
}

/** `repeats` of a payload that was not looked at. */
export const NOT_LOOKED = 255;

/**
 * What a pool was given to do in one piece: a call, or a chunk of them. The times of a task follow each other:
 *
 *     submit ......... dequeue .. start ......... end .. returned
 *     |  waits in queue  | unpickle |     runs     | pickle, way back |
 *
 * `pool`: row of `pools`. `job`: tasks of one pool with the same number were submitted by one call, such as one `map`.
 * `function`: row of `frames`, the user's function at the line of its definition, -1 when unknown. `stack`: the code that
 * submitted it, -1 when unknown. `lane`: where it ran, `from`: where it was submitted, -1 when unknown.
 *
 * Times are Nanos, -1 when they were not seen: a task that was lost with its worker has no `end`. `items`: calls of the
 * function in this task (the chunk size). `weight`: tasks that this row stands for, 1 unless there were too many to record
 * each; the sum of weights is exact.
 *
 * `bytesOut`, `bytesBack`: serialised bytes to the worker and back (pickled, or cloned for a `worker`); 0 where nothing is serialised,
 * -1 when unknown. `packOut`, `unpackOut`, `packBack`, `unpackBack`: Nanos of serialising and deserialising on either side, -1
 * when unknown. `repeats`: share
 * of the payload's samples, in percent, that earlier tasks of the pool had carried already; `NOT_LOOKED` for a payload that
 * was not looked at. `exception`: row of `strings`, the type that ended the task, -1 for none.
 */
export const tasksSchema = {
  pool: 'u32',
  job: 'u32',
  function: 'i32',
  stack: 'i32',
  lane: 'i32',
  from: 'i32',
  submit: 'i64',
  dequeue: 'i64',
  start: 'i64',
  end: 'i64',
  returned: 'i64',
  items: 'u32',
  weight: 'u32',
  bytesOut: 'f64',
  bytesBack: 'f64',
  packOut: 'i64',
  unpackOut: 'i64',
  packBack: 'i64',
  unpackBack: 'i64',
  repeats: 'u8',
  exception: 'i32',
} as const satisfies Schema;

/**
 * A thread that waited for a lock which another thread held. `lane`: who waited, from `start` to `end` (Nanos), in `stack`
 * (-1 when unknown). `lock`: number of the lock, unique in the recording. `holder`: the lane that held it and `holderStack`
 * the code that it ran meanwhile, -1 when that was not found out.
 */
export const lockWaitsSchema = {
  lane: 'u32',
  start: 'i64',
  end: 'i64',
  lock: 'u32',
  stack: 'i32',
  holder: 'i32',
  holderStack: 'i32',
} as const satisfies Schema;
