import { type Activity, LETTERS } from '../activity.ts';
import { drawSpark, sparkCells } from '../bars.ts';
import { duration, percent } from '../figures.ts';
import type { Times } from '../lane.ts';
import { Line, type Look } from '../line.ts';
import type { LaneView } from '../model.ts';

/** Where the columns of the lanes begin and how wide they are; 0 for a column there is no room for. */
interface LaneColumns {
  readonly name: number;
  readonly spark: number;
  readonly ids: number;
  readonly shares: number;
  readonly cpu: number;
}

/** `ForkPoolWorker-12` is what many are called, and must be told from its siblings at 80 columns. */
const NAME_SHARE = 0.22;
const CPU_CELLS = 5;
const STATE_CELLS = 1;
const LEAST_DOING = 22;
const IDS_CELLS = 15;
const SHARES_CELLS = 24;
const TOTAL_CELLS = 10;
/** Columns from which on there is room for more than what a lane does now. */
const WIDE = 150;

export function laneColumns(lanes: readonly LaneView[], width: number, detailed: boolean): LaneColumns {
  const longest = lanes.reduce((most, lane) => Math.max(most, lane.name.length), 8);
  const name = Math.min(longest, Math.max(12, Math.floor(width * NAME_SHARE)));
  // pointer, name, gap, sparkline, gap, CPU, gap, letter, gap, what it does
  let room = width - 1 - name - 2 - 2 - CPU_CELLS - 2 - STATE_CELLS - 2 - LEAST_DOING;
  const take = (cells: number, least: number): number => {
    if (!(detailed || width >= WIDE) || room - cells < least) return 0;
    room -= cells;
    return cells;
  };
  const shares = take(SHARES_CELLS + 2, 20) || take(SHARES_CELLS / 2 + 2, 15);
  const cpu = take(TOTAL_CELLS + 2, 20);
  const ids = detailed ? take(IDS_CELLS + 2, 24) : 0;
  // What a lane does needs no more than half of a wide screen.
  const spark = sparkCells(Math.min(room, Math.max(30, Math.floor(width * 0.45))));
  return { name, spark, ids, shares, cpu };
}

export function laneHeading(columns: LaneColumns, width: number, look: Look): string {
  const { dim } = look.palette;
  const line = new Line(width, look);
  line.skip(1).field('lanes', columns.name, look.palette.bold).skip(2);
  if (columns.ids > 0) line.field('process/thread', columns.ids, dim);
  line.field(columns.spark >= 12 ? 'CPU, last 30 s' : '', columns.spark, dim).skip(2);
  line.number('CPU', CPU_CELLS - 2, dim).skip(2 + 2);
  if (columns.cpu > 0) line.number('CPU time', TOTAL_CELLS, dim).skip(2);
  if (columns.shares > 0)
    line.field(columns.shares > SHARES_CELLS ? 'share of its life' : 'its life', columns.shares, dim);
  return line
    .skip(STATE_CELLS + 2)
    .text('now', dim)
    .end();
}

export function laneRow(
  lane: LaneView,
  columns: LaneColumns,
  chosen: boolean,
  matches: boolean,
  now: number,
  width: number,
  look: Look,
): string {
  const { palette, glyphs } = look;
  const line = new Line(width, look);
  const ended = lane.activity === 'ended';
  const quiet = ended ? palette.faint : '';
  if (chosen) line.glyphs(glyphs.pointer, palette.accent);
  else line.skip(1);
  line.ends(lane.name, columns.name, matches ? palette.match : chosen ? palette.bold : quiet).skip(2);
  if (columns.ids > 0) {
    const ids = lane.process === lane.thread ? `${lane.process}` : `${lane.process}/${lane.thread}`;
    line.field(ids, columns.ids - 2, palette.dim).skip(2);
  }
  const from = line.column;
  if (columns.spark > 0) drawSpark(line, lane.history, columns.spark, lane.start, lane.until, now);
  line.to(from + columns.spark).skip(2);
  line.number(ended ? '' : percent(lane.cpu), CPU_CELLS, quiet).skip(2);
  if (columns.cpu > 0) line.number(duration(lane.times.running), TOTAL_CELLS, quiet).skip(2);
  if (columns.shares > 0) {
    drawShares(line, lane.times, columns.shares - 2);
    line.skip(2);
  }
  line.text(LETTERS[lane.activity], palette.activity[lane.activity]).skip(2);
  const style = lane.activity === 'running' ? '' : palette.activity[lane.activity];
  line.text(lane.doing, ended || lane.activity === 'idle' ? palette.dim : style);
  if (lane.where !== '' && line.room > 6) line.skip(2).text(lane.where, palette.dim);
  if (lane.task !== '' && line.room > 14) line.skip(2).text(`task ${lane.task}`, palette.dim);
  return line.end();
}

const SHARE_ORDER: readonly (keyof Times)[] = ['running', 'ready', 'gil', 'lock', 'io', 'idle'];

/** A lane's life as one bar of its activities' letters; each has the cells of its share. */
function drawShares(line: Line, times: Readonly<Times>, cells: number): void {
  const { palette } = line.look;
  const from = line.column;
  const whole = SHARE_ORDER.reduce((sum, kind) => sum + Math.max(0, times[kind]), 0);
  let sum = 0;
  for (const kind of SHARE_ORDER) {
    sum += Math.max(0, times[kind]);
    const to = whole > 0 ? Math.round((sum / whole) * cells) : 0;
    const length = from + to - line.column;
    if (length > 0) line.text(LETTERS[kind].repeat(length), palette.activity[kind]);
  }
  line.to(from + cells);
}

/** What the letters mean, in as many cells as there are. */
export function legendRow(width: number, look: Look): string {
  const line = new Line(width, look);
  const short: readonly [Activity, string][] = [
    ['running', 'running'],
    ['ready', 'ready, no CPU'],
    ['gil', 'GIL'],
    ['lock', 'lock'],
    ['io', 'I/O'],
    ['idle', 'idle'],
  ];
  line.skip(1);
  for (const [kind, meaning] of short) {
    line.text(LETTERS[kind], look.palette.activity[kind]).text(` ${meaning}`, look.palette.dim).skip(3);
  }
  return line.end();
}

/** How many lanes are not shown, and how many of them have ended. */
export function moreRow(hidden: readonly LaneView[], forgotten: number, width: number, look: Look): string {
  const ended = hidden.filter((lane) => lane.activity === 'ended').length + forgotten;
  const living = hidden.length + forgotten - ended;
  const parts: string[] = [];
  if (living > 0) parts.push(`${living} more ${living === 1 ? 'lane' : 'lanes'}`);
  if (ended > 0) parts.push(`${ended} ended`);
  return new Line(width, look).skip(1).text(parts.join(', '), look.palette.dim).end();
}
