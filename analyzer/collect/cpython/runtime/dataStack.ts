import { EMPTY, type FrameChain, type FrameReader, MAX_FRAMES, READ, TORN } from './frameChain.ts';
import { ABSENT, type DataStackFrames } from './layouts/layout.ts';
import { FRAME_AT, type Memory, STACK_AT, STACK_BYTES, THREAD_AT } from './memory.ts';

/** Frames whose owner is this or more mark where C called Python, and have no code. */
const FIRST_MARK = 3;
/** Marks are not counted as frames; this bounds a loop of them. */
const MAX_STEPS = 4 * MAX_FRAMES;
/** The smallest chunk that CPython takes; only a frame that needs more makes a larger one. */
const CHUNK_BYTES = 16384;
/** A chunk begins with three words of its own, and the first chunk leaves one more free. */
const CHUNK_HEADER = 24;
/** Copied beyond the used part: what the thread pushed since that was read. 20 frames of ordinary size. */
const SLACK_BYTES = 2048;
const ABOVE = -1;
const MAX_UNIT = 1 << 24;

/** What the code object at an address says of its frames. */
export interface CodeFrames {
  /** How large they are, in bytes; 0 when that is not known. */
  frameBytes(code: number): number;
  /** Whether the instruction at `unit` leaves the frame. */
  isAtReturn(code: number, unit: number): boolean;
}

/**
 * Frames of CPython from 3.11 on. A chunk of memory holds the frames of a thread side by side, so **one read copies them
 * all** and the links are followed in the copy: 7 times cheaper than a read a frame at depth 65, and the frames belong to
 * one instant. Frames elsewhere are read one by one: those of generators and coroutines, inside their objects, and from
 * 3.12 the marks that every call from C leaves on the C stack. An older chunk is copied when the links lead into it.
 *
 *     thread state -> innermost frame --previous--> frame --previous--> mark on the C stack --previous--> frame
 *                     '---------------- one chunk, one read ---------'  (a read of its own)
 *
 * The pointer to the innermost frame is read some microseconds before the copy. Code that makes a call every 50 ns has by
 * then returned from that frame, and its remains link to a caller that has gone on to call something else: one stack in
 * seven was impossible on such code. But CPython notes in a frame (`suspended`) that it is not executing, so the copy alone
 * tells which of its frames was innermost when it was made.
 */
export class DataStackReader implements FrameReader {
  readonly threadBytes: number;
  readonly retries = 6;
  private readonly memory: Memory;
  private readonly layout: DataStackFrames;
  private readonly codeStart: number;
  private readonly frames: CodeFrames;
  /** The part of the data stack that is in the scratch buffer, at `STACK_AT`. */
  private windowStart = 0;
  private windowBytes = 0;
  private windowIsWhole = true;
  /** The chunk before the one in the window. */
  private olderChunk = 0;
  /** Whether the frame that `executingLeaf` found cannot have called what lies above it. */
  private leafIsSure = false;

  /** `codeStart`: where the instructions begin in a code object. */
  constructor(memory: Memory, layout: DataStackFrames, codeStart: number, frames: CodeFrames) {
    this.memory = memory;
    this.layout = layout;
    this.codeStart = codeStart;
    this.frames = frames;
    this.threadBytes = Math.max(layout.top, layout.chunkTop, layout.base) + 8;
  }

  read(chain: FrameChain, threadState: number): number {
    const outcome = this.readFrames(chain, threadState);
    return outcome === READ && chain.length === 0 ? EMPTY : outcome;
  }

  private readFrames(chain: FrameChain, threadState: number): number {
    const { memory, layout } = this;
    chain.clear();
    const holder = memory.pointer(THREAD_AT + layout.top);
    const top =
      layout.topInCFrame === ABSENT || holder === 0 ? holder : memory.pointerAt(holder + layout.topInCFrame);
    if (top === 0) return this.isEmpty(holder, threadState) ? EMPTY : TORN;
    const chunk = memory.pointer(THREAD_AT + layout.chunk);
    this.copyChunk(chunk, memory.pointer(THREAD_AT + layout.chunkTop), top);
    if (layout.suspended === ABSENT) {
      const outcome = this.follow(top, chain, false, 0);
      return this.isTop(top, holder, threadState) ? outcome : TORN;
    }
    if (this.isInWindow(top) && this.isExecuting(STACK_AT + top - this.windowStart))
      return this.follow(top, chain, false, 0);

    const leaf = this.executingLeaf();
    if (this.isInWindow(top)) {
      // It has returned; or it is held up by a profiler's or debugger's hook, in which a frame does not execute either.
      if (leaf !== 0 && this.leafIsSure) return this.follow(leaf, chain, true, 0);
      const outcome = this.follow(top, chain, false, 0);
      return this.isTop(top, holder, threadState) ? outcome : TORN;
    }
    const outcome = this.follow(top, chain, true, leaf);
    // What is left of a generator that has ended says that it executes, too.
    if (outcome !== ABOVE) return this.isTop(top, holder, threadState) ? outcome : TORN;
    chain.clear();
    return this.follow(leaf, chain, true, 0);
  }

  /**
   * Follows the links from `frame` outwards. `checked`: not all the frames need be of one instant, so see whether they
   * fit. `leaf`: gives `ABOVE` when the links lead below this frame of the chunk, which was executing.
   */
  private follow(start: number, chain: FrameChain, checked: boolean, leaf: number): number {
    const { memory, layout } = this;
    const base = layout.base === ABSENT ? 0 : memory.pointer(THREAD_AT + layout.base);
    let frame = start;
    let outcome = READ;
    let calledByC = true;
    let above = 0;
    let first = 0;
    let window = 0;
    const hasState = layout.suspended !== ABSENT;
    for (let steps = 0; frame !== 0; steps++) {
      if (steps === MAX_STEPS) return TORN;
      if (chain.length === MAX_FRAMES) {
        if (chain.isCircle) return TORN;
        chain.truncated = true;
        return outcome;
      }
      const at = this.frameAt(frame);
      if (at < 0) return TORN;
      const owner = memory.u8[at + layout.owner] as number;
      if (owner > layout.maxOwner) return TORN;
      const previous = memory.pointer(at + layout.previous);
      if (previous === frame) return TORN;
      if (previous === 0 && base !== 0 && frame !== base) outcome = TORN;
      if (owner >= FIRST_MARK) {
        calledByC = true;
        frame = previous;
        continue;
      }
      // Stack references of 3.14 and later keep flags in the low bits; code objects are aligned.
      const low = memory.u32[(at + layout.code) >> 2] as number;
      const code = memory.pointer(at + layout.code) - (low & 3);
      chain.push(frame, code, this.unitOf(at, code), !calledByC);
      // Only a call through C leaves its caller executing.
      if (hasState && !calledByC && this.isExecuting(at)) outcome = TORN;
      if (at === FRAME_AT) {
        // A generator that has stopped has lost its caller.
        if (previous === 0) outcome = TORN;
      } else {
        if (above === 0 && leaf > frame) return ABOVE;
        // Every frame of a chunk below the innermost is on the stack, so the links miss none.
        if (above !== 0 && this.windowStart === window) {
          if (checked && frame + this.frameBytes(at) !== above) outcome = TORN;
        } else {
          if (first !== 0 && above !== first) outcome = TORN;
          window = this.windowStart;
          first = this.firstFrame();
        }
        above = frame;
      }
      calledByC = layout.entry !== ABSENT && memory.u8[at + layout.entry] === 1;
      frame = previous;
    }
    return first === 0 || above === first ? outcome : TORN;
  }

  /**
   * Whether `top` still is the innermost frame. A struct on the C stack that was left keeps what it had, so the pointer to it counts,
   * too.
   */
  private isTop(top: number, holder: number, threadState: number): boolean {
    const { memory, layout } = this;
    if (layout.topInCFrame === ABSENT) return memory.pointerAt(threadState + layout.top) === top;
    return (
      memory.pointerAt(holder + layout.topInCFrame) === top &&
      memory.pointerAt(threadState + layout.top) === holder
    );
  }

  /** Whether the thread has no frame: an outdated pointer to a struct on the C stack may lead to a 0 as well. */
  private isEmpty(holder: number, threadState: number): boolean {
    const { memory, layout } = this;
    if (layout.topInCFrame === ABSENT || holder === 0) return true;
    return (
      memory.read(holder + layout.topInCFrame, 8, FRAME_AT) &&
      memory.pointer(FRAME_AT) === 0 &&
      memory.pointerAt(threadState + layout.top) === holder
    );
  }

  /** Where the first frame of the chunk in the window is; 0 when its start is not in the window. */
  private firstFrame(): number {
    if (!this.windowIsWhole) return 0;
    return this.windowStart + CHUNK_HEADER + (this.olderChunk === 0 ? 8 : 0);
  }

  /** The innermost frame in the copy of the newest chunk that was executing; 0 when there was none. */
  private executingLeaf(): number {
    const { memory, layout } = this;
    const end = this.windowStart + this.windowBytes - layout.size;
    let leaf = 0;
    this.leafIsSure = false;
    let frame = this.firstFrame();
    if (frame === 0) return 0;
    while (frame <= end) {
      const at = STACK_AT + frame - this.windowStart;
      if (this.isExecuting(at)) {
        leaf = frame;
        this.leafIsSure = true;
      }
      const bytes = this.frameBytes(at);
      const next = frame + bytes;
      if (bytes === 0 || next > end) break;
      const nextAt = at + bytes;
      const previous = memory.pointer(nextAt + layout.previous);
      // Remains of another call; a link out of the chunk may come back to this frame.
      if (previous !== frame && this.isInWindow(previous)) break;
      if (leaf === frame) {
        // A frame that executes has not called from its own bytecode. If through C, then the call is over if it returned.
        const inline = layout.entry === ABSENT || memory.u8[nextAt + layout.entry] !== 1;
        const code = memory.pointer(nextAt + layout.code);
        this.leafIsSure =
          (previous === frame && inline) || this.frames.isAtReturn(code, this.unitOf(nextAt, code));
      }
      frame = next;
    }
    return leaf;
  }

  /** The instruction of the frame, in code units from the start of the code; -2 when it cannot be in the code. */
  private unitOf(at: number, code: number): number {
    const unit = (this.memory.pointer(at + this.layout.instruction) - code - this.codeStart) / 2;
    return unit >= -1 && unit <= MAX_UNIT && (unit | 0) === unit ? unit : -2;
  }

  private isExecuting(at: number): boolean {
    return this.memory.i32[(at + this.layout.suspended) >> 2] === -1;
  }

  private frameBytes(at: number): number {
    return this.frames.frameBytes(this.memory.pointer(at + this.layout.code));
  }

  private isInWindow(frame: number): boolean {
    const inside = frame - this.windowStart;
    return inside >= 0 && inside + this.layout.size <= this.windowBytes;
  }

  /** Copies the used part of the newest chunk, and a little more. */
  private copyChunk(chunk: number, chunkTop: number, top: number): void {
    const used = chunkTop - chunk;
    let bytes = used > 0 && used <= 1 << 30 ? used : 0;
    // The top frame may have been pushed after `chunkTop` was read.
    const reach = top - chunk + this.layout.size;
    if (reach > bytes && reach <= CHUNK_BYTES) bytes = reach;
    this.copyWindow(chunk, bytes < CHUNK_BYTES ? Math.min(CHUNK_BYTES, bytes + SLACK_BYTES) : bytes);
  }

  /** Copies `bytes` at the start of a chunk; only the last of them where that is more than fits. */
  private copyWindow(chunk: number, bytes: number): void {
    const skipped = Math.max(0, bytes - STACK_BYTES);
    this.windowStart = chunk + skipped;
    this.windowBytes = this.memory.readSome(this.windowStart, bytes - skipped, STACK_AT);
    this.windowIsWhole = skipped === 0;
    this.olderChunk = skipped === 0 && this.windowBytes >= 8 ? this.memory.pointer(STACK_AT) : 0;
  }

  /** Where in the scratch buffer the frame is; -1 when it cannot be read. */
  private frameAt(frame: number): number {
    if (this.isInWindow(frame)) return STACK_AT + frame - this.windowStart;
    const inOlder = frame - this.olderChunk;
    if (this.olderChunk !== 0 && inOlder >= 0 && inOlder < CHUNK_BYTES) {
      // The links lead outwards, so the first frame met in a chunk is the last one in it.
      this.copyWindow(this.olderChunk, inOlder + this.layout.size);
      if (this.isInWindow(frame)) return STACK_AT + frame - this.windowStart;
    }
    return this.memory.read(frame, this.layout.size, FRAME_AT) ? FRAME_AT : -1;
  }
}
