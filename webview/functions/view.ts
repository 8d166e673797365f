import type { ViewContext } from '../context.ts';
import { h, setAttributes, setText } from '../dom/element.ts';
import { settling } from '../dom/settle.ts';
import { foundFunctions } from '../flame/found.ts';
import { counted, duration, percent, place, visible } from '../format.ts';
import { matcherOf } from '../state/search.ts';
import { selectionOf } from '../state/viewState.ts';
import { type Column, type FunctionFigures, functionFigures, type Sorting, sortedFunctions } from './rows.ts';

const ROW_HEIGHT = 27;
/** Rows beyond the edges that are kept, so that scrolling shows no gaps. */
const SPARE = 6;

const TITLES: Readonly<Record<Column, readonly [title: string, explanation: string]>> = {
  name: ['Function', 'Name of the function and where it is defined'],
  selfCpu: ['Self CPU', 'CPU time in the function itself'],
  totalCpu: ['Total CPU', 'CPU time in the function and in all that it calls'],
  selfWall: ['Self wall', 'Time that passed in the function itself, waiting included'],
  totalWall: ['Total wall', 'Time that passed in the function and in all that it calls, waiting included'],
};
const COLUMNS = Object.keys(TITLES) as Column[];

/** The functions of what is selected: a table of any length, of which only the rows in sight are elements. */
export function createFunctions(
  view: ViewContext,
  showInFlame: (id: number) => void,
): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile, store, announce } = view;
  const { functions, homes } = profile;
  const heads = COLUMNS.map((column) => headOf(column));
  const header = h('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, ...heads);
  const body = h('div', { class: 'rows', role: 'rowgroup' });
  const empty = h('p', { class: 'empty', hidden: true });
  const grid = h(
    'div',
    { class: 'grid', role: 'grid', tabindex: 0, 'aria-label': 'Functions', 'aria-colcount': COLUMNS.length },
    h('div', { role: 'rowgroup', class: 'heads' }, header),
    body,
  );
  const element = h('div', { class: 'functions' }, grid, empty);

  let sorting: Sorting = { by: 'selfCpu', descending: true };
  let figures: FunctionFigures | null = null;
  let rows: number[] = [];
  let active = 0;
  let isShown = false;
  let stale = true;

  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    figures = functionFigures(profile, selectionOf(store.get(), profile.recording.tables.lanes.length));
    sort();
  };
  const sort = (): void => {
    if (!figures) return;
    const finds = matcherOf(store.get().search);
    rows = sortedFunctions(profile, figures, finds && foundFunctions(functions, finds), sorting);
    active = Math.max(0, rows.indexOf(store.get().picked));
    for (const [i, column] of COLUMNS.entries()) {
      const direction = sorting.descending ? 'descending' : 'ascending';
      setAttributes(heads[i] as Element, { 'aria-sort': column === sorting.by ? direction : 'none' });
    }
    grid.setAttribute('aria-rowcount', String(rows.length + 1));
    body.style.height = `${rows.length * ROW_HEIGHT}px`;
    empty.hidden = rows.length > 0;
    setText(
      empty,
      finds ? 'No function in this selection matches the search.' : 'No function was seen in this selection.',
    );
    draw();
  };
  const draw = (): void => {
    if (!figures || !isShown) return;
    const from = Math.max(0, Math.floor(grid.scrollTop / ROW_HEIGHT) - SPARE);
    const to = Math.min(rows.length, Math.ceil((grid.scrollTop + grid.clientHeight) / ROW_HEIGHT) + SPARE);
    const { picked } = store.get();
    const lines: HTMLElement[] = [];
    for (let i = from; i < to; i++) lines.push(line(figures, i, rows[i] as number, picked));
    // The active row is always an element, or `aria-activedescendant` would point to nothing.
    if (active < rows.length && (active < from || active >= to))
      lines.push(line(figures, active, rows[active] as number, picked));
    body.replaceChildren(...lines);
    if (rows.length > 0) grid.setAttribute('aria-activedescendant', rowId(active));
    else grid.removeAttribute('aria-activedescendant');
  };
  const line = (
    { figures: of, cpu, wall }: FunctionFigures,
    index: number,
    id: number,
    picked: number,
  ): HTMLElement => {
    const home = homes[id];
    const name = visible(functions.name[id] as string);
    const source =
      visible(place(functions.file[id] as string, functions.line[id] as number)) || (home?.module ?? '');
    const row = h(
      'div',
      {
        id: rowId(index),
        class: `row${id === picked ? ' picked' : ''}${index === active ? ' at' : ''}`,
        role: 'row',
        'aria-rowindex': index + 2,
        'aria-selected': String(id === picked),
        title: visible(`${functions.name[id]}\n${functions.file[id]}`),
      },
      h(
        'div',
        { class: `name ${home?.origin ?? 'native'}`, role: 'rowheader' },
        h('bdi', {}, name),
        h('small', {}, source),
      ),
      figure(of.selfCpu[id] as number, cpu, 'cpu'),
      figure(of.totalCpu[id] as number, cpu, 'cpu'),
      figure(of.selfWall[id] as number, wall, 'wall'),
      figure(of.totalWall[id] as number, wall, 'wall'),
    );
    row.style.top = `${index * ROW_HEIGHT}px`;
    row.dataset.index = String(index);
    return row;
  };
  const pick = (index: number): void => {
    const id = rows[index];
    if (id === undefined) return;
    active = index;
    store.set({ picked: store.get().picked === id ? -1 : id });
    draw();
  };
  const goTo = (index: number): void => {
    active = Math.max(0, Math.min(rows.length - 1, index));
    const top = active * ROW_HEIGHT;
    const room = grid.clientHeight - header.offsetHeight;
    if (top < grid.scrollTop) grid.scrollTop = top;
    else if (top + ROW_HEIGHT > grid.scrollTop + room) grid.scrollTop = top + ROW_HEIGHT - room;
    draw();
  };

  header.addEventListener('click', (event) => {
    const at = heads.findIndex((head) => head.contains(event.target as Node));
    const by = COLUMNS[at];
    if (!by) return;
    sorting = { by, descending: sorting.by === by ? !sorting.descending : by !== 'name' };
    sort();
    announce(`Sorted by ${TITLES[by][0]}, ${sorting.descending ? 'largest' : 'smallest'} first.`);
  });
  const indexOf = (event: Event): number => {
    const row = event.target instanceof Element ? event.target.closest<HTMLElement>('.rows .row') : null;
    return row ? Number(row.dataset.index) : -1;
  };
  body.addEventListener('click', (event) => pick(indexOf(event)));
  body.addEventListener('dblclick', (event) => {
    const id = rows[indexOf(event)];
    if (id !== undefined) showInFlame(id);
  });
  grid.addEventListener('keydown', (event) => {
    if (event.target !== grid || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(grid.clientHeight / ROW_HEIGHT) - 2);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: rows.length - 1,
    };
    const target = targets[event.key];
    const id = rows[active];
    if (target !== undefined) goTo(target);
    else if (event.key === ' ') pick(active);
    else if (event.key === 'Enter' && id !== undefined) showInFlame(id);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  grid.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(draw).observe(grid);
  const settled = settling(weigh);
  store.on(['range', 'lanes'], settled);
  store.on(['search'], () => {
    grid.scrollTop = 0;
    sort();
    if (store.get().search !== '' && isShown) announce(`${counted(rows.length, 'function')} found.`);
  });
  store.on(['picked'], draw);
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
      else if (shown) draw();
    },
  };
}

const rowId = (index: number): string => `function-${index}`;

function headOf(column: Column): HTMLElement {
  const [title, explanation] = TITLES[column];
  return h(
    'div',
    { role: 'columnheader', class: column },
    h(
      'button',
      { type: 'button', title: explanation },
      title,
      h('span', { class: 'arrow', 'aria-hidden': 'true' }),
    ),
  );
}

/** Time, share, and the share as a bar. */
function figure(value: number, whole: number, kind: 'cpu' | 'wall'): HTMLElement {
  const share = whole > 0 ? value / whole : 0;
  const bar = h('i', { class: 'bar' });
  bar.style.width = `${Math.min(100, share * 100)}%`;
  return h(
    'div',
    { role: 'gridcell', class: kind },
    bar,
    h('span', {}, value > 0 ? duration(value) : '–'),
    h('span', { class: 'share' }, value > 0 ? percent(share) : ''),
  );
}
