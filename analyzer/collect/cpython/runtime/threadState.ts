import type { Code } from './codeCache.ts';

/** The last stack of a thread, outermost frame first: most of it is still there in the next sample. */
export class LastStack {
  length = 0;
  /** The outermost frames that the last two stacks had in common. */
  common = 0;
  truncated = false;
  frames = new Float64Array(64);
  addresses = new Float64Array(64);
  units = new Int32Array(64);
  frameIds = new Int32Array(64);
  stacks = new Int32Array(64);
  readonly codes: Code[] = [];

  /** Makes room for `depth` frames. */
  reserve(depth: number): void {
    if (depth <= this.frames.length) return;
    let capacity = this.frames.length;
    while (capacity < depth) capacity *= 2;
    this.frames = grown(this.frames, new Float64Array(capacity));
    this.addresses = grown(this.addresses, new Float64Array(capacity));
    this.units = grown(this.units, new Int32Array(capacity));
    this.frameIds = grown(this.frameIds, new Int32Array(capacity));
    this.stacks = grown(this.stacks, new Int32Array(capacity));
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}

/** A `PyThreadState` as it was listed: one OS thread in one interpreter. */
export class ThreadState {
  readonly address: number;
  readonly interpreter: number;
  /** The `pthread_t`, which is also `Thread.ident` in Python. */
  readonly threadId: number;
  /** The kernel's number as CPython noted it, in the process's own namespace; 0 before 3.11. A fork leaves it stale. */
  readonly nativeThreadId: number;
  /** Tells it from a state that comes to this address later. */
  readonly identity: number;
  readonly stack = new LastStack();

  constructor(
    address: number,
    interpreter: number,
    threadId: number,
    nativeThreadId: number,
    identity: number,
  ) {
    this.address = address;
    this.interpreter = interpreter;
    this.threadId = threadId;
    this.nativeThreadId = nativeThreadId;
    this.identity = identity;
  }
}
