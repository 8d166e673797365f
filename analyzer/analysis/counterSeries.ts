import type { Tables } from '../model/index.ts';
import { firstAbove } from './ascending.ts';

/** One counter over time. The value at `time[i]` holds until `time[i + 1]`, the last one until the recording ends. */
export interface CounterSeries {
  /** Row of `lanes`. */
  readonly lane: number;
  /** What is counted, such as `core 0 load`. */
  readonly quantity: string;
  /** `%`, `B`, `B/s`, ...; empty when the lane's name gives none. */
  readonly unit: string;
  /** Nanos, ascending. */
  readonly time: Float64Array;
  readonly value: Float64Array;
  /** Integral of the value from the first time to each time, in value x Nanos. */
  readonly sum: Float64Array;
  readonly max: number;
}

export interface Level {
  readonly mean: number;
  readonly max: number;
}

/** Splits `<quantity> (<unit>)`. */
export function quantityAndUnit(name: string): { quantity: string; unit: string } {
  const match = /^(.*\S)\s*\(([^()]*)\)$/.exec(name);
  return match ? { quantity: match[1] ?? name, unit: match[2] ?? '' } : { quantity: name, unit: '' };
}

/** The counters of a recording in the order of their lanes; a lane without a value is left out. */
export function counterSeries({ counters, lanes }: Pick<Tables, 'counters' | 'lanes'>): CounterSeries[] {
  const rows = new Map<number, number[]>();
  for (let i = 0; i < counters.length; i++) {
    if (!Number.isFinite(counters.value[i])) continue;
    const lane = counters.lane[i] as number;
    const known = rows.get(lane);
    if (known) known.push(i);
    else rows.set(lane, [i]);
  }
  return [...rows]
    .sort(([a], [b]) => a - b)
    .map(([lane, its]) => {
      // Collectors write in order of time; a merged recording need not be.
      its.sort((a, b) => (counters.time[a] as number) - (counters.time[b] as number));
      const time = Float64Array.from(its, (i) => counters.time[i] as number);
      const value = Float64Array.from(its, (i) => counters.value[i] as number);
      const sum = new Float64Array(time.length);
      let max = 0;
      for (let i = 0; i < time.length; i++) {
        max = Math.max(max, value[i] as number);
        if (i === 0) continue;
        const passed = (time[i] as number) - (time[i - 1] as number);
        sum[i] = (sum[i - 1] as number) + (value[i - 1] as number) * passed;
      }
      return { lane, ...quantityAndUnit(lanes.name[lane] ?? ''), time, value, sum, max };
    });
}

/** The last index whose time is at or before `time`; -1 when the series begins later. */
export const indexAt = ({ time }: CounterSeries, at: number): number => firstAbove(time, at) - 1;

function integralUntil(series: CounterSeries, at: number, index: number): number {
  if (index < 0) return 0;
  const passed = at - (series.time[index] as number);
  return (series.sum[index] as number) + (series.value[index] as number) * passed;
}

/** Mean over time and maximum of a counter in an interval of Nanos; null before its first value. */
export function levelIn(series: CounterSeries, from: number, to: number): Level | null {
  const first = series.time[0];
  if (first === undefined || to <= first || to <= from) return null;
  const begin = Math.max(from, first);
  const low = indexAt(series, begin);
  const high = indexAt(series, to);
  let max = series.value[low] as number;
  for (let i = low + 1; i <= high; i++) {
    if ((series.time[i] as number) < to) max = Math.max(max, series.value[i] as number);
  }
  const mean = (integralUntil(series, to, high) - integralUntil(series, begin, low)) / (to - begin);
  return { mean, max };
}
