import { ABSENT, type Layout } from './layouts/layout.ts';
import { type Memory, THREAD_AT } from './memory.ts';
import { ThreadState } from './threadState.ts';

/** Bounds for lists that may be torn; CPython's own tools use these. */
const MAX_INTERPRETERS = 256;
const MAX_THREADS = 8192;
const MAX_ATTEMPTS = 4;

/** A GIL: who holds it (the address of a thread state, 0 for nobody) and where its struct lies, `end` excluded. */
export interface Gil {
  locked: boolean;
  holder: number;
  start: number;
  end: number;
}

/** The interpreters of a process, their thread states and their GILs. */
export class Interpreters {
  /** Addresses, newest first: the main interpreter is the last. */
  addresses: readonly number[] = [];
  states: readonly ThreadState[] = [];
  /** Whether the lists of states were read to their ends; a thread that ends meanwhile breaks the chain. */
  isComplete = false;
  private readonly memory: Memory;
  private readonly layout: Layout;
  private readonly runtime: number;
  private readonly threadBytes: number;
  private gilStarts: number[] = [];
  private readonly mainGil: Gil = { locked: false, holder: 0, start: 0, end: 0 };

  constructor(memory: Memory, layout: Layout, runtime: number) {
    this.memory = memory;
    this.layout = layout;
    this.runtime = runtime;
    this.threadBytes = Math.max(...Object.values(layout.thread)) + 8;
    this.refresh();
  }

  /** Reads the lists again. States that are still there stay the same objects, with the stacks that they remember. */
  refresh(): void {
    const { memory, layout } = this;
    const addresses: number[] = [];
    let interpreter = memory.pointerAt(this.runtime + layout.runtime.interpretersHead);
    while (interpreter !== 0 && addresses.length < MAX_INTERPRETERS && !addresses.includes(interpreter)) {
      addresses.push(interpreter);
      interpreter = memory.pointerAt(interpreter + layout.interpreter.next);
    }
    this.addresses = addresses;
    const known = new Map(this.states.map((state) => [state.address, state]));
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      this.isComplete = true;
      this.states = addresses.flatMap((address) => this.readStates(address, known));
      if (this.isComplete || memory.gone) break;
    }
    const starts =
      layout.runtime.gil !== ABSENT
        ? [this.runtime + layout.runtime.gil]
        : addresses.map((address) => memory.pointerAt(address + layout.interpreter.gil));
    this.gilStarts = starts.filter((start) => start !== 0);
  }

  /** The main interpreter's GIL now. The same object every time. */
  gil(): Gil {
    const { memory, mainGil } = this;
    const { lastHolder, locked, size } = this.layout.gil;
    const start = this.gilStarts.at(-1) ?? 0;
    mainGil.start = start;
    mainGil.end = start === 0 ? 0 : start + size;
    mainGil.locked = false;
    mainGil.holder = 0;
    const first = Math.min(lastHolder, locked);
    if (memory.read(start + first, Math.max(lastHolder, locked) + 8 - first, THREAD_AT)) {
      mainGil.locked = memory.i32[(THREAD_AT + locked - first) >> 2] === 1;
      if (mainGil.locked) mainGil.holder = memory.pointer(THREAD_AT + lastHolder - first);
    }
    return mainGil;
  }

  /** Whether `address` lies in the GIL of any interpreter: a thread that sleeps on it waits for that GIL. */
  isGilAddress(address: number): boolean {
    for (const start of this.gilStarts)
      if (address >= start && address < start + this.layout.gil.size) return true;
    return false;
  }

  private readStates(interpreter: number, known: ReadonlyMap<number, ThreadState>): ThreadState[] {
    const { memory } = this;
    const { thread } = this.layout;
    const states: ThreadState[] = [];
    const seen = new Set<number>();
    let address = memory.pointerAt(interpreter + this.layout.interpreter.threadsHead);
    while (address !== 0 && states.length < MAX_THREADS && !seen.has(address)) {
      seen.add(address);
      // A state that was freed under us leads anywhere.
      const isState =
        memory.read(address, this.threadBytes, THREAD_AT) &&
        memory.pointer(THREAD_AT + thread.interpreter) === interpreter;
      if (!isState) {
        this.isComplete = false;
        break;
      }
      const threadId = memory.pointer(THREAD_AT + thread.threadId);
      const native = thread.nativeThreadId === ABSENT ? 0 : memory.pointer(THREAD_AT + thread.nativeThreadId);
      const identity = memory.pointer(THREAD_AT + thread.identity);
      const old = known.get(address);
      const isKnown =
        old !== undefined &&
        old.identity === identity &&
        old.threadId === threadId &&
        old.interpreter === interpreter;
      states.push(isKnown ? old : new ThreadState(address, interpreter, threadId, native, identity));
      address = memory.pointer(THREAD_AT + thread.next);
    }
    return states;
  }
}
