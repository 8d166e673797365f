import type { Code } from './codeCache.ts';
import { FrameValues } from './frameValues.ts';
import { ABSENT, type Layout } from './layouts/layout.ts';
import { type Lock, LockObjects } from './lockObjects.ts';
import type { Memory } from './memory.ts';
import type { Objects } from './objects.ts';
import type { ThreadState } from './threadState.ts';

export type { Lock } from './lockObjects.ts';

/** Objects of a frame that are looked at to find the lock that it waits for. */
const MAX_LOOKED_AT = 64;
/** Frames of a thread that are looked at for what they hold; each is a read of 3 KB. */
const MAX_HOLDING = 64;

/**
 * Functions of `threading` that wait on a plain lock for something to happen; names as code objects have them, qualified
 * since 3.11. A Condition makes itself a lock, which whoever notifies releases; a Thread had one until 3.12 that it released at
 * its end.
 */
const EVENTS = new Set([
  'wait',
  'Condition.wait',
  '_wait_for_tstate_lock',
  'Thread._wait_for_tstate_lock',
  '_shutdown',
]);
const CONDITION_WAIT = new Set(['wait', 'Condition.wait']);

/**
 * Functions of `multiprocessing.queues` that wait for an item: one process waits for it inside the lock of the queue's readers,
 * the others wait for that lock. So do the idle workers of a Pool.
 */
const GETS = new Set(['get', 'Queue.get', 'SimpleQueue.get']);
/** Those that wait for room in a queue, on a semaphore that looks like a lock where there is room for one. */
const PUTS = new Set(['put', 'Queue.put', 'JoinableQueue.put']);

const isOfThreading = (code: Code): boolean => /(?:^|\/)threading\.py$/.test(code.file);
const isEvent = (code: Code): boolean => EVENTS.has(code.name) && isOfThreading(code);
const isConditionWait = (code: Code): boolean => CONDITION_WAIT.has(code.name) && isOfThreading(code);
const isOfQueues = (code: Code): boolean => /(?:^|\/)queues\.py$/.test(code.file);

/** Whether a thread that waits for a lock of this kind in `code`, called by `caller`, waits for something to happen. */
function isForEvent(kind: Lock['kind'], code: Code, caller: Code | undefined): boolean {
  if (kind === 'lock') return isEvent(code);
  // What a Condition that is made of an RLock takes back at the end of `wait` is contended as any other.
  if (kind === 'RLock') return false;
  if (isOfQueues(code)) return GETS.has(code.name) || PUTS.has(code.name);
  return caller !== undefined && isOfQueues(caller) && GETS.has(caller.name);
}

/**
 * Which lock of Python a thread waits for and who holds it, from CPython 3.8 to 3.13; both from the stacks as they were
 * last sampled, so that a claim and the stack beside it belong together.
 *
 *     waiter: blocked in futex(A)        holder: ... frame inside `with lock:`
 *       innermost frame -> lock            value stack, below the handler of the with:
 *       lock + 16 -> A                       `__exit__` -> lock
 */
export class Locks {
  private readonly objects: LockObjects;
  private readonly values: FrameValues;
  private readonly isKnown: boolean;

  constructor(memory: Memory, layout: Layout, objects: Objects) {
    this.objects = new LockObjects(memory, layout, objects);
    this.values = new FrameValues(memory, layout);
    // From 3.14 a lock is a byte, and who waits for it sleeps elsewhere.
    this.isKnown = layout.frames.kind === 'heap' || layout.code.exceptionTable !== ABSENT;
  }

  /**
   * The lock that the innermost frame of a thread refers to and on whose semaphore at `futex` the thread sleeps; null when it
   * waits for something else: a lock of C code, or an event that is made of a lock. `known`: a lock with this semaphore that
   * was found before.
   */
  waitedFor(state: ThreadState, futex: number, known: Lock | undefined): Lock | null {
    const { stack } = state;
    const code = stack.codes[stack.length - 1];
    if (!this.isKnown || stack.length === 0 || code === undefined) return null;
    const lock =
      known !== undefined && this.objects.isThere(known)
        ? known
        : this.search(stack.frames[stack.length - 1] as number, code, futex);
    return lock === null || isForEvent(lock.kind, code, stack.codes[stack.length - 2]) ? null : lock;
  }

  /** `Thread.ident` of the holder of an RLock or SemLock; 0 when there is none in this process or it is a plain lock. */
  owner(lock: Lock): number {
    return this.objects.owner(lock);
  }

  /**
   * Whether the thread is inside a `with` of the lock. `waitsForGil`: so it was found; one that is about to enter such a `with`
   * got the lock already.
   */
  holds(state: ThreadState, lock: Lock, waitsForGil: boolean): boolean {
    const { stack } = state;
    const leaf = stack.length - 1;
    let looked = 0;
    for (let depth = leaf; depth >= 0 && looked < MAX_HOLDING; depth--) {
      const code = stack.codes[depth] as Code;
      const isEntering = depth === leaf && waitsForGil;
      const isReleased = isConditionWait(code);
      if (!isEntering && !isReleased && !this.values.mayHoldAnything(code, stack.units[depth] as number))
        continue;
      looked++;
      if (!this.values.read(stack.frames[depth] as number, code)) continue;
      // `wait` has let go of the Condition's lock, whatever its callers are in the middle of.
      if (isReleased && this.objects.isConditionOf(this.values.at(0), lock)) return false;
      for (let i = this.values.live - 1; i >= 0; i--)
        if (this.objects.releases(this.values.onStack(i), lock)) return true;
      if (isEntering && this.isEntering(code, lock)) return true;
    }
    return false;
  }

  private isEntering(code: Code, lock: Lock): boolean {
    const { from, to } = this.values.entering(code);
    for (let i = from; i < to; i++) {
      const entered = this.objects.lockOf(this.values.onStack(i));
      if (entered !== null) return entered.address === lock.address;
    }
    return false;
  }

  private search(frame: number, code: Code, futex: number): Lock | null {
    if (!this.values.read(frame, code)) return null;
    const seen = new Set<number>();
    // What is being called lies at the end.
    for (let i = this.values.size - 1; i >= 0 && seen.size < MAX_LOOKED_AT; i--) {
      const address = this.values.at(i);
      if (address === 0 || seen.has(address)) continue;
      seen.add(address);
      const lock = this.objects.lockOf(address);
      if (lock?.semaphore === futex) return lock;
    }
    return null;
  }
}
