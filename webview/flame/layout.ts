import { CALLED, CALLING } from '../../analyzer/analysis/mergedCalls.ts';
import type { ArrangedTree, Span } from './arranged.ts';

/**
 * The boxes of a flame graph, in the order of a walk through the tree. Boxes too narrow to see are merged with all that follow them
 * on their level: `merged` counts what such a box stands for.
 */
export interface FlameBoxes {
  readonly count: number;
  readonly node: Int32Array;
  /** Rows from the top. */
  readonly row: Uint16Array;
  /** CSS pixels. */
  readonly x: Float32Array;
  readonly width: Float32Array;
  /** 0 for a box of its own, else the number of siblings in it. */
  readonly merged: Uint32Array;
  readonly rows: number;
  /** The row of what the picture is about: callers of a sandwich stand above it. 0 where there is nothing above. */
  readonly pivot: number;
}

/** Boxes narrower than this are merged: two of them would share a pixel. */
export const NARROWEST = 1;

/** Boxes while they are found. */
export class BoxList {
  private readonly node: number[] = [];
  private readonly x: number[] = [];
  private readonly width: number[] = [];
  private readonly merged: number[] = [];
  readonly row: number[] = [];
  rows = 0;

  add(node: number, row: number, x: number, width: number, merged: number): void {
    this.node.push(node);
    this.row.push(row);
    this.x.push(x);
    this.width.push(width);
    this.merged.push(merged);
    this.rows = Math.max(this.rows, row + 1);
  }

  /** Sets the width of a box whose end is known only after others were found. */
  close(box: number, width: number): void {
    this.width[box] = width;
  }

  boxes(pivot = 0): FlameBoxes {
    return {
      count: this.node.length,
      node: Int32Array.from(this.node),
      row: Uint16Array.from(this.row),
      x: Float32Array.from(this.x),
      width: Float32Array.from(this.width),
      merged: Uint32Array.from(this.merged),
      rows: this.rows,
      pivot,
    };
  }
}

/**
 * Lays out the part `span` of a tree, root at the top, heaviest child at the left. What lies partly in sight is cut off at the
 * edges, so that the callers of a box that fills the picture lie above it in full width. Costs as much as there is to see, and not as
 * much as the tree is large.
 */
export function layoutFlame(tree: ArrangedTree, span: Span, width: number): FlameBoxes {
  const list = new BoxList();
  fill(list, tree, 0, span, width, 0);
  return list.boxes();
}

/** A function in the middle, who called it above, what it called below; each level the heaviest at the left. */
export function layoutSandwich(tree: ArrangedTree, width: number): FlameBoxes {
  const list = new BoxList();
  const span = { from: 0, to: tree.total[CALLED] ?? 0 };
  fill(list, tree, CALLING, span, width, 0);
  const pivot = Math.max(0, list.rows - 1);
  for (let i = 0; i < list.row.length; i++) list.row[i] = pivot - (list.row[i] as number);
  // The function itself is in the picture once, as what its callees hang below.
  const callers = new BoxList();
  const { node, row, x, width: wide, merged } = list.boxes();
  for (let i = 1; i < node.length; i++)
    callers.add(node[i] as number, row[i] as number, x[i] as number, wide[i] as number, merged[i] as number);
  fill(callers, tree, CALLED, span, width, pivot);
  return callers.boxes(pivot);
}

/** Places of the walk: a stack of our own, as recursion would end at the depth of the browser's, and profiles are deeper. */
const openNode: number[] = [];
const openLeft: number[] = [];

function fill(
  list: BoxList,
  tree: ArrangedTree,
  root: number,
  { from, to }: Span,
  width: number,
  firstRow: number,
): void {
  const { total, first, end, child, depth } = tree;
  if (!(to > from) || width <= 0 || !((total[root] as number) > 0)) return;
  const scale = width / (to - from);
  const put = (node: number, row: number, left: number, right: number, merged: number): void => {
    const x = Math.max(0, (left - from) * scale);
    list.add(node, row, x, Math.min(width, (right - from) * scale) - x, merged);
  };
  openNode.length = 0;
  openLeft.length = 0;
  openNode.push(root);
  openLeft.push(0);
  while (openNode.length > 0) {
    const node = openNode.pop() as number;
    let left = openLeft.pop() as number;
    const row = firstRow + (depth[node] as number);
    put(node, row, left, left + (total[node] as number), 0);
    tree.open(node);
    const last = end[node] as number;
    const mark = openNode.length;
    for (let i = first[node] as number; i < last && left < to; i++) {
      const id = child[i] as number;
      const weight = total[id] as number;
      if (weight * scale >= NARROWEST) {
        if (left + weight > from) {
          openNode.push(id);
          openLeft.push(left);
        }
        left += weight;
        continue;
      }
      // The rest is narrower still.
      const begin = left;
      let others = 0;
      for (let j = i; j < last && (total[child[j] as number] as number) > 0; j++) {
        left += total[child[j] as number] as number;
        others++;
      }
      if (left > from && (left - begin) * scale >= NARROWEST / 2) put(id, row + 1, begin, left, others);
      break;
    }
    reverse(openNode, mark);
    reverse(openLeft, mark);
  }
}

/** In place, from number `mark` on: what was pushed first is taken first. */
function reverse(values: number[], mark: number): void {
  for (let i = mark, j = values.length - 1; i < j; i++, j--) {
    const value = values[i] as number;
    values[i] = values[j] as number;
    values[j] = value;
  }
}

/** The box at a point, in CSS pixels from the top left of the graph; -1 for none. */
export function boxAt({ count, row, x, width }: FlameBoxes, atX: number, atRow: number): number {
  for (let i = 0; i < count; i++) {
    if (row[i] !== atRow) continue;
    const left = x[i] as number;
    if (atX >= left && atX < left + (width[i] as number)) return i;
  }
  return -1;
}

export type Move = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/**
 * The box that an arrow key leads to: of those above or below that touch it the leftmost, which is the caller or the heaviest call;
 * the neighbour on the same level; the box itself at an end.
 */
export function neighbour(boxes: FlameBoxes, from: number, move: Move): number {
  const { count, row, x, width } = boxes;
  if (count === 0) return -1;
  if (from < 0 || from >= count) return 0;
  const level = row[from] as number;
  const left = x[from] as number;
  const middle = (i: number): number => (x[i] as number) + (width[i] as number) / 2;
  let found = from;
  if (move === 'up' || move === 'down') {
    const wanted = move === 'up' ? level - 1 : level + 1;
    const right = left + (width[from] as number);
    for (let i = 0; i < count; i++) {
      if (row[i] !== wanted) continue;
      // One holds the other: a common edge is not enough.
      const touches =
        (middle(i) >= left && middle(i) < right) ||
        (middle(from) >= (x[i] as number) && middle(from) < (x[i] as number) + (width[i] as number));
      if (touches && (found === from || (x[i] as number) < (x[found] as number))) found = i;
    }
    return found;
  }
  for (let i = 0; i < count; i++) {
    if (row[i] !== level || i === from) continue;
    const at = x[i] as number;
    const best = x[found] as number;
    if (move === 'first' ? at < best : move === 'last' && at > best) found = i;
    if (move === 'left' && at < left && (found === from || at > best)) found = i;
    if (move === 'right' && at > left && (found === from || at < best)) found = i;
  }
  return found;
}
