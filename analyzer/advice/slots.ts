import { cpuBetween } from '../analysis/laneCode.ts';
import type { PoolUse } from '../analysis/poolUse.ts';
import type { Trace } from '../analysis/trace.ts';

/** Share of the time of tasks on a CPU below which they wait for something else, such as a disk or a network. */
const WAITS = 0.5;

/** Do a pool's tasks compute for most of their time? */
export function computes(trace: Trace, { workers, run, underWay }: PoolUse): boolean {
  const [first, last] = [underWay.from[0] ?? 0, underWay.to.at(-1) ?? 0];
  const cpu = workers.reduce((sum, lane) => sum + cpuBetween(trace, lane, first, last), 0);
  return cpu >= WAITS * run;
}

/** How many tasks of a pool could run at once: as many as it has workers, and, where they compute, the machine cores. */
export function slotsOf(trace: Trace, use: PoolUse): number {
  const { pools } = trace.tables;
  const workers = Math.max(1, use.workers.length);
  // Processes that are started one by one may be as many as there are tasks.
  const size = isProcesses(trace, use) ? use.tasks : Math.max(workers, (pools.size[use.pool] as number) || 0);
  const cores = trace.meta.host.cores;
  return cores > 0 && computes(trace, use) ? Math.min(size, cores) : size;
}

/** Workers that load ahead for a training loop: that this computes while they rest is how it should be. */
export const isLoader = ({ tables: { pools } }: Trace, { pool }: PoolUse): boolean =>
  pools.kind[pool] === 'torch DataLoader';

/** Each of its tasks is a process that may take many messages. */
export const isProcesses = ({ tables: { pools } }: Trace, { pool }: PoolUse): boolean =>
  pools.kind[pool] === 'multiprocessing.Process';
