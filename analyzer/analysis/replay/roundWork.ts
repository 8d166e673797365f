import type { Tables } from '../../model/index.ts';
import { columnOf } from '../rowGroups.ts';
import { queueWait, runTime } from '../taskTimes.ts';
import type { Round } from './rounds.ts';

/** What one round gave the pool to do: columns, an entry a recorded task in the order in which workers took them. Times are Nanos. */
export interface RoundWork {
  readonly round: Round;
  /** When it was submitted, from the beginning of the round. */
  readonly release: Float64Array;
  /** Time in the function; where more workers wanted to run than there are cores, the time that it would take with a core at hand. */
  readonly run: Float64Array;
  /** Time in the function without that for which something kept it from a core, be it another program. */
  readonly own: Float64Array;
  /** Serialising: what the submitter takes for it before and after, and what the worker does. */
  readonly packed: Float64Array;
  readonly unpacked: Float64Array;
  readonly carried: Float64Array;
  /** Calls of the function in it, and tasks that the entry stands for. */
  readonly items: Float64Array;
  readonly weight: Float64Array;
  /** Tasks of one number were submitted by one call. */
  readonly job: Uint32Array;
  /** When each worker could take its first task, from the beginning of the round. */
  readonly ready: Float64Array;
}

/** `scaleOf`: what a task would have taken with a core at hand, as a share of what it took. */
export function roundWork(
  tasks: Tables['tasks'],
  round: Round,
  scaleOf: (row: number) => number,
  workers: number,
  isFirst: boolean,
  isFine: boolean,
  isCrowded: boolean,
): RoundWork {
  const { rows, start } = round;
  const column = (of: (row: number) => number) => columnOf(rows, of);
  const known = (time: number) => (time > 0 && time < Number.POSITIVE_INFINITY ? time : 0);
  const release = column((row) => (isFine ? 0 : known((tasks.submit[row] as number) - start)));
  const run = column((row) => (isCrowded ? scaleOf(row) : 1) * known(runTime(tasks, row)));
  // Workers take what was submitted first; what was seen otherwise is a clock's doing.
  for (let i = 1; i < release.length; i++)
    release[i] = Math.max(release[i] as number, release[i - 1] as number);
  return {
    round,
    release,
    run,
    own: isCrowded ? run : column((row) => scaleOf(row) * known(runTime(tasks, row))),
    packed: column((row) => perCall(tasks, row, tasks.packOut, tasks.bytesOut)),
    unpacked: column((row) => perCall(tasks, row, tasks.unpackBack, tasks.bytesBack)),
    carried: column(
      (row) =>
        perCall(tasks, row, tasks.unpackOut, tasks.bytesOut) +
        perCall(tasks, row, tasks.packBack, tasks.bytesBack),
    ),
    items: column((row) => Math.max(1, tasks.items[row] as number)),
    weight: column((row) => Math.max(1, tasks.weight[row] as number)),
    job: Uint32Array.from(columnOf(rows, (row) => tasks.job[row] as number)),
    ready: readiness(tasks, rows, workers, isFirst),
  };
}

/** Nanos that the slowest objects take to be serialised, a byte, and that any takes. */
const SLOWEST_BYTE = 10;
const ANY_OBJECT = 300;

/**
 * Of the time that serialising a task took, what grows with its calls. A pickler that is made for a number of 8 bytes takes ten
 * microseconds, and for a thousand of them little more: that is a part of what handing out costs, however many calls there are.
 */
function perCall(tasks: Tables['tasks'], row: number, times: Float64Array, bytes: Float64Array): number {
  const time = times[row] as number;
  const volume = bytes[row] as number;
  if (!(time > 0 && time < Number.POSITIVE_INFINITY)) return 0;
  if (!(volume >= 0)) return time;
  return Math.min(time, volume * SLOWEST_BYTE + ANY_OBJECT * Math.max(1, tasks.items[row] as number));
}

/** When each worker could begin: at once, but in a pool's first round, when workers are only started. */
function readiness(
  tasks: Tables['tasks'],
  rows: Uint32Array,
  workers: number,
  isFirst: boolean,
): Float64Array {
  const ready = new Float64Array(workers);
  if (!isFirst) return ready;
  const seen = new Set<number>();
  let latest = 0;
  for (const row of rows) {
    const lane = tasks.lane[row] as number;
    if (lane < 0 || seen.has(lane)) continue;
    if (seen.size >= workers) break;
    latest = Math.max(0, queueWait(tasks, row));
    ready[seen.size] = latest;
    seen.add(lane);
  }
  return ready.fill(latest, Math.min(workers, seen.size));
}
