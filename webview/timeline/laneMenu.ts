import type { ViewContext } from '../context.ts';
import { h, setAttributes, setText } from '../dom/element.ts';
import { counted, duration } from '../format.ts';
import {
  ALL_LANES,
  LANE_COLOURS,
  LANE_SORTS,
  type LaneColour,
  type LaneList,
  type LaneSort,
} from '../state/laneList.ts';
import type { Rows } from './rows.ts';

const SORT_NAMES: Readonly<Record<LaneSort, string>> = {
  busiest: 'Busiest first',
  name: 'By name',
  start: 'By start',
  recorded: 'As recorded',
};
const COLOUR_NAMES: Readonly<Record<LaneColour, string>> = { state: 'By state', module: 'By module' };

export interface LaneMenu {
  readonly element: HTMLElement;
  /** Says which lanes have no row. */
  readonly show: (rows: Rows) => void;
}

/** A comparison has two: buttons of one name would be one choice. */
let menus = 0;

/** Above the names: a box to filter lanes by, a menu with their order and colours, and what the figures beside the names are. */
export function createLaneMenu(view: ViewContext): LaneMenu {
  const menu = menus++;
  const { profile, store, announce } = view;
  const change = (part: Partial<LaneList>): void =>
    store.set({ laneList: { ...store.get().laneList, ...part } });

  const filter = h('input', {
    type: 'text',
    placeholder: 'Filter lanes',
    'aria-label': 'Filter lanes by name',
    title: 'Words, or /a regular expression/',
    spellcheck: 'false',
    autocomplete: 'off',
  });
  filter.addEventListener('input', () => change({ filter: filter.value }));
  filter.addEventListener('keydown', (event) => {
    // Letters are keys of the page elsewhere.
    event.stopPropagation();
    if (event.key !== 'Escape') return;
    // The first Esc empties the box, the second leaves it.
    if (filter.value === '') filter.blur();
    else change({ filter: '' });
    event.preventDefault();
  });

  const panel = h('div', {
    class: 'lane-menu',
    role: 'dialog',
    'aria-label': 'Lanes',
    popover: 'auto',
  });
  const open = h(
    'button',
    {
      class: 'icon',
      type: 'button',
      'aria-haspopup': 'dialog',
      title: 'Order and colours of lanes',
    },
    'Lanes',
  );
  // Not by an id: a comparison has two timelines.
  open.popoverTargetElement = panel;
  const sorts = radios('Order', `lane-sort-${menu}`, LANE_SORTS, SORT_NAMES, (sort) => change({ sort }));
  const colours = radios('Colours', `lane-colour-${menu}`, LANE_COLOURS, COLOUR_NAMES, (colour) =>
    change({ colour }),
  );
  const idle = h('input', { type: 'checkbox' });
  idle.addEventListener('change', () => change({ hidesIdle: idle.checked }));
  const unpin = h('button', { class: 'quiet', type: 'button' }, 'Unpin all');
  unpin.addEventListener('click', () => change({ pinned: [] }));
  panel.append(
    sorts.element,
    colours.element,
    h(
      'label',
      { title: 'Threads that ran less than 1 % of the run and of which nothing else is known' },
      idle,
      'Hide idle lanes',
    ),
    unpin,
  );
  // Keys of the page would act behind the menu; Esc closes it, which the browser does.
  panel.addEventListener('keydown', (event) => event.stopPropagation());
  panel.addEventListener('toggle', () => {
    const { left, bottom } = open.getBoundingClientRect();
    panel.style.left = `${Math.round(left)}px`;
    panel.style.top = `${Math.round(bottom + 4)}px`;
  });

  const all = h('button', { class: 'quiet', type: 'button', hidden: true });
  all.addEventListener('click', () => {
    change({ filter: '', hidesIdle: false });
    announce('All lanes are listed.');
  });
  const meaning = h('span', {});
  const element = h(
    'div',
    { class: 'corner' },
    h('div', { class: 'corner-tools' }, filter, open),
    panel,
    h('div', { class: 'corner-words' }, all, meaning),
  );

  const refresh = (): void => {
    const { laneList, range } = store.get();
    if (filter.value !== laneList.filter) filter.value = laneList.filter;
    sorts.check(laneList.sort);
    colours.check(laneList.colour);
    idle.checked = laneList.hidesIdle;
    unpin.hidden = laneList.pinned.length === 0;
    const isFirst = laneList.sort === ALL_LANES.sort && laneList.colour === ALL_LANES.colour;
    open.classList.toggle('changed', !isFirst || laneList.hidesIdle);
    setText(
      meaning,
      `${profile.trace.hasCpu ? 'CPU' : 'Running'} in ${range ? duration(range.to - range.from) : 'the whole run'}`,
    );
  };
  store.on(['laneList', 'range'], refresh);
  refresh();
  return {
    element,
    show: ({ left: { idle: idles, unfound } }) => {
      const words = [
        idles > 0 ? `${counted(idles, 'idle lane')} hidden` : '',
        unfound > 0 ? `${counted(unfound, 'other')} filtered out` : '',
      ].filter((part) => part !== '');
      all.hidden = words.length === 0;
      setText(all, `${idles + unfound} hidden`);
      setAttributes(all, {
        title: `${words.join(', ')}. Show them`,
        'aria-label': `${words.join(', ')}. Show them`,
      });
    },
  };
}

/** A group of which one is chosen. */
function radios<V extends string>(
  legend: string,
  name: string,
  values: readonly V[],
  names: Readonly<Record<V, string>>,
  choose: (value: V) => void,
): { readonly element: HTMLElement; readonly check: (value: V) => void } {
  const inputs = values.map((value) => {
    const input = h('input', { type: 'radio', name, value });
    input.addEventListener('change', () => choose(value));
    return input;
  });
  return {
    element: h(
      'fieldset',
      {},
      h('legend', {}, legend),
      ...inputs.map((input, i) => h('label', {}, input, names[values[i] as V])),
    ),
    check: (value) => {
      for (const input of inputs) input.checked = input.value === value;
    },
  };
}
