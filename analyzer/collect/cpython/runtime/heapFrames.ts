import { EMPTY, type FrameChain, type FrameReader, MAX_FRAMES, READ, TORN } from './frameChain.ts';
import type { HeapFrames } from './layouts/layout.ts';
import { FRAME_AT, type Memory, THREAD_AT } from './memory.ts';

/**
 * Frames of CPython 3.8 to 3.10: one object each, found one from the other, so one read each.
 *
 * Code that calls every 50 ns has gone on by the second read, and the links break off. There is no second attempt: what can
 * be read whole are the stacks that last, so retries would favour callers. On such code two retries gave the outermost
 * function 69 % of the time instead of its 37 %, and none give every function its share to 1 %.
 */
export class HeapFrameReader implements FrameReader {
  readonly threadBytes: number;
  readonly retries = 0;
  private readonly memory: Memory;
  private readonly layout: HeapFrames;
  private readonly frameBytes: number;

  constructor(memory: Memory, layout: HeapFrames) {
    this.memory = memory;
    this.layout = layout;
    this.threadBytes = layout.top + 8;
    this.frameBytes = Math.max(layout.instruction, layout.state) + 4;
  }

  read(chain: FrameChain): number {
    const { memory, layout, frameBytes } = this;
    const unitShift = layout.instructionBytes === 1 ? 1 : 0;
    chain.clear();
    let frame = memory.pointer(THREAD_AT + layout.top);
    if (frame === 0) return EMPTY;
    let torn = false;
    while (frame !== 0) {
      if (chain.length === MAX_FRAMES) {
        if (chain.isCircle) return TORN;
        chain.truncated = true;
        break;
      }
      if (!memory.read(frame, frameBytes, FRAME_AT)) return TORN;
      const unit = (memory.i32[(FRAME_AT + layout.instruction) >> 2] as number) >> unitShift;
      chain.push(frame, memory.pointer(FRAME_AT + layout.code), unit < -1 ? -2 : unit, false);
      const back = memory.pointer(FRAME_AT + layout.back);
      // A frame that has returned keeps its code until it is used again, but most have lost their caller.
      if (memory.u8[FRAME_AT + layout.state] !== layout.executing) torn = true;
      if (back === frame) return TORN;
      frame = back;
    }
    return torn ? TORN : READ;
  }
}
