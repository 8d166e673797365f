import type { Page } from '../page.ts';
import { flameRow, layoutFlame } from '../rows/flame.ts';
import type { Box } from '../ui.ts';

/** Exactly `rows` rows of the flame graph. `focus`: the node under the cursor; null for a picture to look at, folded. */
export function addFlame(page: Page, rows: number, focus: number | null): Box[][] {
  const { snapshot, ui } = page.input;
  const { columns } = page.size;
  const { calls, weights } = snapshot;
  const folded = focus === null;
  const boxes = layoutFlame(calls, weights, folded ? 0 : ui.zoom, columns - 1, rows, folded);
  const matches =
    page.wanted === '' ? null : (id: number): boolean => page.matches(calls.functions[id]?.name ?? '');
  const title = page.lane?.name ?? 'all lanes';
  for (let depth = 0; depth < rows; depth++) {
    const row = boxes[depth];
    if (!row) page.blank();
    else page.add(flameRow(row, calls, weights, title, focus, matches, columns, page.look));
  }
  return boxes;
}
