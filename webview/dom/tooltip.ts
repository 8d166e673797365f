import { h } from './element.ts';

/** What a tooltip says: a title, figures in two columns, and lines of their own. */
export interface Tip {
  readonly title: string;
  /** A quiet line under the title, such as a place in a file. */
  readonly place?: string;
  readonly figures?: readonly (readonly [name: string, value: string])[];
  readonly lines?: readonly string[];
}

export interface Tooltip {
  /** Shows a tip beside a point of the window, in CSS pixels. */
  readonly show: (tip: Tip, x: number, y: number) => void;
  readonly hide: () => void;
}

/** Distance to the pointer, so that it never covers what it points at. */
const GAP = 14;

export function createTooltip(root: HTMLElement): Tooltip {
  const box = h('div', { class: 'tooltip', role: 'tooltip', hidden: true });
  root.append(box);
  return {
    show: (tip, x, y) => {
      box.replaceChildren(
        h('strong', {}, tip.title),
        ...(tip.place ? [h('span', { class: 'place' }, tip.place)] : []),
        ...(tip.figures && tip.figures.length > 0
          ? [h('dl', {}, ...tip.figures.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]))]
          : []),
        ...(tip.lines ?? []).map((line) => h('p', {}, line)),
      );
      box.hidden = false;
      const { offsetWidth: width, offsetHeight: height } = box;
      const left = x + GAP + width > window.innerWidth ? x - GAP - width : x + GAP;
      const top = y + GAP + height > window.innerHeight ? y - GAP - height : y + GAP;
      box.style.left = `${Math.max(4, left)}px`;
      box.style.top = `${Math.max(4, top)}px`;
    },
    hide: () => {
      box.hidden = true;
    },
  };
}
