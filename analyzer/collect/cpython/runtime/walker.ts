import type { FrameId, Interner, StackId } from '../../../model/index.ts';
import type { Code, CodeCache } from './codeCache.ts';
import { EMPTY, FrameChain, type FrameReader, READ } from './frameChain.ts';
import { type Memory, THREAD_AT } from './memory.ts';
import type { LastStack, ThreadState } from './threadState.ts';

/** Results of a walk that are not stacks: no Python code runs on the thread. */
export const NO_FRAMES = -1;
/** The memory is no longer there: the process ended or became another program. */
export const MEMORY_GONE = -2;
/** The address no longer holds the state of that thread. */
export const STALE = -3;

/** Times that a stack is looked at again because it had code that was not known. */
const MAX_SETTLING = 8;
/** Stands for the outer frames of a stack that is deeper than we read. */
export const DEEPER = '[deeper frames not read]';
/** Stands for frames between two parts of a torn stack. */
export const BETWEEN = '[frames not read]';

export interface WalkCounters {
  walks: number;
  retries: number;
  torn: number;
  truncated: number;
}

/**
 * Reads the stack of a thread and gives it a number.
 *
 * Two passes: the frame reader collects addresses, innermost first; then `resolve` names them, outermost first, beside the
 * last stack of that thread. What both share keeps its numbers without a look-up, so the cost of a sample follows what
 * has changed and not the depth.
 *
 * A stack that tore is read again some times and then kept and flagged. To drop it would favour code that makes
 * few calls.
 */
export class Walker {
  /** The last stack could not be read consistently. */
  torn = false;
  readonly counters: WalkCounters = { walks: 0, retries: 0, torn: 0, truncated: 0 };
  private readonly memory: Memory;
  private readonly reader: FrameReader;
  private readonly codes: CodeCache;
  private readonly interner: Interner;
  private readonly threadBytes: number;
  private readonly identityAt: number;
  private readonly chain = new FrameChain();

  /** `identityOffset`: of the word in the thread state that `ThreadState.identity` is compared with. */
  constructor(
    memory: Memory,
    reader: FrameReader,
    codes: CodeCache,
    interner: Interner,
    identityOffset: number,
  ) {
    this.memory = memory;
    this.reader = reader;
    this.codes = codes;
    this.interner = interner;
    this.threadBytes = Math.max(reader.threadBytes, identityOffset + 8);
    this.identityAt = THREAD_AT + identityOffset;
  }

  /** A `StackId`, or one of the results above. */
  walk(thread: ThreadState): number {
    const { memory, reader, chain, codes } = this;
    this.counters.walks++;
    this.torn = false;
    let attempts = 0;
    let settling = 0;
    for (;;) {
      if (!memory.read(thread.address, this.threadBytes, THREAD_AT)) return memory.gone ? MEMORY_GONE : STALE;
      if (memory.pointer(this.identityAt) !== thread.identity) return STALE;
      const outcome = reader.read(chain, thread.address);
      if (memory.gone) return MEMORY_GONE;
      if (outcome === EMPTY && (attempts > 0 || thread.stack.length === 0)) {
        thread.stack.length = 0;
        return NO_FRAMES;
      }
      codes.beginWalk();
      const loads = codes.loads;
      const stack = outcome === READ ? this.resolve(thread.stack, false) : -1;
      // The code was read after the frames: it may have come to its address in between.
      if (codes.loads !== loads && settling++ < MAX_SETTLING) continue;
      if (stack >= 0) {
        if (chain.truncated) this.counters.truncated++;
        return stack;
      }
      if (attempts++ >= Math.max(reader.retries, outcome === EMPTY ? 1 : 0)) break;
      this.counters.retries++;
    }
    this.torn = true;
    this.counters.torn++;
    return this.keep(thread.stack);
  }

  /** What can be said of a stack that changed in every attempt. */
  private keep(last: LastStack): number {
    const { chain } = this;
    const isBroken = last.length > 0 && chain.frames[chain.length - 1] !== last.frames[0];
    return isBroken && !chain.truncated && last.common > 0 ? this.joinEnds(last) : this.resolve(last, true);
  }

  /**
   * The links broke off on the way to the thread's first frame. What is inside the break was read; what has long been at
   * the outer end still is there; a frame that says so stands between them.
   */
  private joinEnds(last: LastStack): StackId {
    const { chain, codes, interner } = this;
    let stack = last.stacks[last.common - 1] as StackId;
    if (chain.length > 0) stack = interner.stack(stack, interner.frame(BETWEEN, '', 0, 0, 'python'));
    for (let at = chain.length - 1; at >= 0; at--) {
      const code = codes.current(chain.codes[at] as number);
      const frame = code === null || code.isHidden ? -1 : codes.frame(code, chain.units[at] as number);
      if (frame !== -1) stack = interner.stack(stack, frame);
    }
    return stack;
  }

  /** The number of the stack in the chain; -1 when a frame of it cannot be named. `tolerant`: leave such frames out. */
  private resolve(last: LastStack, tolerant: boolean): StackId | -1 {
    const { chain, codes, interner } = this;
    const known = last.length;
    last.reserve(chain.length);
    let same = chain.truncated === last.truncated;
    let stack: StackId | -1 = chain.truncated
      ? interner.stack(-1, interner.frame(DEEPER, '', 0, 0, 'python'))
      : -1;
    let depth = 0;
    let common = 0;
    for (let at = chain.length - 1; at >= 0; at--) {
      const frame = chain.frames[at] as number;
      const address = chain.codes[at] as number;
      const unit = chain.units[at] as number;
      let code: Code | null;
      let frameId: FrameId | -1;
      const isKnown = depth < known && last.frames[depth] === frame && last.addresses[depth] === address;
      if (isKnown && depth === common) common++;
      const before = isKnown && last.units[depth] === unit ? (last.codes[depth] as Code) : null;
      if (before !== null && codes.isTrusted(before) && !hasLeft(before, unit, chain.calls[at])) {
        if (same) {
          stack = last.stacks[depth++] as StackId;
          continue;
        }
        code = before;
        frameId = last.frameIds[depth] as FrameId;
      } else {
        code = codes.current(address);
        if (code?.isHidden) continue;
        frameId = code === null || hasLeft(code, unit, chain.calls[at]) ? -1 : codes.frame(code, unit);
        if (code === null || frameId === -1) {
          if (!tolerant) {
            last.length = depth;
            last.common = Math.min(last.common, depth);
            return -1;
          }
          continue;
        }
      }
      same &&= depth < known && last.frameIds[depth] === frameId;
      stack = same ? (last.stacks[depth] as StackId) : interner.stack(stack, frameId);
      last.frames[depth] = frame;
      last.addresses[depth] = address;
      last.units[depth] = unit;
      last.codes[depth] = code;
      last.frameIds[depth] = frameId;
      last.stacks[depth++] = stack;
    }
    last.length = depth;
    last.common = Math.min(common, depth);
    last.truncated = chain.truncated;
    return stack;
  }
}

/** Whether a frame that is said to have made a call is at a return: its remains, below a frame that another called. */
function hasLeft(code: Code, unit: number, calls: number | undefined): boolean {
  return calls === 1 && code.returns[unit] === 1;
}
