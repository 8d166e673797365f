import type { Page } from '../page.ts';
import { findingRows, likelyRow } from '../rows/findings.ts';

/** Findings in the overview of a high screen; a low one has room for the first. */
const MOST_LIKELY = 2;

/** What is likely to be worth a change, above the footer; nothing while nothing is certain enough. */
export function addLikely(page: Page, roomy: boolean): void {
  const { findings } = page.input;
  const shown = findings.slice(0, roomy ? MOST_LIKELY : 1);
  if (shown.length === 0) return;
  if (roomy) page.ruleAtFoot();
  for (const finding of shown) page.addFoot(likelyRow(finding, page.size.columns, page.look));
}

/** Every finding with what to do and why; the chosen one is in sight. */
export function addAllFindings(page: Page): void {
  const { findings, ui } = page.input;
  const { columns } = page.size;
  if (findings.length === 0) {
    page.say('Nothing is likely to be worth a change so far.');
    return;
  }
  const chosen = Math.min(ui.finding, findings.length - 1);
  const drawn = findings.map((finding, i) => findingRows(finding, i + 1, i === chosen, columns, page.look));
  const { room } = page;
  page.scene = { ...page.scene, page: 2 };
  // As many before the chosen one as leave it in sight whole.
  let first = chosen;
  let rows = drawn[chosen]?.length ?? 0;
  while (first > 0 && rows + 1 + (drawn[first - 1]?.length ?? 0) <= room) {
    first--;
    rows += 1 + (drawn[first]?.length ?? 0);
  }
  for (const [i, its] of drawn.entries()) {
    if (i < first) continue;
    if (i > first && page.room > 0) page.blank();
    for (const row of its) if (page.room > 0) page.add(row);
  }
}
