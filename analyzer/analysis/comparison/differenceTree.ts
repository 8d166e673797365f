import { accumulate, type CallTree } from '../callTree.ts';
import type { Functions } from '../functions.ts';
import { type MatchedFunctions, matchedFunctions } from './matchedFunctions.ts';

/** The calls of one run. */
export interface RunCalls {
  readonly functions: Functions;
  readonly tree: CallTree;
}

/**
 * The calls of two runs as one tree: two paths are the same one when their functions are, one by one. Node 0 is the root; a
 * parent precedes its children, so that `accumulate` works on it.
 */
export interface DifferenceTree {
  readonly functions: MatchedFunctions;
  readonly count: number;
  /** -1 for the root. */
  readonly parent: Int32Array;
  /** A number of `functions`; -1 for the root. */
  readonly function: Int32Array;
  readonly depth: Uint16Array;
  /** The node here of each node of a run's own tree. */
  readonly ofBefore: Uint32Array;
  readonly ofAfter: Uint32Array;
}

export function differenceTree(before: RunCalls, after: RunCalls): DifferenceTree {
  const functions = matchedFunctions(before.functions, after.functions);
  const ids = new Map<number, number>();
  const parent: number[] = [-1];
  const itsFunction: number[] = [-1];
  const depth: number[] = [0];
  const join = (tree: CallTree, numbers: Uint32Array): Uint32Array => {
    const placed = new Uint32Array(tree.count);
    for (let node = 1; node < tree.count; node++) {
      const above = placed[tree.parent[node] as number] as number;
      const called = numbers[tree.function[node] as number] as number;
      const key = above * functions.count + called;
      let id = ids.get(key);
      if (id === undefined) {
        id = parent.length;
        ids.set(key, id);
        parent.push(above);
        itsFunction.push(called);
        depth.push((depth[above] as number) + 1);
      }
      placed[node] = id;
    }
    return placed;
  };
  const ofBefore = join(before.tree, functions.ofBefore);
  const ofAfter = join(after.tree, functions.ofAfter);
  return {
    functions,
    count: parent.length,
    parent: Int32Array.from(parent),
    function: Int32Array.from(itsFunction),
    depth: Uint16Array.from(depth),
    ofBefore,
    ofAfter,
  };
}

/** Weights of the nodes of a tree, in whatever unit they were given. */
export interface NodeTimes {
  readonly self: Float64Array;
  readonly total: Float64Array;
}

type Shape = Pick<CallTree, 'count' | 'parent'>;

/** Weights of a run's own tree at the nodes of both. `places`: `ofBefore` or `ofAfter`; `scale` multiplies all of them. */
export function placedTimes(tree: Shape, places: Uint32Array, self: Float64Array, scale = 1): NodeTimes {
  const placed = new Float64Array(tree.count);
  for (let node = 0; node < places.length; node++) {
    const at = places[node] as number;
    placed[at] = (placed[at] as number) + (self[node] as number) * scale;
  }
  return withTotals(tree, placed);
}

/**
 * Of each path the larger of its own times before and after, summed over what it calls: room for both runs in one picture, in
 * which no call is wider than its caller. (The larger of two totals would not do: of a caller whose one call went and another
 * came, both would be as wide as the caller.)
 */
export function largerTimes(tree: Shape, before: NodeTimes, after: NodeTimes): NodeTimes {
  return withTotals(
    tree,
    before.self.map((then, node) => Math.max(then, after.self[node] as number)),
  );
}

function withTotals(tree: Shape, self: Float64Array): NodeTimes {
  const total = self.slice();
  accumulate(tree, total);
  return { self, total };
}
