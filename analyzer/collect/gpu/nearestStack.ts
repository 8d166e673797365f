import { LANE_KINDS, TORN } from '../../model/index.ts';
import { recordedStack, type SessionBatch } from '../collector.ts';
import { ThreadSamples } from './threadSamples.ts';

/** The stack that most likely started something. */
export interface NearestStack {
  /** A stack of the recording, to be delivered as it is in a column that refers to stacks; -1 when there is none. */
  readonly stack: number;
  /** Percent that it is the one, as `kernels.certainty` wants it; 0 when there is none. */
  readonly certainty: number;
}

const NONE: NearestStack = { stack: -1, certainty: 0 };
const THREAD = LANE_KINDS.indexOf('thread');
/** A look inside a call saw the code that called. It is not 100: the clock of a look is read before the stack is. */
const SEEN = 97;
/** After a call that was as brief (Nanos) the thread may have gone on before its stack was read: on a busy machine, four times in ten. */
const BRIEF = 5e5;
/** What a look inside a call says at the least; without one it says less. */
export const SEEN_BRIEFLY = 60;
/**
 * The most that the nearest look beside a call can say. Programs that launch often are seldom seen to do it: of four functions that
 * launched in turn with 0 to 3 ms of work between, the nearest look had the right one for 5 to 40 % of the launches, and no more
 * often where the looks around agreed.
 */
const BESIDE = 25;
/** Threads that are remembered when they have ended. */
const MOST_ENDED = 256;
/** Distance, in Nanos, at which what was seen says half as much. */
const HALF_LIFE = 10e6;

/**
 * Which code made a call, told from the samples of the thread that made it. A collector of device work uses it so:
 *
 *     notice(batch) { this.nearest.notice(batch); }                    // every batch, in `Collector.notice`
 *     if (nearest.knows(process, thread, callEnd) || isLate) {         // else keep the row and ask again: samples come
 *       const { stack, certainty } = nearest.find(process, thread, callStart, callEnd);   // some 250 ms behind
 *       kernels.push({ ..., stack, certainty });
 *     }
 *     readonly stopsLast = true;                                       // so that the last samples are noticed before `stop`
 *
 * A look at the stack while the call lasted is as good as sure. Without one there is the nearest look, which is seldom right;
 * `LearntStacks` tells more when the run is over.
 *
 * Only the last minutes of each thread are kept, so calls should be asked for soon.
 */
export class NearestStacks {
  private readonly threads = new Map<number, ThreadSamples>();
  private readonly lanes = new Map<number, ThreadSamples>();
  /** Threads that have ended, the longest ago first; their last calls may be asked for yet. */
  private ended: { readonly key: number; readonly lane: number }[] = [];

  /** Takes the samples of a batch, and whose lanes there are. */
  notice({ lanes, samples }: SessionBatch): void {
    for (let i = 0; i < lanes.length; i++) {
      const thread = lanes.thread[i] as number;
      if (lanes.kind[i] !== THREAD || thread === 0) continue;
      const key = keyOf(lanes.process[i] as number, thread);
      const known = this.threads.get(key) ?? new ThreadSamples();
      this.threads.set(key, known);
      this.lanes.set(lanes.id[i] as number, known);
      known.lane = lanes.id[i] as number;
      if ((lanes.end[i] as number) >= 0) this.ended.push({ key, lane: lanes.id[i] as number });
    }
    this.forget();
    for (let i = 0; i < samples.length; i++) {
      if ((samples.flags[i] as number) & TORN) continue;
      const thread = this.lanes.get(samples.lane[i] as number);
      thread?.add(samples.time[i] as number, samples.stack[i] as number, samples.count[i] as number);
    }
  }

  private forget(): void {
    if (this.ended.length < 2 * MOST_ENDED) return;
    for (const { key, lane } of this.ended.slice(0, -MOST_ENDED)) {
      if (this.threads.get(key)?.lane === lane) this.threads.delete(key);
      this.lanes.delete(lane);
    }
    this.ended = this.ended.slice(-MOST_ENDED);
  }

  /** Whether all that can be known of a call that ended at `end` (Nanos) is. False, too, for a thread that nobody follows. */
  knows(process: number, thread: number, end: number): boolean {
    return (this.threads.get(keyOf(process, thread))?.last ?? -1) > end;
  }

  /** The code that made a call which lasted from `start` to `end` (Nanos) on a thread, by the system's ids. */
  find(process: number, thread: number, start: number, end: number): NearestStack {
    const samples = this.threads.get(keyOf(process, thread));
    if (!samples || samples.length === 0) return NONE;
    const after = samples.firstFrom(start);
    if (samples.hasLookWithin(after, start, end)) {
      return found(samples.stack(after), end - start < BRIEF ? SEEN_BRIEFLY : SEEN);
    }
    const isLast = after === samples.length;
    const [before, next] = [start - samples.time(after - 1), samples.time(after) - end];
    const isBefore = after > 0 && (isLast || before <= next);
    const distance = isBefore ? before : next;
    return found(samples.stack(isBefore ? after - 1 : after), BESIDE * 2 ** (-distance / HALF_LIFE));
  }
}

/** What is as good as never right is not said. */
function found(stack: number, certainty: number): NearestStack {
  const percent = Math.round(certainty);
  return stack === -1 || percent < 1 ? NONE : { stack: recordedStack(stack), certainty: percent };
}

/** Thread ids go up to 2^22. */
const keyOf = (process: number, thread: number): number => process * 2 ** 22 + thread;
