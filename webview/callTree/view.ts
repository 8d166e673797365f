import type { ViewContext } from '../context.ts';
import { functionLabel } from '../devices/names.ts';
import { h, setText } from '../dom/element.ts';
import { type Column, createGrid, type Grid, type GridRow } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { foundFunctions } from '../flame/found.ts';
import { metricNames, nothingWords } from '../flame/metrics.ts';
import { counted, duration, place, visible } from '../format.ts';
import type { Weights } from '../profile.ts';
import { samplesSelected } from '../state/samples.ts';
import { matcherOf } from '../state/search.ts';
import {
  callersOutline,
  callsOutline,
  foundPaths,
  hottestPath,
  type Outline,
  type OutlineRows,
  shownRows,
} from './outline.ts';
import { shareCell } from './shareCell.ts';

const COLUMNS: readonly Column<'total' | 'self' | 'name'>[] = [
  { id: 'total', title: 'Total', explanation: 'Of the function with all that it calls' },
  { id: 'self', title: 'Self', explanation: 'Of the function itself' },
  { id: 'name', title: 'Function', explanation: 'Name of the function and where it is defined' },
];
/** Opened at once: more would be a wall of rows, which nobody asked for. */
const MOST_OPENED = 2000;
/** Levels of which each stands further in than the one above; below it the numbers of levels tell. */
const DEEPEST_STEP = 40;

/** The calls of what is selected as a table that is opened row by row. The row of the node that the flame graph is zoomed to is selected. */
export function createCallTree(view: ViewContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { profile, store, announce } = view;
  const { tree, functions, homes } = profile;
  const names = metricNames(profile);
  const button = (label: string, title: string, act: () => void): HTMLButtonElement => {
    const made = h('button', { class: 'quiet', type: 'button', title }, label);
    made.addEventListener('click', act);
    return made;
  };
  const inverted = button('Callers first', 'Begin at the functions that take the time (I)', () => invert());
  const bar = h(
    'div',
    { class: 'calls-bar', role: 'group', 'aria-label': 'Call tree' },
    inverted,
    button('Hottest path', 'Open the way to where most time is spent (H)', () => openHottest()),
    button('Close all', 'Close every row', () => closeAll()),
  );
  const empty = h('p', { class: 'empty', hidden: true });
  const element = h('div', { class: 'calls' }, bar, empty);

  let weights: Weights | null = null;
  let outline: Outline | null = null;
  let byCallers = false;
  let rows: OutlineRows = { node: [], level: [] };
  /** Keys of open rows, of the two directions apart. */
  const opened = { calls: new Set(['0']), callers: new Set<string>() };
  /** While a search lasts, what leads to what it found is open besides. */
  let marks: Uint8Array | null = null;
  let found: Uint8Array | null = null;
  let closedInSearch = new Set<string>();
  let isShown = false;
  let stale = true;
  /** Whether what is selected is to be brought into sight when rows are made next. */
  let follows = true;
  let grid: Grid | null = null;

  const nodes = (): Set<string> => (byCallers ? opened.callers : opened.calls);
  const isOpen = (node: number): boolean => {
    const key = (outline as Outline).key(node);
    if (marks && !byCallers && marks[node] === 1 && !closedInSearch.has(key)) return true;
    return nodes().has(key);
  };
  const setOpen = (node: number, open: boolean): void => {
    const key = (outline as Outline).key(node);
    if (open) {
      nodes().add(key);
      closedInSearch.delete(key);
    } else {
      nodes().delete(key);
      closedInSearch.add(key);
    }
  };
  const keeps = (): ((node: number) => boolean) | null => {
    if (found === null) return null;
    const its = found;
    if (!byCallers) return (node) => (marks as Uint8Array)[node] !== 0;
    const { self, functionOf } = outline as Outline;
    return (node) => self(node) === null || its[functionOf(node)] === 1;
  };

  /** The row that is selected: of calls that of the flame graph's node. */
  const isSelected = (node: number): boolean => {
    const { zoom, picked } = store.get();
    return byCallers ? picked >= 0 && (outline as Outline).functionOf(node) === picked : node === zoom;
  };
  const rootName = (): string => {
    const { lanes, metric } = store.get();
    return `${lanes === null ? 'all lanes' : counted(lanes.length, 'lane')}, ${names[metric]}`;
  };
  const rowOf = (index: number): GridRow => {
    const node = rows.node[index] as number;
    const level = rows.level[index] as number;
    const { functionOf, total, self, hasBelow } = outline as Outline;
    const whole = weights?.total[0] ?? 0;
    const id = functionOf(node);
    const source =
      id < 0
        ? ''
        : visible(place(functions.file[id] as string, functions.line[id] as number)) ||
          (homes[id]?.module ?? '');
    const own = self(node);
    const kind = store.get().metric === 'wall' ? 'wall' : 'cpu';
    const name = h(
      'div',
      {
        class: `name ${id < 0 ? 'own' : (homes[id]?.origin ?? 'native')}${id >= 0 && id === store.get().picked ? ' same' : ''}`,
        role: 'rowheader',
      },
      h('span', { class: `twist-box${hasBelow(node) ? ' twisty' : ''}`, 'aria-hidden': 'true' }),
      h('bdi', {}, id < 0 ? rootName() : functionLabel(profile, id)),
      h('small', {}, source),
    );
    name.style.setProperty('--level', String(Math.min(level - 1, DEEPEST_STEP)));
    return {
      cells: [
        shareCell(total(node), whole, kind, duration),
        own === null ? h('div', { role: 'gridcell' }) : shareCell(own, whole, kind, duration),
        name,
      ],
      selected: isSelected(node),
      title: id < 0 ? '' : visible(`${functions.name[id]}\n${functions.file[id]}`),
    };
  };
  const choose = (index: number, more: { tab?: 'flame' } = {}): void => {
    const node = rows.node[index];
    if (node === undefined || !outline) return;
    const picked = outline.functionOf(node);
    store.set({ zoom: byCallers ? 0 : node, picked, ...more });
  };
  const madeGrid = (): Grid => {
    const made = createGrid({
      label: 'Call tree',
      id: 'call',
      columns: COLUMNS,
      sorting: null,
      row: rowOf,
      onPick: (index) => choose(index),
      onEnter: (index) => choose(index, { tab: 'flame' }),
      tree: {
        level: (index) => rows.level[index] as number,
        isOpen: (index) => {
          const node = rows.node[index] as number;
          return outline?.hasBelow(node) ? isOpen(node) : null;
        },
        fold: (index, open) => {
          setOpen(rows.node[index] as number, open);
          arrange(index);
        },
      },
    });
    element.insertBefore(made.element, empty);
    return made;
  };

  /** Makes the rows anew, with the keys at a row. */
  const arrange = (at: number): void => {
    if (!outline || !grid) return;
    rows = shownRows(outline, isOpen, keeps());
    const none = rows.node.length === 0;
    empty.hidden = !none;
    grid.element.hidden = none;
    setText(
      empty,
      found ? 'No function in this selection matches the search.' : nothingWords(profile, store.get()),
    );
    grid.show(rows.node.length, at);
  };
  const search = (): void => {
    const finds = matcherOf(store.get().search);
    found = finds && foundFunctions(functions, finds);
    marks = found && foundPaths(tree, found);
    closedInSearch = new Set();
  };
  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    const state = store.get();
    grid ??= madeGrid();
    const at = rows.node[grid.at()];
    const key = at === undefined ? '' : outline?.key(at);
    weights = profile.weigh(state.metric, samplesSelected(profile, state));
    outline = byCallers ? callersOutline(tree, weights) : callsOutline(tree, weights);
    search();
    arrange(0);
    const { node } = rows;
    const same = node.findIndex((each) => outline?.key(each) === key);
    if (follows || same < 0) reveal();
    else grid.goTo(same);
    follows = false;
  };
  /** Opens the way to the selected node, and puts the keys there. */
  const reveal = (): void => {
    const { zoom, picked } = store.get();
    if (byCallers) {
      const row = rows.node.findIndex(isSelected);
      if (picked >= 0 && row >= 0) grid?.goTo(row);
      return;
    }
    const node = zoom > 0 || picked < 0 ? zoom : heaviestOf(picked);
    for (let above = tree.parent[node] ?? -1; above >= 0; above = tree.parent[above] as number)
      setOpen(above, true);
    arrange(0);
    const row = rows.node.indexOf(node);
    if (row >= 0) grid?.goTo(row);
  };
  const heaviestOf = (called: number): number => {
    let heaviest = 0;
    let most = 0;
    for (let node = 1; node < tree.count; node++) {
      const total = weights?.total[node] ?? 0;
      if (tree.function[node] !== called || total <= most) continue;
      heaviest = node;
      most = total;
    }
    return heaviest;
  };

  const invert = (): void => {
    byCallers = !byCallers;
    follows = true;
    setText(inverted, byCallers ? 'Calls first' : 'Callers first');
    inverted.title = byCallers
      ? 'Begin at the top of the program (I)'
      : 'Begin at the functions that take the time (I)';
    weigh();
    announce(byCallers ? 'Functions by their own time, with their callers.' : 'Calls from the top down.');
  };
  const openHottest = (): void => {
    if (!outline || !grid || rows.node.length === 0) return;
    const path = hottestPath(outline, rows.node[grid.at()] as number);
    for (const node of path.slice(0, -1)) setOpen(node, true);
    const last = path.at(-1) as number;
    arrange(0);
    grid.goTo(Math.max(0, rows.node.indexOf(last)));
    const id = outline.functionOf(last);
    if (id >= 0) announce(`${functionLabel(profile, id)}, ${duration(outline.total(last))}.`);
  };
  const openBelow = (): void => {
    if (!outline || !grid || rows.node.length === 0) return;
    const at = grid.at();
    const waiting = [rows.node[at] as number];
    for (let done = 0; done < waiting.length && done < MOST_OPENED; done++) {
      const node = waiting[done] as number;
      const below = outline.below(node);
      if (below.length === 0) continue;
      setOpen(node, true);
      waiting.push(...below);
    }
    arrange(at);
  };
  const closeAll = (): void => {
    if (!outline) return;
    opened.callers.clear();
    opened.calls.clear();
    opened.calls.add('0');
    for (const node of rows.node) if (outline.key(node) !== '0') closedInSearch.add(outline.key(node));
    arrange(0);
    grid?.toTop();
  };
  const keys: Readonly<Record<string, () => void>> = { i: invert, h: openHottest, '*': openBelow };
  element.addEventListener('keydown', (event) => {
    const act = keys[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    act();
    event.preventDefault();
    event.stopPropagation();
  });

  store.on(['range', 'lanes', 'group', 'metric'], settling(weigh));
  store.on(['search'], () => {
    if (!isShown) {
      stale = true;
      return;
    }
    search();
    arrange(0);
    grid?.toTop();
    const several = found?.reduce((sum, one) => sum + one, 0) ?? 0;
    if (found) announce(`${counted(several, 'function')} found.`);
  });
  store.on(['zoom', 'picked'], () => {
    if (!isShown) {
      stale = true;
      follows = true;
      return;
    }
    const { zoom } = store.get();
    // A row that is in the table is only marked: the one that was clicked should not jump.
    if (byCallers || rows.node.includes(zoom)) grid?.draw();
    else reveal();
  });
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
      else if (shown) grid?.draw();
    },
  };
}
