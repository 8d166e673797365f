import { h, setText } from '../dom/element.ts';
import { type Column, createGrid, type GridRow, nameCell, type Sorting, saySorting } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { foundFunctions } from '../flame/found.ts';
import { counted, place, visible } from '../format.ts';
import { matcherOf } from '../state/search.ts';
import type { CompareContext } from './context.ts';
import { type DeltaColumn, type FunctionDeltas, functionDeltas, sortedDeltas } from './deltas.ts';
import { stepName, stepOf } from './scale.ts';
import { amount, changeWords, deltaWords } from './words.ts';

const COLUMNS: readonly Column<DeltaColumn>[] = [
  { id: 'name', title: 'Function', explanation: 'Name of the function and where it is defined' },
  {
    id: 'selfDelta',
    title: 'Self, change',
    explanation: 'What the function itself took after, less what it took before; sorts by size',
  },
  { id: 'selfBefore', title: 'before', explanation: 'In the function itself, before' },
  { id: 'selfAfter', title: 'after', explanation: 'In the function itself, after' },
  {
    id: 'totalDelta',
    title: 'Total, change',
    explanation: 'The same of the function with all that it calls',
  },
  { id: 'totalBefore', title: 'before', explanation: 'In the function and in all that it calls, before' },
  { id: 'totalAfter', title: 'after', explanation: 'In the function and in all that it calls, after' },
];

/** The functions of both runs with what each took before and after. */
export function createDeltas(context: CompareContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { runs, store, announce } = context;
  const { functions } = runs.tree;
  const empty = h('p', { class: 'empty', hidden: true });
  let sorting: Sorting<DeltaColumn> = { by: 'selfDelta', descending: true };
  let deltas: FunctionDeltas = functionDeltas(runs.tree, context.difference());
  let rows: number[] = [];
  let isShown = false;
  let stale = true;

  const rowOf = (index: number): GridRow => {
    const id = rows[index] as number;
    const { unit } = store.get();
    const source = visible(place(functions.file[id] as string, functions.line[id] as number));
    const figure = (column: 'selfBefore' | 'selfAfter' | 'totalBefore' | 'totalAfter'): HTMLElement => {
      const value = deltas[column][id] as number;
      return h(
        'div',
        { role: 'gridcell', class: `figure-${column}` },
        h('span', {}, value > 0 ? amount(value, unit) : '–'),
      );
    };
    return {
      cells: [
        nameCell(
          runs.homes[id]?.origin ?? 'native',
          visible(functions.name[id] as string),
          source || (runs.homes[id]?.module ?? ''),
        ),
        changeCell(deltas.selfBefore[id] as number, deltas.selfAfter[id] as number, unit),
        figure('selfBefore'),
        figure('selfAfter'),
        changeCell(deltas.totalBefore[id] as number, deltas.totalAfter[id] as number, unit),
        figure('totalBefore'),
        figure('totalAfter'),
      ],
      selected: id === store.get().picked,
      title: visible(`${functions.name[id]}\n${functions.file[id]}`),
    };
  };
  const grid = createGrid<DeltaColumn>({
    label: 'Functions of both runs',
    id: 'delta',
    columns: COLUMNS,
    sorting,
    row: rowOf,
    onSort: (chosen) => {
      sorting = chosen;
      sort();
      announce(saySorting(COLUMNS, sorting));
    },
    onPick: (index) => {
      const id = rows[index] as number;
      store.set({ picked: store.get().picked === id ? -1 : id });
    },
    onEnter: (index) => store.set({ picked: rows[index] as number, tab: 'flame', zoom: 0 }),
  });
  const element = h('div', { class: 'deltas' }, grid.element, empty);

  const sort = (): void => {
    const finds = matcherOf(store.get().search);
    rows = sortedDeltas(functions.name, deltas, finds && foundFunctions(functions, finds), sorting);
    empty.hidden = rows.length > 0;
    grid.element.hidden = rows.length === 0;
    setText(
      empty,
      finds ? 'No function of either run matches the search.' : 'No function was seen in what is selected.',
    );
    grid.show(rows.length, Math.max(0, rows.indexOf(store.get().picked)));
  };
  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    deltas = functionDeltas(runs.tree, context.difference());
    sort();
  };
  const settled = settling(weigh);
  context.onSelection(settled);
  store.on(['metric', 'unit'], settled);
  store.on(['search'], () => {
    if (!isShown) return;
    grid.toTop();
    sort();
    if (store.get().search !== '') announce(`${counted(rows.length, 'function')} found.`);
  });
  store.on(['picked'], grid.draw);
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
      else if (shown) sort();
    },
  };
}

/** What a time has changed by, with a mark in the colour of how much that is. */
function changeCell(before: number, after: number, unit: 'time' | 'share'): HTMLElement {
  const isNothing = before <= 0 && after <= 0;
  return h(
    'div',
    { role: 'gridcell', class: 'change' },
    isNothing ? null : h('i', { class: `swatch ${stepName(stepOf(before, after))}`, 'aria-hidden': 'true' }),
    h('span', {}, isNothing ? '–' : deltaWords(before, after, unit)),
    h('span', { class: 'share' }, isNothing ? '' : changeWords(before, after)),
  );
}
