import { type TaskLanes, taskLanesOf } from '../../analyzer/analysis/taskLanes.ts';
import type { ViewContext } from '../context.ts';
import { selectingWork } from '../devices/selection.ts';
import { surface } from '../dom/canvas.ts';
import { h, setText } from '../dom/element.ts';
import { settling } from '../dom/settle.ts';
import { counted, duration } from '../format.ts';
import type { Profile } from '../profile.ts';
import { matcherOf } from '../state/search.ts';
import { clipped, NO_EVENT, type ViewState } from '../state/viewState.ts';
import { selectingTask, taskInterval } from '../tasks/selection.ts';
import { tipAt } from './describe.ts';
import { rangeOf } from './hostSpans.ts';
import { timelineKeys } from './keys.ts';
import { chosen, createLabels } from './labels.ts';
import { createLegend } from './legend.ts';
import { linksOf } from './links.ts';
import { createOverview } from './overview.ts';
import { paintTracks } from './paint.ts';
import { type Target, targetAt } from './pointed.ts';
import { trackPointer } from './pointer.ts';
import { isSelectedRegion, selectingRegion } from './regionSteps.ts';
import { type Row, type Rows, timelineRows } from './rows.ts';
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
  const canvas = h('canvas', { role: 'img', 'aria-label': trackSummary(view) });
  const tracks = h('div', { class: 'tracks' }, canvas);
  const corner = h('div', { class: 'corner' });
  const content = h('div', { class: 'timeline-content' }, labels.element, tracks);
  const scroller = h(
    'div',
    {
      class: 'timeline-scroll',
      tabindex: 0,
      role: 'group',
      'aria-label': 'Tracks. Arrow keys move and zoom.',
    },
    content,
  );
  const top = h('div', { class: 'timeline-top' }, corner, createOverview(view).element);
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

  let rows: Rows = { rows: [], height: 0 };
  let faded: ReadonlySet<Row> | null = null;
  let hover: Hover | null = null;
  const measure = profile.trace.hasCpu ? 'CPU' : 'Running';

  const drawn = surface(canvas, tracks, (context, width, height) => {
    const state = store.get();
    paintTracks(
      context,
      {
        profile,
        palette: palette(),
        rows: rows.rows,
        view: state.view,
        range: state.range,
        lanes: state.lanes && new Set(state.lanes),
        faded,
        ticks: ticks(state.view, profile.bounds.from, width),
        scrollTop: scroller.scrollTop,
        hoverRow: hover?.row ?? null,
        hoverX: hover?.x ?? null,
        group: state.group < 0 ? null : groupLanes(state.group),
        task: taskOf(profile, state.task),
        work: state.work,
        links: linksShown(state),
      },
      width,
      height,
    );
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
    const y = event.clientY - top + scroller.scrollTop;
    const { view: shown } = store.get();
    const pixel = (shown.to - shown.from) / drawn.width();
    const time = timeOf(x, shown, drawn.width());
    const row = rows.rows.find((one) => y >= one.y && y < one.y + one.height) ?? null;
    const target = row && targetAt(profile, { row, time, pixel, y: y - row.y });
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
      drawn.redraw();
      canvas.classList.toggle('on-task', CLICKABLE.has(hover?.target?.kind ?? ''));
      const tip = hover?.row && tipAt(profile, { ...hover, row: hover.row, y: 0 }, hover.target);
      if (event && tip) tooltip.show(tip, event.clientX, event.clientY);
      else tooltip.hide();
    },
    onClick: (event) => {
      const { row, target } = hoverAt(event);
      if (!row) return;
      if (target?.kind === 'task') {
        const chosenTask = store.get().task === target.row;
        const selecting = chosenTask
          ? { ...NO_EVENT, range: null, lanes: null }
          : selectingTask(profile, target.row);
        if (selecting) store.set(selecting);
        return;
      }
      if (target?.kind === 'work' || (target?.kind === 'call' && target.row >= profile.calls.spans)) {
        const work = target.kind === 'work' ? target.row : target.row - profile.calls.spans;
        const chosenWork = store.get().work === work;
        const selecting = chosenWork
          ? { ...NO_EVENT, range: null, lanes: null }
          : selectingWork(profile, work);
        if (selecting) store.set(selecting);
        return;
      }
      if (target?.kind === 'range') {
        const { start, end } = rangeOf(profile.recording.tables, profile.ranges, target.row);
        const range = clipped({ from: start, to: end }, profile.bounds);
        if (range) store.set({ range, ...NO_EVENT });
        return;
      }
      if (target?.kind === 'region') {
        const again = isSelectedRegion(profile, target.region, store.get().range);
        const selecting = again ? { range: null, ...NO_EVENT } : selectingRegion(profile, target.region);
        if (selecting) store.set(selecting);
        return;
      }
      const adding = event.ctrlKey || event.metaKey;
      const lanes = chosen(row, store.get().lanes, adding);
      if (lanes !== undefined) store.set({ lanes, zoom: 0, ...NO_EVENT });
    },
  });

  const arrange = (): void => {
    rows = timelineRows(profile, new Set(store.get().collapsed));
    content.style.minHeight = `${rows.height}px`;
    labels.show(rows);
    refresh();
  };
  const figures = settling(() => labels.refresh(faded));
  const refresh = (): void => {
    const { search, range, lanes } = store.get();
    const finds = matcherOf(search);
    // A search that names no lane is one for functions: it leaves the lanes alone.
    const found = finds ? rows.rows.filter((row) => finds(`${row.title} ${row.detail}`)) : [];
    faded = found.length > 0 ? new Set(rows.rows.filter((row) => !isNear(row, found))) : null;
    figures();
    setText(
      corner,
      `${measure} in ${range ? `${duration(range.to - range.from)} selected` : 'the whole run'}`,
    );
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
    if (!row) return;
    const above = row.y < scroller.scrollTop;
    if (above || row.y + row.height > scroller.scrollTop + scroller.clientHeight)
      scroller.scrollTop = row.y - scroller.clientHeight / 2;
  };
  scroller.addEventListener('scroll', drawn.redraw, { passive: true });
  store.on(['collapsed'], arrange);
  store.on(['range', 'lanes', 'search'], refresh);
  store.on(['view', 'task', 'work', 'group'], drawn.redraw);
  store.on(['lanes'], bringIntoSight);
  onColours(drawn.redraw);
  arrange();
  requestAnimationFrame(bringIntoSight);

  const keys = timelineKeys(view);
  scroller.addEventListener('keydown', (event) => {
    if (event.target !== scroller || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!keys(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { element, key: (key) => !key.startsWith('Arrow') && keys(key) };
}

/** What a click on selects by itself, and not its lane. */
const CLICKABLE: ReadonlySet<string> = new Set(['task', 'region', 'work', 'call', 'range']);

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
