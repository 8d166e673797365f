import { drawGauge, sparkCells } from '../bars.ts';
import { compact, span, volume } from '../figures.ts';
import { Line, type Look } from '../line.ts';
import type { MessagesView } from '../messages.ts';
import type { PoolView } from '../poolSite.ts';
import type { Mean } from '../tasks.ts';
import { cellsOf } from '../text.ts';
import { type Column, figure, fitTable, type Table, tableHeading, tableRow } from './table.ts';

/** Columns from which on a kind is written with its module. */
const WIDE = 110;
const LEAST_NAME = 14;
const MOST_NAME = 30;
const LEAST_SPARK = 6;
const MOST_SPARK = 30;

/** `37 x Pool` where one place has made many. */
function nameOf(pool: PoolView, width: number): string {
  const kind = pool.kind || 'unknown pool';
  // Most kinds differ in their last part.
  const short = width < WIDE ? (kind.split('.').at(-1) ?? kind) : kind;
  return pool.made > 1 ? `${compact(pool.made)} x ${short}` : short;
}

/** Workers that run a task, of those there are. */
function busyOf({ running, size, living, made }: PoolView): string {
  if (living === 0 && made > 0) return 'ended';
  if (size === 0) return running === null ? '' : compact(running);
  return running === null ? `of ${size}` : `${running}/${size}`;
}

const rate = (value: number | undefined, write: (value: number) => string): string =>
  value === undefined ? '' : write(value);

/** Volume a second; empty where nothing is serialised, or nobody saw how much. */
const flow = (mean: Mean, perSecond: number | undefined): string =>
  mean.sum > 0 ? rate(perSecond, volume) : '';

export const meanSpan = (mean: Mean): string => (mean.value === null ? '' : span(mean.value));

const warnAbout = (value: number, look: Look): string => (value > 0 ? look.palette.warn : look.palette.dim);

export function poolTable(pools: readonly PoolView[], now: number, width: number): Table<PoolView> {
  const wide = width >= WIDE;
  const any = (has: (pool: PoolView) => boolean): boolean => pools.some(has);
  const isSerialised = any(({ figures }) => figures.bytesOut.sum + figures.bytesBack.sum > 0);
  const queues = any(({ queued }) => queued.value !== null);
  const longest = Math.max(LEAST_NAME, ...pools.map((pool) => nameOf(pool, width).length));
  const most = Math.min(MOST_NAME, longest);
  const busy = Math.max(5, ...pools.map((pool) => busyOf(pool).length));
  const spark = (cells: number): Column<PoolView> => ({
    title: cells >= 9 ? 'last 30 s' : '',
    cells,
    spare: 3,
    side: 'left',
    draw: (line, { queued }) => drawGauge(line, queued, cells, now),
  });
  const columns = (cells: number): (Column<PoolView> | null)[] => [
    figure('busy', busy, 0, busyOf, ({ living }, { palette }) => (living > 0 ? '' : palette.dim)),
    queues
      ? figure('queued', 6, 0, ({ queued }) => (queued.value === null ? '' : compact(queued.value)))
      : null,
    queues ? spark(cells) : null,
    figure('tasks/s', 7, 0, ({ rates }) => rate(rates?.tasks, compact)),
    figure('done', 6, 1, ({ done }) => compact(done)),
    figure(wide ? 'mean run' : 'run', wide ? 8 : 6, 0, ({ figures }) => meanSpan(figures.run)),
    wide ? figure('in queue', 8, 4, ({ figures }) => meanSpan(figures.queueWait)) : null,
    isSerialised
      ? figure('out/s', 7, 2, ({ figures, rates }) => flow(figures.bytesOut, rates?.bytesOut))
      : null,
    isSerialised
      ? figure('back/s', 7, 2, ({ figures, rates }) => flow(figures.bytesBack, rates?.bytesBack))
      : null,
    wide && isSerialised
      ? figure('out', 7, 7, ({ figures: { bytesOut } }) => flow(bytesOut, bytesOut.sum))
      : null,
    wide && isSerialised
      ? figure('back', 7, 7, ({ figures }) => flow(figures.bytesBack, figures.bytesBack.sum))
      : null,
    troubles('failed', pools, ({ figures }) => figures.failed),
    troubles('lost', pools, ({ figures }) => figures.lost),
    wide ? madeIn : null,
  ];
  const least = wide ? most : LEAST_NAME;
  const table = fitTable(columns(LEAST_SPARK), least, most, width);
  // What room is left is for the queue's picture, in whole steps of it.
  const used = table.columns.reduce((sum, { cells }) => sum + cells + table.gap, table.gap + table.name);
  const cells = sparkCells(Math.min(MOST_SPARK, LEAST_SPARK + width - used));
  return fitTable(columns(cells), least, most, width);
}

/** A column for what should not happen, which is there when it has happened. */
export function troubles<T>(
  title: string,
  rows: readonly T[],
  countOf: (row: T) => number,
): Column<T> | null {
  if (!rows.some((row) => countOf(row) > 0)) return null;
  return figure(
    title,
    6,
    0,
    (row) => (countOf(row) > 0 ? compact(countOf(row)) : ''),
    (row, look) => warnAbout(countOf(row), look),
  );
}

const madeIn: Column<PoolView> = {
  title: 'made in',
  cells: 32,
  spare: 8,
  side: 'left',
  draw: (line, { madeIn: made, startMethod }, cells) => {
    const end = line.column + cells;
    if (made) {
      const place = Math.min(cellsOf(made.place), cells - 10);
      line.text(made.name, line.look.palette.dim, cells - place - 2).skip(2);
      line.text(made.place, line.look.palette.accent, place);
    }
    if (startMethod !== '' && startMethod !== 'thread' && end - line.column > startMethod.length + 2) {
      line.skip(2).text(startMethod, line.look.palette.dim);
    }
  },
};

export const poolHeading = (table: Table<PoolView>, width: number, look: Look): string =>
  tableHeading('pools', table, width, look);

export function poolRow(pool: PoolView, table: Table<PoolView>, width: number, look: Look): string {
  const style = pool.living > 0 ? '' : look.palette.dim;
  const name = (line: Line, cells: number): void => {
    line.ends(nameOf(pool, width), cells, style);
  };
  return tableRow(pool, table, false, name, width, look);
}

export function morePoolsRow(hidden: number, width: number, look: Look): string {
  return new Line(width, look)
    .skip(1)
    .text(`${hidden} more ${hidden === 1 ? 'pool' : 'pools'}`, look.palette.dim)
    .end();
}

/** Messages through queues and pipes in one row. */
export function messagesRow(messages: MessagesView, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).field('messages', LEAST_NAME, palette.bold).skip(1);
  line.text(`${compact(messages.perSecond)}/s   ${volume(messages.bytesPerSecond)}/s`);
  const sum = `${compact(messages.count)} so far, ${volume(messages.bytes)}`;
  if (line.room > sum.length + 4) line.skip(3).text(sum, palette.dim);
  return line.end();
}
