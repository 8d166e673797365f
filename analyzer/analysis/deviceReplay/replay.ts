import { BRIEF_CALL, type DeviceSteps, tookOf, WITHIN_CALL } from './steps.ts';

/** What is different about a step in a replay; they add up. */
/** The call and its work do not take place. */
export const GONE = 1;
/** The call does not wait for work. */
export const NO_WAIT = 2;
/** The call takes no time. */
export const NO_CALL = 4;
/** Nor does what the thread did since the call before. */
export const NO_THINK = 8;
/** The work starts as soon as it may. */
export const NO_LAG = 16;

export interface StepChanges {
  /** Sum of the above, by step. */
  readonly effect: Uint8Array;
  /** By what the time of the work is multiplied, by step; all 1 where it is left out. */
  readonly scale?: Float32Array;
}

/**
 * By how many Nanos the host would have been done earlier, had some steps been different; below 0 where later. Of several processes,
 * the one that gains least. The time between calls and after the last one stays as it was: so does what is bound by it.
 *
 * The critical path through calls, streams and waits, as in Böhme et al., "Characterizing Load and Communication Imbalance" (2012) for
 * messages, found by replaying the graph from its beginning. Without changes it gives what was recorded.
 */
export function savedByReplay(steps: DeviceSteps, { effect, scale }: StepChanges): number {
  const { length, work, of, lane, stream, manner, callStart, callEnd } = steps;
  const { think, hostLag, streamLag, behind, awaited, tail } = steps;
  const lanes = steps.given.length;
  const begun = new Float64Array(lanes).fill(Number.NaN);
  const done = new Float64Array(lanes).fill(Number.NaN);
  const recorded = new Float64Array(lanes);
  const free = new Float64Array(lanes).fill(Number.NEGATIVE_INFINITY);
  const ended = new Float64Array(length);
  let workDone = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < length; step++) {
    const thread = lane[step] as number;
    const its = effect[step] as number;
    const isWithin = manner[step] === WITHIN_CALL;
    let start = Number.NEGATIVE_INFINITY;
    if (thread >= 0) {
      const before = (isWithin ? begun[thread] : done[thread]) as number;
      const pause = isWithin || (its & NO_THINK) === 0 ? (think[step] as number) : 0;
      start = Number.isNaN(before) ? (callStart[step] as number) : before + pause;
    }
    const on = stream[step] as number;
    if (on >= 0) {
      const after = behind[step] as number;
      const last = free[on] as number;
      if ((its & GONE) !== 0) ended[step] = Math.max(last, start);
      else {
        const took = tookOf(steps, step) * (scale ? (scale[step] as number) : 1);
        const ready = after < 0 ? last : Math.max(last, ended[after] as number);
        let begin =
          (its & NO_LAG) !== 0
            ? Math.max(start, ready)
            : Math.max(start + (hostLag[step] as number), ready + (streamLag[step] as number));
        if (begin === Number.NEGATIVE_INFINITY) begin = work.start[of[step] as number] as number;
        ended[step] = Math.max(begin, start) + took;
        free[on] = Math.max(last, ended[step] as number);
      }
      workDone = Math.max(workDone, ended[step] as number);
    }
    if (thread < 0 || isWithin) continue;
    begun[thread] = start;
    recorded[thread] = callEnd[step] as number;
    done[thread] = callDone(start, its, step);
  }
  return leastSaved(steps.given, recorded, done, [workDone, steps.lastEnd]);

  function callDone(start: number, its: number, step: number): number {
    if ((its & (GONE | NO_CALL)) !== 0) return start;
    const called = (callEnd[step] as number) - (callStart[step] as number);
    const waits = awaited[step] as number;
    if (waits < 0) return start + called;
    const brief = start + Math.min(called, BRIEF_CALL);
    return (its & NO_WAIT) !== 0 ? brief : Math.max(brief, (ended[waits] as number) + (tail[step] as number));
  }
}

/** A thread that gives less than this share of what the busiest one gives does not decide when a run ends. */
const LITTLE = 0.2;

/** The least that a thread saved which gives or awaits much work. A program does not end before its devices do. */
function leastSaved(
  given: Float64Array,
  recorded: Float64Array,
  done: Float64Array,
  [workDone, workRecorded]: readonly [number, number],
): number {
  const most = given.reduce((a, b) => Math.max(a, b), 0);
  let least = Number.POSITIVE_INFINITY;
  for (let thread = 0; thread < given.length; thread++)
    if (most > 0 && (given[thread] as number) >= LITTLE * most)
      least = Math.min(
        least,
        Math.max(recorded[thread] as number, workRecorded) - Math.max(done[thread] as number, workDone),
      );
  return Number.isFinite(least) ? least : 0;
}
