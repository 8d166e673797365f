import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import { EVERYTHING } from '../../analyzer/analysis/weights.ts';
import {
  callersOutline,
  callsOutline,
  foundPaths,
  hottestPath,
  type Outline,
  shownRows,
} from '../../webview/callTree/outline.ts';
import { foundFunctions } from '../../webview/flame/found.ts';
import { profileOf } from '../../webview/profile.ts';
import { anyRecording, recordingOf } from '../harness/recordings.ts';
import { exactRecording, syntheticRecording } from './syntheticRecording.ts';

const everything = (outline: Outline) => shownRows(outline, () => true, null);

test('a closed tree is its root, an opened one all calls that took time, heaviest first', () => {
  const { tree, functions, weigh } = profileOf(exactRecording());
  const outline = callsOutline(tree, weigh('wall', EVERYTHING));
  expect(shownRows(outline, () => false, null)).toEqual({ node: [0], level: [1] });
  const { node, level } = everything(outline);
  expect(node.map((id) => functions.name[outline.functionOf(id)])).toEqual([
    undefined,
    'main',
    'rest',
    'work',
  ]);
  expect(level).toEqual([1, 2, 3, 3]);
  // Nothing slept on a CPU.
  expect(everything(callsOutline(tree, weigh('cpu', EVERYTHING))).node).toHaveLength(3);
});

test('what stands below a call is at most what it took, whatever was recorded', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const { tree, weigh } = profileOf(recording);
      const outline = callsOutline(tree, weigh('wall', EVERYTHING));
      for (const id of everything(outline).node) {
        const below = outline.below(id);
        expect(below.length > 0).toBe(outline.hasBelow(id));
        const sum = below.reduce((whole, child) => whole + outline.total(child), outline.self(id) ?? 0);
        expect(sum).toBeCloseTo(outline.total(id), 3);
      }
    }),
  );
});

test('callers share what their function took itself, down to the last', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const { tree, functions, weigh } = profileOf(recording);
      const weights = weigh('wall', EVERYTHING);
      const outline = callersOutline(tree, weights);
      const { self } = functionTotals(tree, functions, weights.self);
      for (const id of outline.roots)
        expect(outline.total(id)).toBeCloseTo(self[outline.functionOf(id)] as number, 3);
      const { node } = everything(outline);
      for (const id of node) {
        const below = outline.below(id);
        expect(below.length > 0).toBe(outline.hasBelow(id));
        const sum = below.reduce((whole, caller) => whole + outline.total(caller), 0);
        expect(sum).toBeLessThanOrEqual(outline.total(id) + 1e-3);
      }
      expect(new Set(node.map(outline.key)).size).toBe(node.length);
    }),
  );
});

test('a function is called by whom it was called by', () => {
  const { tree, functions, weigh } = profileOf(
    recordingOf(
      [{}],
      [
        { lane: 0, time: 3e8, cpu: 3e8, stack: ['main', 'solve', 'dot'] },
        { lane: 0, time: 4e8, cpu: 1e8, stack: ['main', 'load', 'dot'] },
      ],
    ),
  );
  const outline = callersOutline(tree, weigh('cpu', EVERYTHING));
  const { node, level } = everything(outline);
  const lines = node.map(
    (id, i) =>
      `${'  '.repeat((level[i] as number) - 1)}${functions.name[outline.functionOf(id)]} ${outline.total(id) / 1e8}`,
  );
  expect(lines).toEqual(['dot 4', '  solve 3', '    main 3', '  load 1', '    main 1']);
});

test('the hottest path ends where more time is spent than in any one call', () => {
  const { tree, functions, weigh } = profileOf(
    recordingOf(
      [{}],
      [
        { lane: 0, time: 3e8, cpu: 3e8, stack: ['main', 'solve'] },
        { lane: 0, time: 5e8, cpu: 2e8, stack: ['main', 'solve', 'dot'] },
        { lane: 0, time: 6e8, cpu: 1e8, stack: ['main', 'load'] },
      ],
    ),
  );
  const outline = callsOutline(tree, weigh('cpu', EVERYTHING));
  const path = hottestPath(outline, 0).map((id) => functions.name[outline.functionOf(id)] ?? '');
  expect(path).toEqual(['', 'main', 'solve']);
});

test('a search leaves what it found, what leads there, and what stands below', () => {
  const { tree, functions, weigh } = profileOf(syntheticRecording({ rows: 60 }));
  const outline = callsOutline(tree, weigh('wall', EVERYTHING));
  const isFound = foundFunctions(functions, (text) => text === 'solve_tile');
  const marks = foundPaths(tree, isFound);
  const { node } = shownRows(
    outline,
    () => true,
    (id) => marks[id] !== 0,
  );
  expect(node.length).toBeGreaterThan(5);
  expect(node.length).toBeLessThan(everything(outline).node.length);
  for (const id of node) {
    let inside = false;
    for (let at = id; at > 0; at = tree.parent[at] as number)
      inside ||= isFound[tree.function[at] as number] === 1;
    const leads = node.some((other) => {
      for (let at = other; at > 0; at = tree.parent[at] as number) if (at === id) return marks[other] === 2;
      return id === 0;
    });
    expect(inside || leads).toBe(true);
  }
});

test('a tree of a hundred thousand nodes, as deep as one can be, is shown at once', () => {
  const count = 60_000;
  const deep = {
    count,
    parent: Int32Array.from({ length: count }, (_, i) => i - 1),
    function: Int32Array.from({ length: count }, (_, i) => (i === 0 ? -1 : 0)),
    depth: Uint16Array.from({ length: count }, (_, i) => i),
    ofStack: new Uint32Array(0),
  };
  const self = new Float64Array(count);
  self[count - 1] = 1;
  const weights = { self, total: new Float64Array(count).fill(1), sure: null };
  const outline = callsOutline(deep, weights);
  expect(everything(outline).node).toHaveLength(count);
  expect(hottestPath(outline, 0)).toHaveLength(count);
  expect(callersOutline(deep, weights).roots).toHaveLength(1);
});
