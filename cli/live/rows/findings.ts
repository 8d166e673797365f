import { gainRange } from '../../../analyzer/advice/words.ts';
import type { Finding } from '../../../analyzer/model/index.ts';
import { Line, type Look } from '../line.ts';
import { cellsOf, clean, wordLines } from '../text.ts';

/** Cells that a title keeps, whatever else has to be said in its row. */
const LEAST_TITLE = 18;
/** Lines of a paragraph; what a rule writes has three. */
const MOST_LINES = 6;
const INDENT = 4;

/** `app.py:12`; empty where no line is known. */
const placeOf = ({ location }: Finding): string =>
  location === null
    ? ''
    : clean(`${location.file.slice(location.file.lastIndexOf('/') + 1)}:${location.line}`);

/** What the whole run would gain, by what was seen of it so far; without those words where there is no room for them. */
function gainSoFar({ gain, withheld }: Finding, short = false): string {
  if (gain) return short ? gainRange(gain) : `${gainRange(gain)} so far`;
  return withheld === null ? '' : 'gain withheld';
}

/** `likely: ... at app.py:12 (1.3x to 1.5x so far)` in one row; the title is cut first. */
export function likelyRow(finding: Finding, width: number, look: Look): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1).text('likely: ', palette.warn);
  const place = placeOf(finding);
  const title = clean(finding.title);
  const at = place === '' ? 0 : cellsOf(place) + 4;
  const least = Math.min(cellsOf(title), LEAST_TITLE) + at + gainSoFar(finding).length + 4;
  const gain = gainSoFar(finding, least > line.room);
  const after = at + (gain === '' ? 0 : gain.length + 3);
  line.text(title, '', Math.max(LEAST_TITLE, Math.min(cellsOf(title), line.room - after - 1)));
  if (place !== '') line.text(' at ', palette.dim).text(place, palette.accent);
  if (gain !== '') line.skip(1).text(`(${gain})`, finding.gain ? palette.good : palette.dim);
  return line.end();
}

/** A finding with all that is to be read of it: what is wrong, where, what to do, and why. */
export function findingRows(
  finding: Finding,
  rank: number,
  chosen: boolean,
  width: number,
  look: Look,
): string[] {
  const { palette, glyphs } = look;
  const room = width - INDENT - 1;
  const [first = '', ...titles] = wordLines(clean(finding.title), room - 3, MOST_LINES, glyphs.cut);
  const head = new Line(width, look);
  if (chosen) head.glyphs(glyphs.pointer, palette.accent);
  const rows = [head.to(1).text(`${rank}`, palette.dim).to(INDENT).text(first, palette.bold).end()];
  const add = (text: string, style: string): void => {
    for (const each of wordLines(clean(text), room, MOST_LINES, glyphs.cut))
      rows.push(new Line(width, look).to(INDENT).text(each, style).end());
  };
  for (const each of titles) rows.push(new Line(width, look).to(INDENT).text(each, palette.bold).end());
  const where = new Line(width, look).to(INDENT);
  const place = placeOf(finding);
  if (place !== '')
    where
      .text(place, palette.accent)
      .skip(1)
      .text(finding.location?.function ?? '', palette.dim);
  const gain = gainSoFar(finding);
  if (gain !== '' && where.room > gain.length + 3)
    where.skip(place === '' ? 0 : 3).text(gain, finding.gain ? palette.good : palette.dim);
  if (place !== '' || gain !== '') rows.push(where.end());
  add(finding.change, '');
  add(finding.why, palette.dim);
  return rows;
}
