import { count } from '../figures.ts';
import { Line, type Look } from '../line.ts';
import type { LogView } from '../log.ts';

export function logHeading(log: LogView, scroll: number, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).text('output of the program', palette.bold).skip(3);
  line.text(log.total === 1 ? '1 line' : `${count(log.total)} lines`, palette.dim);
  const dropped = log.total - log.lines.length;
  if (dropped > 0) line.text(`, the last ${count(log.lines.length)} are kept here`, palette.dim);
  const place = scroll > 0 ? `${count(scroll)} below   End follows` : 'follows';
  line.to(width - 1 - place.length).text(place, scroll > 0 ? palette.warn : palette.dim);
  return line.end();
}

/** The rows of the log, oldest on top; lines of stderr have a mark in front. */
export function logRows(
  log: LogView,
  scroll: number,
  search: string,
  rows: number,
  width: number,
  look: Look,
): string[] {
  const { palette } = look;
  const drawn: string[] = [];
  if (log.lines.length === 0) {
    drawn.push(new Line(width, look).skip(1).text('The program has printed nothing yet.', palette.dim).end());
  }
  const end = Math.max(Math.min(rows, log.lines.length), log.lines.length - scroll);
  for (let at = Math.max(0, end - rows); at < end; at++) {
    const its = log.lines[at];
    if (!its) continue;
    const line = new Line(width, look);
    line.text(its.stream === 'stderr' ? '! ' : '  ', palette.warn);
    const found = search !== '' && its.text.toLowerCase().includes(search.toLowerCase());
    drawn.push(line.text(its.text, found ? palette.match : '').end());
  }
  return drawn;
}
