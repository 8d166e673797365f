import { GIL_WAIT, lockWaitsSchema, type Table, TableBuilder, WAITING } from '../../model/index.ts';
import { mappedPlace } from '../process/mappings.ts';
import { isFutex } from '../process/syscalls.ts';
import type { Lock, PythonRuntime } from './runtime/runtime.ts';
import type { ThreadLane } from './threadLane.ts';

/** Threads of a process that are looked at in one tick to tell what they wait for: some 20 reads each when it is new. */
const MAX_IDENTIFIED = 64;
/** Threads of a process that are looked at in one tick to find who holds a lock. */
const MAX_SEARCHED = 64;
/** Locks of a process that are remembered. */
const MAX_LOCKS = 4096;

/** What is asked of the interpreter of a process. */
export type LockReader = Pick<PythonRuntime, 'waitedFor' | 'holds' | 'ownerOf'>;

/** What is asked of a thread. */
export type WatchedThread = Pick<
  ThreadLane,
  'lane' | 'thread' | 'threadState' | 'state' | 'stack' | 'syscall' | 'argument' | 'awaited' | 'lockRow'
>;

/** A process of the run, its threads by the kernel's number. */
export interface WatchedProcess {
  readonly pid: number;
  readonly runtime: LockReader | null;
  readonly threads: ReadonlyMap<number, WatchedThread>;
}

/** A lock that somebody waited for. */
export interface WaitedLock {
  /** What it is in each process that waited for it: one, unless it is a lock between processes. */
  readonly places: WeakMap<LockReader, Lock>;
  readonly number: number;
  /** Who held it when it was last looked for, and when that was (Nanos). */
  holder: WatchedThread | null;
  lookedAt: number;
  /** Where among the threads the next search begins: a search that was cut short is gone on with. */
  passed: number;
}

/** What a thread that sleeps in a futex waits for, as long as it has not run since. */
export type Awaited = WaitedLock | 'unknown' | 'something else';

/**
 * Who waits for which lock and who holds it. The sampling loop tells every thread that it finds asleep in a futex (`note`);
 * when all threads of a process have been looked at, `settle` finds out about those and writes their rows. A process where
 * nobody sleeps in a futex costs nothing, and one where all sleep on events costs a comparison a thread.
 */
export class LockWatch {
  /** Observations of a thread that waited for a lock, and those of them whose lock had a holder that was not found. */
  observations = 0;
  withoutHolder = 0;
  private readonly rows = new TableBuilder(lockWaitsSchema);
  private readonly locks = new WeakMap<LockReader, Map<number, WaitedLock>>();
  /** Locks between processes, by where their memory is mapped from. */
  private readonly shared = new Map<string, WaitedLock>();
  private readonly processes: () => Iterable<WatchedProcess>;
  private readonly waiting: WatchedThread[] = [];
  private readonly since: number[] = [];
  private nextNumber = 0;

  /** `processes`: those of the run now, in which the holder of a lock between processes is looked for. */
  constructor(processes: () => Iterable<WatchedProcess>) {
    this.processes = processes;
  }

  /** `since`: Nanos of the observation before this one. */
  note(thread: WatchedThread, since: number): void {
    if (thread.state !== WAITING || !isFutex(thread.syscall)) return;
    if (thread.threadState === 0 || thread.awaited === 'something else') return;
    this.waiting.push(thread);
    this.since.push(since);
  }

  /** All threads of the process were looked at; `now`: Nanos of that. */
  settle(process: WatchedProcess, now: number): void {
    const { waiting } = this;
    const { pid, runtime, threads } = process;
    if (waiting.length === 0) return;
    if (runtime) {
      this.identify(runtime, pid);
      for (const [i, thread] of waiting.entries()) {
        const { awaited } = thread;
        if (typeof awaited !== 'object') continue;
        if (awaited.lookedAt !== now) this.findHolder(runtime, threads, awaited, now);
        this.write(thread, awaited, this.since[i] ?? now, now);
      }
    }
    waiting.length = 0;
    this.since.length = 0;
  }

  drain(): Table<typeof lockWaitsSchema> {
    const table = this.rows.finish();
    this.rows.clear();
    return table;
  }

  private identify(runtime: LockReader, pid: number): void {
    let left = MAX_IDENTIFIED;
    for (const thread of this.waiting) {
      if (thread.awaited !== 'unknown') continue;
      if (left-- === 0) return;
      const locks = this.locksOf(runtime);
      const known = locks.get(thread.argument);
      const before = known?.places.get(runtime);
      const lock = runtime.waitedFor(thread.thread, thread.argument, before);
      if (lock === null) thread.awaited = 'something else';
      else if (known && before?.address === lock.address) thread.awaited = known;
      else {
        const found = lock.kind === 'SemLock' ? this.sharedLock(pid, lock) : this.newLock();
        found.places.set(runtime, lock);
        if (locks.size >= MAX_LOCKS) locks.clear();
        locks.set(thread.argument, found);
        thread.awaited = found;
      }
    }
  }

  private newLock(): WaitedLock {
    return { places: new WeakMap(), number: this.nextNumber++, holder: null, lookedAt: -1, passed: 0 };
  }

  private sharedLock(pid: number, { semaphore }: Lock): WaitedLock {
    const place = mappedPlace(pid, semaphore) ?? `${pid}:${semaphore}`;
    const known = this.shared.get(place);
    if (known) return known;
    const added = this.newLock();
    if (this.shared.size >= MAX_LOCKS) this.shared.clear();
    this.shared.set(place, added);
    return added;
  }

  private findHolder(
    runtime: LockReader,
    threads: WatchedProcess['threads'],
    awaited: WaitedLock,
    now: number,
  ): void {
    const lock = awaited.places.get(runtime);
    awaited.lookedAt = now;
    if (!lock) awaited.holder = null;
    else if (lock.kind === 'SemLock') awaited.holder = this.ownerAmong(this.processes(), awaited, lock);
    else {
      const owner = threads.get(runtime.ownerOf(lock));
      awaited.holder = owner ?? holderAmong(threads, runtime, awaited, lock);
    }
  }

  /** The holder of a lock between processes, which its object says in the holder's own process. */
  private ownerAmong(
    processes: Iterable<WatchedProcess>,
    { places }: WaitedLock,
    here: Lock,
  ): WatchedThread | null {
    let left = MAX_SEARCHED;
    for (const { runtime, threads } of processes) {
      if (!runtime) continue;
      if (left-- === 0) break;
      // A process that never waited has it where those that it shares a parent with have it: that is what fork does.
      const owner = threads.get(runtime.ownerOf(places.get(runtime) ?? here));
      if (owner) return owner;
    }
    return null;
  }

  private locksOf(runtime: LockReader): Map<number, WaitedLock> {
    const known = this.locks.get(runtime);
    if (known) return known;
    const added = new Map<number, WaitedLock>();
    this.locks.set(runtime, added);
    return added;
  }

  private write(thread: WatchedThread, awaited: WaitedLock, since: number, now: number): void {
    // One that owns the lock by now has got it since it was looked at: nobody else was seen to hold it.
    const found = awaited.holder === thread ? null : awaited.holder;
    const holder = found?.lane ?? -1;
    const holderStack = found?.stack ?? -1;
    this.observations++;
    if (holder < 0) this.withoutHolder++;
    const { columns } = this.rows;
    const row = thread.lockRow;
    if (
      row < this.rows.length &&
      columns.lane[row] === thread.lane &&
      columns.end[row] === since &&
      columns.lock[row] === awaited.number &&
      columns.stack[row] === thread.stack &&
      columns.holder[row] === holder &&
      columns.holderStack[row] === holderStack
    ) {
      columns.end[row] = now;
      return;
    }
    thread.lockRow = this.rows.length;
    this.rows.push({
      lane: thread.lane,
      start: since,
      end: now,
      lock: awaited.number,
      stack: thread.stack,
      holder,
      holderStack,
    });
  }
}

/** The thread that is inside a `with` of the lock. Most are still held by whom they were held before, who is asked first. */
function holderAmong(
  threads: WatchedProcess['threads'],
  runtime: LockReader,
  awaited: WaitedLock,
  lock: Lock,
): WatchedThread | null {
  const { holder: last, passed: first } = awaited;
  const holds = (thread: WatchedThread): boolean =>
    runtime.holds(thread.thread, lock, thread.state === GIL_WAIT);
  awaited.passed = 0;
  if (last && threads.get(last.thread) === last && mayHold(last, lock) && holds(last)) return last;
  const all = [...threads.values()];
  let searched = 0;
  for (let i = 0; i < all.length; i++) {
    const at = (first + i) % all.length;
    const thread = all[at] as WatchedThread;
    if (thread === last || !mayHold(thread, lock)) continue;
    if (searched++ === MAX_SEARCHED) {
      awaited.passed = at;
      return null;
    }
    if (holds(thread)) return thread;
  }
  return null;
}

/** Whether to look at what the thread holds: it runs Python and is not one of those that wait for the lock. */
function mayHold(thread: WatchedThread, lock: Lock): boolean {
  const waits = thread.state === WAITING && isFutex(thread.syscall) && thread.argument === lock.semaphore;
  return thread.threadState !== 0 && !waits;
}
