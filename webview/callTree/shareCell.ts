import { h } from '../dom/element.ts';
import { percent } from '../format.ts';

/** A weight, its share of `whole`, and that as a bar. `kind`: a class, which has a colour; `words` writes the weight. */
export function shareCell(
  value: number,
  whole: number,
  kind: 'cpu' | 'wall',
  words: (value: number) => string,
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
