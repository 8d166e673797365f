import type { Layout } from './layouts/layout.ts';
import { type Memory, OBJECT_AT } from './memory.ts';
import type { Objects } from './objects.ts';

/**
 * `_thread.lock` and `_thread.RLock` (Modules/_threadmodule.c) and `_multiprocessing.SemLock` (Modules/_multiprocessing/
 * semaphore.c), the same from 3.8 to 3.13: after the object's header a pointer to a semaphore of the C library; then, but not
 * in a plain lock, the `ident` of the thread that holds it and how often, as 64 bits or 32; in a SemLock how many may have it.
 */
const SEMAPHORE = 16;
const OWNER = 24;
const COUNT = 32;
const LIMIT = 36;
const LOCK_BYTES = 40;
/** Types that are remembered; a program with more has classes that come and go. */
const MAX_TYPES = 1024;
const TYPE_NAME_BYTES = 28;

/** A lock of `threading` or `multiprocessing`, in one process. */
export interface Lock {
  /** Of the object. */
  readonly address: number;
  /** Where a thread that waits for it sleeps. */
  readonly semaphore: number;
  /** A plain lock does not know its holder; a SemLock knows it in the holder's process. */
  readonly kind: 'lock' | 'RLock' | 'SemLock';
}

type Kind = Lock['kind'] | 'builtin method' | 'method' | 'Condition' | 'other';

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['_thread.lock', 'lock'],
  ['_thread.RLock', 'RLock'],
  ['_multiprocessing.SemLock', 'SemLock'],
  ['builtin_function_or_method', 'builtin method'],
  ['method', 'method'],
  ['Condition', 'Condition'],
]);

/** Tells locks, and what `with` keeps of them, from the other objects that a frame refers to. */
export class LockObjects {
  private readonly memory: Memory;
  private readonly layout: Layout;
  private readonly objects: Objects;
  private readonly kinds = new Map<number, Kind>();
  /** Definitions of built-in methods, by address: whether they are `__exit__`. */
  private readonly exits = new Map<number, boolean>();

  constructor(memory: Memory, layout: Layout, objects: Objects) {
    this.memory = memory;
    this.layout = layout;
    this.objects = objects;
  }

  /** The lock at `address`, or the one whose built-in method is there; null when there is neither. */
  lockOf(address: number): Lock | null {
    const kind = this.kindAt(address);
    if (kind !== 'builtin method') return this.asLock(address, kind);
    const self = this.memory.pointer(OBJECT_AT + this.layout.method.self);
    return this.asLock(self, this.kindAt(self));
  }

  /** Whether the object at `address` will release `lock` at the end of a `with`: its `__exit__`, or that of a Condition of it. */
  releases(address: number, lock: Lock): boolean {
    const { memory } = this;
    const { from, self } = this.layout.method;
    const kind = this.kindAt(address);
    if (kind !== 'builtin method' && kind !== 'method') return false;
    const definition = memory.pointer(OBJECT_AT + from);
    const owner = memory.pointer(OBJECT_AT + self);
    if (kind === 'method') return this.isConditionOf(owner, lock);
    return owner === lock.address && this.isExit(definition);
  }

  /** Whether the object at `address` is a Condition that is made of `lock`. */
  isConditionOf(address: number, lock: Lock): boolean {
    return this.kindAt(address) === 'Condition' && this.objects.attribute(address, '_lock') === lock.address;
  }

  /** Whether `lock` is still there. */
  isThere(lock: Lock): boolean {
    const kind = this.kindAt(lock.address);
    return this.asLock(lock.address, kind)?.semaphore === lock.semaphore;
  }

  /** The `ident` of the thread that holds a lock, by what the lock says; 0 when none of this process does. */
  owner(lock: Lock): number {
    const { memory } = this;
    if (lock.kind === 'lock' || this.kindAt(lock.address) !== lock.kind) return 0;
    if (memory.pointer(OBJECT_AT + SEMAPHORE) !== lock.semaphore) return 0;
    return (memory.i32[(OBJECT_AT + COUNT) >> 2] as number) > 0 ? memory.pointer(OBJECT_AT + OWNER) : 0;
  }

  /** What kind of object is at `address`, which is then in the scratch buffer. */
  private kindAt(address: number): Kind {
    const { memory } = this;
    if (address % 8 !== 0 || !memory.read(address, LOCK_BYTES, OBJECT_AT)) return 'other';
    const type = memory.pointer(OBJECT_AT + this.layout.object.type);
    const known = this.kinds.get(type);
    if (known !== undefined) return known;
    const name = this.nameAt(type + this.layout.type.name);
    if (name === null) return 'other';
    const kind = KINDS.get(name) ?? 'other';
    if (this.kinds.size >= MAX_TYPES) this.kinds.clear();
    this.kinds.set(type, kind);
    // The name took the place of the object.
    return memory.read(address, LOCK_BYTES, OBJECT_AT) ? kind : 'other';
  }

  /** The object of this kind that is in the scratch buffer, when it is a lock. */
  private asLock(address: number, kind: Kind): Lock | null {
    const { memory } = this;
    if (kind !== 'lock' && kind !== 'RLock' && kind !== 'SemLock') return null;
    // What several may have at once is a semaphore to its users too, and waiting for it may be waiting for an event.
    if (kind === 'SemLock' && memory.i32[(OBJECT_AT + LIMIT) >> 2] !== 1) return null;
    const semaphore = memory.pointer(OBJECT_AT + SEMAPHORE);
    return semaphore === 0 ? null : { address, semaphore, kind };
  }

  private isExit(definition: number): boolean {
    let known = this.exits.get(definition);
    if (known === undefined) {
      const name = this.nameAt(definition);
      if (name === null) return false;
      known = name === '__exit__';
      if (this.exits.size >= MAX_TYPES) this.exits.clear();
      this.exits.set(definition, known);
    }
    return known;
  }

  /** The C string to which the word at `address` points, as much of it as any that we know has; null when it cannot be read. */
  private nameAt(address: number): string | null {
    const { memory } = this;
    const got = memory.readSome(memory.pointerAt(address), TYPE_NAME_BYTES, OBJECT_AT);
    if (got === 0) return null;
    const bytes = memory.u8.subarray(OBJECT_AT, OBJECT_AT + got);
    const end = bytes.indexOf(0);
    return Buffer.from(bytes.subarray(0, end < 0 ? got : end)).toString('latin1');
  }
}
