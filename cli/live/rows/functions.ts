import { drawBar } from '../bars.ts';
import type { HotFunction } from '../calls.ts';
import { percent } from '../figures.ts';
import { Line, type Look } from '../line.ts';

interface FunctionColumns {
  readonly name: number;
  readonly self: number;
  /** Cells of the bar of the total; 0 for a figure alone. */
  readonly total: number;
  readonly place: number;
}

const FIGURE = 5;

export function functionColumns(width: number): FunctionColumns {
  const name = Math.min(48, Math.max(22, Math.floor(width * 0.27)));
  const place = Math.min(32, Math.max(17, Math.floor(width * 0.2)));
  const bars = width - 1 - name - 2 - FIGURE - 1 - 2 - FIGURE - 1 - 2 - place;
  const both = bars >= 24;
  return {
    name,
    self: Math.min(40, both ? Math.floor(bars / 2) : bars),
    total: both ? Math.min(40, Math.floor(bars / 2)) : 0,
    place,
  };
}

export function functionHeading(title: string, columns: FunctionColumns, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).field(title, columns.name, palette.bold).skip(2);
  line.field('self', FIGURE + 1 + columns.self, palette.dim).skip(2);
  line.field('total', FIGURE + 1 + columns.total, palette.dim).skip(2);
  return line.text('defined in', palette.dim).end();
}

export function functionRow(
  hot: HotFunction,
  whole: number,
  columns: FunctionColumns,
  chosen: boolean,
  matches: boolean,
  width: number,
  look: Look,
): string {
  const { palette, glyphs } = look;
  const line = new Line(width, look);
  const own = hot.called.origin === 'own';
  if (chosen) line.glyphs(glyphs.pointer, palette.accent);
  else line.skip(1);
  const style = matches ? palette.match : chosen ? palette.bold : own ? '' : palette.dim;
  line.field(hot.called.name, columns.name, style).skip(2);
  const self = whole > 0 ? hot.self / whole : 0;
  const total = whole > 0 ? hot.total / whole : 0;
  line.number(percent(self), FIGURE, own ? '' : palette.dim).skip(1);
  drawBar(line, self, columns.self, palette.activity.running);
  line
    .skip(2)
    .number(percent(total), FIGURE, own ? '' : palette.dim)
    .skip(1);
  if (columns.total > 0) drawBar(line, total, columns.total, palette.faint);
  line.skip(2);
  // The end of a path says more than its beginning.
  if (own) line.tail(hot.called.place, columns.place, palette.accent);
  else line.text(hot.called.place, palette.dim, columns.place);
  return line.end();
}
