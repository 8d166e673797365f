import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import type { Weights } from '../profile.ts';

/** The children of every node, heaviest first: those of node i are `child[offset[i]]` to `child[offset[i + 1] - 1]`. */
export interface Order {
  readonly offset: Uint32Array;
  readonly child: Uint32Array;
}

export function heaviestFirst({ count, parent }: CallTree, { total }: Weights): Order {
  const offset = new Uint32Array(count + 1);
  for (let node = 1; node < count; node++) {
    const after = (parent[node] as number) + 1;
    offset[after] = (offset[after] as number) + 1;
  }
  for (let node = 0; node < count; node++)
    offset[node + 1] = (offset[node + 1] as number) + (offset[node] as number);
  const next = offset.slice();
  const child = new Uint32Array(Math.max(0, count - 1));
  for (let node = 1; node < count; node++) {
    const above = parent[node] as number;
    child[next[above] as number] = node;
    next[above] = (next[above] as number) + 1;
  }
  for (let node = 0; node < count; node++) {
    const from = offset[node] as number;
    const to = offset[node + 1] as number;
    // Ties keep the order of first appearance, so that two pictures of one selection are the same picture.
    if (to - from > 1)
      child.subarray(from, to).sort((a, b) => (total[b] as number) - (total[a] as number) || a - b);
  }
  return { offset, child };
}

/**
 * The boxes of a flame graph, root at the top, heaviest child at the left; in the order of a walk through the tree. Boxes
 * too narrow to see are merged with all that follow them on their level: `merged` counts what such a box stands for.
 */
export interface FlameBoxes {
  readonly count: number;
  readonly node: Int32Array;
  /** Rows from the top; the root of all is row 0. */
  readonly row: Uint16Array;
  /** CSS pixels. */
  readonly x: Float32Array;
  readonly width: Float32Array;
  /** 0 for a box of its own, else the number of siblings in it. */
  readonly merged: Uint32Array;
  readonly rows: number;
}

/** Boxes narrower than this are merged: two of them would share a pixel. */
export const NARROWEST = 1;

/**
 * Lays out the tree below `root`; the callers of `root` lie above it in full width. Costs as much as there is to see, and
 * not as much as the tree is large.
 */
export function layoutFlame(
  tree: CallTree,
  { total }: Weights,
  { offset, child }: Order,
  root: number,
  width: number,
): FlameBoxes {
  const node: number[] = [];
  const row: number[] = [];
  const x: number[] = [];
  const w: number[] = [];
  const merged: number[] = [];
  let rows = 0;
  const add = (id: number, depth: number, left: number, wide: number, others: number): void => {
    node.push(id);
    row.push(depth);
    x.push(left);
    w.push(wide);
    merged.push(others);
    rows = Math.max(rows, depth + 1);
  };
  const whole = total[root] as number;
  if (!(whole > 0) || width <= 0) return boxes(node, row, x, w, merged, rows);
  const callers: number[] = [];
  for (let above = tree.parent[root] as number; above >= 0; above = tree.parent[above] as number)
    callers.unshift(above);
  for (const above of callers) add(above, tree.depth[above] as number, 0, width, 0);
  const scale = width / whole;
  // A stack of our own: recursion would end at the depth of the browser's, and profiles are deeper.
  const open: { readonly node: number; readonly left: number }[] = [{ node: root, left: 0 }];
  for (let next = open.pop(); next; next = open.pop()) {
    const depth = tree.depth[next.node] as number;
    add(next.node, depth, next.left, (total[next.node] as number) * scale, 0);
    let left = next.left;
    const end = offset[next.node + 1] as number;
    const below: { node: number; left: number }[] = [];
    for (let i = offset[next.node] as number; i < end; i++) {
      const id = child[i] as number;
      const wide = (total[id] as number) * scale;
      if (wide >= NARROWEST) {
        below.push({ node: id, left });
        left += wide;
        continue;
      }
      let rest = 0;
      let others = 0;
      for (let j = i; j < end && (total[child[j] as number] as number) > 0; j++) {
        rest += (total[child[j] as number] as number) * scale;
        others++;
      }
      if (rest >= NARROWEST / 2) add(id, depth + 1, left, rest, others);
      break;
    }
    for (let i = below.length - 1; i >= 0; i--) open.push(below[i] as { node: number; left: number });
  }
  return boxes(node, row, x, w, merged, rows);
}

function boxes(
  node: number[],
  row: number[],
  x: number[],
  width: number[],
  merged: number[],
  rows: number,
): FlameBoxes {
  return {
    count: node.length,
    node: Int32Array.from(node),
    row: Uint16Array.from(row),
    x: Float32Array.from(x),
    width: Float32Array.from(width),
    merged: Uint32Array.from(merged),
    rows,
  };
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

/** The box that an arrow key leads to: caller, heaviest call, neighbour on the same level; the box itself at an end. */
export function neighbour(boxes: FlameBoxes, tree: CallTree, from: number, move: Move): number {
  const { count, node, row } = boxes;
  if (count === 0) return -1;
  if (from < 0 || from >= count) return 0;
  const level = row[from] as number;
  switch (move) {
    case 'up': {
      const parent = tree.parent[node[from] as number] as number;
      const above = node.indexOf(parent);
      return above >= 0 ? above : from;
    }
    case 'down': {
      for (let i = 0; i < count; i++)
        if (row[i] === level + 1 && tree.parent[node[i] as number] === node[from]) return i;
      return from;
    }
    case 'left':
    case 'right':
    case 'first':
    case 'last': {
      const peers: number[] = [];
      for (let i = 0; i < count; i++) if (row[i] === level) peers.push(i);
      peers.sort((a, b) => (boxes.x[a] as number) - (boxes.x[b] as number));
      const at = peers.indexOf(from);
      const to = move === 'first' ? 0 : move === 'last' ? peers.length - 1 : at + (move === 'left' ? -1 : 1);
      return peers[to] ?? from;
    }
  }
}
