import type { Interner } from '../../../model/index.ts';
import { CodeCache } from './codeCache.ts';
import { DataStackReader } from './dataStack.ts';
import type { FrameReader } from './frameChain.ts';
import { HeapFrameReader } from './heapFrames.ts';
import { type Gil, Interpreters } from './interpreters.ts';
import { MAX_TABLE_BYTES, parseDebugOffsets } from './layouts/debugOffsets.ts';
import { HEADER_LAYOUTS } from './layouts/headers.ts';
import type { Layout } from './layouts/layout.ts';
import { isMissing, isRefused, type Location, locatePython } from './locate.ts';
import { type Lock, Locks } from './locks.ts';
import { type Memory, ProcessMemory } from './memory.ts';
import { Names } from './names.ts';
import { Objects } from './objects.ts';
import { ThreadIds } from './threadIds.ts';
import type { ThreadState } from './threadState.ts';
import { NO_FRAMES, STALE, type WalkCounters, Walker } from './walker.ts';

export type { Lock } from './locks.ts';
export { BETWEEN, DEEPER, MEMORY_GONE, NO_FRAMES, STALE, type WalkCounters } from './walker.ts';

export type Attach =
  | { readonly kind: 'attached'; readonly runtime: PythonRuntime }
  | { readonly kind: 'notPython' }
  /** It is or will be Python, but there is no interpreter yet: try again. */
  | { readonly kind: 'notReady' }
  | { readonly kind: 'unsupported'; readonly reason: string }
  | { readonly kind: 'denied'; readonly reason: string }
  | { readonly kind: 'gone' };

type Found = Extract<Location, { kind: 'found' }>;

/** Attaches to the CPython in process `pid`, if there is one. The process is only read and never stopped. */
export function attachPython(pid: number, interner: Interner): Attach {
  let memory: ProcessMemory | undefined;
  let result: Attach;
  try {
    memory = new ProcessMemory(pid);
    const location = locatePython(pid, memory);
    result = location.kind === 'found' ? attachAt(pid, memory, location, interner) : location;
  } catch (error) {
    if (isMissing(error)) result = { kind: 'gone' };
    else if (isRefused(error)) result = { kind: 'denied', reason: 'permission to read its memory is denied' };
    else throw error;
  }
  if (result.kind !== 'attached') memory?.close();
  return result;
}

function attachAt(pid: number, memory: ProcessMemory, found: Found, interner: Interner): Attach {
  const layout = layoutAt(memory, found);
  if (layout.kind !== 'layout') return layout;
  if (memory.pointerAt(found.runtime + layout.layout.runtime.interpretersHead) === 0)
    return { kind: memory.gone ? 'gone' : 'notReady' };
  const runtime = new PythonRuntime(pid, memory, layout.layout, found, interner);
  return { kind: 'attached', runtime };
}

type LayoutAt = { readonly kind: 'layout'; readonly layout: Layout } | Exclude<Attach, { kind: 'attached' }>;

function layoutAt(memory: Memory, found: Found): LayoutAt {
  if (found.minor < 8)
    return { kind: 'unsupported', reason: `its CPython 3.${found.minor} is older than 3.8` };
  if (found.minor < 13) {
    const layout = HEADER_LAYOUTS.get(found.minor);
    if (layout !== undefined) return { kind: 'layout', layout };
  }
  const bytes = memory.bytes(found.runtime, MAX_TABLE_BYTES);
  if (bytes === null) return { kind: memory.gone ? 'gone' : 'notReady' };
  const offsets = parseDebugOffsets(bytes);
  if (offsets.kind === 'absent') return { kind: 'notReady' };
  if (offsets.kind === 'refused') return { kind: 'unsupported', reason: offsets.reason };
  return offsets;
}

/** The CPython of one process, read from outside. Not for use by two at a time: all reads share a scratch buffer. */
export class PythonRuntime {
  readonly layout: Layout;
  private readonly memory: Memory & { close?(): void };
  private readonly interpreters: Interpreters;
  private readonly threadIds: ThreadIds;
  private readonly walker: Walker;
  private readonly names: Names;
  private readonly locks: Locks;
  private readonly versionWord: number;
  private versionText: string | undefined;
  /** The states of each thread: more than one when it runs code in several interpreters, newest interpreter first. */
  private statesByTid = new Map<number, ThreadState[]>();

  constructor(
    pid: number,
    memory: Memory & { close?(): void },
    layout: Layout,
    found: Pick<Found, 'runtime' | 'version'>,
    interner: Interner,
  ) {
    this.layout = layout;
    this.memory = memory;
    this.versionWord = found.version;
    this.interpreters = new Interpreters(memory, layout, found.runtime);
    this.threadIds = new ThreadIds(pid, memory);
    const objects = new Objects(memory, layout);
    this.names = new Names(memory, layout, objects, this.interpreters);
    const codes = new CodeCache(memory, layout, objects, interner, () => performance.now());
    const reader: FrameReader =
      layout.frames.kind === 'heap'
        ? new HeapFrameReader(memory, layout.frames)
        : new DataStackReader(memory, layout.frames, layout.code.bytecode, codes);
    this.locks = new Locks(memory, layout, objects);
    this.walker = new Walker(memory, reader, codes, interner, layout.thread.identity);
  }

  /** Such as `3.11.7`; only `3.9` while a process of a version before 3.11 is starting. */
  get version(): string {
    if (this.versionWord !== 0)
      return `3.${(this.versionWord >>> 16) & 0xff}.${(this.versionWord >>> 8) & 0xff}`;
    if (this.versionText === undefined)
      this.versionText = /^3\.\d+\.\d+/.exec(this.names.pythonVersion() ?? '')?.[0];
    return this.versionText ?? `3.${this.layout.minor}`;
  }

  /**
   * The address of the thread state of each thread that has one, by the kernel's number. Reads the lists anew. `tids`: the
   * threads that the process has.
   */
  threads(tids: readonly number[]): Map<number, number> {
    this.interpreters.refresh();
    const { states, isComplete } = this.interpreters;
    const matched = this.threadIds.match(states, isComplete, tids);
    this.statesByTid = new Map();
    for (const [i, state] of states.entries()) {
      const tid = matched[i] as number;
      if (tid === 0) continue;
      const others = (this.statesByTid.get(tid) ?? []).filter(
        // A thread that is being started has a state that still says it is its creator's, and is newer than that.
        (other) => other.interpreter !== state.interpreter,
      );
      this.statesByTid.set(tid, [...others, state]);
    }
    const addresses = new Map<number, number>();
    for (const [tid, [first]] of this.statesByTid) if (first !== undefined) addresses.set(tid, first.address);
    return addresses;
  }

  /**
   * Reads the stack of thread `tid`, whose state `threads` gave. A `StackId`; `NO_FRAMES`; `MEMORY_GONE` when the memory is no
   * longer there; `STALE` when `threadState` is no longer that thread's: call `threads` again.
   *
   * A thread that runs code in several interpreters gives the stack in the newest that has one.
   */
  walk(threadState: number, tid: number): number {
    const states = this.statesByTid.get(tid);
    const first = states?.[0];
    if (states === undefined || first === undefined || first.address !== threadState) return STALE;
    let result = this.walker.walk(first);
    for (let i = 1; i < states.length && result === NO_FRAMES; i++)
      result = this.walker.walk(states[i] as ThreadState);
    return result;
  }

  /** Whether the last stack could not be read consistently. */
  get torn(): boolean {
    return this.walker.torn;
  }

  get stats(): Readonly<WalkCounters> {
    return this.walker.counters;
  }

  /** The GIL of the main interpreter now; the same object every time. */
  gil(): Readonly<Gil> {
    return this.interpreters.gil();
  }

  /** Whether `address` lies in the GIL of any interpreter that the last `threads` saw. */
  isGilAddress(address: number): boolean {
    return this.interpreters.isGilAddress(address);
  }

  /** The lock that thread `tid` waits for, asleep at `futex`, with the stack of the last `walk`; see `Locks`. */
  waitedFor(tid: number, futex: number, known: Lock | undefined): Lock | null {
    const state = this.runningState(tid);
    return state === undefined ? null : this.locks.waitedFor(state, futex, known);
  }

  /** Whether thread `tid` holds the lock, with the stack of the last `walk`; see `Locks`. */
  holds(tid: number, lock: Lock, waitsForGil: boolean): boolean {
    const state = this.runningState(tid);
    return state !== undefined && this.locks.holds(state, lock, waitsForGil);
  }

  /** The thread of this process that holds a lock, by what the lock says; 0 when none does or it is a plain lock. */
  ownerOf(lock: Lock): number {
    const owner = this.locks.owner(lock);
    if (owner === 0) return 0;
    for (const [tid, states] of this.statesByTid)
      if (states.some((state) => state.threadId === owner)) return tid;
    return 0;
  }

  /** What the program calls these threads, by the kernel's number; of those that the last `threads` gave. */
  threadNames(tids: readonly number[]): Map<number, string> {
    const names = this.names.threads();
    const result = new Map<number, string>();
    for (const tid of tids)
      for (const state of this.statesByTid.get(tid) ?? []) {
        const name = names.get(state.threadId);
        if (name !== undefined) result.set(tid, name);
      }
    return result;
  }

  /** What `multiprocessing` calls the process; null when the program does not use it. */
  processName(): string | null {
    return this.names.process();
  }

  /** The state whose stack `walk` gave. */
  private runningState(tid: number): ThreadState | undefined {
    return this.statesByTid.get(tid)?.find((state) => state.stack.length > 0);
  }

  close(): void {
    this.memory.close?.();
  }
}
