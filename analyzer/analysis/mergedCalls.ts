import type { CallTree } from './callTree.ts';

/**
 * A tree of calls that is made while it is looked at: a node's children are known once it was opened. Calls that are reached by the
 * same functions are one node. Children lie next to each other, heaviest first: those of node i are `child[first[i]]` to `child[end[i] - 1]`.
 */
export interface MergedCalls {
  readonly function: readonly number[];
  readonly parent: readonly number[];
  readonly depth: readonly number[];
  /** In the unit of the weights. */
  readonly total: readonly number[];
  readonly self: readonly number[];
  readonly first: readonly number[];
  readonly end: readonly number[];
  readonly child: readonly number[];
  readonly open: (node: number) => void;
  /** The nodes of the call tree whose weights a node's total is the sum of: their totals, or of an inverted tree what is their own. */
  readonly members: (node: number) => readonly number[];
}

/** The tree that is merged, its weights, and the children of each node in any order: `child[offset[i]]` to `child[offset[i + 1] - 1]`. */
export interface WeighedCalls {
  readonly tree: Pick<CallTree, 'count' | 'parent' | 'function'>;
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly offset: Uint32Array;
  readonly child: Uint32Array;
}

/** Where a call is looked at and the call that counts: walking to callers, the second stays behind. */
interface Calls {
  readonly at: number[];
  readonly counts: number[];
}

type Grouped = Map<number, Calls>;

function add(groups: Grouped, called: number, at: number, counts: number): void {
  let group = groups.get(called);
  if (!group) {
    group = { at: [], counts: [] };
    groups.set(called, group);
  }
  group.at.push(at);
  group.counts.push(counts);
}

/** Where a node's children come from, and what of its total is in none of them. */
interface Way {
  readonly onwards: (calls: Calls) => Grouped;
  readonly self: (calls: Calls) => number;
}

interface Growing extends MergedCalls {
  readonly add: (called: number, parent: number, calls: Calls, way: Way) => void;
}

/** A tree of nodes of which each has its own way on. `weight`: what totals are sums of, by node of the call tree. */
function growing(weight: Float64Array): Growing {
  const its: number[] = [];
  const parent: number[] = [];
  const depth: number[] = [];
  const total: number[] = [];
  const self: number[] = [];
  const first: number[] = [];
  const end: number[] = [];
  const child: number[] = [];
  const members: Calls[] = [];
  /** Null once it was gone. */
  const ways: (Way | null)[] = [];
  const add = (called: number, above: number, calls: Calls, way: Way): void => {
    child.push(its.length);
    its.push(called);
    parent.push(above);
    depth.push(above < 0 ? 0 : (depth[above] as number) + 1);
    total.push(sumOver(weight, calls.counts));
    self.push(way.self(calls));
    first.push(0);
    end.push(0);
    members.push(calls);
    ways.push(way);
  };
  const open = (node: number): void => {
    const calls = members[node];
    const way = ways[node];
    if (!calls || !way) return;
    ways[node] = null;
    const groups = [...way.onwards(calls)].map(
      ([called, on]) => [sumOver(weight, on.counts), called, on] as const,
    );
    groups.sort((a, b) => b[0] - a[0]);
    first[node] = its.length;
    for (const [, called, on] of groups) add(called, node, on, way);
    end[node] = its.length;
  };
  return {
    function: its,
    parent,
    depth,
    total,
    self,
    first,
    end,
    child,
    open,
    members: (node) => members[node]?.counts ?? [],
    add,
  };
}

function sumOver(weight: Float64Array, nodes: readonly number[]): number {
  let sum = 0;
  for (const node of nodes) sum += weight[node] as number;
  return sum;
}

/** To those that called, by function; what nothing called is in no child. */
function toCallers({ parent, function: called }: WeighedCalls['tree'], weight: Float64Array): Way {
  return {
    onwards: ({ at, counts }) => {
      const groups: Grouped = new Map();
      for (let i = 0; i < at.length; i++) {
        const caller = parent[at[i] as number] as number;
        if (caller > 0) add(groups, called[caller] as number, caller, counts[i] as number);
      }
      return groups;
    },
    self: ({ at, counts }) => {
      let sum = 0;
      for (let i = 0; i < at.length; i++)
        if ((parent[at[i] as number] as number) <= 0) sum += weight[counts[i] as number] as number;
      return sum;
    },
  };
}

function toCallees({ tree, self, total, offset, child }: WeighedCalls): Way {
  return {
    onwards: ({ counts }) => {
      const groups: Grouped = new Map();
      for (const node of counts) {
        const end = offset[node + 1] as number;
        for (let i = offset[node] as number; i < end; i++) {
          const id = child[i] as number;
          if ((total[id] as number) > 0) add(groups, tree.function[id] as number, id, id);
        }
      }
      return groups;
    },
    self: ({ counts }) => sumOver(self, counts),
  };
}

/**
 * The tree upside down: below the root the functions by their own time, below each the functions that called it, by how much of
 * that time they called for. Every piece of own time is in it once, so that children and what nothing called sum to their parent.
 */
export function invertedCalls({ tree, self }: WeighedCalls): MergedCalls {
  const all: number[] = [];
  for (let node = 0; node < tree.count; node++) if ((self[node] as number) > 0) all.push(node);
  const root = { at: all, counts: all };
  const up = toCallers(tree, self);
  const inverted = growing(self);
  // The root's children are the calls themselves; from there on it goes to callers.
  inverted.add(-1, -1, root, {
    onwards: (calls) => {
      if (calls !== root) return up.onwards(calls);
      const groups: Grouped = new Map();
      for (const node of all) if (node > 0) add(groups, tree.function[node] as number, node, node);
      return groups;
    },
    self: (calls) => (calls === root ? (self[0] as number) : up.self(calls)),
  });
  return inverted;
}

/** The nodes of the sandwich that stand for the function: what it called is below the first, who called it below the second. */
export const CALLED = 0;
export const CALLING = 1;

/**
 * A function between its callers and its callees. Of a function that calls itself the outermost calls count, so that its total is
 * what it is anywhere else.
 */
export function sandwichCalls(weighed: WeighedCalls, called: number): MergedCalls {
  const { tree, total } = weighed;
  const outermost: number[] = [];
  // A parent precedes its children, so one pass does.
  const inside = new Uint8Array(tree.count);
  for (let node = 1; node < tree.count; node++) {
    if (inside[tree.parent[node] as number] === 1) inside[node] = 1;
    else if (tree.function[node] === called) {
      inside[node] = 1;
      if ((total[node] as number) > 0) outermost.push(node);
    }
  }
  const calls = { at: outermost, counts: outermost };
  const sandwich = growing(total);
  sandwich.add(called, -1, calls, toCallees(weighed));
  sandwich.add(called, -1, calls, toCallers(tree, total));
  return sandwich;
}
