import type { CallTree } from './callTree.ts';
import type { Home } from './origin.ts';

/**
 * What a reader does to a call tree to see through it; the order is the order of menus.
 * `focus`: only a function, wherever it was called, with what it called. `branch`: only one node and what it called. `collapse`: what
 * a function called becomes its own time. `hide`: a function's own time becomes its caller's. `module`: calls within a module
 * become one box. `recursion`: so do functions that call themselves.
 */
export const TRANSFORM_KINDS = ['focus', 'branch', 'collapse', 'hide', 'module', 'recursion'] as const;
export type TransformKind = (typeof TRANSFORM_KINDS)[number];

/**
 * One step. `of` is a number of `Functions`; of `branch` a node of the recording's tree; of `module` the first function of the
 * module (`firstOfModule`); of `recursion` 0. A module that was made one box is the function `functions.count + of` for the steps that follow.
 */
export interface Transform {
  readonly kind: TransformKind;
  readonly of: number;
}

/** A call tree after some steps. Node 0 is the root; a parent precedes its children; children of one node differ in their functions. */
export interface ShapedTree extends Pick<CallTree, 'count' | 'parent' | 'function' | 'depth'> {
  /** The node that each node of the recording's tree went into; -1 for what was left out. */
  readonly of: Int32Array;
  /** The first node of the recording's tree that went into each node; 0 for the root. */
  readonly from: Int32Array;
}

type Tree = Pick<CallTree, 'count' | 'parent' | 'function' | 'depth'>;

/** Of each function the first one of its module. */
export function firstOfModule(homes: readonly Home[]): Int32Array {
  const known = new Map<string, number>();
  return Int32Array.from(homes, ({ origin, module }, id) => {
    const key = `${origin} ${module}`;
    const first = known.get(key) ?? id;
    known.set(key, first);
    return first;
  });
}

/** The tree after all steps, one after the other. `modules`: as from `firstOfModule`, one entry a function. */
export function shapeTree(tree: Tree, modules: Int32Array, transforms: readonly Transform[]): ShapedTree {
  let shaped: Tree = tree;
  const of = Int32Array.from({ length: tree.count }, (_, node) => node);
  for (const transform of transforms) {
    const target = transform.kind === 'branch' ? (of[transform.of] ?? -1) : transform.of;
    const step = shapedOnce(shaped, modules, transform.kind, target);
    shaped = step.tree;
    for (let node = 0; node < of.length; node++) {
      const at = of[node] as number;
      if (at >= 0) of[node] = step.of[at] as number;
    }
  }
  const from = new Int32Array(shaped.count).fill(-1);
  for (let node = 0; node < of.length; node++) {
    const at = of[node] as number;
    if (at >= 0 && from[at] === -1) from[at] = node;
  }
  from[0] = 0;
  const { count, parent, function: called, depth } = shaped;
  return { count, parent, function: called, depth, of, from };
}

/** A node goes into the one that its caller went into, or is left out; else it becomes a call of the function that a rule names. */
const INTO_CALLER = -2;
const LEFT_OUT = -1;

/** `above`: what the caller went into, -1 when it was left out. `aboveIs`: the function of that. */
type Rule = (called: number, above: number, aboveIs: number, node: number) => number;

function ruleOf(kind: TransformKind, of: number, modules: Int32Array): Rule {
  switch (kind) {
    case 'focus':
      return (called, above) => (above >= 0 || called === of ? called : LEFT_OUT);
    case 'branch':
      return (called, above, _, node) => (above >= 0 || node === of ? called : LEFT_OUT);
    case 'collapse':
      return (called, _, aboveIs) => (aboveIs === of ? INTO_CALLER : called);
    case 'hide':
      return (called) => (called === of ? INTO_CALLER : called);
    case 'recursion':
      return (called, _, aboveIs) => (aboveIs === called ? INTO_CALLER : called);
    case 'module': {
      const box = modules.length + of;
      return (called, _, aboveIs) => (modules[called] !== of ? called : aboveIs === box ? INTO_CALLER : box);
    }
  }
}

function shapedOnce(
  tree: Tree,
  modules: Int32Array,
  kind: TransformKind,
  target: number,
): { readonly tree: Tree; readonly of: Int32Array } {
  const rule = ruleOf(kind, target, modules);
  const functions = 2 * modules.length;
  const of = new Int32Array(tree.count);
  // What is called from the root, or is the root's own, is outside of what one looks at.
  of[0] = kind === 'focus' || kind === 'branch' ? LEFT_OUT : 0;
  const ids = new Map<number, number>();
  const parent: number[] = [-1];
  const its: number[] = [-1];
  const depth: number[] = [0];
  for (let node = 1; node < tree.count; node++) {
    const above = of[tree.parent[node] as number] as number;
    const called = rule(tree.function[node] as number, above, its[above] ?? -1, node);
    if (called < 0) {
      of[node] = called === INTO_CALLER ? above : LEFT_OUT;
      continue;
    }
    const caller = Math.max(0, above);
    const key = caller * functions + called;
    let id = ids.get(key);
    if (id === undefined) {
      id = parent.length;
      ids.set(key, id);
      parent.push(caller);
      its.push(called);
      depth.push((depth[caller] as number) + 1);
    }
    of[node] = id;
  }
  const shaped = {
    count: parent.length,
    parent: Int32Array.from(parent),
    function: Int32Array.from(its),
    depth: Uint16Array.from(depth),
  };
  return { tree: shaped, of };
}

/** Values of the nodes of the recording's tree, as values of the shaped one; what was left out counts for nothing. */
export function shapedValues({ count, of }: ShapedTree, values: Float64Array): Float64Array {
  const sums = new Float64Array(count);
  for (let node = 0; node < of.length; node++) {
    const at = of[node] as number;
    if (at >= 0) sums[at] = (sums[at] as number) + (values[node] as number);
  }
  return sums;
}
