import { RUNS } from '../../analyzer/analysis/activity.ts';
import type { TaskLanes } from '../../analyzer/analysis/taskLanes.ts';
import { addConcurrency } from '../../analyzer/analysis/timeline.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { area } from './area.ts';
import { paintCollections } from './collectionPaint.ts';
import { DrawList } from './drawList.ts';
import { layoutCounter, layoutLane } from './layout.ts';
import { type Link, paintLinks } from './links.ts';
import { paintMessages } from './messagePaint.ts';
import { type ModuleTracks, moduleColours } from './moduleTracks.ts';
import { paintPool } from './poolPaint.ts';
import { paintCalls, paintRanges } from './rangePaint.ts';
import { paintRegions } from './regionPaint.ts';
import { LANE_HEIGHT, type Row, type Rows, STRIP_HEIGHT, topOf } from './rows.ts';
import { type Tick, xOf } from './scale.ts';
import { layoutSpans } from './spanLayout.ts';
import { paintDevice, paintStream } from './streamPaint.ts';
import { paintTasks } from './taskPaint.ts';

/** Everything that a picture of the tracks depends on. */
export interface Scene {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly rows: Rows;
  readonly view: Interval;
  readonly range: Interval | null;
  readonly lanes: ReadonlySet<number> | null;
  /** Rows that a search did not find; null without a search. */
  readonly faded: ReadonlySet<Row> | null;
  readonly ticks: readonly Tick[];
  readonly scrollTop: number;
  /** Height at the top that does not scroll: that of the pinned rows, or 0. */
  readonly stuck: number;
  /** Whose code lanes were in, where they are coloured by it. */
  readonly modules: ModuleTracks | null;
  readonly hoverRow: Row | null;
  /** The instant that is measured at, in Nanos. */
  readonly cursor: number | null;
  /** The tasks that are brought out; null when all are shown alike. */
  readonly group: TaskLanes | null;
  /** When and where the selected task ran. */
  readonly task: (Interval & { readonly lane: number }) | null;
  /** The selected work of a device, -1 for none. */
  readonly work: number;
  readonly links: readonly Link[];
}

type Context = CanvasRenderingContext2D;

const list = new DrawList();
/** Space above and below the bar of a lane. */
const LANE_GAP = 4;
/** The strip of tasks stands close to the state that it explains. */
const STRIP_TOP = LANE_HEIGHT - 2;
const ROUNDED_FROM = 5;

/** Draws the rows that are in sight. */
export function paintTracks(context: Context, scene: Scene, width: number, height: number): void {
  const { palette, rows, stuck } = scene;
  paintGround(context, scene, 0, width, height);
  for (const row of rows.rows.slice(rows.pinned)) paintIn(context, scene, row, stuck, width, height);
  // Over what has scrolled under them.
  if (stuck > 0) paintGround(context, scene, 0, width, stuck);
  for (const row of rows.rows.slice(0, rows.pinned)) paintIn(context, scene, row, 0, width, height);
  if (stuck > 0) {
    context.fillStyle = palette.edge;
    context.fillRect(0, stuck - 1, width, 1);
  }
  paintRange(context, scene, width, height);
  paintLinks(context, scene, width);
  if (scene.cursor !== null) {
    context.fillStyle = palette.edge;
    context.fillRect(Math.round(xOf(scene.cursor, scene.view, width)), 0, 1, height);
  }
}

function paintGround(
  context: Context,
  { palette, ticks }: Scene,
  y: number,
  width: number,
  height: number,
): void {
  context.fillStyle = palette.bg;
  context.fillRect(0, y, width, height);
  context.fillStyle = palette.line;
  for (const { x } of ticks) context.fillRect(Math.round(x), y, 1, height);
}

/** Draws a row where any of it lies between `top` and `bottom`. */
function paintIn(context: Context, scene: Scene, row: Row, top: number, width: number, bottom: number): void {
  const y = topOf(scene, row);
  if (y > bottom || y + row.height < top) return;
  context.globalAlpha = scene.faded?.has(row) || isOut(row, scene.lanes) ? 0.28 : 1;
  paintRow(context, scene, row, y, width);
  context.globalAlpha = 1;
  context.fillStyle = scene.palette.line;
  context.fillRect(0, y + row.height - 1, width, 1);
}

function isOut(row: Row, lanes: ReadonlySet<number> | null): boolean {
  if (!lanes || row.kind === 'counter' || row.kind === 'pool') return false;
  if (row.kind === 'lane' || row.kind === 'stream') return !lanes.has(row.lane);
  return row.lanes.length > 0 && !row.lanes.some((lane) => lanes.has(lane));
}

function paintRow(context: Context, scene: Scene, row: Row, y: number, width: number): void {
  const { palette, lanes } = scene;
  const picked = (row.kind === 'lane' || row.kind === 'stream') && lanes?.has(row.lane) === true;
  if (picked || row === scene.hoverRow) {
    context.fillStyle = picked ? palette.trackPicked : palette.trackHover;
    context.fillRect(0, y, width, row.height - 1);
  }
  switch (row.kind) {
    case 'lane':
      paintLane(context, scene, row.lane, y, width);
      if (row.hasStrip) paintStrip(context, scene, row.lane, y, width);
      if (row.regionsHeight > 0) {
        const top = y + row.height - row.rangesHeight - row.callsHeight - row.regionsHeight;
        paintRegions(context, { ...scene, lane: row.lane, y: top, width });
      }
      if (row.callsHeight > 0) {
        const top = y + row.height - row.rangesHeight - row.callsHeight;
        paintCalls(context, { ...scene, lane: row.lane, y: top, width });
      }
      if (row.rangesHeight > 0)
        paintRanges(context, { ...scene, lane: row.lane, y: y + row.height - row.rangesHeight, width });
      break;
    case 'stream':
      paintStream(context, { ...scene, lane: row.lane, y, width });
      break;
    case 'device': {
      const busy = scene.profile.devices.busy.units[row.unit] ?? null;
      paintDevice(context, { ...scene, busy, y, height: row.height, width });
      break;
    }
    case 'pool':
      paintPool(context, { ...scene, row, y, width });
      break;
    case 'counter':
      paintCounter(context, scene, row.series, y, row.height, width);
      break;
    case 'group':
      if (row.lanes.length > 0) paintCores(context, scene, row.lanes, y, row.height, width);
  }
}

function paintLane(context: Context, scene: Scene, lane: number, y: number, width: number): void {
  const { profile, palette, view } = scene;
  const { timeline } = profile;
  const height = LANE_HEIGHT - 1 - 2 * LANE_GAP;
  const begin = timeline.offset[lane] as number;
  const end = timeline.offset[lane + 1] as number;
  if (end === begin) return;
  // The lane's life, so that sleeping and not being there look different.
  const x0 = Math.max(0, xOf(timeline.from[begin] as number, view, width));
  const x1 = Math.min(width, xOf(timeline.to[end - 1] as number, view, width));
  if (x1 > x0) {
    context.fillStyle = palette.track;
    context.fillRect(x0, y + LANE_GAP, Math.max(1, x1 - x0), height);
  }
  list.clear();
  const box = { view, width, y: y + LANE_GAP, height };
  if (scene.modules) {
    layoutSpans(list, scene.modules.tracks, lane, box, () => [0, 1]);
    paintBoxes(context, moduleColours(palette), height);
  } else {
    layoutLane(list, timeline, lane, box);
    paintBoxes(context, palette.activity, height);
  }
  const below = { profile, palette, lane, view, width, y: y + LANE_GAP + height };
  paintCollections(context, below);
  paintMessages(context, below);
}

/** The tasks of a lane. Those of a group that was chosen stand out from the others. */
function paintStrip(context: Context, scene: Scene, lane: number, y: number, width: number): void {
  const { profile, palette, view, group, task } = scene;
  const box = { view, width, y: y + STRIP_TOP, height: STRIP_HEIGHT - 2 };
  const alpha = context.globalAlpha;
  if (group) context.globalAlpha = alpha * 0.25;
  paintTasks(context, { profile, palette, tasks: profile.tasks, lane, box });
  context.globalAlpha = alpha;
  if (group) paintTasks(context, { profile, palette, tasks: group, lane, box });
  if (task?.lane !== lane) return;
  const x0 = xOf(task.from, view, width);
  const x1 = xOf(task.to, view, width);
  context.strokeStyle = palette.text;
  context.lineWidth = 1.5;
  context.strokeRect(Math.round(x0) - 0.5, box.y - 0.5, Math.max(3, Math.round(x1 - x0)), box.height + 1);
}

/** One pass for each colour: setting the fill style costs more than filling a small box. */
function paintBoxes(context: Context, colours: readonly string[], full: number): void {
  for (let kind = 0; kind < colours.length; kind++) {
    context.fillStyle = colours[kind] as string;
    for (let i = 0; i < list.length; i++) {
      if (list.kind[i] !== kind) continue;
      const x = list.x[i] as number;
      const y = list.y[i] as number;
      const width = list.width[i] as number;
      const height = list.height[i] as number;
      if (width >= ROUNDED_FROM && height === full) {
        context.beginPath();
        context.roundRect(x, y, width, height, 2);
        context.fill();
      } else context.fillRect(x, y, width, height);
    }
  }
}

/** Cores in use by the lanes of a group; the full height is one core, or more where more were used. */
function paintCores(
  context: Context,
  { profile, palette, view }: Scene,
  lanes: readonly number[],
  y: number,
  height: number,
  width: number,
): void {
  // Two pixels a bin: the area is an overview, and halving its bins halves the cost of a group of 64 lanes.
  const bins = new Float64Array(Math.max(1, Math.round(width / 2)));
  addConcurrency(profile.timeline, lanes, RUNS, view.from, view.to, bins);
  let most = 1;
  for (const value of bins) most = Math.max(most, value);
  area(context, bins, { x: 0, y: y + 4, width, height: height - 6 }, most, palette.area, palette.areaLine);
}

function paintCounter(
  context: Context,
  { profile, palette, view }: Scene,
  index: number,
  y: number,
  height: number,
  width: number,
): void {
  const series = profile.counters[index];
  if (!series) return;
  const { mean, max } = layoutCounter(series, view, width);
  const most = series.unit === '%' ? Math.max(100, series.max) : series.max || 1;
  const box = { x: 0, y: y + 5, width, height: height - 7 };
  context.globalAlpha *= 0.45;
  area(context, max, box, most, palette.counter, null);
  context.globalAlpha /= 0.45;
  area(context, mean, box, most, palette.counter, palette.counterLine);
}

/** Veils what is not selected. */
function paintRange(context: Context, { view, range, palette }: Scene, width: number, height: number): void {
  if (!range) return;
  const x0 = xOf(range.from, view, width);
  const x1 = xOf(range.to, view, width);
  context.fillStyle = palette.veil;
  if (x0 > 0) context.fillRect(0, 0, Math.min(x0, width), height);
  if (x1 < width) context.fillRect(Math.max(0, x1), 0, width - Math.max(0, x1), height);
  context.fillStyle = palette.accent;
  context.fillRect(Math.round(x0) - 1, 0, 1, height);
  context.fillRect(Math.round(x1), 0, 1, height);
}
