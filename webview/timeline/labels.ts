import { levelIn } from '../../analyzer/analysis/counterSeries.ts';
import type { ViewContext } from '../context.ts';
import { h, setAttributes, setText } from '../dom/element.ts';
import { counted, duration, quantity } from '../format.ts';
import { sameLanes, toggled, type ViewState } from '../state/viewState.ts';
import { inWords, laneFacts, utilisation } from './describe.ts';
import type { Row, Rows } from './rows.ts';

/** The column of names beside the tracks. It is also what the canvas says to a screen reader: a tree of lanes. */
export interface Labels {
  readonly element: HTMLElement;
  /** Makes the rows anew: after a group was opened or closed. */
  readonly show: (rows: Rows) => void;
  /** Brings figures and marks up to date. */
  readonly refresh: (faded: ReadonlySet<Row> | null) => void;
}

interface Line {
  readonly row: Row;
  readonly element: HTMLElement;
  readonly figure: HTMLElement;
  readonly words: HTMLElement;
}

export function createLabels({ profile, store, announce }: ViewContext): Labels {
  const element = h('div', {
    class: 'labels',
    role: 'treegrid',
    'aria-label': 'Lanes',
    'aria-multiselectable': 'true',
  });
  let lines: Line[] = [];
  let active = 0;

  const activate = (index: number): void => {
    lines[active]?.element.setAttribute('tabindex', '-1');
    active = Math.max(0, Math.min(lines.length - 1, index));
    const line = lines[active];
    line?.element.setAttribute('tabindex', '0');
    line?.element.focus({ preventScroll: false });
  };
  const collapse = (id: string, closed: boolean): void => {
    const others = store.get().collapsed.filter((known) => known !== id);
    store.set({ collapsed: closed ? [...others, id] : others });
  };
  const choose = (row: Row, adding: boolean): void => {
    const { lanes } = store.get();
    const next = chosen(row, lanes, adding);
    if (next === undefined) return;
    store.set({ lanes: next, zoom: 0 });
    announce(next === null ? 'All lanes selected.' : `${counted(next.length, 'lane')} selected.`);
  };

  element.addEventListener('click', (event) => {
    const index = lines.findIndex(({ element: line }) => line.contains(event.target as Node));
    const row = lines[index]?.row;
    if (!row) return;
    const onTwisty = event.target instanceof Element && event.target.closest('.twisty') !== null;
    activate(index);
    if (row.kind === 'group' && (onTwisty || row.lanes.length === 0)) collapse(row.id, !row.collapsed);
    else choose(row, event.ctrlKey || event.metaKey || event.shiftKey);
  });
  element.addEventListener('keydown', (event) => {
    const row = lines[active]?.row;
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -lines.length,
      End: lines.length,
    };
    const step = steps[event.key];
    if (step !== undefined) activate(active + step);
    else if (event.key === 'Enter' || event.key === ' ') choose(row, event.key === ' ' || event.shiftKey);
    else if (event.key === 'ArrowRight' && row.kind === 'group' && row.collapsed) collapse(row.id, false);
    else if (event.key === 'ArrowLeft' && row.kind === 'group' && !row.collapsed) collapse(row.id, true);
    else if (event.key === 'ArrowLeft' && row.level === 2)
      activate(lines.findLastIndex(({ row: above }, i) => i < active && above.level === 1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const show = ({ rows, height }: Rows): void => {
    const focused = element.contains(document.activeElement);
    lines = rows.map((row) => {
      const figure = h('span', { class: 'figure', role: 'gridcell' });
      const words = h('span', { class: 'unseen', role: 'gridcell' });
      return { row, element: lineOf(row, figure, words), figure, words };
    });
    element.replaceChildren(...lines.map((line) => line.element));
    element.style.height = `${height}px`;
    active = Math.min(active, Math.max(0, lines.length - 1));
    lines[active]?.element.setAttribute('tabindex', '0');
    if (focused) activate(active);
  };

  const refresh = (faded: ReadonlySet<Row> | null): void => {
    const { range, lanes } = store.get();
    const interval = range ?? profile.bounds;
    for (const { row, element: line, figure, words } of lines) {
      line.classList.toggle('faded', faded?.has(row) === true);
      if (row.kind === 'lane') {
        const facts = laneFacts(profile, row.lane, interval);
        setText(figure, utilisation(facts));
        setText(words, inWords(facts));
        setAttributes(line, { 'aria-selected': String(lanes?.includes(row.lane) ?? false) });
      } else if (row.kind === 'counter') {
        const series = profile.counters[row.series];
        const level = series && levelIn(series, interval.from, interval.to);
        setText(figure, series && level ? quantity(level.mean, series.unit) : '');
        setText(words, series && level ? `mean; highest ${quantity(level.max, series.unit)}` : 'no value');
      } else if (row.lanes.length > 0) {
        let running = 0;
        for (const lane of row.lanes) running += laneFacts(profile, lane, interval).times[0] as number;
        setText(figure, duration(running));
        setText(words, `CPU of ${counted(row.lanes.length, 'lane')}`);
        setAttributes(line, { 'aria-selected': String(row.lanes.every((lane) => lanes?.includes(lane))) });
      }
    }
  };
  return { element, show, refresh };
}

/** The lanes that a click on a row selects; undefined when the row has none. */
export function chosen(row: Row, lanes: ViewState['lanes'], adding: boolean): ViewState['lanes'] | undefined {
  switch (row.kind) {
    case 'counter':
      return undefined;
    case 'lane':
      if (adding) return toggled(lanes, row.lane);
      return sameLanes(lanes, [row.lane]) ? null : [row.lane];
    case 'group': {
      if (row.lanes.length === 0) return undefined;
      const its = [...row.lanes].sort((a, b) => a - b);
      if (!adding) return sameLanes(lanes, its) ? null : its;
      return [...new Set([...(lanes ?? []), ...its])].sort((a, b) => a - b);
    }
  }
}

function lineOf(row: Row, figure: HTMLElement, words: HTMLElement): HTMLElement {
  const group = row.kind === 'group';
  const line = h(
    'div',
    {
      class: `label ${row.kind} level-${row.level}`,
      role: 'row',
      tabindex: -1,
      'aria-level': row.level,
      'aria-expanded': group ? String(!row.collapsed) : undefined,
      title: row.detail === '' ? row.title : `${row.title} · ${row.detail}`,
    },
    h(
      'span',
      { class: 'name', role: 'rowheader' },
      group ? h('span', { class: 'twisty', 'aria-hidden': 'true' }) : null,
      h('bdi', {}, row.title),
      row.detail === '' ? null : h('small', {}, row.detail),
    ),
    figure,
    words,
  );
  line.style.top = `${row.y}px`;
  line.style.height = `${row.height}px`;
  return line;
}
