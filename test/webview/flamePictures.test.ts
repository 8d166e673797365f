import { expect, test } from '@jest/globals';
import type { Transform } from '../../analyzer/analysis/shapedTree.ts';
import { EVERYTHING } from '../../analyzer/analysis/weights.ts';
import { stackText, tableText } from '../../webview/flame/copies.ts';
import { foundBoxes, foundFunctions, foundShare } from '../../webview/flame/found.ts';
import { boxAt, type FlameBoxes, neighbour } from '../../webview/flame/layout.ts';
import {
  layOut,
  pictureOf,
  spanInSight,
  timeOf,
  zoomedNode,
  zoomingTo,
} from '../../webview/flame/pictures.ts';
import { shapedWeights, shapeOf } from '../../webview/flame/shape.ts';
import { laneGroups, partsOf, splitByLane, splitByState } from '../../webview/flame/split.ts';
import { type Shown, sayBox, tipOf } from '../../webview/flame/words.ts';
import { functionFigures, sortedFunctions } from '../../webview/functions/rows.ts';
import { type Profile, profileOf } from '../../webview/profile.ts';
import { initialState, selectionOf, type ViewState } from '../../webview/state/viewState.ts';
import { exactRecording, HOSTILE, syntheticRecording } from './syntheticRecording.ts';

const WIDTH = 1000;
const profile = profileOf(syntheticRecording({ rows: 300, depth: 14 }));
const exact = profileOf(exactRecording());

/** A picture as it is shown in a state. */
function shownOf(of: Profile, change: Partial<ViewState>, width = WIDTH): Shown {
  const state = { ...initialState(of.bounds, 'cpu'), ...change };
  const selection = selectionOf(state, of.recording.tables.lanes.length);
  const shape = shapeOf(of, state.transforms);
  const weights = shapedWeights(shape, of.weigh(state.metric, selection), of.tree);
  const picture = pictureOf(of, shape, weights, state);
  return {
    profile: of,
    picture,
    state,
    ...layOut(of, picture, state, spanInSight(picture, state), selection, width),
  };
}

const named = (of: Profile, name: string): number => of.functions.name.indexOf(name);
const said = (shown: Shown): string[] =>
  [...shown.boxes.node.keys()].map((box) => sayBox(shown, box).replace(/[\u00a0\u202f]/g, ' '));

/** Boxes of each row from left to right. */
function rowsOf(boxes: FlameBoxes): number[][] {
  const rows: number[][] = Array.from({ length: boxes.rows }, () => []);
  for (let box = 0; box < boxes.count; box++) rows[boxes.row[box] as number]?.push(box);
  for (const row of rows) row.sort((a, b) => (boxes.x[a] as number) - (boxes.x[b] as number));
  return rows;
}

test.each(['heavy', 'time', 'sandwich', 'inverted'] as const)(
  'in the arrangement %s boxes lie beside each other and inside the one that they touch',
  (arrangement) => {
    const { boxes } = shownOf(profile, { arrangement, picked: named(profile, 'solve_tile') });
    expect(boxes.count).toBeGreaterThan(20);
    const rows = rowsOf(boxes);
    for (const [level, row] of rows.entries()) {
      let right = 0;
      for (const box of row) {
        expect(boxes.x[box] as number).toBeGreaterThanOrEqual(right - 0.01);
        right = (boxes.x[box] as number) + (boxes.width[box] as number);
        expect(right).toBeLessThanOrEqual(WIDTH + 0.01);
        if (level === boxes.pivot) continue;
        const towards = level < boxes.pivot ? level + 1 : level - 1;
        const middle = (boxes.x[box] as number) + (boxes.width[box] as number) / 2;
        expect(boxAt(boxes, middle, towards)).toBeGreaterThanOrEqual(0);
      }
    }
  },
);

test('a sandwich is about the picked function, or else the one with most time of its own', () => {
  const sandwich = shownOf(exact, { arrangement: 'sandwich' });
  expect(said(sandwich)).toEqual([
    'called by main, app.py:1, for 200 ms, 100 % of it',
    'work, app.py:10, total 200 ms, 100 %, self 200 ms',
  ]);
  const main = shownOf(exact, { arrangement: 'sandwich', picked: named(exact, 'main'), metric: 'wall' });
  expect(said(main)).toEqual([
    'main, app.py:1, total 500 ms, 100 %, self 0 s',
    'calls rest, app.py:20, total 300 ms, 60 % of it, self 300 ms',
    'calls work, app.py:10, total 200 ms, 40 % of it, self 200 ms',
  ]);
});

test('inverted, own time is at the top, and below it who called for it', () => {
  expect(said(shownOf(exact, { arrangement: 'inverted', metric: 'wall' }))).toEqual([
    'all lanes  500 ms wall, total 500 ms, 100 %, self 0 s',
    'rest, app.py:20, self 300 ms, 60 %',
    'called by main, app.py:1, for 300 ms, 100 % of it',
    'work, app.py:10, self 200 ms, 40 %',
    'called by main, app.py:1, for 200 ms, 100 % of it',
  ]);
});

test('in order of time a call that goes on is one box, and one that returns is two', () => {
  const shown = shownOf(exact, { arrangement: 'time' });
  expect(said(shown)).toEqual([
    'app.py  0 s to 500 ms, for 500 ms, from 0 s',
    'main, app.py:1, for 500 ms, from 0 s',
    'work, app.py:10, for 100 ms, from 0 s',
    'rest, app.py:20, for 300 ms, from 100 ms',
    'work, app.py:10, for 100 ms, from 400 ms',
  ]);
  const { from } = exact.bounds;
  const part = shownOf(exact, { arrangement: 'time', view: { from: from + 50e6, to: from + 150e6 } });
  expect([...part.boxes.x].map(Math.round)).toEqual([0, 0, 0, 500]);
  const hidden = shownOf(exact, {
    arrangement: 'time',
    transforms: [{ kind: 'hide', of: named(exact, 'main') }],
  });
  expect([...hidden.boxes.row]).toEqual([0, 1, 1, 1]);
});

test('where rows share a pixel, each function still has its share of a lane’s time', () => {
  const busy = profileOf(syntheticRecording({ rows: 4000, processes: 1, threads: 1, depth: 3 }));
  const shown = shownOf(busy, { arrangement: 'time' }, 400);
  const wall = functionFigures(busy, EVERYTHING);
  expect(shown.boxes.count).toBeLessThan(400 * 8);
  for (const name of ['train_step', 'dot']) {
    const found = foundFunctions(busy.functions, (text) => text === name);
    const share = foundShare(shown.boxes, (node) => shown.picture.tree.function[node] as number, found, 400);
    const ids = [...found.keys()].filter((id) => found[id] === 1);
    // Functions of one name may call each other, so that the union is no larger than the sum.
    const sum = ids.reduce((all, id) => all + (wall.figures.totalWall[id] as number), 0) / wall.wall;
    const most = Math.max(...ids.map((id) => wall.figures.totalWall[id] as number)) / wall.wall;
    expect(share).toBeGreaterThan(most * 0.85);
    expect(share).toBeLessThan(sum * 1.15);
  }
});

test('an address finds the zoomed box again, in a tree that is made while it is looked at too', () => {
  for (const arrangement of ['heavy', 'inverted'] as const) {
    const { picture, boxes, state } = shownOf(profile, { arrangement });
    for (let box = 0; box < boxes.count; box++) {
      if (boxes.merged[box] !== 0) continue;
      const node = boxes.node[box] as number;
      const again = shownOf(profile, { arrangement, ...zoomingTo(picture, node) });
      const at = zoomedNode(again.picture, again.state);
      expect(again.picture.tree.function[at]).toBe(picture.tree.function[node]);
      expect(again.picture.tree.total[at]).toBe(picture.tree.total[node]);
      expect(again.picture.tree.depth[at]).toBe(picture.tree.depth[node]);
    }
    expect(zoomedNode(picture, state)).toBe(0);
  }
});

test('the arrow keys lead from a function to its callers and to its calls', () => {
  const { boxes } = shownOf(exact, { arrangement: 'sandwich', picked: named(exact, 'work') });
  const middle = boxes.row.indexOf(boxes.pivot);
  const caller = neighbour(boxes, middle, 'up');
  expect(boxes.row[caller]).toBe(boxes.pivot - 1);
  expect(neighbour(boxes, caller, 'down')).toBe(middle);
});

test('what is done to the calls is done in the table as well', () => {
  const main = named(exact, 'main');
  const module: Transform = { kind: 'module', of: main };
  const rows = (...transforms: Transform[]): [string, number, number][] => {
    const shape = shapeOf(exact, transforms);
    const figures = functionFigures(exact, EVERYTHING, shape);
    return sortedFunctions(shape, figures, null, { by: 'totalWall', descending: true }).map((id) => [
      shape.functions.name[id] as string,
      figures.figures.selfWall[id] as number,
      figures.figures.totalWall[id] as number,
    ]);
  };
  expect(rows({ kind: 'hide', of: named(exact, 'rest') })).toEqual([
    ['main', 300e6, 500e6],
    ['work', 200e6, 200e6],
  ]);
  expect(rows(module)).toEqual([['module app', 500e6, 500e6]]);
  expect(rows({ kind: 'focus', of: named(exact, 'rest') })).toEqual([['rest', 300e6, 300e6]]);
  expect(rows()).toHaveLength(3);
});

test('the states of a box sum to its wall time in every arrangement, the lanes to its weight', () => {
  const groups = laneGroups(profile, 'lane');
  for (const arrangement of ['heavy', 'sandwich', 'inverted'] as const) {
    const { picture, boxes } = shownOf(profile, { arrangement, metric: 'wall' });
    const states = partsOf(splitByState(profile, picture.shape, EVERYTHING), picture.tree);
    const lanes = partsOf(splitByLane(profile, picture.shape, 'wall', EVERYTHING, groups), picture.tree);
    for (const node of boxes.node) {
      for (const parts of [states(node), lanes(node)]) {
        const sum = parts.reduce((all, part) => all + part, 0);
        expect(sum / (picture.tree.total[node] as number)).toBeCloseTo(1, 6);
      }
    }
  }
});

test('matches are the boxes in sight of found functions, widest first', () => {
  const { boxes, picture } = shownOf(profile, { arrangement: 'inverted' });
  const found = foundFunctions(profile.functions, (text) => text === 'solve_tile');
  const matches = foundBoxes(boxes, (node) => picture.tree.function[node] as number, found);
  expect(matches.length).toBeGreaterThan(2);
  const widths = matches.map((box) => boxes.width[box] as number);
  expect(widths).toEqual([...widths].sort((a, b) => b - a));
});

test('a stack is copied from the outermost call on, and a table as it is drawn', () => {
  const heavy = shownOf(exact, { metric: 'wall' });
  const rest = heavy.boxes.node.findIndex(
    (node) => heavy.picture.tree.function[node] === named(exact, 'rest'),
  );
  const stack = 'main (/home/ada/app.py:1)\nrest (/home/ada/app.py:20)';
  expect(stackText(heavy, rest)).toBe(stack);
  const inverted = shownOf(exact, { metric: 'wall', arrangement: 'inverted' });
  expect(stackText(inverted, 2)).toBe(stack);
  expect(tableText(heavy).split('\n')).toEqual([
    '     total   share      self  function',
    '    500 ms   100 %       0 s  all lanes  500 ms wall',
    '    500 ms   100 %       0 s    main  app.py:1',
    '    300 ms    60 %    300 ms      rest  app.py:20',
    '    200 ms    40 %    200 ms      work  app.py:10',
  ]);
});

test('hostile names stay one line of text, in words and in what is copied', () => {
  const hostile = profileOf(syntheticRecording({ hostile: true, rows: 60 }));
  for (const arrangement of ['heavy', 'time', 'sandwich', 'inverted'] as const) {
    const shown = shownOf(hostile, { arrangement });
    for (let box = 0; box < shown.boxes.count; box++) {
      expect(sayBox(shown, box)).not.toMatch(/[\n\u202e]/);
      expect(tipOf(shown, box, null).title).not.toMatch(/[\n\u202e]/);
    }
    expect(tableText(shown).split('\n')).toHaveLength(shown.boxes.count + 1);
  }
  expect(HOSTILE.length).toBeGreaterThan(5);
});

test('the time of a box of a lane lies inside what is in sight', () => {
  const { from } = profile.bounds;
  const sight = { from: from + 0.5e9, to: from + 1.1e9 };
  const { times } = shownOf(profile, { arrangement: 'time', range: sight });
  if (!times) throw new Error('a lane along time has times');
  for (let box = 0; box < times.count; box++) {
    const { from: begin, to: end } = timeOf(times, box);
    expect(begin).toBeGreaterThanOrEqual(sight.from);
    expect(end).toBeLessThanOrEqual(sight.to);
    expect(end).toBeGreaterThan(begin);
  }
});
