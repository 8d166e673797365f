import { counterSeries } from '../analysis/counterSeries.ts';
import type { Trace } from '../analysis/trace.ts';

/** Cores that other processes may take before times say more of them than of the program. */
export const MOST_OTHERS = 0.15;
/** Nanos of CPU and devices below which a run is start-up and chance. */
const LEAST_WORK = 1e9;
/** Where the system collector tells what others take. */
const OTHERS = 'other processes';

/** Why no gain can be predicted from a run; null where one can. */
export function reasonToWithhold(trace: Trace): string | null {
  if (!trace.hasCpu && trace.deviceWork.length === 0)
    return 'CPU times are not known: another tool has recorded it';
  if (!trace.meta.complete) return 'the recording ends before the run did';
  const others = coresOfOthers(trace);
  if (others !== null && others > MOST_OTHERS)
    return `other processes took ${others.toFixed(2)} cores meanwhile: record on a quiet machine`;
  const work = workOf(trace);
  if (work < LEAST_WORK)
    return `the run did ${(work / 1e9).toFixed(2)} s of work, and figures of less than a second are mostly chance`;
  return null;
}

/** Cores that processes other than the run's and perfscope took, on average; null where nobody looked. */
export function coresOfOthers({ tables }: Trace): number | null {
  const others = counterSeries(tables).find(({ quantity }) => quantity === OTHERS);
  if (!others) return null;
  const [first, last] = [others.time[0] ?? 0, others.time.at(-1) ?? 0];
  return last > first ? (others.sum.at(-1) ?? 0) / (last - first) : null;
}

function workOf({ laneTotals, deviceWork, tables }: Trace): number {
  let work = 0;
  for (const running of laneTotals.running) work += running;
  for (let i = 0; i < deviceWork.length; i++)
    work += (deviceWork.end[i] as number) - (deviceWork.start[i] as number);
  return tables.lanes.length > 0 ? work : 0;
}
