import { invertedCalls, type MergedCalls, sandwichCalls } from '../../analyzer/analysis/mergedCalls.ts';
import type { Weights } from '../profile.ts';
import type { Shape } from './shape.ts';

/**
 * A tree as the flame graph draws it. The children of node i are `child[first[i]]` to `child[end[i] - 1]`, heaviest first, once
 * the node was opened.
 */
export interface ArrangedTree {
  readonly function: ArrayLike<number>;
  readonly parent: ArrayLike<number>;
  readonly depth: ArrayLike<number>;
  readonly total: ArrayLike<number>;
  readonly self: ArrayLike<number>;
  readonly first: ArrayLike<number>;
  readonly end: ArrayLike<number>;
  readonly child: ArrayLike<number>;
  readonly open: (node: number) => void;
  /** The nodes of the shaped tree that a node stands for. */
  readonly members: MergedCalls['members'];
  /** Whether a node's weight is what is its members' own, and not their totals. */
  readonly ofOwn: boolean;
}

/** The shaped tree itself. Children are sorted when they are first looked at: most are never in sight. */
export function heavyTree(
  { tree, offset, child }: Pick<Shape, 'tree' | 'offset' | 'child'>,
  { self, total }: Pick<Weights, 'self' | 'total'>,
): ArrangedTree {
  const sorted = new Uint8Array(tree.count);
  const order = child.slice();
  return {
    function: tree.function,
    parent: tree.parent,
    depth: tree.depth,
    self,
    total,
    first: offset,
    end: offset.subarray(1),
    child: order,
    members: (node) => [node],
    ofOwn: false,
    open: (node) => {
      if (sorted[node] === 1) return;
      sorted[node] = 1;
      const from = offset[node] as number;
      const to = offset[node + 1] as number;
      // Ties keep the order of first appearance, so that two pictures of one selection are the same picture.
      if (to - from > 1)
        order.subarray(from, to).sort((a, b) => (total[b] as number) - (total[a] as number) || a - b);
    },
  };
}

export const invertedTree = (shape: Shape, { self, total }: Weights): ArrangedTree => ({
  ...invertedCalls({ tree: shape.tree, self, total, offset: shape.offset, child: shape.child }),
  ofOwn: true,
});

export const sandwichTree = (shape: Shape, { self, total }: Weights, called: number): ArrangedTree => ({
  ...sandwichCalls({ tree: shape.tree, self, total, offset: shape.offset, child: shape.child }, called),
  ofOwn: false,
});

/** A part of a picture, in the unit of the weights, from the left edge of the whole. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Where a node lies: from the left edge of the first node above it. */
export function spanOf(tree: ArrangedTree, node: number): Span {
  let from = 0;
  for (let at = node; (tree.parent[at] as number) >= 0; at = tree.parent[at] as number) {
    const above = tree.parent[at] as number;
    tree.open(above);
    for (let i = tree.first[above] as number; tree.child[i] !== at; i++)
      from += tree.total[tree.child[i] as number] as number;
  }
  return { from, to: from + (tree.total[node] as number) };
}

/** The node that a path of functions leads to from the root, as far as there is one. */
export function nodeOnPath(tree: ArrangedTree, path: readonly number[]): number {
  let node = 0;
  for (const called of path) {
    tree.open(node);
    let next = -1;
    for (let i = tree.first[node] as number; i < (tree.end[node] as number); i++)
      if (tree.function[tree.child[i] as number] === called) next = tree.child[i] as number;
    if (next < 0) break;
    node = next;
  }
  return node;
}
