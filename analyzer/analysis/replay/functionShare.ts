import type { Trace } from '../trace.ts';
import { selfWeights } from '../weights.ts';
import type { PoolWork } from './poolWork.ts';

/** Of the CPU time of a pool's tasks, the share that each function took with all that it called, by number of `Functions`. */
export function functionShares({ tables, functions, tree, starts }: Trace, { pool }: PoolWork): Float64Array {
  const { tasks, lanes: all } = tables;
  const lanes = new Uint8Array(all.length);
  const isTask = new Uint8Array(functions.count);
  for (let row = 0; row < tasks.length; row++) {
    if (tasks.pool[row] !== pool) continue;
    const lane = tasks.lane[row] as number;
    const frame = tasks.function[row] as number;
    if (lane >= 0) lanes[lane] = 1;
    if (frame >= 0) isTask[functions.ofFrame[frame] as number] = 1;
  }
  const self = selfWeights(tables, starts, tree, 'cpu', { ...WHOLE_RUN, lanes });
  const within = new Uint8Array(tree.count);
  const total = new Float64Array(functions.count);
  let sum = 0;
  for (let node = 1; node < tree.count; node++) {
    const parent = tree.parent[node] as number;
    const own = tree.function[node] as number;
    within[node] = isTask[own] === 1 || within[parent] === 1 ? 1 : 0;
    const weight = self[node] as number;
    if (within[node] === 0 || !(weight > 0)) continue;
    sum += weight;
    addPath(tree, within, node, weight, total);
  }
  return total.map((value) => (sum > 0 ? value / sum : 0));
}

const WHOLE_RUN = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** Adds to every function of a path that is within the task once, however often it is on it: a forked worker's stack has its parent's below. */
function addPath(
  tree: Trace['tree'],
  within: Uint8Array,
  node: number,
  weight: number,
  total: Float64Array,
): void {
  const seen = new Set<number>();
  for (let at = node; at > 0 && within[at] === 1; at = tree.parent[at] as number) {
    const its = tree.function[at] as number;
    if (seen.has(its)) continue;
    seen.add(its);
    total[its] = (total[its] as number) + weight;
  }
}
