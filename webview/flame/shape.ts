import { accumulate, type CallTree } from '../../analyzer/analysis/callTree.ts';
import type { Functions } from '../../analyzer/analysis/functions.ts';
import type { Home } from '../../analyzer/analysis/origin.ts';
import {
  firstOfModule,
  type ShapedTree,
  shapedValues,
  shapeTree,
  type Transform,
} from '../../analyzer/analysis/shapedTree.ts';
import { functionLabel } from '../devices/names.ts';
import { visible } from '../format.ts';
import type { Profile, Weights } from '../profile.ts';
import { NO_TRANSFORMS } from '../state/flameState.ts';

/** The calls of a recording as the reader shaped them, with the functions that modules became. */
export interface Shape {
  readonly tree: Pick<CallTree, 'count' | 'parent' | 'function' | 'depth'>;
  /** How it came from the recording's tree; null: it is that one. */
  readonly shaped: ShapedTree | null;
  /** Those of the recording; where modules were made one box, as many again: box `count + i` is the module of function i. */
  readonly functions: Pick<Functions, 'count' | 'name' | 'file' | 'line'>;
  readonly homes: readonly Home[];
  /** Of each function of the recording the first one of its module. */
  readonly modules: Int32Array;
  /** The children of each node in order of number: those of node i are `child[offset[i]]` to `child[offset[i + 1] - 1]`. */
  readonly offset: Uint32Array;
  readonly child: Uint32Array;
}

const known = new WeakMap<Profile, { transforms: readonly Transform[]; shape: Shape }>();

/** The shape of a recording under some steps; the last one asked for is kept, as several views ask for it. */
export function shapeOf(profile: Profile, transforms: readonly Transform[]): Shape {
  const last = known.get(profile);
  if (last?.transforms === transforms) return last.shape;
  const shape = makeShape(profile, transforms);
  known.set(profile, { transforms, shape });
  return shape;
}

function makeShape({ tree, functions, homes }: Profile, transforms: readonly Transform[]): Shape {
  const modules = firstOfModule(homes);
  if (transforms.length === 0) return { tree, shaped: null, functions, homes, modules, ...childrenOf(tree) };
  const shaped = shapeTree(tree, modules, transforms);
  const boxes = transforms.filter(({ kind }) => kind === 'module').map(({ of }) => of);
  const all = boxes.length > 0 ? withModules(functions, homes, boxes) : { functions, homes };
  return { tree: shaped, shaped, ...all, modules, ...childrenOf(shaped) };
}

function withModules(
  functions: Functions,
  homes: readonly Home[],
  modules: readonly number[],
): Pick<Shape, 'functions' | 'homes'> {
  const none = functions.name.map(() => '');
  const name = [...functions.name, ...none];
  for (const of of modules) name[functions.count + of] = `module ${homes[of]?.module ?? ''}`;
  const line = new Uint32Array(2 * functions.count);
  line.set(functions.line);
  return {
    functions: {
      count: 2 * functions.count,
      name,
      file: [...functions.file, ...none],
      line,
    },
    homes: [...homes, ...homes],
  };
}

/** The children of every node, in order of number. */
export function childrenOf({
  count,
  parent,
}: Pick<CallTree, 'count' | 'parent'>): Pick<Shape, 'offset' | 'child'> {
  const offset = new Uint32Array(count + 1);
  for (let node = 1; node < count; node++) {
    const after = (parent[node] as number) + 1;
    offset[after] = (offset[after] as number) + 1;
  }
  for (let node = 0; node < count; node++)
    offset[node + 1] = (offset[node + 1] as number) + (offset[node] as number);
  const next = offset.slice();
  const child = new Uint32Array(Math.max(0, count - 1));
  for (let node = 1; node < count; node++) {
    const above = parent[node] as number;
    child[next[above] as number] = node;
    next[above] = (next[above] as number) + 1;
  }
  return { offset, child };
}

/** The weights of the shaped tree's nodes. */
export function shapedWeights({ shaped, tree }: Shape, weights: Weights, of: Profile['tree']): Weights {
  if (shaped === null) return weights;
  const self = shapedValues(shaped, weights.self);
  const total = self.slice();
  accumulate(tree, total);
  if (weights.sure === null) return { self, total, sure: null };
  const sure = shapedValues(shaped, ownPart(of, weights.sure));
  accumulate(tree, sure);
  return { self, total, sure };
}

/** What `accumulate` made of it, undone: each node's own part of values that hold those of all below. */
function ownPart({ count, parent }: Pick<CallTree, 'count' | 'parent'>, sums: Float64Array): Float64Array {
  const own = sums.slice();
  for (let node = 1; node < count; node++) {
    const above = parent[node] as number;
    own[above] = (own[above] as number) - (sums[node] as number);
  }
  return own;
}

/** The node that one of the recording's tree went into; the root where it was left out, or there is none. */
export const nodeIn = ({ shaped, tree }: Shape, node: number): number =>
  shaped === null ? (node < tree.count ? node : 0) : Math.max(0, shaped.of[node] ?? 0);

/** The first node of the recording's tree that went into a shaped one. */
export const recordedNode = ({ shaped }: Shape, node: number): number =>
  shaped === null ? node : (shaped.from[node] as number);

/** A function that other views know too; -1 for the root and for a module that was made one box. */
export const recordedFunction = ({ modules }: Shape, id: number): number => (id < modules.length ? id : -1);

/** What a function is called where there is little room. */
export const shapedLabel = (profile: Profile, { functions, modules }: Shape, id: number): string =>
  id < modules.length ? functionLabel(profile, id) : visible(functions.name[id] as string);

export const unshaped = (profile: Profile): Shape => shapeOf(profile, NO_TRANSFORMS);
