/** Stacks deeper than this are cut at the outer end, and say so. CPython's own default limit is 1000 frames. */
export const MAX_FRAMES = 4096;

/** How reading the frames of a thread went. */
export const READ = 0;
/** The thread runs no Python code. */
export const EMPTY = 1;
/** The thread moved on while it was read: the frames may not have been on its stack together. */
export const TORN = 2;

/** The frames of a thread as they lie in memory, innermost first. Reused for every sample. */
export class FrameChain {
  length = 0;
  /** There are outer frames that are not in it. */
  truncated = false;
  readonly frames = new Float64Array(MAX_FRAMES);
  readonly codes = new Float64Array(MAX_FRAMES);
  /** The instruction, in code units from the start of the code; -1 before the first, -2 when it is not in any code. */
  readonly units = new Int32Array(MAX_FRAMES);
  /** 1 where the frame inside this one was called from its own bytecode, and not by C code that it had called. */
  readonly calls = new Uint8Array(MAX_FRAMES);

  clear(): void {
    this.length = 0;
    this.truncated = false;
  }

  /** Whether the links of a chain that has no room left run in a circle. */
  get isCircle(): boolean {
    const last = this.length - 1;
    return this.frames.indexOf(this.frames[last] as number) !== last;
  }

  push(frame: number, code: number, unit: number, calls: boolean): void {
    const at = this.length++;
    this.frames[at] = frame;
    this.codes[at] = code;
    this.units[at] = unit;
    this.calls[at] = calls ? 1 : 0;
  }
}

/** Reads the frames of the thread whose state lies at `THREAD_AT` in the scratch buffer. */
export interface FrameReader {
  /** Bytes of the thread state that must have been read. */
  readonly threadBytes: number;
  /** Further attempts worth making at a stack that changed while it was read. */
  readonly retries: number;
  /** Gives `READ`, `EMPTY` or `TORN`; the chain holds what was found also when it is torn. */
  read(chain: FrameChain, threadState: number): number;
}
