import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import type { Functions } from '../../analyzer/analysis/functions.ts';
import type { Matcher } from '../state/search.ts';
import type { FlameBoxes } from './layout.ts';

/** 1 for each function that a search finds, by name or file. */
export function foundFunctions(
  { count, name, file }: Pick<Functions, 'count' | 'name' | 'file'>,
  finds: Matcher,
): Uint8Array {
  const found = new Uint8Array(count);
  for (let id = 0; id < count; id++) {
    const its = name[id] as string;
    const where = file[id] as string;
    // Numbers of modules that were not made one box have neither.
    if (its === '' && where === '') continue;
    if (finds(its) || finds(where)) found[id] = 1;
  }
  return found;
}

/**
 * The weight of all calls of found functions below `root`; a found function that calls another counts once, so that the
 * sum never exceeds the whole.
 */
export function foundWeight(
  tree: Pick<CallTree, 'count' | 'parent' | 'function'>,
  found: Uint8Array,
  total: Float64Array,
  root: number,
): number {
  // 1: within the root, 2: besides within a found call. A parent precedes its children, so one pass does.
  const mark = new Uint8Array(tree.count);
  let sum = 0;
  for (let node = root; node < tree.count; node++) {
    const above = node === root ? 1 : (mark[tree.parent[node] as number] as number);
    if (above === 0) continue;
    mark[node] = above;
    const id = tree.function[node] as number;
    if (above === 2 || id < 0 || found[id] === 0) continue;
    mark[node] = 2;
    sum += total[node] as number;
  }
  return sum;
}

/** Boxes of found functions that are boxes of their own, widest first: what one steps through. */
export function foundBoxes(
  { count, node, width, merged }: FlameBoxes,
  functionOf: (node: number) => number,
  found: Uint8Array,
): number[] {
  const boxes: number[] = [];
  for (let i = 0; i < count; i++)
    if (merged[i] === 0 && found[functionOf(node[i] as number)] === 1) boxes.push(i);
  return boxes.sort((a, b) => (width[b] as number) - (width[a] as number) || a - b);
}

/** The share of a picture's width that lies in boxes of found functions, each column counted once. */
export function foundShare(
  { count, node, x, width, merged }: FlameBoxes,
  functionOf: (node: number) => number,
  found: Uint8Array,
  whole: number,
): number {
  const edges: [x: number, step: number][] = [];
  for (let i = 0; i < count; i++) {
    if (merged[i] !== 0 || found[functionOf(node[i] as number)] !== 1) continue;
    edges.push([x[i] as number, 1], [(x[i] as number) + (width[i] as number), -1]);
  }
  edges.sort((a, b) => a[0] - b[0] || b[1] - a[1]);
  let inside = 0;
  let begin = 0;
  let sum = 0;
  for (const [at, step] of edges) {
    if (inside === 0) begin = at;
    inside += step;
    if (inside === 0) sum += at - begin;
  }
  return whole > 0 ? Math.min(1, sum / whole) : 0;
}
