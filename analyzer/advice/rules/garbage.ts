import type { HeapCollections } from '../../analysis/collections.ts';
import { holderOf } from '../../analysis/holders.ts';
import type { FunctionTime } from '../../analysis/siteTimes.ts';
import { stacksWithinFunction } from '../../analysis/stacksWithin.ts';
import type { Trace } from '../../analysis/trace.ts';
import { saving } from '../gain.ts';
import { heapsOf, heldTime, pausesByStack, quietShare, quietWall } from '../nodeThreads.ts';
import { nameOf, placeText } from '../places.ts';
import { duration, figure, percent, secondsFigure } from '../quantities.ts';
import type { Conclusion, Rule } from '../rule.ts';

/** Nanos of pauses in any second: a tenth of the time, and what a person notices when it comes at once. */
const LEAST_IN_SECOND = 100e6;
/** Share of the run that the pauses must take: programs that read and keep what they work with have up to a tenth. */
const LEAST_SHARE = 0.12;
/** Share of the pauses before which one function ran. Where allocation is everybody's, there is no line to change. */
const LEAST_OF_FUNCTION = 0.4;
/** Share of a function's part of the pauses that goes away at least: some of what it makes will still be needed. */
const LEAST_SAVED = 0.7;
/** Share of the function's own time that may go with them: most of what it does may be making and filling objects. */
const MOST_OF_WORK = 0.9;

/** J05: a heap is collected for a good part of the run. */
export const garbage: Rule = {
  id: 'J05',
  title: 'Pauses for garbage',
  evaluate(trace) {
    // Heaps of several threads are collected side by side: the worst of those that one function fills is told.
    const found = new Map<number, Conclusion>();
    for (const heap of heapsOf(trace)) {
      const quiet = quietShare(trace, heap.lane);
      const isLong = heap.mostInSecond * quiet >= LEAST_IN_SECOND;
      if (!isLong || !(heap.total * quiet >= LEAST_SHARE * quietWall(trace, heap.lane))) continue;
      const before = pausesByStack(trace).get(heap.lane) ?? new Map<number, number>();
      const most = holderOf(before, trace.tables, trace.functions, trace.homes);
      if (!most || most.time < LEAST_OF_FUNCTION * heap.total || found.has(most.function)) continue;
      found.set(most.function, conclude(trace, heap, most));
    }
    return [...found.values()];
  },
};

function conclude(
  trace: Trace,
  heap: HeapCollections,
  { function: id, line, time: found }: FunctionTime,
): Conclusion {
  const { tables } = trace;
  const { lane, worst, pauses } = heap;
  const quiet = quietShare(trace, lane);
  const [total, mostInSecond] = [heap.total * quiet, heap.mostInSecond * quiet];
  const wall = quietWall(trace, lane);
  const time = found * quiet;
  const name = nameOf(trace, id);
  return {
    subject: `function ${id}`,
    title: `${tables.lanes.name[lane]} stands still for garbage for ${percent(total / wall)} of the run`,
    why: `Its heap was collected ${pauses.from.length} times, ${duration(total)} in all and ${duration(mostInSecond)} in the worst second; ${percent(time / total)} of that came while ${name} allocated.`,
    change: `Have ${name} (${placeText(trace, { function: id, line })}) allocate less: reuse objects and buffers, use typed arrays instead of arrays of objects, and work in one pass instead of by intermediate arrays.`,
    site: { function: id, line },
    lanes: [lane],
    interval: { start: worst, end: worst + 1e9 },
    evidence: {
      pauseSeconds: secondsFigure(total),
      pauseShare: figure(total / wall),
      worstSecondSeconds: secondsFigure(mostInSecond),
      collections: pauses.from.length,
      functionShare: figure(time / total),
    },
    gain: saving(wall, LEAST_SAVED * time, total + MOST_OF_WORK * inFunction(trace, lane, id)),
  };
}

/** Nanos that a lane was in a function or what it called. */
function inFunction(trace: Trace, lane: number, id: number): number {
  const { samples } = trace.tables;
  const isIn = stacksWithinFunction(trace, id);
  let sum = 0;
  for (let row = 0; row < samples.length; row++) {
    const stack = samples.stack[row] as number;
    if (samples.lane[row] === lane && stack >= 0 && isIn[stack] === 1)
      sum += heldTime(trace, row, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  }
  return sum;
}
