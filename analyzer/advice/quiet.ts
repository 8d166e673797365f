import { coresOfOthers } from '../analysis/othersCores.ts';
import type { Trace } from '../analysis/trace.ts';

/** Cores that other processes may take before times say more of them than of the program. */
const MOST_OTHERS = 0.15;
/** Nanos of CPU and devices below which a run is start-up and chance. */
const LEAST_WORK = 1e9;

/** Why no gain can be predicted from a run; null where one can. */
export function reasonToWithhold(trace: Trace): string | null {
  if (!trace.meta.complete) return 'the recording ends before the run did';
  const others = coresOfOthers(trace.tables);
  if (others !== null && others > MOST_OTHERS)
    return `other processes took ${others.toFixed(2)} cores meanwhile: record on a quiet machine`;
  const work = workOf(trace);
  if (work < LEAST_WORK)
    return `the run did ${(work / 1e9).toFixed(2)} s of work, and figures of less than a second are mostly chance`;
  return null;
}

function workOf({ laneTotals, deviceWork, tables }: Trace): number {
  let work = 0;
  for (const running of laneTotals.running) work += running;
  for (let i = 0; i < deviceWork.length; i++)
    work += (deviceWork.end[i] as number) - (deviceWork.start[i] as number);
  return tables.lanes.length > 0 ? work : 0;
}
