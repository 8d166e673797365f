import type { CallWeights, LiveCalls } from '../calls.ts';
import { duration, percent } from '../figures.ts';
import { Line, type Look } from '../line.ts';
import { cellsOf, clean, isAscii } from '../text.ts';
import type { Box } from '../ui.ts';

/** What a layout needs to know of a call tree. */
type Tree = Pick<LiveCalls, 'parent' | 'firstChild' | 'nextSibling' | 'functionOf' | 'functions'>;

/**
 * The boxes of a flame graph of `cells` cells, a row a depth, heaviest first in each row. `zoom` and what called it fill
 * whole rows; below it a box has the cells of its share. What has no cell of its own is left out, with all below it.
 *
 * `fold`: calls from library to library that pass nearly all of their time on are one box, which shows the first. In a
 * few rows there is otherwise nothing but how a program starts.
 */
export function layoutFlame(
  calls: Tree,
  weights: Pick<CallWeights, 'total'>,
  zoom: number,
  cells: number,
  depths: number,
  fold = false,
): Box[][] {
  const rows: Box[][] = [];
  const path: number[] = [];
  for (let at = zoom; at >= 0; at = calls.parent[at] ?? -1) path.unshift(at);
  // A deep zoom shows the nearest callers only; the rest of the rows is for what it calls.
  const callers = path.slice(Math.max(0, path.length - Math.max(1, Math.floor(depths / 2))));
  for (const node of callers) rows.push([{ node, x: 0, cells }]);
  const weight = (node: number): number => weights.total[node] ?? 0;
  const fill = (node: number, x: number, room: number, depth: number): void => {
    const from = fold ? foldedInto(calls, weight, node) : node;
    const whole = weight(from);
    if (depth >= depths || whole <= 0) return;
    const children = childrenOf(calls, from).filter((child) => weight(child) >= whole / room / 2);
    children.sort((a, b) => weight(b) - weight(a) || a - b);
    let sum = 0;
    for (const child of children) {
      const left = Math.round((sum / whole) * room);
      sum += weight(child);
      const right = Math.min(room, Math.round((sum / whole) * room));
      if (right <= left) continue;
      const row = rows[depth] ?? [];
      rows[depth] = row;
      row.push({ node: child, x: x + left, cells: right - left });
      fill(child, x + left, right - left, depth + 1);
    }
  };
  fill(zoom, 0, cells, rows.length);
  return rows;
}

function childrenOf(calls: Tree, node: number): number[] {
  const children: number[] = [];
  for (let child = calls.firstChild[node] ?? -1; child >= 0; child = calls.nextSibling[child] ?? -1) {
    children.push(child);
  }
  return children;
}

/** Share of its time that a call must pass on to be folded with what it calls. */
const PASSED_ON = 0.97;

/** The last of the calls that `node` is folded with; the root and `<module>` frames are only ways to start, as libraries are. */
function foldedInto(calls: Tree, weight: (node: number) => number, node: number): number {
  const starts = (at: number): boolean => {
    const called = calls.functions[calls.functionOf[at] ?? -1];
    return called === undefined || called.origin === 'library' || called.name === '<module>';
  };
  let last = node;
  while (starts(last)) {
    const next = childrenOf(calls, last).find((child) => weight(child) >= PASSED_ON * weight(last));
    if (next === undefined || !starts(next)) break;
    last = next;
  }
  return last;
}

/** One row of boxes. `title` names the root. */
export function flameRow(
  boxes: readonly Box[],
  calls: LiveCalls,
  weights: CallWeights,
  title: string,
  focus: number | null,
  matches: ((id: number) => boolean) | null,
  width: number,
  look: Look,
): string {
  const { palette, glyphs } = look;
  const line = new Line(width, look).skip(1);
  for (const box of boxes) {
    const id = calls.functionOf[box.node] ?? -1;
    const called = calls.functions[id];
    const kinds = palette[called?.origin ?? 'library'];
    let style = kinds[id < 0 ? 0 : id % kinds.length] ?? '';
    if (matches && id >= 0 && matches(id)) style = palette.match;
    if (box.node === focus) style = palette.focus;
    line.to(1 + box.x);
    const share = weights.whole > 0 ? (weights.total[box.node] ?? 0) / weights.whole : 0;
    // The last cell of a box is the gap to the next.
    const room = box.cells - 1;
    const name = called ? called.name : `${title}  ${duration(weights.whole)} of CPU`;
    drawBox(line, name, called ? percent(share) : '', room, style);
    if (palette.colours) line.skip(1);
    else line.glyphs(glyphs.edge);
  }
  return line.end();
}

function drawBox(line: Line, name: string, share: string, cells: number, style: string): void {
  const cleaned = clean(name);
  const spare = cells - 1 - cellsOf(cleaned);
  if (cells <= 0) return;
  if (share !== '' && spare >= share.length + 2) {
    line.field(` ${cleaned}`, cells - share.length - 1, style).field(share, share.length + 1, style);
  } else if (cells > 3) line.field(` ${cleaned}`, cells, style);
  // Three letters say more than two and a mark.
  else line.field(isAscii(cleaned) ? cleaned.slice(0, cells) : '', cells, style);
}

/** The box under the cursor, in words. */
export function boxRow(
  node: number,
  calls: LiveCalls,
  weights: CallWeights,
  width: number,
  look: Look,
): string {
  const { palette } = look;
  const line = new Line(width, look).skip(1);
  const called = calls.functions[calls.functionOf[node] ?? -1];
  const total = weights.total[node] ?? 0;
  const share = weights.whole > 0 ? total / weights.whole : 0;
  const figures = `${percent(share)}   ${duration(total)} of CPU`;
  const place = called?.place ?? '';
  line.text(
    called?.name ?? 'everything',
    palette.bold,
    Math.max(10, width - figures.length - place.length - 12),
  );
  line.skip(2).text(place, called?.origin === 'own' ? palette.accent : palette.dim);
  return line.skip(3).text(figures, palette.dim).end();
}
