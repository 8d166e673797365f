import type { Page } from '../page.ts';
import { functionColumns, functionHeading, functionRow } from '../rows/functions.ts';

/** The heading and the hottest functions; `whole`: as a view of its own, with a choice in it. */
export function addFunctions(page: Page, rows: number, whole: boolean): void {
  const { snapshot, ui } = page.input;
  const { columns } = page.size;
  const { weights } = snapshot;
  const widths = functionColumns(columns);
  const filter = whole && page.wanted !== '';
  const hot = filter ? weights.hot.filter((each) => page.matchesFunction(each)) : weights.hot;
  const title = page.lane ? `hot in ${page.lane.name}` : 'hot functions';
  page.add(functionHeading(title, widths, columns, page.look));
  const room = rows - 1;
  const chosen = whole ? hot.findIndex((each) => each.id === ui.called) : -1;
  const first = Math.max(0, Math.min(hot.length - room, chosen - room + 1));
  for (let i = first; i < first + room; i++) {
    const each = hot[i];
    if (!each) {
      if (i === 0) page.say(filter ? 'No function matches the search.' : 'No CPU time has been seen yet.');
      else page.blank();
      continue;
    }
    const found = page.matchesFunction(each);
    page.add(functionRow(each, weights.whole, widths, whole && i === chosen, found, columns, page.look));
  }
  if (whole) page.scene = { ...page.scene, functions: hot.map((each) => each.id), page: room };
}
