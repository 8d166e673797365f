import { h } from './dom/element.ts';
import { duration, percent } from './format.ts';

/** A cell of a table: a time in Nanos, or what `words` are for, its share of `whole`, and that as a bar. `kind`: a class, which has a colour. */
export function shareCell(
  value: number,
  whole: number,
  kind: 'cpu' | 'wall' | 'on-device',
  words: (value: number) => string = duration,
): HTMLElement {
  const share = whole > 0 ? value / whole : 0;
  const bar = h('i', { class: 'bar' });
  bar.style.width = `${Math.min(100, share * 100)}%`;
  return h(
    'div',
    { role: 'gridcell', class: kind },
    bar,
    h('span', {}, value > 0 ? words(value) : '–'),
    h('span', { class: 'share' }, value > 0 ? percent(share) : ''),
  );
}
