import { expect, test } from '@jest/globals';
import type { Key as InkKey } from 'ink';
import { keysOf } from '../../../cli/live/app.tsx';
import { press } from '../../../cli/live/keys.ts';
import { EMPTY_SCENE, INITIAL, type Key, type Scene, type UiState } from '../../../cli/live/ui.ts';

const scene: Scene = {
  ...EMPTY_SCENE,
  lanes: [4, 9, 2],
  functions: [7, 3],
  tasks: [
    { id: 70, called: 7 },
    { id: 71, called: -1 },
  ],
  flame: [
    [{ node: 0, x: 0, cells: 20 }],
    [
      { node: 1, x: 0, cells: 12 },
      { node: 2, x: 12, cells: 8 },
    ],
    [{ node: 5, x: 12, cells: 4 }],
  ],
  heaviest: (called) => called + 100,
  logLines: 50,
  page: 10,
};

/** Presses keys: names of keys, or characters. */
function after(keys: readonly string[], from: UiState = INITIAL): UiState {
  return keys.reduce((ui, key) => press(ui, named(key), scene).ui, from);
}

const named = (key: string): Key => (key.length === 1 ? { name: 'char', text: key } : ({ name: key } as Key));

test('Tab goes round the views, and numbers go to them', () => {
  expect(after(['tab']).view).toBe('functions');
  expect(after(['tab', 'tab', 'tab', 'tab']).view).toBe('pools');
  expect(after(['tab', 'tab', 'tab', 'tab', 'tab', 'tab']).view).toBe('overview');
  expect(after(['backTab']).view).toBe('log');
  expect(after(['7']).view).toBe('findings');
  expect(after(['4']).view).toBe('lanes');
  expect(after(['5']).view).toBe('pools');
  expect(after(['6']).view).toBe('log');
});

test('in the pools view arrows choose a task, Enter shows its function, and lanes stay as they are', () => {
  expect(after(['5', 'down']).task).toBe(70);
  expect(after(['5', 'down', 'down', 'down']).task).toBe(71);
  expect(after(['5', 'end', 'home']).task).toBe(70);
  expect(after(['5', 'down', 'right', 'left'])).toMatchObject({ task: 70, lane: null });
  expect(after(['5', 'down', 'enter'])).toMatchObject({ view: 'flame', zoom: 107, box: 107 });
  // A task whose function is unknown, and none at all.
  expect(after(['5', 'end', 'enter'])).toMatchObject({ view: 'flame', zoom: 0 });
  expect(after(['5', 'enter'])).toMatchObject({ view: 'flame', zoom: 0 });
  expect(press(after(['5']), named('down'), { ...scene, tasks: [] }).ui.task).toBeNull();
});

test('arrows choose a lane by its number, so that the choice stays with it', () => {
  expect(after(['down']).lane).toBe(4);
  expect(after(['down', 'right', 'down']).lane).toBe(2);
  expect(after(['down', 'up']).lane).toBeNull();
  expect(press(after(['down', 'down']), named('up'), { ...scene, lanes: [2, 4, 9] }).ui.lane).toBe(4);
  expect(after(['end']).lane).toBe(2);
});

test('Enter leads to the flame graph, of the function that was chosen', () => {
  expect(after(['down', 'enter'])).toMatchObject({ view: 'flame', lane: 4, zoom: 0 });
  expect(after(['2', 'down', 'down', 'enter'])).toMatchObject({ view: 'flame', zoom: 103, box: 103 });
});

test('arrows move between boxes that touch, Enter zooms, Esc undoes one zoom after the other', () => {
  expect(after(['3', 'down']).box).toBe(1);
  expect(after(['3', 'down', 'right', 'down']).box).toBe(5);
  const zoomed = after(['3', 'down', 'right', 'down', 'enter']);
  expect(zoomed.zoom).toBe(5);
  expect(after(['escape'], zoomed)).toMatchObject({ view: 'flame', zoom: 0, box: 5 });
  expect(after(['escape', 'escape'], zoomed)).toMatchObject({ view: 'overview', zoom: 0 });
  const twice = after(['3', 'down', 'right', 'enter', 'down', 'enter']);
  expect(after(['escape'], twice)).toMatchObject({ zoom: 2, box: 5 });
  expect(after(['escape', 'escape'], twice)).toMatchObject({ zoom: 0, box: 2 });
});

test('while a search is typed every character belongs to it, q as well', () => {
  const typing = after(['/', 'q', 'l']);
  expect(typing).toMatchObject({ search: 'ql', typing: true, view: 'overview' });
  expect(after(['backspace', 'enter'], typing)).toMatchObject({ search: 'q', typing: false });
  expect(after(['escape'], typing).search).toBe('');
  expect(press(typing, named('q'), scene).effect).toBeUndefined();
});

test('q stops, Ctrl-C interrupts, whatever is shown', () => {
  expect(press(INITIAL, named('q'), scene).effect).toBe('stop');
  expect(press(after(['?']), named('q'), scene).effect).toBe('stop');
  expect(press(after(['/']), { name: 'interrupt' }, scene).effect).toBe('interrupt');
});

test('the log scrolls no further than its lines', () => {
  expect(after(['l', 'up', 'up']).scroll).toBe(2);
  expect(after(['l', 'home']).scroll).toBe(40);
  expect(after(['l', 'pageUp', 'down']).scroll).toBe(8);
  expect(after(['l', 'home', 'end']).scroll).toBe(0);
});

test('keys that come as one text are taken one by one', () => {
  const none = { ctrl: false, meta: false, tab: false, shift: false } as InkKey;
  expect(keysOf('2q', none)).toEqual([named('2'), named('q')]);
  expect(keysOf('\t\t\x03', none)).toEqual([named('tab'), named('tab'), named('interrupt')]);
  expect(keysOf('c', { ...none, ctrl: true })).toEqual([named('interrupt')]);
  expect(keysOf('', { ...none, tab: true, shift: true })).toEqual([named('backTab')]);
  expect(keysOf('x', { ...none, meta: true })).toEqual([]);
});

test('findings are reached with f, and by Tab once there are some; arrows go through them', () => {
  const found: Scene = { ...scene, findings: 3 };
  const from = (keys: readonly string[]): UiState =>
    keys.reduce((ui, key) => press(ui, named(key), found).ui, INITIAL);
  expect(from(['backTab']).view).toBe('findings');
  expect(from(['f']).view).toBe('findings');
  expect(from(['f', 'f']).view).toBe('overview');
  expect(from(['f', 'down', 'down', 'down', 'down']).finding).toBe(2);
  expect(from(['f', 'down', 'down', 'up']).finding).toBe(1);
  expect(from(['f', 'down', 'home']).finding).toBe(0);
  expect(from(['f', 'enter'])).toEqual(from(['f']));
  expect(from(['f', 'escape']).view).toBe('overview');
  expect(after(['f', 'down'])).toEqual(after(['f']));
});
