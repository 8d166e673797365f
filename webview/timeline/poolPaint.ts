import { meanLevels, type PoolLoad } from '../../analyzer/analysis/poolLoad.ts';
import { count, counted } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import { area } from './area.ts';
import type { Row } from './rows.ts';
import { xOf } from './scale.ts';

type Context = CanvasRenderingContext2D;

const GAP = 4;
/** Between what waits and what runs. */
const BETWEEN = 3;
/** A phase of a pool's life is named where its name fits. */
const NARROWEST_NAME = 58;

export interface PoolRow {
  readonly profile: Profile;
  readonly palette: Palette;
  readonly view: Interval;
  readonly row: Row & { kind: 'pool' };
  /** The top of the row on the canvas. */
  readonly y: number;
  readonly width: number;
}

/**
 * Pools over time: above, the tasks that wait to be taken, on a scale of their own, for there may be thousands; below,
 * those that run, against the workers of the pools. Stripes are start-up and teardown, when a pool does no work. While no
 * pool lives there is nothing.
 */
export function paintPool(context: Context, { profile, palette, view, row, y, width }: PoolRow): void {
  const { pools } = profile.recording.tables;
  const load = loadOf(profile, row);
  if (!load) return;
  const top = y + GAP;
  const half = Math.floor((row.height - 1 - 2 * GAP - BETWEEN) / 2);
  const below = top + half + BETWEEN;
  const x = (time: number): number => Math.min(width, Math.max(0, xOf(time, view, width)));
  const lives = row.pools.map((pool) => lifeOf(profile, pool));
  context.fillStyle = palette.track;
  for (const { start, end } of lives) {
    const [born, gone] = [x(start), x(end)];
    if (gone <= born) continue;
    context.fillRect(born, top, gone - born, half);
    context.fillRect(born, below, gone - born, half);
  }
  const [waiting, running, living] = [0, 1, 2].map(
    () => new Float64Array(Math.max(1, Math.round(width / 2))),
  ) as [Float64Array, Float64Array, Float64Array];
  meanLevels(load.living, view.from, view.to, living);
  meanLevels(load.waiting, view.from, view.to, waiting);
  meanLevels(load.running, view.from, view.to, running);
  living.forEach((alive, bin) => {
    if (alive <= 0) waiting[bin] = running[bin] = Number.NaN;
  });
  const queue = { x: 0, y: top, width, height: half };
  area(context, waiting, queue, Math.max(1, load.waiting.most), palette.queued, palette.queuedLine);
  const size = (pools.size[row.pools[0] ?? -1] ?? 0) * load.living.most;
  const workers = { x: 0, y: below, width, height: half };
  area(context, running, workers, Math.max(1, size || load.running.most), palette.area, palette.areaLine);
  const height = 2 * half + BETWEEN;
  for (const life of lives) {
    if (life.ready >= 0) paintPhase(context, palette, 'start-up', x(life.start), x(life.ready), top, height);
    if (life.stop >= 0) paintPhase(context, palette, 'teardown', x(life.stop), x(life.end), top, height);
  }
  let [from, to] = [width, 0];
  for (const { start, end } of lives) {
    if (x(end) > 0) from = Math.min(from, x(start));
    to = Math.max(to, x(end));
  }
  const most = load.waiting.most;
  if (most > 0) paintScale(context, palette, `at most ${count(most)} waiting`, from, to, top + half / 2);
  if (size > 0) paintScale(context, palette, counted(size, 'worker'), from, to, below + half / 2);
}

/** The load of the pools of a row. */
export function loadOf(profile: Profile, { place, pools }: Row & { kind: 'pool' }): PoolLoad | undefined {
  const loads = profile.loads();
  return pools.length === 1 ? loads.pools[pools[0] ?? -1] : loads.places[place];
}

/** Nanos of a pool's life inside the run; `ready` and `stop` are -1 when they were not seen. */
export function lifeOf({ recording: { tables }, bounds }: Profile, pool: number) {
  const { start, ready, stop, end } = tables.pools;
  const gone = end[pool] as number;
  return {
    start: start[pool] as number,
    ready: ready[pool] as number,
    stop: stop[pool] as number,
    end: gone >= 0 ? gone : bounds.to,
  };
}

function paintPhase(
  context: Context,
  palette: Palette,
  name: string,
  x0: number,
  x1: number,
  y: number,
  height: number,
): void {
  if (x1 - x0 < 1) return;
  context.save();
  context.beginPath();
  context.rect(x0, y, x1 - x0, height);
  context.clip();
  context.strokeStyle = palette.edge;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = x0 - height; x < x1; x += 6) {
    context.moveTo(x, y + height);
    context.lineTo(x + height, y);
  }
  context.stroke();
  if (x1 - x0 >= NARROWEST_NAME) label(context, palette, name, (x0 + x1) / 2, y + height / 2, 'center');
  context.restore();
}

/**
 * The top of a scale, where the pools begin: a picture without a number only says more or less. Left out where it is wider
 * than what it is about.
 */
function paintScale(
  context: Context,
  palette: Palette,
  text: string,
  from: number,
  to: number,
  y: number,
): void {
  context.font = font(palette);
  if (context.measureText(text).width + 8 <= to - from) label(context, palette, text, from + 4, y, 'left');
}

const font = ({ sans }: Palette): string => `10.5px ${sans}`;

function label(
  context: Context,
  palette: Palette,
  text: string,
  x: number,
  y: number,
  align: 'left' | 'center',
): void {
  context.font = font(palette);
  context.textBaseline = 'middle';
  context.textAlign = align;
  // A rim in the colour of the ground keeps letters readable on areas and stripes.
  context.lineWidth = 3;
  context.lineJoin = 'round';
  context.strokeStyle = palette.bg;
  context.strokeText(text, x, y);
  context.fillStyle = palette.dim;
  context.fillText(text, x, y);
  context.textAlign = 'left';
}
