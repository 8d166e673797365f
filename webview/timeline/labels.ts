import { levelIn } from '../../analyzer/analysis/counterSeries.ts';
import type { ViewContext } from '../context.ts';
import { h, setAttributes, setText } from '../dom/element.ts';
import { counted, duration, percent, quantity } from '../format.ts';
import { NO_EVENT, sameLanes, toggled, type ViewState } from '../state/viewState.ts';
import { inWords, laneFacts, utilisation } from './describe.ts';
import { pinning } from './pinning.ts';
import { busy, poolFacts, poolInWords } from './poolWords.ts';
import { hostSpansInWords } from './rangeWords.ts';
import { stepRegion } from './regionSteps.ts';
import { regionsInWords } from './regions.ts';
import type { Row, Rows } from './rows.ts';
import { busyShares, busyWords, streamInWords } from './streamWords.ts';
import { stepTask } from './taskSteps.ts';
import { tasksInWords } from './taskWords.ts';
import { stepWork } from './workSteps.ts';

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

export function createLabels(view: ViewContext): Labels {
  const { profile, store, announce } = view;
  const pins = pinning(view);
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
    store.set({ lanes: next, zoom: 0, ...NO_EVENT });
    announce(next === null ? 'All lanes selected.' : `${counted(next.length, 'lane')} selected.`);
  };

  /** True for the lane of the selected task: there the arrows step through its tasks. */
  const isAtTask = (row: Row): row is Row & { kind: 'lane' } => {
    const { task } = store.get();
    return row.kind === 'lane' && task >= 0 && profile.recording.tables.tasks.lane[task] === row.lane;
  };

  /** True for the stream of the selected work. */
  const isAtWork = (row: Row): row is Row & { kind: 'stream' } => {
    const { work } = store.get();
    return row.kind === 'stream' && work >= 0 && profile.devices.work.lane[work] === row.lane;
  };

  element.addEventListener('click', (event) => {
    const index = lines.findIndex(({ element: line }) => line.contains(event.target as Node));
    const row = lines[index]?.row;
    if (!row) return;
    const isOn = (part: string): boolean =>
      event.target instanceof Element && event.target.closest(part) !== null;
    activate(index);
    if (isOn('.pin')) {
      pins(laneOf(row));
      return;
    }
    const onTwisty = isOn('.twisty');
    const id = openableId(row);
    // The second click of two would take back what the first one selected.
    if (event.detail > 1 && id === null) store.set({ lanes: chosen(row, null, false) ?? null });
    else if (id !== null && (onTwisty || hasNoLanes(row))) collapse(id, !isCollapsed(row));
    else choose(row, event.ctrlKey || event.metaKey || event.shiftKey);
  });
  // A screen reader may set the focus to any row.
  element.addEventListener('focusin', (event) => {
    const index = lines.findIndex(({ element: line }) => line === event.target);
    if (index >= 0 && index !== active) activate(index);
  });
  element.addEventListener('keydown', (event) => {
    const row = lines[active]?.row;
    if (!row || event.ctrlKey || event.metaKey || event.altKey) return;
    const id = openableId(row);
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: 1,
      ArrowUp: -1,
      Home: -lines.length,
      End: lines.length,
    };
    const step = steps[event.key];
    if (step !== undefined) activate(active + step);
    else if ((event.key === 'Enter' || event.key === ' ') && id !== null && hasNoLanes(row))
      collapse(id, !isCollapsed(row));
    else if (event.key === 'Enter' || event.key === ' ') choose(row, event.key === ' ' || event.shiftKey);
    else if (event.key === 'ArrowRight' && id !== null && isCollapsed(row)) collapse(id, false);
    else if (event.key === 'ArrowLeft' && id !== null && !isCollapsed(row)) collapse(id, true);
    else if (event.key === 'k') pins(laneOf(row));
    else if (event.key === 'r' && row.kind === 'lane' && row.regionsHeight > 0) stepRegion(view, 1, row.lane);
    else if (event.key === 'e' && row.kind === 'lane' && row.regionsHeight > 0)
      stepRegion(view, -1, row.lane);
    else if (event.key === 'ArrowRight' && row.kind === 'lane' && row.hasStrip) stepTask(view, 1, row.lane);
    else if (event.key === 'ArrowLeft' && isAtTask(row)) stepTask(view, -1, row.lane);
    else if (event.key === 'ArrowRight' && row.kind === 'stream') stepWork(view, 1, row.lane);
    else if (event.key === 'ArrowLeft' && isAtWork(row)) stepWork(view, -1, row.lane);
    else if (event.key === 'ArrowLeft' && row.level > 1)
      activate(lines.findLastIndex(({ row: above }, i) => i < active && above.level < row.level));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const show = ({ rows, height, pinned, pinnedHeight }: Rows): void => {
    const focused = element.contains(document.activeElement);
    const before = lines[active]?.row;
    lines = rows.map((row, i) => {
      const figure = h('span', { class: 'figure', role: 'gridcell' });
      const words = h('span', { class: 'unseen', role: 'gridcell' });
      return { row, element: lineOf(row, i < pinned, figure, words), figure, words };
    });
    const elements = lines.map((line) => line.element);
    const above = h(
      'div',
      { class: 'pinned', role: 'rowgroup', hidden: pinned === 0 },
      ...elements.slice(0, pinned),
    );
    above.style.height = `${pinnedHeight}px`;
    element.replaceChildren(...(pinned > 0 ? [above] : []), ...elements.slice(pinned));
    element.style.height = `${height}px`;
    // The keys stay at the row that they were at, wherever it stands now.
    const same = before ? rows.findIndex((row) => isSame(row, before)) : -1;
    active = same >= 0 ? same : Math.min(active, Math.max(0, lines.length - 1));
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
        setText(
          words,
          [
            inWords(facts),
            row.hasStrip ? tasksInWords(profile, row.lane, interval) : '',
            row.regionsHeight > 0
              ? regionsInWords(profile.regions.get(row.lane)?.regions ?? [], interval)
              : '',
            hostSpansInWords(profile, row.lane, interval),
          ]
            .filter(Boolean)
            .join('; '),
        );
        setAttributes(line, { 'aria-selected': String(lanes?.includes(row.lane) ?? false) });
      } else if (row.kind === 'stream') {
        setText(figure, percent(busyShares(profile.devices.busy.lanes[row.lane], interval).any));
        setText(words, streamInWords(profile, row.lane, interval));
        setAttributes(line, { 'aria-selected': String(lanes?.includes(row.lane) ?? false) });
      } else if (row.kind === 'device') {
        const its = profile.devices.busy.units[row.unit];
        setText(figure, its ? percent(busyShares(its, interval).kernels) : '');
        setText(words, its ? busyWords(its, interval) : counted(row.lanes.length, 'stream'));
        setAttributes(line, { 'aria-selected': String(row.lanes.every((lane) => lanes?.includes(lane))) });
      } else if (row.kind === 'counter') {
        const series = profile.counters[row.series];
        const level = series && levelIn(series, interval.from, interval.to);
        setText(figure, series && level ? quantity(level.mean, series.unit) : '');
        setText(words, series && level ? `mean; highest ${quantity(level.max, series.unit)}` : 'no value');
      } else if (row.kind === 'pool') {
        const facts = poolFacts(profile, row, interval);
        setText(figure, busy(facts));
        setText(words, poolInWords(facts));
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
    case 'pool':
      return undefined;
    case 'lane':
    case 'stream':
      if (adding) return toggled(lanes, row.lane);
      return sameLanes(lanes, [row.lane]) ? null : [row.lane];
    case 'device':
    case 'group': {
      if (row.lanes.length === 0) return undefined;
      const its = [...row.lanes].sort((a, b) => a - b);
      if (!adding) return sameLanes(lanes, its) ? null : its;
      return [...new Set([...(lanes ?? []), ...its])].sort((a, b) => a - b);
    }
  }
}

/** The lane that a row can be pinned by; -1 for rows that cannot. */
const laneOf = (row: Row): number =>
  row.kind === 'lane' || row.kind === 'stream' || row.kind === 'counter' ? row.lane : -1;

/** Whether two rows are of one thing; a lane has another name where it is pinned. */
const isSame = (a: Row, b: Row): boolean =>
  laneOf(a) >= 0 ? laneOf(a) === laneOf(b) : openableId(a) === openableId(b) && a.title === b.title;

/** The id of a row that can be opened and closed; null for others. */
const openableId = (row: Row): string | null =>
  row.kind === 'group' || row.kind === 'pool' || row.kind === 'device' ? row.id : null;

const isCollapsed = (row: Row): boolean =>
  (row.kind === 'group' || row.kind === 'pool' || row.kind === 'device') && row.collapsed;

/** A row that selects nothing: what it is there for is being opened. */
const hasNoLanes = (row: Row): boolean =>
  row.kind === 'pool' || (row.kind === 'group' && row.lanes.length === 0);

function lineOf(row: Row, isPinned: boolean, figure: HTMLElement, words: HTMLElement): HTMLElement {
  const opens = openableId(row) !== null;
  const lane = laneOf(row);
  const line = h(
    'div',
    {
      class: `label ${row.kind} level-${row.level}${isPinned ? ' is-pinned' : ''}`,
      role: 'row',
      tabindex: -1,
      'aria-level': row.level,
      'aria-keyshortcuts': lane >= 0 ? 'k' : undefined,
      'aria-expanded': opens ? String(!isCollapsed(row)) : undefined,
      title: row.detail === '' ? row.title : `${row.title} · ${row.detail}`,
    },
    h(
      'span',
      { class: 'name', role: 'rowheader' },
      opens ? h('span', { class: 'twisty', 'aria-hidden': 'true' }) : null,
      lane >= 0
        ? h('span', {
            class: 'pin',
            'aria-hidden': 'true',
            title: isPinned ? 'Unpin (K)' : 'Keep on top (K)',
          })
        : null,
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
