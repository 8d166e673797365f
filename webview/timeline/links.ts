import { launchOf } from '../../analyzer/analysis/deviceWork.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
import type { Palette } from '../theme/palette.ts';
import type { Target } from './pointed.ts';
import { LANE_HEIGHT, type Row, type Rows, topOf } from './rows.ts';
import { xOf } from './scale.ts';

/** One end of a link: an instant on a lane, or on a pool where the lane is not known. */
export interface LinkEnd {
  readonly lane: number;
  readonly pool: number;
  readonly time: number;
  readonly onStrip: boolean;
}

/**
 * `queue`: a task on its way to its worker; `return`: its result on the way back; `lock`: from who waits to who holds; `launch`: from
 * the call of the host to the work of a device that it started.
 */
export interface Link {
  readonly kind: 'queue' | 'return' | 'lock' | 'message' | 'launch';
  readonly from: LinkEnd;
  readonly to: LinkEnd;
}

const end = (lane: number, time: number, more: Partial<LinkEnd> = {}): LinkEnd => ({
  lane,
  time,
  pool: -1,
  onStrip: false,
  ...more,
});

/** What is drawn between lanes for what the pointer is at. `time`: the instant under the pointer. */
export function linksOf(profile: Profile, target: Target | null, time: number): Link[] {
  if (!target) return [];
  const { tables } = profile.recording;
  switch (target.kind) {
    case 'task': {
      const { tasks } = tables;
      const row = target.row;
      const lane = tasks.lane[row] as number;
      const from = tasks.from[row] as number;
      const pool = tasks.pool[row] as number;
      const submit = tasks.submit[row] as number;
      const taken = (tasks.dequeue[row] as number) >= 0 ? tasks.dequeue[row] : tasks.start[row];
      const links: Link[] = [];
      if (submit >= 0 && (taken as number) >= 0)
        links.push({
          kind: 'queue',
          from: end(from, submit, { pool }),
          to: end(lane, taken as number, { onStrip: true }),
        });
      const ended = tasks.end[row] as number;
      const returned = tasks.returned[row] as number;
      if (ended >= 0 && returned >= 0 && from >= 0)
        links.push({
          kind: 'return',
          from: end(lane, ended + Math.max(0, tasks.packBack[row] as number), { onStrip: true }),
          to: end(from, returned),
        });
      return links;
    }
    case 'work':
      return launchLink(profile, target.row);
    case 'call':
      return target.row < profile.calls.spans ? [] : launchLink(profile, target.row - profile.calls.spans);
    case 'region':
    case 'range':
    case 'collection':
      return [];
    case 'wait': {
      const { lane, holder } = tables.lockWaits;
      if ((holder[target.row] as number) < 0) return [];
      const from = end(lane[target.row] as number, time);
      return [{ kind: 'lock', from, to: end(holder[target.row] as number, time) }];
    }
    case 'message': {
      const { lane, start, toLane, toStart } = tables.transfers;
      if ((toLane[target.row] as number) < 0) return [];
      const sent = start[target.row] as number;
      const arrived = toStart[target.row] as number;
      return [
        {
          kind: 'message',
          from: end(lane[target.row] as number, sent),
          to: end(toLane[target.row] as number, arrived >= 0 ? arrived : sent),
        },
      ];
    }
  }
}

/** From the call that started a piece of work to where it ran; none where the call is not known. */
function launchLink({ recording: { tables }, devices: { work } }: Profile, at: number): Link[] {
  const launch = launchOf(tables, work, at);
  if (launch.lane < 0 || launch.start < 0) return [];
  const to = end(work.lane[at] as number, work.start[at] as number);
  return [{ kind: 'launch', from: end(launch.lane, launch.start), to }];
}

/** In the gap between the state and the strip of tasks: a line through the strip would cross out the tasks before it. */
const ABOVE_STRIP = LANE_HEIGHT - 3.5;

/** The middle of what an end points at, or the corner of a task, from the top of the tracks; null when no row shows it. */
export function heightOf(scene: LinkPlace, { lane, pool, onStrip }: LinkEnd): number | null {
  let group: Row | null = null;
  const top = (row: Row): number => {
    const y = topOf(scene, row);
    // What has scrolled under the pinned rows is somewhere below their edge.
    return row.y < scene.stuck ? y : Math.max(y, scene.stuck - row.height / 2);
  };
  for (const row of scene.rows.rows) {
    if (row.kind === 'lane' && lane >= 0 && row.lane === lane)
      return top(row) + (onStrip && row.hasStrip ? ABOVE_STRIP : LANE_HEIGHT / 2);
    if (row.kind === 'stream' && row.lane === lane) return top(row) + LANE_HEIGHT / 2;
    if (row.kind === 'pool' && lane < 0 && row.pools.includes(pool)) {
      if (row.pools.length === 1) return top(row) + row.height / 2;
      group = row;
    }
    // A closed group stands for its lanes, and a closed place for its pools.
    if ((row.kind === 'group' || row.kind === 'device') && row.lanes.includes(lane)) group = row;
  }
  return group && top(group) + group.height / 2;
}

/** Where rows are on the screen. */
export interface LinkPlace {
  readonly rows: Pick<Rows, 'rows'>;
  readonly scrollTop: number;
  readonly stuck: number;
}

export interface LinkScene extends LinkPlace {
  readonly palette: Palette;
  readonly view: Interval;
  readonly links: readonly Link[];
}

type Context = CanvasRenderingContext2D;

/** Canvas paths far outside the picture cost time and lose their precision. */
const FAR = 4000;

export function paintLinks(context: Context, scene: LinkScene, width: number): void {
  const { palette, view } = scene;
  const x = (time: number): number => Math.max(-FAR, Math.min(width + FAR, xOf(time, view, width)));
  for (const { kind, from, to } of scene.links) {
    const y0 = heightOf(scene, from);
    const y1 = heightOf(scene, to);
    if (y1 === null) continue;
    const start = { x: x(from.time), y: y0 ?? y1 };
    const goal = { x: x(to.time), y: y1 };
    context.strokeStyle = palette.bg;
    context.lineWidth = 3;
    context.setLineDash([]);
    path(context, start, goal);
    context.strokeStyle = kind === 'return' ? palette.dim : palette.text;
    context.lineWidth = 1.5;
    context.setLineDash(kind === 'return' || kind === 'lock' ? [4, 3] : []);
    path(context, start, goal);
    context.setLineDash([]);
    context.fillStyle = context.strokeStyle;
    context.beginPath();
    context.arc(start.x, start.y, 2.5, 0, 2 * Math.PI);
    context.fill();
    arrow(context, start, goal);
  }
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Along the row of what waits, so that the length of the line is the time that passed. */
function path(context: Context, from: Point, to: Point): void {
  const turn = Math.min(12, Math.abs(to.x - from.x) / 2);
  context.beginPath();
  context.moveTo(from.x, from.y);
  if (to.x - from.x > 2 && Math.abs(to.y - from.y) > 2) {
    const down = to.y - Math.sign(to.y - from.y) * Math.min(turn, Math.abs(to.y - from.y));
    context.lineTo(from.x, down);
    context.quadraticCurveTo(from.x, to.y, from.x + turn, to.y);
  }
  context.lineTo(to.x, to.y);
  context.stroke();
}

/** Into the goal from the left where the line runs along its row, else from above or below. */
function arrow(context: Context, from: Point, to: Point): void {
  const alongRow = to.x - from.x > 2;
  const angle = alongRow ? 0 : Math.atan2(to.y - from.y, to.x - from.x);
  context.save();
  context.translate(to.x, to.y);
  context.rotate(angle);
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(-7, -4);
  context.lineTo(-7, 4);
  context.closePath();
  context.fill();
  context.restore();
}
