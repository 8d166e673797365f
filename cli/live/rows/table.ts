import { Line, type Look } from '../line.ts';

/** A column of figures. It has the same cells in every row, so that a number is found where it was. */
export interface Column<T> {
  readonly title: string;
  readonly cells: number;
  /** Columns without room go by this, the highest first and those of one number together; 0 stays. */
  readonly spare: number;
  /** Figures and their titles are set right. */
  readonly side: 'left' | 'right';
  /** Puts at most `cells` cells. */
  draw(line: Line, row: T, cells: number): void;
}

/** A column of short texts; an empty one is for what is not known. */
export function figure<T>(
  title: string,
  cells: number,
  spare: number,
  textOf: (row: T) => string,
  styleOf: (row: T, look: Look) => string = () => '',
): Column<T> {
  const draw = (line: Line, row: T): void => {
    line.number(textOf(row), cells, styleOf(row, line.look));
  };
  return { title, cells, spare, side: 'right', draw };
}

export interface Table<T> {
  readonly name: number;
  readonly columns: readonly Column<T>[];
  readonly gap: number;
}

const cellsOf = (columns: readonly { readonly cells: number }[], gap: number): number =>
  columns.reduce((sum, { cells }) => sum + cells + gap, 0);

/** Columns from this `spare` on are only there when all have a gap of two cells. */
const NICE = 4;

/** The columns that have room beside a name of `least` to `most` cells; the name gets what is left, up to `most`. */
export function fitTable<T>(
  all: readonly (Column<T> | null)[],
  least: number,
  most: number,
  width: number,
): Table<T> {
  let columns = all.filter((column) => column !== null);
  // A cell is left free at the right as well, unless that would cost a column.
  const fits = (gap: number): boolean => gap + least + cellsOf(columns, gap) <= width;
  const dropSparest = (from: number): boolean => {
    const sparest = Math.max(0, ...columns.map(({ spare }) => spare));
    if (sparest < from) return false;
    columns = columns.filter(({ spare }) => spare !== sparest);
    return true;
  };
  while (!fits(2) && dropSparest(NICE));
  while (!fits(1) && dropSparest(1));
  const gap = fits(2) ? 2 : 1;
  const name = Math.max(least, Math.min(most, width - gap - cellsOf(columns, gap)));
  return { name, columns, gap };
}

export function tableHeading<T>(title: string, table: Table<T>, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).field(title, table.name, palette.bold);
  for (const column of table.columns) {
    line.skip(table.gap);
    if (column.side === 'right') line.number(column.title, column.cells, palette.dim);
    else line.field(column.title, column.cells, palette.dim);
  }
  return line.end();
}

/** `name` puts the first column, whose cells are padded. */
export function tableRow<T>(
  row: T,
  table: Table<T>,
  chosen: boolean,
  name: (line: Line, cells: number) => void,
  width: number,
  look: Look,
): string {
  const line = new Line(width, look);
  if (chosen) line.glyphs(look.glyphs.pointer, look.palette.accent);
  else line.skip(1);
  name(line, table.name);
  let at = 1 + table.name;
  line.to(at);
  for (const column of table.columns) {
    column.draw(line.skip(table.gap), row, column.cells);
    at += table.gap + column.cells;
    line.to(at);
  }
  return line.end();
}
