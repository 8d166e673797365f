import type { Trace } from './trace.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/** What a line had moved and started. */
export interface LineMoves {
  /** That it, or what it called, sent or copied; arguments and results of its tasks are in it. */
  bytes: number;
  /** Tasks that it gave to pools. */
  tasks: number;
  /** Kernels that it launched. */
  kernels: number;
}

/**
 * What lines had moved and started in a selection, by file and line. All of it belongs to the line of the program's own code that
 * was the innermost then, and to it alone: the sums over lines are those of the selection, less what is of no known line.
 */
export function lineMoves(
  trace: Pick<Trace, 'tables' | 'functions' | 'siteOf'>,
  { from, to, lanes }: Selection = EVERYTHING,
): ReadonlyMap<string, ReadonlyMap<number, LineMoves>> {
  const { tables, functions, siteOf } = trace;
  const { transfers, tasks, kernels } = tables;
  const found = new Map<string, Map<number, LineMoves>>();
  const at = (stack: number): LineMoves | null => {
    const { function: id, line } = siteOf(stack);
    if (id < 0) return null;
    const file = functions.file[id] as string;
    const lines = found.get(file) ?? new Map<number, LineMoves>();
    const its = lines.get(line) ?? { bytes: 0, tasks: 0, kernels: 0 };
    found.set(file, lines.set(line, its));
    return its;
  };
  /** Work that two lanes have part in belongs to both. */
  const counts = (time: number, ...ends: (number | undefined)[]): boolean =>
    time >= from && time < to && (!lanes || ends.some((lane = -1) => lanes[lane] === 1));
  for (let row = 0; row < transfers.length; row++) {
    const volume = (transfers.bytes[row] as number) * (transfers.weight[row] as number);
    if (!(volume > 0)) continue;
    const [lane, toLane, callLane] = [transfers.lane[row], transfers.toLane[row], transfers.callLane[row]];
    if (!counts(transfers.start[row] as number, lane, toLane, callLane)) continue;
    const its = at(transfers.stack[row] as number);
    if (its) its.bytes += volume;
  }
  for (let row = 0; row < tasks.length; row++) {
    if (!counts(tasks.submit[row] as number, tasks.from[row], tasks.lane[row])) continue;
    const its = at(tasks.stack[row] as number);
    if (!its) continue;
    const weight = tasks.weight[row] as number;
    its.tasks += weight;
    const [out, back] = [tasks.bytesOut[row] as number, tasks.bytesBack[row] as number];
    its.bytes += weight * (Math.max(0, out) + Math.max(0, back));
  }
  for (let row = 0; row < kernels.length; row++) {
    if (!counts(kernels.start[row] as number, kernels.lane[row], kernels.callLane[row])) continue;
    const its = at(kernels.stack[row] as number);
    if (its) its.kernels++;
  }
  return found;
}
