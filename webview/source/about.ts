import type { Neighbour, SourceHeat } from '../../analyzer/analysis/lineHeat.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { percent, place, visible } from '../format.ts';
import type { SourcePlace } from '../host.ts';

/** Callers, and calls, that are named. */
const MOST = 3;

/** What is known of the line that the panel is at: its function, who calls it and what it calls, each a way there. */
export function createAbout({ profile, store }: ViewContext): {
  element: HTMLElement;
  show: (heat: SourceHeat | null, at: SourcePlace, called: number) => void;
} {
  const { functions } = profile;
  const element = h('div', { class: 'source-about' });
  const ways = (words: string, all: readonly Neighbour[]): Node[] =>
    all.length === 0
      ? []
      : [
          h('span', {}, words),
          ...all.slice(0, MOST).map(({ function: id, file, line, total }) => {
            const name = visible(functions.name[id] as string);
            const source = visible(place(file, line));
            const way = h(
              'button',
              { class: 'link', type: 'button', title: visible(file) },
              h('bdi', {}, `${name}${source && ` (${source})`}`),
              ` ${percent(total / sum(all))}`,
            );
            way.addEventListener('click', () =>
              store.set({ picked: id, source: file === '' || line === 0 ? null : { file, line } }),
            );
            return way;
          }),
        ];
  return {
    element,
    show: (heat, { file, line }, called) => {
      const name = called < 0 ? '' : ` in ${visible(functions.name[called] as string)}`;
      element.replaceChildren(
        h('strong', {}, h('bdi', {}, `${visible(place(file, line))}${name}`)),
        ...ways('Called from', heat?.callers(file, line) ?? []),
        ...ways('Calls', heat?.callees(file, line) ?? []),
      );
    },
  };
}

const sum = (all: readonly Neighbour[]): number => all.reduce((whole, { total }) => whole + total, 0);
