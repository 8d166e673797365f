import { h } from './element.ts';

/** The bar between timeline and panels: drag it, or move it with the arrow keys. `share`: percent of the height that it is at first. */
export function splitter(root: HTMLElement, share = 46): HTMLElement {
  const bar = h('div', {
    class: 'splitter',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'horizontal',
    'aria-label': 'Height of the timeline',
    'aria-valuemin': 15,
    'aria-valuemax': 80,
    'aria-valuenow': share,
  });
  const set = (wanted: number): void => {
    const percent = Math.round(Math.min(80, Math.max(15, wanted)));
    root.style.setProperty('--timeline', `${percent}%`);
    bar.setAttribute('aria-valuenow', String(percent));
  };
  bar.addEventListener('pointerdown', (event) => {
    bar.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  bar.addEventListener('pointermove', (event) => {
    if (!bar.hasPointerCapture(event.pointerId)) return;
    const box = bar.parentElement?.getBoundingClientRect();
    if (box) set(((event.clientY - box.top) / box.height) * 100);
  });
  bar.addEventListener('keydown', (event) => {
    const step = event.key === 'ArrowUp' ? -5 : event.key === 'ArrowDown' ? 5 : 0;
    if (step === 0) return;
    set(Number(bar.getAttribute('aria-valuenow')) + step);
    event.preventDefault();
    event.stopPropagation();
  });
  return bar;
}
