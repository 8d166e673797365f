import { SPAN_KINDS, type Tables } from '../model/index.ts';
import { type Intervals, unionOf } from './intervals.ts';
import { groupRows, rowGroups } from './rowGroups.ts';

/** Garbage collections of one heap. Times are Nanos. */
export interface HeapCollections {
  readonly lane: number;
  /** When its thread stood still for them. */
  readonly pauses: Intervals;
  readonly total: number;
  /** The most in any stretch of one second, and where that stretch begins. */
  readonly mostInSecond: number;
  readonly worst: number;
}

const SECOND = 1e9;

/** The collections of each lane that has any, those of most time first. */
export function heapCollections({ spans, lanes }: Pick<Tables, 'spans' | 'lanes'>): HeapCollections[] {
  const gc = SPAN_KINDS.indexOf('gc');
  const groups = rowGroups(spans.length, (row) => {
    const lane = spans.lane[row] as number;
    return spans.kind[row] === gc && lane < lanes.length ? lane : -1;
  });
  return Array.from({ length: groups.count }, (_, group) => {
    const rows = groupRows(groups, group).filter(
      (row) => (spans.end[row] as number) > (spans.start[row] as number),
    );
    const lane = spans.lane[groupRows(groups, group)[0] as number] as number;
    const starts = Float64Array.from(rows, (row) => spans.start[row] as number);
    const ends = Float64Array.from(rows, (row) => spans.end[row] as number);
    return { lane, ...sumsOf(unionOf(starts, ends)) };
  }).sort((a, b) => b.total - a.total || a.lane - b.lane);
}

/** The worst second begins with a pause: a stretch that begins elsewhere can be moved to where the next one does. */
function sumsOf(pauses: Intervals): Omit<HeapCollections, 'lane'> {
  const { from, to } = pauses;
  let [total, mostInSecond, worst] = [0, 0, 0];
  let [inside, next] = [0, 0];
  for (let first = 0; first < from.length; first++) {
    const end = (from[first] as number) + SECOND;
    for (; next < from.length && (from[next] as number) < end; next++)
      inside += (to[next] as number) - (from[next] as number);
    const last = next - 1;
    const cut = Math.max(0, (to[last] as number) - end);
    if (inside - cut > mostInSecond) [mostInSecond, worst] = [inside - cut, from[first] as number];
    const own = (to[first] as number) - (from[first] as number);
    inside -= own;
    total += own;
  }
  return { pauses, total, mostInSecond, worst };
}

/** What a stack is, to tell who allocates: the program's own code, the collector at work, or anything else. */
export type Allocator = 'own' | 'collector' | 'other';

/**
 * What the thread of each heap ran just before each pause: collections begin when an allocation finds no room, so code that stands
 * there often is code that allocates much. Calls `found` with the lane, the stack (-1: none of the program's own) and the Nanos of
 * the pause. `starts` as from `rowStarts`.
 */
export function beforePauses(
  { samples, lanes }: Pick<Tables, 'samples' | 'lanes'>,
  starts: Float64Array,
  heaps: readonly HeapCollections[],
  whoseIs: (stack: number) => Allocator,
  found: (lane: number, stack: number, pause: number) => void,
): void {
  const heapOf = new Array<HeapCollections | undefined>(lanes.length).fill(undefined);
  for (const heap of heaps) heapOf[heap.lane] = heap;
  const next = new Uint32Array(lanes.length);
  const last = new Int32Array(lanes.length).fill(-1);
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    const heap = heapOf[lane];
    if (!heap) continue;
    const stack = samples.stack[i] as number;
    const whose = stack < 0 ? 'other' : whoseIs(stack);
    const { from, to } = heap.pauses;
    for (let at = next[lane] as number; at < from.length; at++) {
      const start = from[at] as number;
      if (start >= (samples.time[i] as number)) break;
      const isHere = whose === 'own' && start >= (starts[i] as number);
      found(lane, isHere ? stack : (last[lane] as number), (to[at] as number) - start);
      next[lane] = at + 1;
    }
    if (whose !== 'collector') last[lane] = whose === 'own' ? stack : -1;
  }
}
