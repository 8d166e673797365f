import { tsvOf } from '../export/tsv.ts';
import { h, setAttributes } from './element.ts';

export const ROW_HEIGHT = 27;
/** Rows beyond the edges that are kept, so that scrolling shows no gaps. */
const SPARE = 6;

export interface Column<C extends string> {
  readonly id: C;
  readonly title: string;
  /** What its figures mean, in a sentence. */
  readonly explanation: string;
}

export interface Sorting<C extends string> {
  readonly by: C;
  readonly descending: boolean;
}

/** What a row shows. `cells`: one for each column, the first of which is the row's name. */
export interface GridRow {
  readonly cells: readonly HTMLElement[];
  readonly selected: boolean;
  readonly title: string;
  /** Further classes of its element. */
  readonly className?: string;
}

export interface GridOptions<C extends string> {
  readonly label: string;
  /** Prefix of the ids of rows, and a class of the grid, which has its own widths of columns. */
  readonly id: string;
  readonly columns: readonly Column<C>[];
  /** Widths of columns that are not always the same ones: as `grid-template-columns`, and what they need in CSS pixels. */
  readonly widths?: { readonly template: string; readonly least: number };
  /** How it is sorted at first; null for rows in an order of their own. */
  readonly sorting: Sorting<C> | null;
  /** CSS pixels, where rows are not of the usual height; the style sheet says the same. */
  readonly rowHeight?: number;
  readonly row: (index: number) => GridRow;
  readonly onSort?: (sorting: Sorting<C>) => void;
  /** A click, or Space. */
  readonly onPick: (index: number) => void;
  /** Enter, or a double click. */
  readonly onEnter: (index: number) => void;
  /** Of rows that are a tree, each below the one that it belongs to. */
  readonly tree?: GridTree;
}

/** A row is opened and closed by the arrows sideways, and by a click on what in it has the class `twisty`. */
export interface GridTree {
  /** From 1. */
  readonly level: (index: number) => number;
  /** Null of a row that has none below it. */
  readonly isOpen: (index: number) => boolean | null;
  readonly fold: (index: number, open: boolean) => void;
}

export interface Grid {
  readonly element: HTMLElement;
  /** Shows `count` rows, with the keys at row `active`. */
  readonly show: (count: number, active: number) => void;
  /** Draws the rows in sight again: what they say has changed, but not which they are. */
  readonly draw: () => void;
  readonly toTop: () => void;
  /** Puts the keys at a row and brings it into sight. */
  readonly goTo: (index: number) => void;
  /** The row that the keys are at. */
  readonly at: () => number;
}

const tables = new WeakMap<Element, () => string[][]>();

/** Everything that a table holds, as texts: its heads, then its rows in their order. Undefined for what is no grid. */
export const tableOf = (element: Element): string[][] | undefined => tables.get(element)?.();

/** The parts of a cell stand apart. */
const textOf = (cell: Element): string =>
  cell.childElementCount === 0
    ? (cell.textContent ?? '')
    : [...cell.childNodes]
        .map((part) => (part instanceof Element ? textOf(part) : (part.textContent ?? '')))
        .filter((text) => text.trim() !== '')
        .join(' ');

/** A table of any length whose columns sort, of which only the rows in sight are elements. The first column is the name. */
export function createGrid<C extends string>(options: GridOptions<C>): Grid {
  const { columns, id, tree, rowHeight = ROW_HEIGHT } = options;
  const heads = columns.map((column) => headOf(column, options.sorting !== null));
  const header = h('div', { class: 'row head', role: 'row', 'aria-rowindex': 1 }, ...heads);
  const body = h('div', { class: 'rows', role: 'rowgroup' });
  const element = h(
    'div',
    {
      class: `grid ${id}`,
      role: tree ? 'treegrid' : 'grid',
      tabindex: 0,
      'aria-label': options.label,
      'aria-colcount': columns.length,
    },
    h('div', { role: 'rowgroup', class: 'heads' }, header),
    body,
  );
  if (options.widths) {
    element.style.setProperty('--columns', options.widths.template);
    element.style.setProperty('--least', `${options.widths.least}px`);
  }
  let { sorting } = options;
  let count = 0;
  let active = 0;
  tables.set(element, () => [
    columns.map(({ title }) => title),
    ...Array.from({ length: count }, (_, i) => options.row(i).cells.map(textOf)),
  ]);
  const rowId = (index: number): string => `${id}-${index}`;

  const draw = (): void => {
    const from = Math.max(0, Math.floor(element.scrollTop / rowHeight) - SPARE);
    const to = Math.min(count, Math.ceil((element.scrollTop + element.clientHeight) / rowHeight) + SPARE);
    const lines: HTMLElement[] = [];
    for (let i = from; i < to; i++) lines.push(line(i));
    // The active row is always an element, or `aria-activedescendant` would point to nothing.
    if (active < count && (active < from || active >= to)) lines.push(line(active));
    body.replaceChildren(...lines);
    if (count > 0) element.setAttribute('aria-activedescendant', rowId(active));
    else element.removeAttribute('aria-activedescendant');
  };
  const line = (index: number): HTMLElement => {
    const { cells, selected, title, className = '' } = options.row(index);
    const row = h(
      'div',
      {
        id: rowId(index),
        class: `row${selected ? ' picked' : ''}${index === active ? ' at' : ''} ${className}`,
        role: 'row',
        'aria-rowindex': index + 2,
        'aria-selected': String(selected),
        'aria-level': tree?.level(index),
        'aria-expanded': tree?.isOpen(index)?.toString(),
        title,
      },
      ...cells,
    );
    row.style.top = `${index * rowHeight}px`;
    row.dataset.index = String(index);
    return row;
  };
  const showSorting = (): void => {
    for (const [i, column] of columns.entries()) {
      const direction = sorting?.descending ? 'descending' : 'ascending';
      setAttributes(heads[i] as Element, {
        'aria-sort': sorting === null ? undefined : column.id === sorting.by ? direction : 'none',
      });
    }
  };
  const pick = (index: number): void => {
    if (index < 0 || index >= count) return;
    active = index;
    options.onPick(index);
    draw();
  };
  const goTo = (index: number): void => {
    active = Math.max(0, Math.min(count - 1, index));
    const top = active * rowHeight;
    const room = element.clientHeight - header.offsetHeight;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
    draw();
  };

  /** Opens a row or goes to the first below it; closes it or goes to the one that it belongs to. */
  const sideways = ({ level, isOpen, fold }: GridTree, inwards: boolean): void => {
    const open = isOpen(active);
    if (open === !inwards) fold(active, inwards);
    else if (inwards && open) goTo(active + 1);
    else if (!inwards) {
      let above = active - 1;
      while (above >= 0 && level(above) >= level(active)) above--;
      if (above >= 0) goTo(above);
    }
  };

  header.addEventListener('click', (event) => {
    const at = heads.findIndex((head) => head.contains(event.target as Node));
    const by = columns[at]?.id;
    if (!by || sorting === null) return;
    // Figures are asked for their largest first, names from A to Z.
    sorting = { by, descending: sorting.by === by ? !sorting.descending : at > 0 };
    showSorting();
    options.onSort?.(sorting);
  });
  /** By its place: a row that was drawn anew while the button was down is another element than the one that was pressed. */
  const indexOf = ({ clientY }: MouseEvent): number => {
    const index = Math.floor((clientY - body.getBoundingClientRect().top) / rowHeight);
    return index >= 0 && index < count ? index : -1;
  };
  // A click draws the rows anew, and what was clicked is gone before the browser would tell of a double click.
  body.addEventListener('click', (event) => {
    const index = indexOf(event);
    const onTwisty = event.target instanceof Element && event.target.closest('.twisty') !== null;
    if (tree && onTwisty && index >= 0) {
      active = index;
      tree.fold(index, tree.isOpen(index) !== true);
    } else if (event.detail === 2 && index >= 0 && index === active) options.onEnter(index);
    else pick(index);
  });
  element.addEventListener('keydown', (event) => {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(element.clientHeight / rowHeight) - 2);
    const targets: Readonly<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: count - 1,
    };
    const target = targets[event.key];
    if (target !== undefined) goTo(target);
    else if (tree && count > 0 && event.key === 'ArrowRight') sideways(tree, true);
    else if (tree && count > 0 && event.key === 'ArrowLeft') sideways(tree, false);
    else if (event.key === ' ') pick(active);
    else if (event.key === 'Enter' && active < count) options.onEnter(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // What is marked is copied; where nothing is, the whole table.
  element.addEventListener('copy', (event) => {
    if (!event.clipboardData || !(getSelection()?.isCollapsed ?? true)) return;
    event.clipboardData.setData('text/plain', tsvOf(tableOf(element) ?? []));
    event.preventDefault();
  });
  element.addEventListener('scroll', draw, { passive: true });
  new ResizeObserver(draw).observe(element);
  showSorting();
  return {
    element,
    show: (rows, at) => {
      count = rows;
      active = Math.max(0, Math.min(rows - 1, at));
      element.setAttribute('aria-rowcount', String(rows + 1));
      body.style.height = `${rows * rowHeight}px`;
      draw();
    },
    draw,
    goTo,
    toTop: () => {
      element.scrollTop = 0;
    },
    at: () => active,
  };
}

function headOf<C extends string>({ id, title, explanation }: Column<C>, sorts: boolean): HTMLElement {
  return h(
    'div',
    { role: 'columnheader', class: id === 'name' ? id : `column-${id}` },
    sorts
      ? h(
          'button',
          { type: 'button', title: explanation },
          title,
          h('span', { class: 'arrow', 'aria-hidden': 'true' }),
        )
      : h('span', { title: explanation }, title),
  );
}

/** What a change of the order tells a screen reader. */
export function saySorting<C extends string>(
  columns: readonly Column<C>[],
  { by, descending }: Sorting<C>,
): string {
  const title = columns.find(({ id }) => id === by)?.title ?? by;
  return `Sorted by ${title}, ${descending ? 'largest' : 'smallest'} first.`;
}

/** The cell that names a row: a name in the program, and quietly where it is. */
export function nameCell(className: string, name: string, detail: string): HTMLElement {
  return h(
    'div',
    { class: `name ${className}`, role: 'rowheader' },
    h('bdi', {}, name),
    h('small', {}, detail),
  );
}
