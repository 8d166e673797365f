import type { Selection } from '../analyzer/analysis/weights.ts';
import type { ViewContext } from './context.ts';
import { h, setText } from './dom/element.ts';
import { type Column, createGrid, nameCell, type Sorting, saySorting } from './dom/grid.ts';
import { settling } from './dom/settle.ts';
import { counted } from './format.ts';
import { matcherOf } from './state/search.ts';
import { selectionOf, type ViewState } from './state/viewState.ts';

/** What a row of a listing shows. */
export interface ListedRow {
  readonly name: string;
  /** A quiet word beside the name. */
  readonly detail: string;
  readonly cells: readonly HTMLElement[];
  /** Further lines of its title. */
  readonly more: readonly string[];
}

export interface Listing<Row, Id extends string> {
  readonly label: string;
  readonly id: string;
  readonly className: string;
  /** What its rows are rows of. */
  readonly noun: string;
  readonly columns: readonly Column<Id>[];
  readonly sorting: Sorting<Id>;
  /** Sentences for when there is nothing. */
  readonly none: { readonly found: string; readonly seen: string };
  readonly rows: (selection: Selection) => Row[];
  /** The number of a function, which the row picks; -1 for none. */
  readonly functionOf: (row: Row) => number;
  /** What a search looks at. */
  readonly textOf: (row: Row) => string;
  readonly comparing: (sorting: Sorting<Id>) => (a: Row, b: Row) => number;
  readonly show: (row: Row) => ListedRow;
  /** What is set beside the tab when a row is shown in the flame graph. */
  readonly inFlame?: Partial<ViewState>;
  /** Stands above the table while it has rows. */
  readonly above?: HTMLElement;
  /** Widths of columns, where the style sheet has none. */
  readonly widths?: { readonly template: string; readonly least: number };
  /** Told of all rows of the selection, before the search. */
  readonly onRows?: (rows: readonly Row[]) => void;
}

/** A panel with what was found in the selection, a row each; a row belongs to a function. `refresh`: finds anew. */
export function createListing<Row, Id extends string>(
  { profile, store, announce }: ViewContext,
  listing: Listing<Row, Id>,
): { element: HTMLElement; active: (shown: boolean) => void; refresh: () => void } {
  const { columns, none } = listing;
  const lanes = profile.recording.tables.lanes.length;
  const empty = h('p', { class: 'empty', hidden: true });
  let { sorting } = listing;
  let all: Row[] = [];
  let rows: Row[] = [];
  let isShown = false;
  let stale = true;
  const pick = (index: number): void => {
    const called = listing.functionOf(rows[index] as Row);
    if (called >= 0) store.set({ picked: store.get().picked === called ? -1 : called });
  };
  const grid = createGrid<Id>({
    label: listing.label,
    id: listing.id,
    columns,
    ...(listing.widths && { widths: listing.widths }),
    sorting,
    row: (index) => {
      const row = rows[index] as Row;
      const called = listing.functionOf(row);
      const { name, detail, cells, more } = listing.show(row);
      return {
        cells: [nameCell(profile.homes[called]?.origin ?? 'native', name, detail), ...cells],
        selected: called >= 0 && called === store.get().picked,
        title: [name, ...more].join('\n'),
      };
    },
    onSort: (chosen) => {
      sorting = chosen;
      sort();
      announce(saySorting(columns, sorting));
    },
    onPick: pick,
    onEnter: (index) => {
      const picked = listing.functionOf(rows[index] as Row);
      store.set({ ...(picked >= 0 && { picked }), ...listing.inFlame, tab: 'flame' });
    },
  });
  const element = h('div', { class: listing.className }, listing.above ?? null, grid.element, empty);

  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    all = listing.rows(selectionOf(store.get(), lanes));
    listing.onRows?.(all);
    sort();
  };
  const sort = (): void => {
    const finds = matcherOf(store.get().search);
    rows = all.filter((row) => finds?.(listing.textOf(row)) !== false);
    rows.sort(listing.comparing(sorting));
    empty.hidden = rows.length > 0;
    grid.element.hidden = rows.length === 0;
    setText(empty, finds ? none.found : none.seen);
    grid.show(rows.length, 0);
  };
  store.on(['range', 'lanes'], settling(weigh));
  store.on(['search'], () => {
    if (!isShown) return;
    sort();
    if (store.get().search !== '') announce(`${counted(rows.length, 'row')} of ${listing.noun} found.`);
  });
  store.on(['picked'], grid.draw);
  return {
    element,
    refresh: weigh,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
      else if (shown) grid.draw();
    },
  };
}

/** A figure in a row. */
export const cell = (text: string): HTMLElement => h('div', { role: 'gridcell' }, h('span', {}, text));
