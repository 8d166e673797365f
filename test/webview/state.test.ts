import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ARRANGEMENTS, COLOURINGS, withoutTransform, withTransform } from '../../webview/state/flameState.ts';
import { fromHash, type Limits, toHash } from '../../webview/state/hash.ts';
import { LANE_COLOURS, LANE_SORTS } from '../../webview/state/laneList.ts';
import { matcherOf } from '../../webview/state/search.ts';
import { createStore } from '../../webview/state/store.ts';
import {
  clipped,
  FLAME_METRICS,
  initialState,
  panned,
  selectionOf,
  TABS,
  toggled,
  type ViewState,
  within,
  zoomed,
} from '../../webview/state/viewState.ts';
import { takenBack } from '../../webview/viewer.ts';

const bounds = { from: 5e12, to: 5e12 + 60e9 };
const limits: Limits = { bounds, lanes: 16, nodes: 1000, functions: 200, tasks: 500, work: 70, groups: 20 };
const initial = initialState(bounds, 'cpu');

test('a store tells those who asked, once for many changes, and only when something changed', () => {
  const waiting: (() => void)[] = [];
  const store = createStore({ a: 1, b: 1 }, (run) => waiting.push(run));
  const told: [number, number][] = [];
  const leave = store.on(['a'], (now, before) => told.push([before.a, now.a]));
  store.set({ a: 2 });
  store.set({ a: 3, b: 2 });
  expect(store.get()).toEqual({ a: 3, b: 2 });
  expect(waiting).toHaveLength(1);
  waiting.pop()?.();
  store.set({ a: 3 });
  expect(waiting).toHaveLength(0);
  store.set({ b: 5 });
  waiting.pop()?.();
  leave();
  store.set({ a: 4 });
  waiting.pop()?.();
  expect(told).toEqual([[1, 3]]);
});

test('zooming keeps the instant under the pointer and stays within the run', () => {
  const interval = fc.tuple(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.double({ min: 0.001, max: 1, noNaN: true }),
  );
  fc.assert(
    fc.property(interval, fc.double({ min: 0.1, max: 4, noNaN: true }), ([start, length], factor) => {
      const view = within(
        { from: bounds.from + start * 60e9, to: bounds.from + (start + length) * 60e9 },
        bounds,
      );
      const at = view.from + (view.to - view.from) * 0.3;
      const next = zoomed(view, at, factor, bounds);
      expect(next.from).toBeGreaterThanOrEqual(bounds.from);
      expect(next.to).toBeLessThanOrEqual(bounds.to);
      expect(next.to).toBeGreaterThan(next.from);
      if (factor <= 1) expect((at - next.from) / (next.to - next.from)).toBeCloseTo(0.3, 3);
    }),
  );
});

test('panning keeps the length of the view, at the ends too', () => {
  const view = { from: bounds.from + 10e9, to: bounds.from + 20e9 };
  expect(panned(view, 0.5, bounds)).toEqual({ from: bounds.from + 15e9, to: bounds.from + 25e9 });
  expect(panned(view, -9, bounds)).toEqual({ from: bounds.from, to: bounds.from + 10e9 });
  expect(panned(view, 99, bounds)).toEqual({ from: bounds.to - 10e9, to: bounds.to });
});

test('what lies outside the run is cut off, and nothing is nothing', () => {
  expect(clipped({ from: 0, to: bounds.from + 1e9 }, bounds)).toEqual({
    from: bounds.from,
    to: bounds.from + 1e9,
  });
  expect(clipped({ from: 0, to: 1 }, bounds)).toBeNull();
});

test('lanes are toggled, and taking the last one out selects all', () => {
  expect(toggled(null, 3)).toEqual([3]);
  expect(toggled([3], 1)).toEqual([1, 3]);
  expect(toggled([1, 3], 3)).toEqual([1]);
  expect(toggled([1], 1)).toBeNull();
});

test('a selection is a mask over the lanes, the same as long as the lanes are', () => {
  const state = { ...initial, lanes: [1, 3] };
  const selection = selectionOf(state, 4);
  expect(Array.from(selection.lanes ?? [])).toEqual([0, 1, 0, 1]);
  expect(selectionOf(state, 4).lanes).toBe(selection.lanes);
  expect(selectionOf(initial, 4)).toEqual({
    from: Number.NEGATIVE_INFINITY,
    to: Number.POSITIVE_INFINITY,
    lanes: null,
  });
});

test('the address gives back the state that it was made from', () => {
  const micros = fc.integer({ min: 0, max: 59_000_000 });
  const interval = fc
    .tuple(micros, fc.integer({ min: 1, max: 1_000_000 }))
    .map(([from, length]) => ({ from: bounds.from + from * 1e3, to: bounds.from + (from + length) * 1e3 }));
  const state: fc.Arbitrary<ViewState> = fc.record({
    view: fc.oneof(fc.constant(bounds), interval),
    range: fc.option(interval),
    lanes: fc.option(
      fc
        .uniqueArray(fc.integer({ min: 0, max: 15 }), { minLength: 1 })
        .map((ids) => ids.sort((a, b) => a - b)),
    ),
    metric: fc.constantFrom(...FLAME_METRICS),
    tab: fc.constantFrom(...TABS),
    search: fc.string({ maxLength: 40 }),
    zoom: fc.integer({ min: 0, max: 999 }),
    picked: fc.integer({ min: -1, max: 199 }),
    task: fc.integer({ min: -1, max: 499 }),
    work: fc.integer({ min: -1, max: 69 }),
    group: fc.integer({ min: -1, max: 19 }),
    finding: fc.constantFrom('', 'P01', 'D04.2', 'T99.9999'),
    source: fc.option(
      fc.record({
        file: fc.string({ minLength: 1, maxLength: 60, unit: 'binary-ascii' }),
        line: fc.integer({ min: 0, max: 1e8 }),
      }),
    ),
    collapsed: fc.uniqueArray(fc.constantFrom('p1', 'p22', 'machine')),
    laneList: fc.record({
      sort: fc.constantFrom(...LANE_SORTS),
      colour: fc.constantFrom(...LANE_COLOURS),
      filter: fc.string({ maxLength: 40 }),
      hidesIdle: fc.boolean(),
      pinned: fc.uniqueArray(fc.integer({ min: 0, max: 15 })),
    }),
    arrangement: fc.constantFrom(...ARRANGEMENTS),
    colouring: fc.constantFrom(...COLOURINGS),
    timeLane: fc.integer({ min: -1, max: 15 }),
    transforms: fc.array(
      fc.oneof(
        fc.record({
          kind: fc.constantFrom('focus', 'collapse', 'hide'),
          of: fc.integer({ min: 0, max: 399 }),
        }),
        fc.record({ kind: fc.constant('module'), of: fc.integer({ min: 0, max: 199 }) }),
        fc.record({ kind: fc.constant('branch'), of: fc.integer({ min: 0, max: 999 }) }),
        fc.constant({ kind: 'recursion', of: 0 } as const),
      ),
      { maxLength: 6 },
    ),
    callers: fc.integer({ min: 0, max: 60 }),
  });
  fc.assert(
    fc.property(state, (wanted) => {
      const read = { ...initial, ...fromHash(`#${toHash(wanted, initial, bounds)}`, limits) };
      expect(read).toEqual(wanted);
    }),
  );
});

test('an address keeps that all was opened of what is closed at first', () => {
  const closed = { ...initial, collapsed: ['machine'] };
  expect(toHash(closed, closed, bounds)).toBe('');
  const opened = toHash({ ...closed, collapsed: [] }, closed, bounds);
  expect({ ...closed, ...fromHash(opened, limits) }.collapsed).toEqual([]);
});

test('an address from elsewhere changes nothing that this recording does not have', () => {
  expect(
    fromHash(
      '#node=5000&function=200&lanes=99.x&range=9-1&view=a-b&metric=heat&tab=x&task=500&work=70&tasks=20&finding=%3Cimg%3E&flame=x&colour=x&lane=16&shape=f400.b1000.m200.r1.x1.hx&callers=-1',
      limits,
    ),
  ).toEqual({});
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(() => fromHash(text, limits)).not.toThrow();
    }),
  );
});

test('a search finds words in any case, and regular expressions between slashes', () => {
  expect(matcherOf('  ')).toBeNull();
  expect(matcherOf('Solve')?.('resolve_tile')).toBe(true);
  expect(matcherOf('/^solve/')?.('resolve')).toBe(false);
  expect(matcherOf('/^solve|dot$/')?.('np.dot')).toBe(true);
  expect(matcherOf('/(/')?.('a/(/b')).toBe(true);
});

test('Esc takes back one step after the other', () => {
  let state: ViewState = {
    ...initial,
    zoom: 4,
    picked: 2,
    group: 3,
    range: { from: bounds.from, to: bounds.from + 1e9 },
    lanes: [1],
    search: 'x',
    view: { from: bounds.from, to: bounds.from + 5e9 },
  };
  for (let step = 0; step < 7; step++) state = { ...state, ...takenBack(state, bounds) };
  expect(state).toEqual(initial);
});

test('Esc takes back what was done to the calls, the last step first, after the zoom', () => {
  const transforms = [
    { kind: 'hide', of: 3 },
    { kind: 'recursion', of: 0 },
  ] as const;
  const state: ViewState = { ...initial, zoom: 4, callers: 1, transforms, picked: 3 };
  const once = { ...state, ...takenBack(state, bounds) };
  expect(once).toEqual({ ...initial, transforms, picked: 3 });
  const twice = { ...once, ...takenBack(once, bounds) };
  expect(twice.transforms).toEqual(transforms.slice(0, 1));
  const thrice = { ...twice, ...takenBack(twice, bounds) };
  expect(thrice).toEqual({ ...initial, picked: 3 });
  expect(thrice.transforms).toBe(initial.transforms);
});

test('a step taken out takes those along that were done to the box it made', () => {
  const module = { kind: 'module', of: 2 } as const;
  const steps = [
    module,
    { kind: 'hide', of: 102 },
    { kind: 'branch', of: 102 },
    { kind: 'hide', of: 5 },
  ] as const;
  expect(withoutTransform(steps, 0, 100)).toEqual(steps.slice(2));
  expect(withoutTransform(steps, 3, 100)).toEqual(steps.slice(0, 3));
  expect(withoutTransform([module], 0, 100)).toBe(initial.transforms);
  expect(withTransform([module], module)).toHaveLength(1);
  expect(withTransform(steps, module)).toHaveLength(5);
});

test('Esc takes a task back together with the time and the lane that came with it', () => {
  const state = { ...initial, task: 7, range: { from: bounds.from, to: bounds.from + 1e9 }, lanes: [3] };
  expect({ ...state, ...takenBack(state, bounds) }).toEqual(initial);
});

test('Esc lets go of a finding with all that it selected', () => {
  const range = { from: bounds.from, to: bounds.from + 1e9 };
  const state = { ...initial, finding: 'P01', range, lanes: [3], picked: 7 };
  expect({ ...state, ...takenBack(state, bounds) }).toEqual(initial);
});
