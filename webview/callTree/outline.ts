import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import { heavyTree } from '../flame/arranged.ts';
import { childrenOf } from '../flame/shape.ts';
import type { Weights } from '../profile.ts';

/** A tree of functions that a reader opens node by node. Weights are those of the metric. */
export interface Outline {
  /** The rows at the margin. */
  readonly roots: readonly number[];
  /** What stands below a node, heaviest first; nothing without weight. */
  readonly below: (node: number) => readonly number[];
  /** As `below(node).length > 0`, at less cost. */
  readonly hasBelow: (node: number) => boolean;
  /** -1 for the root of all. */
  readonly functionOf: (node: number) => number;
  readonly total: (node: number) => number;
  /** Null where a node has none of its own: it only leads to what does. */
  readonly self: (node: number) => number | null;
  /** What a node is known by from one selection to the next. */
  readonly key: (node: number) => string;
}

/** Who calls what, from the root down. Nodes are those of the tree. */
export function callsOutline(tree: CallTree, weights: Weights): Outline {
  const { first, end, child, open } = heavyTree({ tree, ...childrenOf(tree) }, weights);
  const { self, total } = weights;
  const below = (node: number): number[] => {
    const nodes: number[] = [];
    open(node);
    for (let i = first[node] as number; i < (end[node] as number); i++) {
      const id = child[i] as number;
      if (!((total[id] as number) > 0)) break;
      nodes.push(id);
    }
    return nodes;
  };
  return {
    roots: (total[0] as number) > 0 ? [0] : [],
    below,
    hasBelow: (node) => {
      open(node);
      const at = first[node] as number;
      return at < (end[node] as number) && (total[child[at] as number] as number) > 0;
    },
    functionOf: (node) => tree.function[node] as number,
    total: (node) => total[node] as number,
    self: (node) => self[node] as number,
    key: String,
  };
}

/** A node of callers: the stacks that lead through it, each as the node of the tree that they have come to, and what they weigh. */
interface Caller {
  readonly called: number;
  readonly above: number;
  readonly stacks: number[];
  readonly weights: number[];
  total: number;
  below: readonly number[] | null;
}

/**
 * Who is called by whom: the functions by their own weight, and below each its callers, with the part of that weight that came
 * through them. Nodes are numbered when their callers are asked for: of a tree of n nodes and depth d all of them would be n times d.
 */
export function callersOutline(tree: CallTree, { self }: Weights): Outline {
  const nodes: Caller[] = [];
  const grouped = (
    stacks: Iterable<number>,
    weightOf: (index: number) => number,
    above: number,
  ): readonly number[] => {
    const byFunction = new Map<number, number>();
    let index = -1;
    for (const stack of stacks) {
      index++;
      const weight = weightOf(index);
      if (stack <= 0 || !(weight > 0)) continue;
      const called = tree.function[stack] as number;
      let id = byFunction.get(called);
      if (id === undefined) {
        id = nodes.length;
        byFunction.set(called, id);
        nodes.push({ called, above, stacks: [], weights: [], total: 0, below: null });
      }
      const node = nodes[id] as Caller;
      node.stacks.push(stack);
      node.weights.push(weight);
      node.total += weight;
    }
    return [...byFunction.values()].sort((a, b) => totalOf(b) - totalOf(a) || a - b);
  };
  const totalOf = (id: number): number => (nodes[id] as Caller).total;
  const callerOf = (stack: number): number => tree.parent[stack] as number;
  const roots = grouped(self.keys(), (stack) => self[stack] as number, -1);
  const below = (id: number): readonly number[] => {
    const node = nodes[id] as Caller;
    node.below ??= grouped(node.stacks.map(callerOf), (index) => node.weights[index] as number, id);
    return node.below;
  };
  return {
    roots,
    below,
    hasBelow: (id) => (nodes[id] as Caller).stacks.some((stack) => callerOf(stack) > 0),
    functionOf: (id) => (nodes[id] as Caller).called,
    total: totalOf,
    self: (id) => ((nodes[id] as Caller).above < 0 ? totalOf(id) : null),
    key: (id) => {
      const names: number[] = [];
      for (let at = id; at >= 0; at = (nodes[at] as Caller).above) names.push((nodes[at] as Caller).called);
      return names.join(' ');
    },
  };
}

/** The rows of an outline from top to bottom. */
export interface OutlineRows {
  readonly node: readonly number[];
  /** From 1. */
  readonly level: readonly number[];
}

/** `keeps`: null for all; a node that is left out takes with it what stands below it. */
export function shownRows(
  outline: Outline,
  isOpen: (node: number) => boolean,
  keeps: ((node: number) => boolean) | null,
): OutlineRows {
  const node: number[] = [];
  const level: number[] = [];
  // A stack of our own, for profiles are deeper than that of the browser.
  const open: { node: number; level: number }[] = [];
  const push = (nodes: readonly number[], at: number): void => {
    for (let i = nodes.length - 1; i >= 0; i--) {
      const id = nodes[i] as number;
      if (keeps === null || keeps(id)) open.push({ node: id, level: at });
    }
  };
  push(outline.roots, 1);
  for (let next = open.pop(); next; next = open.pop()) {
    node.push(next.node);
    level.push(next.level);
    if (isOpen(next.node)) push(outline.below(next.node), next.level + 1);
  }
  return { node, level };
}

/** From a node on down to where most of its time is spent: always the heaviest below, until it has more of its own than that. */
export function hottestPath(outline: Outline, from: number): number[] {
  const path = [from];
  for (let at = from; ; ) {
    const [heaviest] = outline.below(at);
    if (heaviest === undefined || (outline.self(at) ?? 0) >= outline.total(heaviest)) return path;
    path.push(heaviest);
    at = heaviest;
  }
}

/** What a search leaves of a tree of calls: by node 1 on the way to what was found, 2 for that and all below it, 0 for the rest. */
export function foundPaths({ count, parent, function: called }: CallTree, found: Uint8Array): Uint8Array {
  const marks = new Uint8Array(count);
  for (let node = 1; node < count; node++) {
    const inside = marks[parent[node] as number] === 2;
    if (inside || found[called[node] as number] === 1) marks[node] = 2;
  }
  for (let node = count - 1; node > 0; node--) {
    const above = parent[node] as number;
    if (marks[node] !== 0 && marks[above] === 0) marks[above] = 1;
  }
  return marks;
}
