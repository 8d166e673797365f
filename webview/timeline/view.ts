import { type TaskLanes, taskLanesOf } from '../../analyzer/analysis/taskLanes.ts';
import type { ViewContext } from '../context.ts';
import { surface } from '../dom/canvas.ts';
import { h } from '../dom/element.ts';
import { settling } from '../dom/settle.ts';
import { counted, duration } from '../format.ts';
import type { Profile } from '../profile.ts';
import { matcherOf } from '../state/search.ts';
import type { ViewState } from '../state/viewState.ts';
import { taskInterval } from '../tasks/selection.ts';
import { CLICKABLE, clickedOn } from './clicks.ts';
import { createCursor } from './cursor.ts';
import { tipAt } from './describe.ts';
import { timelineKeys } from './keys.ts';
import { createLabels } from './labels.ts';
import { createLaneMenu } from './laneMenu.ts';
import { createLegend } from './legend.ts';
import { linksOf } from './links.ts';
import { createOverview } from './overview.ts';
import { paintTracks } from './paint.ts';
import { type Target, targetAt } from './pointed.ts';
import { trackPointer } from './pointer.ts';
import { type Row, type Rows, timelineRows, topOf } from './rows.ts';
import { ticks, timeOf } from './scale.ts';

export interface TimelineView {
  readonly element: HTMLElement;
  /** Handles a key that no other view has taken; true when it did. */
  readonly key: (key: string) => boolean;
}

/** The timeline: legend, overview and axis above, names at the left, tracks at the right. */
export function createTimeline(view: ViewContext): TimelineView {
  const { profile, store, tooltip, palette, onColours } = view;
  const labels = createLabels(view);
  const cursor = createCursor();
  const canvas = h('canvas', { role: 'img', 'aria-label': trackSummary(view) });
  const tracks = h('div', { class: 'tracks' }, canvas);
  const menu = createLaneMenu(view);
  const content = h('div', { class: 'timeline-content' }, labels.element, tracks);
  const scroller = h(
    'div',
    {
      class: 'timeline-scroll',
      tabindex: 0,
      role: 'group',
      'aria-label': 'Tracks. Arrow keys move and zoom; with Shift they select.',
    },
    content,
  );
  const top = h('div', { class: 'timeline-top' }, menu.element, createOverview(view, cursor).element);
  const element = h(
    'section',
    { class: 'timeline', 'aria-label': 'Timeline' },
    createLegend(view),
    top,
    scroller,
    profile.lanes.length === 0 && profile.counters.length === 0
      ? h('p', { class: 'empty' }, 'This recording holds no lanes: no thread was seen while it was made.')
      : null,
  );

  let rows: Rows = NO_ROWS;
  // Asking the element would lay out the page for each picture.
  let scrollTop = 0;
  let faded: ReadonlySet<Row> | null = null;
  let hover: Hover | null = null;

  const drawn = surface(canvas, tracks, (context, width, height) => {
    const state = store.get();
    paintTracks(
      context,
      {
        profile,
        palette: palette(),
        rows,
        view: state.view,
        range: state.range,
        lanes: state.lanes && new Set(state.lanes),
        faded,
        ticks: ticks(state.view, profile.bounds.from, width),
        ...scrolled(),
        modules: state.laneList.colour === 'module' ? profile.modules() : null,
        hoverRow: hover?.row ?? null,
        cursor: cursor.get().at,
        group: state.group < 0 ? null : groupLanes(state.group),
        task: taskOf(profile, state.task),
        work: state.work,
        links: linksShown(state),
      },
      width,
      height,
    );
  });

  /** Pinned rows stay as long as they leave room for others. */
  const scrolled = () => ({
    scrollTop,
    stuck: rows.pinnedHeight <= drawn.height() * MOST_PINNED ? rows.pinnedHeight : 0,
  });
  const groupLanes = lanesOfGroup(profile);
  /** Of what the pointer is at; else of the selected task. */
  const linksShown = ({ task, work }: ViewState) => {
    if (hover?.target) return linksOf(profile, hover.target, hover.time);
    if (work >= 0) return linksOf(profile, { kind: 'work', row: work, position: -1 }, 0);
    return task < 0 ? [] : linksOf(profile, { kind: 'task', row: task, position: -1 }, 0);
  };
  const hoverAt = (event: PointerEvent): Hover => {
    const { left, top } = canvas.getBoundingClientRect();
    const x = event.clientX - left;
    const y = event.clientY - top;
    const place = scrolled();
    const { view: shown } = store.get();
    const pixel = (shown.to - shown.from) / drawn.width();
    const time = timeOf(x, shown, drawn.width());
    // Pinned rows come first, and lie over the others.
    const row = rows.rows.find((one) => topOf(place, one) <= y && y < topOf(place, one) + one.height) ?? null;
    const target = row && targetAt(profile, { row, time, pixel, y: y - topOf(place, row) });
    return { row, x, time, pixel, target };
  };
  trackPointer(view, {
    canvas,
    width: drawn.width,
    wheelIsFree: () =>
      scroller.scrollHeight <= scroller.clientHeight &&
      document.documentElement.scrollHeight <= window.innerHeight,
    onHover: (event) => {
      hover = event && hoverAt(event);
      cursor.set({ at: hover && Math.min(profile.bounds.to, hover.time) });
      drawn.redraw();
      canvas.classList.toggle('on-task', CLICKABLE.has(hover?.target?.kind ?? ''));
      const tip = hover?.row && tipAt(profile, { ...hover, row: hover.row, y: 0 }, hover.target);
      if (event && tip) tooltip.show(tip, event.clientX, event.clientY);
      else tooltip.hide();
    },
    onClick: (event) => {
      const { row, target } = hoverAt(event);
      const change = row && clickedOn(view, row, target, event.ctrlKey || event.metaKey);
      if (change) store.set(change);
    },
  });

  const arrange = (): void => {
    const { collapsed, laneList, lanes } = store.get();
    rows = timelineRows(profile, new Set(collapsed), laneList, lanes ?? []);
    content.style.minHeight = `${rows.height}px`;
    labels.show(rows);
    menu.show(rows);
    stick();
    refresh();
  };
  const stick = (): void => {
    content.classList.toggle('stuck', scrolled().stuck > 0);
    drawn.redraw();
  };
  new ResizeObserver(stick).observe(tracks);
  const figures = settling(() => labels.refresh(faded));
  const refresh = (): void => {
    const { search, lanes } = store.get();
    const finds = matcherOf(search);
    // A search that names no lane is one for functions: it leaves the lanes alone.
    const found = finds ? rows.rows.filter((row) => finds(`${row.title} ${row.detail}`)) : [];
    faded = found.length > 0 ? new Set(rows.rows.filter((row) => !isNear(row, found))) : null;
    figures();
    canvas.setAttribute('aria-label', trackSummary(view));
    if (lanes !== null) tooltip.hide();
    drawn.redraw();
  };
  /** A lane that was selected elsewhere may be out of sight. */
  const bringIntoSight = (): void => {
    const { lanes } = store.get();
    const row = rows.rows.find(
      (one) => (one.kind === 'lane' || one.kind === 'stream') && lanes?.includes(one.lane),
    );
    const { stuck } = scrolled();
    if (!row || row.y < stuck) return;
    const above = row.y < scroller.scrollTop + stuck;
    if (above || row.y + row.height > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = row.y - scroller.clientHeight / 2;
  };
  scroller.addEventListener(
    'scroll',
    () => {
      scrollTop = scroller.scrollTop;
      drawn.redraw();
    },
    { passive: true },
  );
  store.on(['collapsed', 'laneList'], arrange);
  store.on(['lanes'], ({ laneList }) => {
    if (laneList.hidesIdle) arrange();
  });
  cursor.on(['at'], drawn.redraw);
  store.on(['range', 'lanes', 'search'], refresh);
  store.on(['view', 'task', 'work', 'group'], drawn.redraw);
  store.on(['lanes'], bringIntoSight);
  onColours(drawn.redraw);
  arrange();
  requestAnimationFrame(bringIntoSight);

  const keys = timelineKeys(view, cursor);
  scroller.addEventListener('keydown', (event) => {
    if (event.target !== scroller || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!keys(event.shiftKey ? `Shift ${event.key}` : event.key) && !keys(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { element, key: (key) => !key.startsWith('Arrow') && keys(key) };
}

const NO_ROWS: Rows = { rows: [], height: 0, pinned: 0, pinnedHeight: 0, left: { idle: 0, unfound: 0 } };
/** Share of the height that pinned rows may take before they scroll with the others. */
const MOST_PINNED = 0.6;

/** Where the pointer is on the tracks, and on what. */
interface Hover {
  readonly row: Row | null;
  readonly x: number;
  readonly time: number;
  /** Nanos that a pixel stands for. */
  readonly pixel: number;
  readonly target: Target | null;
}

function taskOf(profile: Profile, task: number) {
  const interval = task < 0 ? null : taskInterval(profile, task);
  return interval && { ...interval, lane: profile.recording.tables.tasks.lane[task] as number };
}

/** The tasks of one group by lane; the last group asked for is kept, since every frame asks. */
function lanesOfGroup({ recording, functions, bounds, groups }: Profile): (group: number) => TaskLanes {
  let known: { readonly group: number; readonly lanes: TaskLanes } | null = null;
  return (group) => {
    if (known?.group !== group) {
      const isIn = (row: number): boolean => groups.ofTask[row] === group;
      known = { group, lanes: taskLanesOf(recording.tables, functions, bounds.to, isIn) };
    }
    return known.lanes;
  };
}

const isGroup = (row: Row): row is Row & { kind: 'group' | 'device' } =>
  row.kind === 'group' || row.kind === 'device';

/** A found group keeps its lanes, a found lane its group. */
function isNear(row: Row, found: readonly Row[]): boolean {
  if (found.includes(row)) return true;
  if (row.kind === 'lane' || row.kind === 'stream')
    return found.some((other) => isGroup(other) && other.lanes.includes(row.lane));
  if (isGroup(row))
    return found.some(
      (other) => (other.kind === 'lane' || other.kind === 'stream') && row.lanes.includes(other.lane),
    );
  return false;
}

function trackSummary({ profile, store }: ViewContext): string {
  const { range } = store.get();
  const length = profile.bounds.to - profile.bounds.from;
  const selected = range ? `; ${duration(range.to - range.from)} of it selected` : '';
  return `Timeline of ${counted(profile.lanes.length, 'lane')} over ${duration(length)}${selected}. The list of lanes gives its figures.`;
}
