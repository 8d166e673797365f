import { type Box, type Key, type Outcome, type Scene, type UiState, VIEWS, type View } from './ui.ts';

const LONGEST_SEARCH = 64;
const LONGEST_WAY_BACK = 100;
const UNZOOMED = { zoom: 0, box: 0, zoomedFrom: [] };

/** What a key does: the next state, and what the run or the screen must do. */
export function press(ui: UiState, key: Key, scene: Scene): Outcome {
  if (key.name === 'interrupt') return { ui, effect: 'interrupt' };
  if (key.name === 'redraw') return { ui, effect: 'redraw' };
  if (ui.typing) return { ui: typed(ui, key) };
  if (ui.keys) {
    if (key.name === 'char' && key.text === 'q') return { ui, effect: 'stop' };
    return { ui: { ...ui, keys: false } };
  }
  if (key.name === 'char') return pressed(ui, key.text, scene);
  if (key.name === 'tab') return { ui: show(ui, neighbour(viewsOf(scene), ui.view, 1)) };
  if (key.name === 'backTab') return { ui: show(ui, neighbour(viewsOf(scene), ui.view, -1)) };
  if (key.name === 'escape' || key.name === 'backspace') return { ui: back(ui) };
  if (key.name === 'enter') return { ui: entered(ui, scene) };
  return { ui: moved(ui, key.name, scene) };
}

/** The views that there is something in, or will be. */
const viewsOf = ({ findings }: Scene): readonly View[] =>
  findings > 0 ? VIEWS : VIEWS.filter((view) => view !== 'findings');

function typed(ui: UiState, key: Key): UiState {
  if (key.name === 'char') return { ...ui, search: (ui.search + key.text).slice(0, LONGEST_SEARCH) };
  if (key.name === 'backspace') return { ...ui, search: [...ui.search].slice(0, -1).join('') };
  if (key.name === 'enter') return { ...ui, typing: false };
  if (key.name === 'escape') return { ...ui, typing: false, search: '' };
  return ui;
}

function pressed(ui: UiState, text: string, scene: Scene): Outcome {
  if (text === 'q') return { ui, effect: 'stop' };
  if (text === '?') return { ui: { ...ui, keys: true } };
  if (text === '/') return { ui: { ...ui, typing: true, search: '' } };
  if (text === 'l') return { ui: show(ui, ui.view === 'log' ? 'overview' : 'log') };
  if (text === 'f') return { ui: show(ui, ui.view === 'findings' ? 'overview' : 'findings') };
  if (text === 'a') return { ui: { ...ui, ...UNZOOMED, lane: null } };
  if (text === '[') return { ui: otherLane(ui, scene, -1) };
  if (text === ']') return { ui: otherLane(ui, scene, 1) };
  const view = VIEWS[Number(text) - 1];
  return { ui: view ? show(ui, view) : ui };
}

const show = (ui: UiState, view: View): UiState => ({ ...ui, view, scroll: 0 });

/** Esc undoes one choice after the other, the latest kind first, and then leads to the overview. */
function back(ui: UiState): UiState {
  if (ui.search !== '') return { ...ui, search: '' };
  if (ui.view === 'flame' && ui.zoom > 0) {
    const zoom = ui.zoomedFrom.at(-1) ?? 0;
    return { ...ui, zoom, box: ui.zoom, zoomedFrom: ui.zoomedFrom.slice(0, -1) };
  }
  if (ui.scroll > 0) return { ...ui, scroll: 0 };
  if (ui.view !== 'overview') return show(ui, 'overview');
  return { ...ui, ...UNZOOMED, lane: null };
}

function entered(ui: UiState, scene: Scene): UiState {
  if (ui.view === 'flame') {
    if (ui.box === ui.zoom) return ui;
    return { ...ui, zoom: ui.box, zoomedFrom: [...ui.zoomedFrom, ui.zoom].slice(-LONGEST_WAY_BACK) };
  }
  if (ui.view === 'log') return { ...ui, scroll: 0 };
  if (ui.view === 'findings') return ui;
  const called = chosenFunction(ui, scene);
  const node = called === null ? 0 : scene.heaviest(called);
  return show({ ...ui, ...UNZOOMED, zoom: node, box: node }, 'flame');
}

function chosenFunction(ui: UiState, scene: Scene): number | null {
  if (ui.view === 'functions') return ui.called;
  if (ui.view !== 'pools') return null;
  const called = scene.tasks.find((task) => task.id === ui.task)?.called ?? -1;
  return called < 0 ? null : called;
}

type Move = 'up' | 'down' | 'left' | 'right' | 'pageUp' | 'pageDown' | 'home' | 'end';

/** Rows that a key moves down. */
function rowsOf(move: Move, page: number): number {
  if (move === 'up') return -1;
  if (move === 'down') return 1;
  if (move === 'pageUp') return -page;
  if (move === 'pageDown') return page;
  if (move === 'home') return Number.NEGATIVE_INFINITY;
  return move === 'end' ? Number.POSITIVE_INFINITY : 0;
}

function moved(ui: UiState, move: Move, scene: Scene): UiState {
  const rows = rowsOf(move, Math.max(1, scene.page - 1));
  if (ui.view === 'log') {
    const most = Math.max(0, scene.logLines - scene.page);
    return { ...ui, scroll: Math.min(most, Math.max(0, ui.scroll - rows)) };
  }
  if (ui.view === 'findings') {
    return { ...ui, finding: Math.max(0, Math.min(scene.findings - 1, ui.finding + rows)) };
  }
  if (ui.view === 'flame') return { ...ui, box: nextBox(ui.box, move, scene.flame) };
  if (ui.view === 'pools') {
    const ids = scene.tasks.map((task) => task.id);
    return { ...ui, task: otherRow(ids, ui.task, rows) };
  }
  if (move === 'left') return otherLane(ui, scene, -1);
  if (move === 'right') return otherLane(ui, scene, 1);
  if (ui.view === 'functions') return { ...ui, called: otherRow(scene.functions, ui.called, rows) };
  return otherLane(ui, scene, rows);
}

function otherRow(all: readonly number[], one: number | null, by: number): number | null {
  const at = one === null ? -1 : all.indexOf(one);
  return all[Math.min(all.length - 1, Math.max(0, at + by))] ?? null;
}

/** All lanes come before the first one. */
function otherLane(ui: UiState, scene: Scene, by: number): UiState {
  const at = ui.lane === null ? -1 : scene.lanes.indexOf(ui.lane);
  const next = Math.min(scene.lanes.length - 1, Math.max(-1, at + by));
  return { ...ui, ...UNZOOMED, lane: scene.lanes[next] ?? null };
}

function neighbour<T>(all: readonly T[], one: T, by: number): T {
  return all[(all.indexOf(one) + by + all.length) % all.length] as T;
}

/** The box that is reached from another: its neighbour in the row, or the one below or above that lies under its middle. */
function nextBox(node: number, move: Move, flame: Scene['flame']): number {
  const depth = flame.findIndex((row) => row.some((box) => box.node === node));
  const row = flame[depth];
  if (!row) return flame[0]?.[0]?.node ?? 0;
  const at = row.findIndex((box) => box.node === node);
  if (move === 'left' || move === 'home') return (row[move === 'home' ? 0 : Math.max(0, at - 1)] as Box).node;
  if (move === 'right' || move === 'end') {
    return (row[move === 'end' ? row.length - 1 : Math.min(row.length - 1, at + 1)] as Box).node;
  }
  const here = row[at] as Box;
  const next = flame[move === 'up' || move === 'pageUp' ? depth - 1 : depth + 1] ?? [];
  const inside = (box: Box): boolean => box.x < here.x + here.cells && here.x < box.x + box.cells;
  return next.find(inside)?.node ?? node;
}
