import type { Tables } from '../model/index.ts';
import { counterSeries } from './counterSeries.ts';

/** Where the system collector tells what others take. */
const OTHERS = 'other processes';

/** Cores that processes other than the run's and perfscope took, on average; null where nobody looked. */
export function coresOfOthers(tables: Tables): number | null {
  const others = counterSeries(tables).find(({ quantity }) => quantity === OTHERS);
  if (!others) return null;
  const [first, last] = [others.time[0] ?? 0, others.time.at(-1) ?? 0];
  return last > first ? (others.sum.at(-1) ?? 0) / (last - first) : null;
}
