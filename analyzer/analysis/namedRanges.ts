import { SPAN_KINDS, type Tables } from '../model/index.ts';
import { type Intervals, lengthOf, unionOf } from './intervals.ts';

/** What a program marked by name, wherever and however often. */
export interface NamedRange {
  readonly kind: 'range' | 'step';
  /** Row of `strings`. */
  readonly name: number;
  readonly intervals: Intervals;
}

/** Ranges and steps by name, that with most time first. */
export function namedRanges({ spans }: Pick<Tables, 'spans'>): NamedRange[] {
  const kinds = (['range', 'step'] as const).map((kind) => ({ kind, value: SPAN_KINDS.indexOf(kind) }));
  const rows = new Map<number, number[]>();
  for (let row = 0; row < spans.length; row++) {
    const at = kinds.findIndex(({ value }) => value === spans.kind[row]);
    if (at < 0) continue;
    const key = (spans.name[row] as number) * kinds.length + at;
    const own = rows.get(key);
    if (own) own.push(row);
    else rows.set(key, [row]);
  }
  const found = Array.from(rows, ([key, own]): NamedRange & { time: number } => {
    const starts = Float64Array.from(own, (row) => spans.start[row] as number);
    const ends = Float64Array.from(own, (row) =>
      Math.max(spans.start[row] as number, spans.end[row] as number),
    );
    const intervals = unionOf(starts, ends);
    const kind = kinds[key % kinds.length]?.kind ?? 'range';
    return { kind, name: Math.floor(key / kinds.length), intervals, time: lengthOf(intervals) };
  });
  return found.sort((a, b) => b.time - a.time);
}
