import type { Tables } from '../../model/index.ts';
import type { DeviceWork } from '../deviceWork.ts';
import { callOrder } from './callOrder.ts';
import { Streams } from './streams.ts';

/** Nanos up to which a wait that ended after some work is thought to have been for it: waking a thread takes that long at the worst. */
const LATE_WAKE = 200_000;
/** A call that gives work takes longer than this (Nanos) only because it waits, such as for room in a full queue. */
const LONG_CALL = 100_000;
/** Nanos from which on a start is late, and what another stream had just finished may be what it waited for. */
const LATE_START = 20_000;
/** By how much (Nanos) clocks of host and device may be apart. */
const CLOCKS = 10_000;
/** Pauses between works from which typical ones are told. */
const MOST_LOOKS = 4096;

/** Functions of the APIs that do nothing but wait for work: what a program wrote, and no allocation that waits besides. */
const WAITS = /Synchronize|^clFinish$|^clWaitForEvents$/;
/** Nanos from the end of work to that of a call that waits for it, at the least. */
const WAKE = 4_000;
/** Nanos that a call takes at most which does not wait. */
export const BRIEF_CALL = 10_000;

/** 1 for each row of `strings` that names a function which waits. */
export const waitNames = ({ strings }: Pick<Tables, 'strings'>): Uint8Array =>
  Uint8Array.from(strings.value, (name) => Number(WAITS.test(name)));

/** How a call relates to the one before it on its thread. */
export const OWN_CALL = 0;
/** It lies within the one before, as kernels of one graph do: `think` counts from the beginning of that one. */
export const WITHIN_CALL = 1;

/**
 * What host and devices did, in the order of the host's calls, as a graph that can be replayed with some of it changed. A step is a
 * call with the work that it gave, or one that only waits. Times are Nanos.
 *
 *     think | call ........ |                          on the thread
 *             host lag ...... | took |                 on the stream, not before
 *     ... before | stream lag | took |                 what the stream did before has ended
 *
 * The work starts when both lags are over; the larger one is as recorded, the other at most what is typical. A call that waits ends
 * `tail` after the work of step `awaited`.
 */
export interface DeviceSteps {
  readonly length: number;
  readonly work: DeviceWork;
  /** Number of `work`, below 0 `spanStep` of a row of `spans`. */
  readonly of: Int32Array;
  /** Thread that called, -1 when unknown; stream of the work, -1 for none. */
  readonly lane: Int32Array;
  readonly stream: Int32Array;
  /** `OWN_CALL` or `WITHIN_CALL`. */
  readonly manner: Uint8Array;
  readonly callStart: Float64Array;
  readonly callEnd: Float64Array;
  readonly think: Float64Array;
  readonly hostLag: Float64Array;
  readonly streamLag: Float64Array;
  /** Work on another stream that it started behind, -1 for none; it takes the place of what was before on its own stream. */
  readonly behind: Int32Array;
  /** Step whose work the call waits for, -1 when it waits for none. */
  readonly awaited: Int32Array;
  readonly tail: Float64Array;
  /** The next step of the same thread, -1 for none. */
  readonly next: Int32Array;
  /** Nanos for which the device worked on it, 0 for a call without work. */
  readonly took: Float64Array;
  /** When the last work ended; minus infinity without any. */
  readonly lastEnd: number;
  /** By lane, Nanos of its calls and of the work that they gave. */
  readonly given: Float64Array;
  /** Work whose call is known, and all work. */
  readonly called: number;
  readonly works: number;
}

const startOf = ({ of, work, callStart }: DeviceSteps, step: number): number => {
  const at = of[step] as number;
  return at < 0 ? (callStart[step] as number) : (work.start[at] as number);
};

/** Nanos for which the device worked on a step. */
export const tookOf = ({ took }: Pick<DeviceSteps, 'took'>, step: number): number => took[step] as number;

/** The steps of a run; linear in its work and calls where these are in order of time, some 0.3 s for two million. */
export function deviceSteps(tables: Tables, work: DeviceWork): DeviceSteps {
  const of = callOrder(tables, work);
  const { length } = of;
  const whole = () => new Int32Array(length).fill(-1);
  const times = () => new Float64Array(length);
  const steps = {
    ...{ length, work, of, lane: whole(), stream: whole(), manner: new Uint8Array(length) },
    ...{ callStart: times(), callEnd: times(), think: times(), hostLag: times(), streamLag: times() },
    ...{ behind: whole(), awaited: whole(), tail: times(), next: whole(), called: 0, works: 0 },
    given: new Float64Array(tables.lanes.length),
    took: times(),
    lastEnd: Number.NEGATIVE_INFINITY,
  };
  placeCalls(steps, tables);
  for (let step = 0; step < length; step++) {
    const thread = steps.lane[step] as number;
    const at = of[step] as number;
    if (at >= 0) {
      steps.took[step] = (work.end[at] as number) - (work.start[at] as number);
      steps.lastEnd = Math.max(steps.lastEnd, work.end[at] as number);
    }
    if (thread >= 0) {
      const called = (steps.callEnd[step] as number) - (steps.callStart[step] as number);
      steps.given[thread] = (steps.given[thread] as number) + called + tookOf(steps, step);
    }
    if (at < 0) continue;
    steps.works++;
    if (thread >= 0) steps.called++;
  }
  placeWork(steps, tables);
  settleLags(steps);
  return steps;
}

type Draft = { -readonly [K in keyof DeviceSteps]: DeviceSteps[K] };

/** Thread, times and place on the thread of each call. */
function placeCalls(steps: Draft, { kernels, transfers, spans, lanes }: Tables): void {
  const { of, work, lane, stream, manner, callStart, callEnd, think, next } = steps;
  const last = new Int32Array(lanes.length).fill(-1);
  for (let step = 0; step < steps.length; step++) {
    const at = of[step] as number;
    const row = at < 0 ? -1 - at : at < work.kernels ? at : at - work.kernels;
    const called = at < work.kernels ? kernels : transfers;
    const begin = (at < 0 ? spans.start[row] : called.callStart[row]) as number;
    const end = Math.max(begin, (at < 0 ? spans.end[row] : called.callEnd[row]) as number) || begin;
    const thread = (at < 0 ? spans.lane[row] : called.callLane[row]) as number;
    if (at >= 0) stream[step] = work.lane[at] as number;
    callStart[step] = begin;
    callEnd[step] = end;
    if (!(begin >= 0) || !(thread >= 0 && thread < lanes.length)) continue;
    lane[step] = thread;
    const before = last[thread] as number;
    if (before >= 0 && begin < (callEnd[before] as number)) {
      manner[step] = WITHIN_CALL;
      think[step] = begin - (callStart[before] as number);
      continue;
    }
    if (before >= 0) {
      think[step] = begin - (callEnd[before] as number);
      next[before] = step;
    }
    last[thread] = step;
  }
}

/** What the work of each step started after, and what each call waited for. */
function placeWork(steps: Draft, { lanes, spans, strings }: Tables): void {
  const isWait = waitNames({ strings });
  const waitsByName = (at: number): boolean => at < 0 && isWait[spans.name[-1 - at] as number] === 1;
  const { of, work, lane, stream, hostLag, streamLag, behind, callStart } = steps;
  const streams = new Streams(lanes, steps.length);
  for (let step = 0; step < steps.length; step++) {
    const its = stream[step] as number;
    if (its >= 0) {
      const start = startOf(steps, step);
      let before = streams.last(its);
      let free = before < 0 ? Number.NEGATIVE_INFINITY : (work.end[of[before] as number] as number);
      const called = lane[step] as number;
      const begun = called < 0 ? free : (callStart[step] as number);
      if (start - Math.max(free, begun) > LATE_START) {
        const other = streams.latest(its, steps, begun, start);
        const ended = other < 0 ? free : (work.end[of[other] as number] as number);
        if (other >= 0 && ended > free && ended > begun && start - ended < LATE_START) {
          before = other;
          free = ended;
          behind[step] = other;
        }
      }
      hostLag[step] = called < 0 ? Number.NEGATIVE_INFINITY : start - begun;
      streamLag[step] = before < 0 ? Number.NEGATIVE_INFINITY : start - free;
      streams.add(its, step);
    }
    if ((lane[step] as number) >= 0 && steps.manner[step] === OWN_CALL)
      placeWait(steps, streams, step, waitsByName(of[step] as number));
  }
}

function placeWait(steps: Draft, streams: Streams, step: number, isWait: boolean): void {
  const { of, work, callStart, callEnd, awaited, tail, lane } = steps;
  const at = of[step] as number;
  const [begin, end] = [callStart[step] as number, callEnd[step] as number];
  if (at >= work.kernels) {
    const ended = work.end[at] as number;
    // A copy that the host makes itself, or waits for, whatever the call is named.
    if (ended > begin && ended <= end + Math.min(CLOCKS, (ended - begin) / 4)) {
      awaited[step] = step;
      tail[step] = end - ended;
      return;
    }
  }
  if (at >= 0 && end - begin < LONG_CALL) return;
  const found = streams.endedIn(lane[step] as number, steps, begin, end + CLOCKS, at < 0 ? -1 : step);
  if (found < 0) {
    if (isWait && end - begin <= BRIEF_CALL) placeIdleWait(steps, streams, step);
    return;
  }
  const late = end - (work.end[of[found] as number] as number);
  if (late > LATE_WAKE && late > 0.3 * (end - begin)) return;
  awaited[step] = found;
  tail[step] = late;
}

/** A wait for what had ended already would have lasted, had that not. */
function placeIdleWait(steps: Draft, streams: Streams, step: number): void {
  const { of, work, callStart, callEnd, awaited, tail, lane } = steps;
  const last = streams.endedIn(lane[step] as number, steps, -1, callStart[step] as number, -1);
  if (last < 0) return;
  awaited[step] = last;
  tail[step] = Math.min(WAKE, (callEnd[step] as number) - (work.end[of[last] as number] as number));
}

/** Of the two lags of a step the one that held it is known; the other was at least as short, and is taken to be typical. */
function settleLags(steps: Draft): void {
  const { length, hostLag, streamLag } = steps;
  const ofHost: number[] = [];
  const ofStream: number[] = [];
  const stride = Math.max(1, Math.floor(length / MOST_LOOKS));
  for (let step = 0; step < length; step += stride) {
    const [host, stream] = [hostLag[step] as number, streamLag[step] as number];
    if (!Number.isFinite(host) || !Number.isFinite(stream) || (steps.stream[step] as number) < 0) continue;
    if (host < stream) ofHost.push(host);
    else ofStream.push(stream);
  }
  const typicalHost = median(ofHost);
  const typicalStream = median(ofStream);
  for (let step = 0; step < length; step++) {
    const [host, stream] = [hostLag[step] as number, streamLag[step] as number];
    if (!Number.isFinite(host) || !Number.isFinite(stream)) continue;
    if (host < stream) streamLag[step] = Math.min(stream, Math.max(typicalStream, 0));
    else hostLag[step] = Math.min(host, Math.max(typicalHost, 0));
  }
}

function median(values: number[]): number {
  values.sort((a, b) => a - b);
  return values[values.length >> 1] ?? 0;
}
