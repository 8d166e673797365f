import type { Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';

/**
 * The calls of a recording as one tree of functions: stacks that differ only in lines fall together. Node 0 is the root
 * and stands for no function; a parent precedes its children.
 */
export interface CallTree {
  readonly count: number;
  /** Parent of each node; -1 for the root. */
  readonly parent: Int32Array;
  /** Function of each node, a number of `Functions`; -1 for the root. */
  readonly function: Int32Array;
  /** Calls between the root and the node; 0 for the root. */
  readonly depth: Uint16Array;
  /** The node of each row of `stacks`. */
  readonly ofStack: Uint32Array;
}

export function callTree({ stacks }: Pick<Tables, 'stacks'>, functions: Functions): CallTree {
  const ids = new Map<number, number>();
  const parent: number[] = [-1];
  const itsFunction: number[] = [-1];
  const depth: number[] = [0];
  const ofStack = new Uint32Array(stacks.length);
  for (let i = 0; i < stacks.length; i++) {
    const below = stacks.parent[i] as number;
    const from = below < 0 ? 0 : (ofStack[below] as number);
    const called = functions.ofFrame[stacks.frame[i] as number] as number;
    const key = from * functions.count + called;
    let node = ids.get(key);
    if (node === undefined) {
      node = parent.length;
      ids.set(key, node);
      parent.push(from);
      itsFunction.push(called);
      depth.push((depth[from] as number) + 1);
    }
    ofStack[i] = node;
  }
  return {
    count: parent.length,
    parent: Int32Array.from(parent),
    function: Int32Array.from(itsFunction),
    depth: Uint16Array.from(depth),
    ofStack,
  };
}

/** Adds every node's value to its parent's, in place: `self` becomes `total`. */
export function accumulate(tree: Pick<CallTree, 'count' | 'parent'>, values: Float64Array): void {
  for (let i = tree.count - 1; i > 0; i--) {
    const parent = tree.parent[i] as number;
    values[parent] = (values[parent] as number) + (values[i] as number);
  }
}

/** Self and total of each function; a recursive call counts once in the total, so that no function exceeds the whole. */
export function functionTotals(
  tree: Pick<CallTree, 'count' | 'parent' | 'function'>,
  functions: Pick<Functions, 'count'>,
  self: Float64Array,
): { self: Float64Array; total: Float64Array } {
  const own = new Float64Array(functions.count);
  const total = new Float64Array(functions.count);
  const nodeTotal = self.slice();
  accumulate(tree, nodeTotal);
  for (let node = 1; node < tree.count; node++) {
    const id = tree.function[node] as number;
    own[id] = (own[id] as number) + (self[node] as number);
    let above = tree.parent[node] as number;
    while (above > 0 && tree.function[above] !== id) above = tree.parent[above] as number;
    if (above <= 0) total[id] = (total[id] as number) + (nodeTotal[node] as number);
  }
  return { self: own, total };
}
