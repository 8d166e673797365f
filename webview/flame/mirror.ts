import { h } from '../dom/element.ts';
import { counted, percent, place, visible } from '../format.ts';
import type { Profile, Weights } from '../profile.ts';
import type { FlameBoxes } from './layout.ts';

/** Boxes in the tree for screen readers: the widest ones, and every one that the keys can be at. */
const MOST = 400;
const NARROWEST = 4;

export const itemId = (box: number): string => `flame-box-${box}`;

/** What one box says. `amount` writes a weight of the metric. */
export function sayBox(
  profile: Profile,
  { self, total }: Weights,
  boxes: FlameBoxes,
  box: number,
  rootLabel: string,
  amount: (weight: number) => string,
): string {
  const node = boxes.node[box] as number;
  const whole = total[0] as number;
  const merged = boxes.merged[box] as number;
  if (merged > 0)
    return `${counted(merged, 'small call')}, ${percent(widthShare(boxes, box))} of the picture`;
  const id = profile.tree.function[node] as number;
  const figures = `total ${amount(total[node] as number)}, ${percent((total[node] as number) / whole)}, self ${amount(self[node] as number)}`;
  if (id < 0) return `${rootLabel}, ${figures}`;
  const source = place(profile.functions.file[id] as string, profile.functions.line[id] as number);
  return visible(`${profile.functions.name[id] as string}${source ? `, ${source}` : ''}, ${figures}`);
}

function widthShare({ x, width, count }: FlameBoxes, box: number): number {
  let right = 0;
  for (let i = 0; i < count; i++) right = Math.max(right, (x[i] as number) + (width[i] as number));
  return right > 0 ? (width[box] as number) / right : 0;
}

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
          'aria-level': (boxes.row[box] as number) + 1,
          'aria-selected': String(box === active),
        },
        say(box),
      ),
    );
  }
  return items;
}
