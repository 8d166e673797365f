import {
  type Allocator,
  beforePauses,
  type HeapCollections,
  heapCollections,
} from '../analysis/collections.ts';
import { type CounterSeries, counterSeries } from '../analysis/counterSeries.ts';
import { type Serving, servingLanes } from '../analysis/serving.ts';
import { stackTraits } from '../analysis/stackTraits.ts';
import type { Trace } from '../analysis/trace.ts';

/** What the rules about Node ask of a recording together, each computed once. */

/** Bits of each row of `stacks`: see `stackTraits`. */
export const traitsOf = (trace: Trace): Uint8Array =>
  trace.once('stackTraits', () => stackTraits(trace.tables, trace.functions, trace.homes));

export const servingOf = (trace: Trace): readonly Serving[] =>
  trace.once('servingLanes', () => servingLanes(trace.tables, traitsOf(trace)));

export const heapsOf = (trace: Trace): readonly HeapCollections[] =>
  trace.once('heapCollections', () => heapCollections(trace.tables));

/** How late each event loop was, by the lane of its thread: ms, at most, since the time of each value. */
export function delaysOf(trace: Trace): ReadonlyMap<number, CounterSeries> {
  return trace.once('loopDelays', () => {
    const { lanes } = trace.tables;
    const keyOf = (lane: number) => `${lanes.process[lane]} ${lanes.thread[lane]}`;
    const found = new Map<string, CounterSeries>();
    for (const series of counterSeries(trace.tables))
      if (series.quantity === 'event-loop delay') found.set(keyOf(series.lane), series);
    const byLane = new Map<number, CounterSeries>();
    for (const { lane } of servingOf(trace)) {
      const series = found.get(keyOf(lane));
      if (series) byLane.set(lane, series);
    }
    return byLane;
  });
}

const COLLECTOR = '[garbage collector]';

/** Nanos of pauses for garbage by the stack that ran before each, by lane. */
export function pausesByStack(trace: Trace): ReadonlyMap<number, ReadonlyMap<number, number>> {
  return trace.once('pausesByStack', () => {
    const { tables, functions, homes, siteOf } = trace;
    const { stacks } = tables;
    const byLane = new Map<number, Map<number, number>>();
    const whoseIs = (stack: number): Allocator => {
      const top = functions.ofFrame[stacks.frame[stack] as number] as number;
      if (functions.name[top] === COLLECTOR && functions.file[top] === '') return 'collector';
      return homes[siteOf(stack).function]?.origin === 'own' ? 'own' : 'other';
    };
    beforePauses(tables, trace.starts, heapsOf(trace), whoseIs, (lane, stack, pause) => {
      const sums = byLane.get(lane) ?? new Map<number, number>();
      byLane.set(lane, sums.set(stack, (sums.get(stack) ?? 0) + pause));
    });
    return byLane;
  });
}

/** Nanos of pauses of a lane that came while a function of the program's own code ran. */
export function pausesIn(trace: Trace, lane: number, id: number): number {
  let sum = 0;
  for (const [stack, pause] of pausesByStack(trace).get(lane) ?? [])
    if (trace.siteOf(stack).function === id) sum += pause;
  return sum;
}

/** Nanos of a row of `samples` inside an interval in which its thread was not kept from running by others. */
export function heldTime(
  { tables: { samples }, starts }: Trace,
  row: number,
  from: number,
  to: number,
): number {
  const start = starts[row] as number;
  const end = samples.time[row] as number;
  const inside = Math.min(end, to) - Math.max(start, from);
  if (!(inside > 0)) return 0;
  const share = inside / (end - start);
  return Math.max(0, inside - share * (samples.ready[row] as number));
}

/** Nanos that a run would have taken as far as a thread decides, had other programs left it a CPU whenever it wanted one. */
export const quietWall = ({ wall, laneTotals }: Trace, lane: number): number =>
  Math.max(0, wall - Math.min(laneTotals.ready[lane] ?? 0, wall / 2));

/** Share of its time without waits in which a thread had a CPU: what of a pause is its own, where other programs took the CPU as well. */
export function quietShare({ laneTotals: { running, ready } }: Trace, lane: number): number {
  const ran = running[lane] ?? 0;
  return ran > 0 ? ran / (ran + (ready[lane] ?? 0)) : 1;
}
