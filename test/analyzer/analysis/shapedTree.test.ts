import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { accumulate } from '../../../analyzer/analysis/callTree.ts';
import {
  CALLED,
  CALLING,
  invertedCalls,
  type MergedCalls,
  sandwichCalls,
} from '../../../analyzer/analysis/mergedCalls.ts';
import {
  firstOfModule,
  shapedValues,
  shapeTree,
  TRANSFORM_KINDS,
  type Transform,
} from '../../../analyzer/analysis/shapedTree.ts';

const FUNCTIONS = 6;
/** Functions 0 to 2 are of one module, 3 and 4 of another, 5 is alone. */
const MODULES = firstOfModule(
  [0, 0, 0, 3, 3, 5].map((module) => ({ origin: 'own', module: `m${module}` }) as const),
);

/** A tree from the calls of stacks, outermost first: each stack has a weight of its own. */
function treeOf(stacks: readonly { readonly calls: readonly number[]; readonly weight: number }[]) {
  const ids = new Map<string, number>([['', 0]]);
  const parent = [-1];
  const its = [-1];
  const depth = [0];
  const self = [0];
  for (const { calls, weight } of stacks) {
    let at = 0;
    let key = '';
    for (const called of calls) {
      key += `/${called}`;
      let node = ids.get(key);
      if (node === undefined) {
        node = parent.length;
        ids.set(key, node);
        parent.push(at);
        its.push(called);
        depth.push((depth[at] as number) + 1);
        self.push(0);
      }
      at = node;
    }
    self[at] = (self[at] as number) + weight;
  }
  const count = parent.length;
  const columns = {
    count,
    parent: Int32Array.from(parent),
    function: Int32Array.from(its),
    depth: Uint16Array.from(depth),
  };
  return { tree: columns, self: Float64Array.from(self) };
}

const stacks = fc.array(
  fc.record({
    calls: fc.array(fc.integer({ min: 0, max: FUNCTIONS - 1 }), { maxLength: 7 }),
    weight: fc.integer({ min: 0, max: 50 }),
  }),
  { minLength: 1, maxLength: 25 },
);
const transform: fc.Arbitrary<Transform> = fc.record({
  kind: fc.constantFrom(...TRANSFORM_KINDS),
  of: fc.integer({ min: 0, max: 2 * FUNCTIONS - 1 }),
});
const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);

function totals(tree: Parameters<typeof accumulate>[0], self: Float64Array): Float64Array {
  const total = self.slice();
  accumulate(tree, total);
  return total;
}

test('whatever is done to a tree, it stays one: parents first, children of different functions, no child above its parent', () => {
  fc.assert(
    fc.property(stacks, fc.array(transform, { maxLength: 5 }), (calls, transforms) => {
      const { tree, self } = treeOf(calls);
      const shaped = shapeTree(tree, MODULES, transforms);
      const total = totals(shaped, shapedValues(shaped, self));
      const seen = new Set<string>();
      for (let node = 1; node < shaped.count; node++) {
        const parent = shaped.parent[node] as number;
        expect(parent).toBeLessThan(node);
        expect(shaped.depth[node]).toBe((shaped.depth[parent] as number) + 1);
        expect(total[node]).toBeLessThanOrEqual(total[parent] as number);
        const key = `${parent} ${shaped.function[node]}`;
        expect(seen.has(key)).toBe(false);
        seen.add(key);
        expect(shaped.of[shaped.from[node] as number]).toBe(node);
      }
    }),
  );
});

test('hiding, collapsing and making one box keep all time; focusing keeps that of what is focused on', () => {
  fc.assert(
    fc.property(stacks, fc.array(transform, { maxLength: 4 }), (calls, transforms) => {
      const { tree, self } = treeOf(calls);
      const keeping = transforms.filter(({ kind }) => kind !== 'focus' && kind !== 'branch');
      const shaped = shapeTree(tree, MODULES, keeping);
      expect(sum(shapedValues(shaped, self))).toBe(sum(self));
    }),
  );
  fc.assert(
    fc.property(stacks, fc.integer({ min: 0, max: FUNCTIONS - 1 }), (calls, of) => {
      const { tree, self } = treeOf(calls);
      const within = calls.filter(({ calls: its }) => its.includes(of));
      const focused = shapeTree(tree, MODULES, [{ kind: 'focus', of }]);
      expect(sum(shapedValues(focused, self))).toBe(sum(within.map(({ weight }) => weight)));
      const node = tree.count - 1;
      const branch = shapeTree(tree, MODULES, [{ kind: 'branch', of: node }]);
      expect(sum(shapedValues(branch, self))).toBe(node === 0 ? 0 : totals(tree, self)[node]);
    }),
  );
});

test('without steps the tree is the same one, and what was hidden is in it no more', () => {
  fc.assert(
    fc.property(stacks, fc.integer({ min: 0, max: FUNCTIONS - 1 }), (calls, of) => {
      const { tree, self } = treeOf(calls);
      const same = shapeTree(tree, MODULES, []);
      expect([...same.function]).toEqual([...tree.function]);
      expect([...same.of]).toEqual([...tree.parent.keys()]);
      expect([...shapedValues(same, self)]).toEqual([...self]);
      expect(shapeTree(tree, MODULES, [{ kind: 'hide', of }]).function).not.toContain(of);
      const collapsed = shapeTree(tree, MODULES, [{ kind: 'collapse', of }]);
      for (let node = 1; node < collapsed.count; node++)
        expect(collapsed.function[collapsed.parent[node] as number]).not.toBe(of);
    }),
  );
});

test('each step does to a known tree what it says', () => {
  const { tree, self } = treeOf([
    { calls: [5, 0, 1], weight: 1 },
    { calls: [5, 0, 1, 3], weight: 2 },
    { calls: [5, 0, 0, 1], weight: 4 },
    { calls: [5, 3, 1], weight: 8 },
  ]);
  const shown = (...transforms: Transform[]): string[] => {
    const shaped = shapeTree(tree, MODULES, transforms);
    const own = shapedValues(shaped, self);
    const path = (node: number): string =>
      node === 0 ? '' : `${path(shaped.parent[node] as number)}/${shaped.function[node]}`;
    return [...own.keys()].filter((node) => own[node] !== 0).map((node) => `${path(node)} ${own[node]}`);
  };
  expect(shown({ kind: 'focus', of: 1 })).toEqual(['/1 13', '/1/3 2']);
  expect(shown({ kind: 'branch', of: 2 })).toEqual(['/0/1 1', '/0/1/3 2', '/0/0/1 4']);
  expect(shown({ kind: 'collapse', of: 0 })).toEqual(['/5/0 7', '/5/3/1 8']);
  expect(shown({ kind: 'hide', of: 0 })).toEqual(['/5/1 5', '/5/1/3 2', '/5/3/1 8']);
  expect(shown({ kind: 'recursion', of: 0 })).toEqual(['/5/0/1 5', '/5/0/1/3 2', '/5/3/1 8']);
  const module = FUNCTIONS;
  expect(shown({ kind: 'module', of: 0 })).toEqual([
    `/5/${module} 5`,
    `/5/${module}/3 2`,
    `/5/3/${module} 8`,
  ]);
  expect(shown({ kind: 'module', of: 0 }, { kind: 'hide', of: module })).toEqual(['/5 5', '/5/3 10']);
});

/** Opens every node and gives all of them. */
function opened(merged: MergedCalls): number[] {
  for (let node = 0; node < merged.function.length; node++) merged.open(node);
  return [...merged.function.keys()];
}

const childrenOf = (merged: MergedCalls, node: number): number[] =>
  [...merged.child.keys()]
    .slice(merged.first[node] as number, merged.end[node] as number)
    .map((i) => merged.child[i] as number);

function weighedOf(calls: Parameters<typeof treeOf>[0]) {
  const { tree, self } = treeOf(calls);
  const byParent = [...tree.parent.keys()].slice(1);
  byParent.sort((a, b) => (tree.parent[a] as number) - (tree.parent[b] as number) || a - b);
  const offset = Uint32Array.from(
    { length: tree.count + 1 },
    (_, node) => byParent.filter((child) => (tree.parent[child] as number) < node).length,
  );
  return { tree, self, total: totals(tree, self), offset, child: Uint32Array.from(byParent) };
}

test('upside down every piece of own time is there once, and callers sum to what they called for', () => {
  fc.assert(
    fc.property(stacks, (calls) => {
      const weighed = weighedOf(calls);
      const inverted = invertedCalls(weighed);
      for (const node of opened(inverted)) {
        const below = childrenOf(inverted, node);
        const weights = below.map((id) => inverted.total[id] as number);
        expect(sum(weights) + (inverted.self[node] as number)).toBe(inverted.total[node]);
        expect(weights).toEqual([...weights].sort((a, b) => b - a));
        expect(sum(inverted.members(node).map((id) => weighed.self[id] as number))).toBe(
          inverted.total[node],
        );
      }
      expect(inverted.total[0]).toBe(sum(weighed.self));
      for (const top of childrenOf(inverted, 0)) {
        const called = inverted.function[top] as number;
        const own = [...weighed.tree.function.keys()].filter((id) => weighed.tree.function[id] === called);
        expect(inverted.total[top]).toBe(sum(own.map((id) => weighed.self[id] as number)));
      }
    }),
  );
});

test('a sandwich counts recursion once, and its callers and its calls sum to what lies between', () => {
  fc.assert(
    fc.property(stacks, fc.integer({ min: 0, max: FUNCTIONS - 1 }), (calls, called) => {
      const sandwich = sandwichCalls(weighedOf(calls), called);
      const within = sum(calls.filter(({ calls: its }) => its.includes(called)).map(({ weight }) => weight));
      expect([sandwich.total[CALLED], sandwich.total[CALLING]]).toEqual([within, within]);
      for (const node of opened(sandwich)) {
        const below = childrenOf(sandwich, node).map((id) => sandwich.total[id] as number);
        expect(sum(below) + (sandwich.self[node] as number)).toBe(sandwich.total[node]);
      }
    }),
  );
});
