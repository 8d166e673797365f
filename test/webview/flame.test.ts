import { expect, test } from '@jest/globals';
import { homeOf } from '../../analyzer/analysis/origin.ts';
import { EVERYTHING } from '../../analyzer/analysis/weights.ts';
import { heavyTree, spanOf } from '../../webview/flame/arranged.ts';
import { foundFunctions, foundWeight } from '../../webview/flame/found.ts';
import { boxAt, layoutFlame, NARROWEST, neighbour } from '../../webview/flame/layout.ts';
import { fitted } from '../../webview/flame/paint.ts';
import { childrenOf, unshaped } from '../../webview/flame/shape.ts';
import { functionFigures, sortedFunctions } from '../../webview/functions/rows.ts';
import { profileOf } from '../../webview/profile.ts';
import { exactRecording, syntheticRecording } from './syntheticRecording.ts';

const profile = profileOf(syntheticRecording({ rows: 300, depth: 14 }));
const { tree } = profile;
const weights = profile.weigh('cpu', EVERYTHING);
const heavy = heavyTree(unshaped(profile), weights);
const WIDTH = 900;
const ALL = spanOf(heavy, 0);
const boxes = layoutFlame(heavy, ALL, WIDTH);

test('the root is as wide as the picture, and no level is wider', () => {
  expect([boxes.node[0], boxes.x[0], boxes.width[0]]).toEqual([0, 0, WIDTH]);
  const widths = new Float64Array(boxes.rows);
  for (let i = 0; i < boxes.count; i++) {
    const row = boxes.row[i] as number;
    widths[row] = (widths[row] as number) + (boxes.width[i] as number);
  }
  for (const width of widths) expect(width).toBeLessThanOrEqual(WIDTH + 0.5);
});

test('a box lies within its caller and has the width of its share', () => {
  const whole = weights.total[0] as number;
  for (let i = 1; i < boxes.count; i++) {
    const above = boxes.node.indexOf(tree.parent[boxes.node[i] as number] as number);
    expect(above).toBeGreaterThanOrEqual(0);
    expect(boxes.row[i]).toBe((boxes.row[above] as number) + 1);
    expect(boxes.x[i] as number).toBeGreaterThanOrEqual((boxes.x[above] as number) - 0.01);
    const right = (boxes.x[above] as number) + (boxes.width[above] as number);
    expect((boxes.x[i] as number) + (boxes.width[i] as number)).toBeLessThanOrEqual(right + 0.01);
    if (boxes.merged[i] === 0)
      expect(boxes.width[i] as number).toBeCloseTo(
        ((weights.total[boxes.node[i] as number] as number) / whole) * WIDTH,
        2,
      );
  }
});

test('the heaviest call is at the left, and boxes of one level do not overlap', () => {
  for (let level = 1; level < boxes.rows; level++) {
    const peers = [...boxes.node.keys()].filter((i) => boxes.row[i] === level);
    peers.sort((a, b) => (boxes.x[a] as number) - (boxes.x[b] as number));
    for (let i = 1; i < peers.length; i++) {
      const [left, right] = [peers[i - 1] as number, peers[i] as number];
      expect((boxes.x[left] as number) + (boxes.width[left] as number)).toBeLessThanOrEqual(
        (boxes.x[right] as number) + 0.01,
      );
      const same = tree.parent[boxes.node[left] as number] === tree.parent[boxes.node[right] as number];
      if (same && boxes.merged[right] === 0)
        expect(boxes.width[left] as number).toBeGreaterThanOrEqual((boxes.width[right] as number) - 0.01);
    }
  }
});

test('boxes too narrow to see are merged and keep their place', () => {
  const narrow = layoutFlame(heavy, ALL, 60);
  expect(narrow.count).toBeLessThan(boxes.count);
  expect(narrow.merged.some((others) => others > 1)).toBe(true);
  for (let i = 0; i < narrow.count; i++)
    if (narrow.merged[i] === 0) expect(narrow.width[i] as number).toBeGreaterThanOrEqual(NARROWEST);
});

test('zoomed in, the callers lie above in full width', () => {
  const node = boxes.node[5] as number;
  const zoomed = layoutFlame(heavy, spanOf(heavy, node), WIDTH);
  const at = zoomed.node.indexOf(node);
  expect(at).toBe(tree.depth[node]);
  for (let i = 0; i <= at; i++) {
    expect(zoomed.x[i]).toBe(0);
    expect(zoomed.width[i] as number).toBeCloseTo(WIDTH, 2);
  }
});

test('a selection without weight has no boxes', () => {
  const none = profile.weigh('cpu', { from: 0, to: 1, lanes: null });
  const empty = heavyTree(unshaped(profile), none);
  expect(layoutFlame(empty, spanOf(empty, 0), WIDTH).count).toBe(0);
});

test('stacks deeper than the one of the browser are no problem', () => {
  const count = 30_000;
  const deep = {
    count,
    parent: Int32Array.from({ length: count }, (_, i) => i - 1),
    function: Int32Array.from({ length: count }, (_, i) => (i === 0 ? -1 : 0)),
    depth: Uint16Array.from({ length: count }, (_, i) => i),
    ofStack: new Uint32Array(0),
  };
  const all = { self: new Float64Array(count), total: new Float64Array(count).fill(1), sure: null };
  const tall = heavyTree({ ...unshaped(profile), tree: deep, ...childrenOf(deep) }, all);
  expect(layoutFlame(tall, { from: 0, to: 1 }, 100).count).toBe(count);
});

test('the pointer and the arrow keys find boxes', () => {
  for (const i of [0, 3, 8]) {
    const middle = (boxes.x[i] as number) + (boxes.width[i] as number) / 2;
    expect(boxAt(boxes, middle, boxes.row[i] as number)).toBe(i);
  }
  expect(boxAt(boxes, 5, 999)).toBe(-1);
  const first = neighbour(boxes, 0, 'down');
  expect(tree.parent[boxes.node[first] as number]).toBe(0);
  expect(neighbour(boxes, first, 'up')).toBe(0);
  expect(neighbour(boxes, 0, 'up')).toBe(0);
  const level = neighbour(boxes, first, 'down');
  const right = neighbour(boxes, level, 'right');
  expect(neighbour(boxes, right, 'left')).toBe(level);
  expect(neighbour(boxes, -1, 'left')).toBe(0);
});

test('what a search finds is counted once, however often it calls itself', () => {
  const found = foundFunctions(profile.functions, (text) => text === 'solve_tile');
  expect(found.reduce((sum, one) => sum + one, 0)).toBe(2);
  const weight = foundWeight(tree, found, weights.total, 0);
  expect(weight).toBeGreaterThan(0);
  expect(weight).toBeLessThanOrEqual(weights.total[0] as number);
  const all = foundFunctions(profile.functions, () => true);
  expect(foundWeight(tree, all, weights.total, 0)).toBeCloseTo(weights.total[0] as number, -3);
});

test('labels end before their box does', () => {
  const letter = 7;
  const widthOf = (text: string): number =>
    [...text].reduce((sum, c) => sum + ((c.codePointAt(0) ?? 0) > 0x24f ? 14 : letter), 0);
  for (const text of ['solve_tile', '漢字漢字漢字漢字漢字', '🎉🎉🎉🎉🎉', 'mixed 漢字 and more']) {
    for (let room = 0; room < 200; room += 3) {
      const label = fitted(text, room, letter, widthOf);
      // The ellipsis is as wide as a letter of the fonts used, and wider only in this test.
      expect(widthOf(label.replace('…', '.'))).toBeLessThanOrEqual(room);
    }
  }
  expect(fitted('solve_tile', 70, letter, widthOf)).toBe('solve_tile');
  expect(fitted('solve_tile', 69, letter, widthOf)).toBe('solve_ti…');
  expect(fitted('solve_tile', 20, letter, widthOf)).toBe('');
});

test('whose code a function is follows from its file', () => {
  const cases: [string, string, number, string, string][] = [
    ['f', '/home/ada/train.py', 0, 'own', 'train'],
    ['f', '<string>', 0, 'own', '<string>'],
    ['dot', '/x/lib/python3.12/site-packages/numpy/core/a.py', 0, 'library', 'numpy'],
    ['f', '/usr/lib/python3/dist-packages/six.py', 0, 'library', 'six'],
    ['dumps', '/usr/lib/python3.11/json/encoder.py', 0, 'library', 'json'],
    ['run', '/usr/lib/python3.11/threading.py', 0, 'library', 'threading'],
    ['pickled', '/opt/perfscope/dist/agents/python/perfscope_pools.py', 0, 'library', 'perfscope'],
    ['agents', '/home/ada/agents/python/mine.py', 0, 'own', 'mine'],
    ['_load', '<frozen importlib._bootstrap>', 0, 'library', 'importlib'],
    ['readFile', 'node:fs', 1, 'library', 'node:fs'],
    ['f', '/app/node_modules/@scope/kit/index.js', 1, 'library', '@scope/kit'],
    ['note', '/opt/perfscope/dist/agents/python/perfscope_pools.py', 0, 'library', 'perfscope'],
    ['f', '/home/ada/perfscope_pools.py', 0, 'own', 'perfscope_pools'],
    ['cblas_dgemm', '/usr/lib/libopenblas.so.0', 2, 'native', 'libopenblas'],
    ['[interpreter starting]', '', 0, 'native', 'interpreter'],
    ['do_syscall', '', 3, 'native', 'kernel'],
    ['f', "<pyopencl invoker for 'f'>", 0, 'library', 'pyopencl'],
    ['<module>', '<string>', 0, 'own', '<string>'],
    ['<module>', '<ipython-input-3-ab>', 0, 'own', '<ipython-input-3-ab>'],
  ];
  for (const [name, file, language, origin, module] of cases)
    expect(homeOf(name, file, language)).toEqual({ origin, module });
});

test('the table has the exact figures of a known run', () => {
  const exact = profileOf(exactRecording());
  const figures = functionFigures(exact, EVERYTHING);
  const rows = sortedFunctions(exact, figures, null, { by: 'totalWall', descending: true });
  const names = rows.map((id) => exact.functions.name[id]);
  expect(names).toEqual(['main', 'rest', 'work']);
  const work = exact.functions.name.indexOf('work');
  const { selfCpu, totalCpu, selfWall, totalWall } = figures.figures;
  expect([selfCpu[work], totalCpu[work], selfWall[work], totalWall[work]]).toEqual([2e8, 2e8, 2e8, 2e8]);
  expect([figures.cpu, figures.wall]).toEqual([2e8, 5e8]);
  const byName = sortedFunctions(exact, figures, null, { by: 'name', descending: false });
  expect(byName.map((id) => exact.functions.name[id])).toEqual(['main', 'rest', 'work']);
});

test('half an interval has half the figures', () => {
  const exact = profileOf(exactRecording());
  const { from } = exact.bounds;
  const half = functionFigures(exact, { from: from + 50e6, to: from + 250e6, lanes: null });
  expect([half.cpu, half.wall]).toEqual([50e6, 200e6]);
});
