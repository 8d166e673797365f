import type { Tables } from '../model/index.ts';
import type { Site, SiteOf } from './sites.ts';
import type { TaskTotals } from './tasks.ts';

/** A pool's life. Times are Nanos; null where they are not known. */
export interface PoolTotals {
  readonly pool: number;
  /** The code that made it. */
  readonly site: Site;
  /** From the beginning of its creation until a first worker could take work. */
  readonly startup: number | null;
  /** From the beginning of its teardown until it was gone. */
  readonly teardown: number | null;
  readonly end: number | null;
  readonly tasks: number;
}

export function poolTotals(
  { pools }: Pick<Tables, 'pools'>,
  siteOf: SiteOf,
  tasks: readonly TaskTotals[],
): PoolTotals[] {
  const counts = new Float64Array(pools.length);
  for (const { pool, tasks: own } of tasks) counts[pool] = (counts[pool] as number) + own;
  return Array.from({ length: pools.length }, (_, pool) => {
    const end = pools.end[pool] as number;
    return {
      pool,
      site: siteOf(pools.stack[pool] as number),
      startup: between(pools.start[pool] as number, pools.ready[pool] as number),
      teardown: between(pools.stop[pool] as number, end),
      end: end >= 0 ? end : null,
      tasks: counts[pool] as number,
    };
  });
}

const between = (from: number, to: number): number | null => (from >= 0 && to >= from ? to - from : null);
