import type { Page } from 'playwright-core';

/**
 * What is wrong with the texts that a reader sees: cut off without dots, or one over another. Each as a sentence that says which. Texts
 * that are cut on purpose end in dots (`text-overflow`), scroll, or are for screen readers alone.
 */
export function textFaults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    interface Seen {
      readonly text: string;
      readonly element: Element;
      readonly box: { left: number; top: number; right: number; bottom: number };
      readonly layer: Element | null;
    }
    /** More than letters reach beyond their line. */
    const SLACK = 2;
    const faults: string[] = [];
    const named = (element: Element): string =>
      `${element.parentElement?.className || element.parentElement?.tagName} > ${element.tagName.toLowerCase()}.${element.className}`;
    const isCut = (value: string): boolean => value === 'hidden' || value === 'clip';
    const seen: Seen[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      const text = node.textContent?.trim() ?? '';
      if (!element || text === '' || element.closest('.unseen, script, style, noscript, [aria-hidden=true]'))
        continue;
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const rect of range.getClientRects()) {
        const box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
        let dots = false;
        let layer: Element | null = null;
        for (let at: Element | null = element; at; at = at.parentElement) {
          const style = getComputedStyle(at);
          const outer = at.getBoundingClientRect();
          if (style.position === 'sticky' || style.position === 'fixed' || at.tagName === 'DIALOG')
            layer ??= at;
          if (style.textOverflow === 'ellipsis' || style.webkitLineClamp !== 'none') dots = true;
          if (isCut(style.overflowX) && !dots) {
            const beyond = Math.max(box.right - outer.right, outer.left - box.left);
            if (beyond > SLACK && outer.width > 0)
              faults.push(`cut by ${Math.round(beyond)} px: "${text.slice(0, 40)}" in ${named(element)}`);
          }
          if (style.overflowX !== 'visible') {
            box.left = Math.max(box.left, outer.left);
            box.right = Math.min(box.right, outer.right);
          }
          if (style.overflowY !== 'visible') {
            box.top = Math.max(box.top, outer.top);
            box.bottom = Math.min(box.bottom, outer.bottom);
          }
        }
        if (box.right - box.left > SLACK && box.bottom - box.top > SLACK)
          seen.push({ text, element, box, layer });
      }
    }
    // Only neighbours from top to bottom can lie over each other.
    seen.sort((a, b) => a.box.top - b.box.top);
    for (const [i, one] of seen.entries()) {
      for (let j = i + 1; j < seen.length; j++) {
        const other = seen[j] as Seen;
        if (other.box.top >= one.box.bottom - SLACK) break;
        if (other.element === one.element || other.layer !== one.layer) continue;
        const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
        const down = Math.min(one.box.bottom, other.box.bottom) - other.box.top;
        if (across > SLACK && down > 2 * SLACK)
          faults.push(
            `"${one.text.slice(0, 40)}" (${named(one.element)}) over "${other.text.slice(0, 40)}" (${named(other.element)}) by ${Math.round(across)} x ${Math.round(down)} px`,
          );
      }
    }
    return [...new Set(faults)];
  });
}

/** Buttons and fields that a finger would miss: below 24 CSS pixels (WCAG 2.2, 2.5.8). */
export function smallTargets(page: Page, least = 24): Promise<string[]> {
  return page.evaluate((wanted) => {
    const all = document.querySelectorAll('button, input, select, a[href], [role=row][tabindex], [role=tab]');
    return [...all]
      .filter((element) => element.checkVisibility() && !element.matches('.unseen'))
      .map((element) => ({ element, box: element.getBoundingClientRect() }))
      .filter(({ box }) => Math.min(box.width, box.height) < wanted - 0.5)
      .map(
        ({ element, box }) =>
          `${element.className || element.tagName} "${(element.textContent ?? '').slice(0, 30)}" has ${Math.round(box.width)} x ${Math.round(box.height)} px`,
      );
  }, least);
}
