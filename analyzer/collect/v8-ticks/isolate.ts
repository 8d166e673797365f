import {
  DEOPT_KINDS,
  deoptsSchema,
  type FrameId,
  functionTiersSchema,
  type Interner,
  type StackId,
  TableBuilder,
  TIERS,
  type Tier,
} from '../../model/index.ts';
import { type Batch, emptyBatch, insideSchema, mentionsSchema } from '../collector.ts';
import { pathOf } from '../sourcePath.ts';
import { IDLE } from '../stackOverlay.ts';
import { functionFrame, isJavaScript, nativeFrame, tierOf } from './code.ts';
import type { IsolateLog, LogOwner } from './log.ts';
import type { LoggedCode, LoggedTick, ProcessedLog } from './processed.ts';

/**
 * V8 takes no ticks of a thread that waits for events, and late ones of a thread that waits for a core. Nanos after which a
 * thread without ticks is taken to have had nothing to do: when it comes back in another function, and in the same.
 */
const LONGEST_TICK = 10e6;
const LONGEST_TICK_IN_FUNCTION = 50e6;
/** The interner tells 2^22 frames apart; a program must not use them all up. */
const MOST_FRAMES = 1 << 20;

/** Turns the logs of isolates into rows; one numbering of frames, stacks and lanes for all of a run. */
export class IsolateRows {
  private readonly interner: Interner;
  private readonly agents: string;
  private readonly interval: number;
  private lanes = 0;

  /** `agents`: folder of the agent. `interval`: Nanos between ticks. */
  constructor(interner: Interner, agents: string, interval: number) {
    this.interner = interner;
    this.agents = agents;
    this.interval = interval;
  }

  /** The rows of one isolate's log. */
  batch(owner: LogOwner, log: IsolateLog, processed: ProcessedLog): Batch {
    const mentions = new TableBuilder(mentionsSchema);
    const isOfThread = owner.tid > 0;
    const lane = isOfThread ? this.lanes++ : -1;
    const time = owner.origin + (processed.ticks[0]?.time ?? 0) * 1e3;
    if (isOfThread)
      mentions.push({ lane, process: owner.pid, thread: owner.tid, time, name: '', runtime: '' });
    const { functionTiers, inside } = this.ticks(lane, owner, processed);
    const deopts = this.deopts(lane, owner, log);
    const tables = { mentions: mentions.finish(), deopts, functionTiers, ...(isOfThread ? { inside } : {}) };
    return { ...emptyBatch(this.interner.drain()), ...tables };
  }

  private deopts(lane: number, owner: LogOwner, { deopts }: IsolateLog): Batch['deopts'] {
    const rows = new TableBuilder(deoptsSchema);
    for (const deopt of deopts) {
      rows.push({
        lane,
        time: owner.origin + deopt.time * 1e3,
        function: deopt.function === '' ? -1 : this.function(deopt.function),
        kind: DEOPT_KINDS.indexOf(deopt.kind),
        reason: this.interner.string(deopt.reason),
        file: this.interner.string(pathOf(deopt.file)),
        line: deopt.line,
      });
    }
    return rows.finish();
  }

  private ticks(
    lane: number,
    owner: LogOwner,
    { code, ticks }: ProcessedLog,
  ): Pick<Batch, 'functionTiers' | 'inside'> {
    const frames = code.map<FrameId | -2 | null>(() => -2);
    const frameOf = (row: number): FrameId | null => {
      const known = frames[row];
      if (known !== -2) return known ?? null;
      const frame = this.frame(code[row] as LoggedCode);
      frames[row] = frame;
      return frame;
    };
    const idle = this.interner.stack(-1, this.interner.frame(IDLE, '', 0, 0, 'native'));
    const tiers = new TierCounts();
    const inside = new TableBuilder(insideSchema, 1024);
    let last = Number.NEGATIVE_INFINITY;
    let lastCalled = -1;
    for (const tick of ticks) {
      const end = owner.origin + tick.time * 1e3;
      const { stack, function: called, tier } = this.look(tick, code, frameOf);
      tiers.add(called, tier);
      // Ticks may come out of turn.
      if (end <= last) continue;
      const isGap = end - last > (called === lastCalled ? LONGEST_TICK_IN_FUNCTION : LONGEST_TICK);
      if (isGap && last > 0) inside.push({ lane, start: last, end: end - this.interval, stack: idle });
      inside.push({ lane, start: isGap ? end - this.interval : last, end, stack });
      last = end;
      lastCalled = called;
    }
    return { functionTiers: tiers.finish(lane), inside: inside.finish() };
  }

  /** What one tick saw. */
  private look(
    tick: LoggedTick,
    code: readonly LoggedCode[],
    frameOf: (row: number) => FrameId | null,
  ): { stack: StackId | -1; function: FrameId | -1; tier: Tier } {
    const { interner } = this;
    const [top = -1] = tick.stack;
    let stack: StackId | -1 = -1;
    let called: FrameId | -1 = -1;
    for (let i = tick.stack.length - 1; i >= 0; i--) {
      const row = tick.stack[i] as number;
      // What is between functions are V8's ways from one to the next.
      if (row < 0 || !isJavaScript(code[row] as LoggedCode)) continue;
      called = frameOf(row) ?? -1;
      if (called >= 0) stack = interner.stack(stack, called as FrameId);
    }
    const leaf = tick.isGc ? this.native('[garbage collector]') : top < 0 ? null : frameOf(top);
    const isOwn = top >= 0 && !tick.isGc && isJavaScript(code[top] as LoggedCode);
    if (leaf !== null && !isOwn) stack = interner.stack(stack, leaf);
    if (stack < 0) stack = interner.stack(-1, this.native('[native]'));
    const tier = tick.isGc ? 'gc' : top < 0 ? 'unknown' : tierOf(code[top] as LoggedCode);
    return { stack, function: called, tier };
  }

  private frame(code: LoggedCode): FrameId | null {
    if (this.interner.frameCount >= MOST_FRAMES) return null;
    return isJavaScript(code) ? this.function(code.name) : nativeFrame(this.interner, code);
  }

  private function(name: string): FrameId {
    return functionFrame(this.interner, name, this.agents);
  }

  private native(name: string): FrameId {
    return this.interner.frame(name, '', 0, 0, 'native');
  }
}

/** Ticks by function and tier. */
class TierCounts {
  private readonly counts = new Map<number, Uint32Array>();

  add(called: number, tier: Tier): void {
    let counts = this.counts.get(called);
    if (!counts) {
      counts = new Uint32Array(TIERS.length);
      this.counts.set(called, counts);
    }
    const at = TIERS.indexOf(tier);
    counts[at] = (counts[at] as number) + 1;
  }

  finish(lane: number): Batch['functionTiers'] {
    const rows = new TableBuilder(functionTiersSchema);
    for (const [called, counts] of this.counts)
      for (const [tier, ticks] of counts.entries())
        if (ticks > 0) rows.push({ lane, function: called, tier, ticks });
    return rows.finish();
  }
}
