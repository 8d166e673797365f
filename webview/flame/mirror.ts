import { h } from '../dom/element.ts';
import type { FlameBoxes } from './layout.ts';

/** Boxes in the tree for screen readers: the widest ones, and every one that the keys can be at. */
const MOST = 400;
const NARROWEST = 4;

export const itemId = (box: number): string => `flame-box-${box}`;

/** The picture as tree items, flat with levels, in the order of the walk: what a screen reader reads of the canvas. */
export function mirrorItems(boxes: FlameBoxes, active: number, say: (box: number) => string): HTMLElement[] {
  const items: HTMLElement[] = [];
  for (let box = 0; box < boxes.count; box++) {
    const wide = (boxes.width[box] as number) >= NARROWEST && items.length < MOST;
    if (!wide && box !== active) continue;
    items.push(
      h(
        'div',
        {
          id: itemId(box),
          role: 'treeitem',
          // Callers of a sandwich are as far from its middle as callees are.
          'aria-level': Math.abs((boxes.row[box] as number) - boxes.pivot) + 1,
          'aria-selected': String(box === active),
        },
        say(box),
      ),
    );
  }
  return items;
}
