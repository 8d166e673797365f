import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import type { Functions } from '../../analyzer/analysis/functions.ts';
import type { Matcher } from '../state/search.ts';

/** 1 for each function that a search finds, by name or file. */
export function foundFunctions(
  { count, name, file }: Pick<Functions, 'count' | 'name' | 'file'>,
  finds: Matcher,
): Uint8Array {
  const found = new Uint8Array(count);
  for (let id = 0; id < count; id++)
    if (finds(name[id] as string) || finds(file[id] as string)) found[id] = 1;
  return found;
}

/**
 * The weight of all calls of found functions below `root`; a found function that calls another counts once, so that the
 * sum never exceeds the whole.
 */
export function foundWeight(tree: CallTree, found: Uint8Array, total: Float64Array, root: number): number {
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
