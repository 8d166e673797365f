import type { PoolUse } from '../analysis/poolUse.ts';
import type { Trace } from '../analysis/trace.ts';

/** How many tasks of a pool could run at once: as many as it has workers, and the machine cores. */
export function slotsOf({ meta, tables }: Trace, { pool, workers }: PoolUse): number {
  const cores = meta.host.cores > 0 ? meta.host.cores : Number.POSITIVE_INFINITY;
  const size = (tables.pools.size[pool] as number) || 0;
  // A process for each task is a pool of any size.
  const most =
    tables.pools.kind[pool] === 'multiprocessing.Process'
      ? Number.POSITIVE_INFINITY
      : Math.max(size, workers.length);
  const slots = Math.min(most, cores);
  return Number.isFinite(slots) ? slots : Math.max(1, workers.length);
}

/** Workers that load ahead for a training loop: that this computes while they rest is how it should be. */
export const isLoader = ({ tables: { pools } }: Trace, { pool }: PoolUse): boolean =>
  pools.kind[pool] === 'torch DataLoader';

/** Each of its tasks is a process that may take many messages. */
export const isProcesses = ({ tables: { pools } }: Trace, { pool }: PoolUse): boolean =>
  pools.kind[pool] === 'multiprocessing.Process';
