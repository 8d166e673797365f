import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import {
  ARRANGEMENTS,
  type Arrangement,
  COLOURINGS,
  type Colouring,
  withoutTransform,
} from '../state/flameState.ts';
import { laneName } from '../timeline/rows.ts';
import { colouringMeans, type LegendEntry, legendItems } from './colours.ts';
import { coloursOf } from './split.ts';
import { timeLanes } from './timeOrder.ts';
import { transformWords } from './transforms.ts';

interface Named {
  readonly name: string;
  readonly title: string;
  readonly key: string;
}

const NAMES: Readonly<Record<Arrangement, Named>> = {
  heavy: {
    name: 'Left-heavy',
    title: 'Equal stacks are one box, the heaviest call at the left',
    key: 'L',
  },
  time: {
    name: 'Time order',
    title: 'The stacks of one lane as they followed each other; zooms with the timeline',
    key: 'T',
  },
  sandwich: {
    name: 'Sandwich',
    title: 'A function between those that call it and those that it calls',
    key: 'S',
  },
  inverted: {
    name: 'Inverted',
    title: 'Functions by their own time, below each those that call it',
    key: 'I',
  },
};

/** The keys of the arrangements, wherever the focus is. */
export const ARRANGEMENT_KEYS = ARRANGEMENTS.map((arrangement) => {
  const { name, title, key } = NAMES[arrangement];
  return {
    arrangement,
    key,
    meaning: `${name.toLowerCase()}: ${title.charAt(0).toLowerCase()}${title.slice(1)}`,
  };
});

/** Lanes that can be chosen from: more would be a list that nobody reads. */
const MOST_LANES = 200;

export interface FlameBar {
  readonly element: HTMLElement;
  /** How much a search found, whether one can step through it, and how sure it is where kernels belong. */
  readonly say: (matched: string, steps: boolean, attributed: string) => void;
  readonly legend: (entries: readonly LegendEntry[]) => void;
  /** Says for a moment what was done. */
  readonly note: (words: string) => void;
}

const NOTE_MS = 2500;

export interface BarActions {
  readonly zoomOut: () => void;
  readonly step: (by: 1 | -1) => void;
  /** Opens the actions on what the keys are at, beside the button. */
  readonly menu: (button: HTMLElement) => void;
}

/** The line above the picture: how it is arranged and coloured, what was done to it, what a search found. */
export function createBar(view: ViewContext, actions: BarActions): FlameBar {
  const { profile, store } = view;
  const button = (label: string, title: string, act: () => void): HTMLButtonElement => {
    const made = h('button', { class: 'quiet', type: 'button', title, 'aria-label': title }, label);
    made.addEventListener('click', act);
    return made;
  };
  const arrangements = ARRANGEMENTS.map((arrangement) => {
    const input = h('input', { type: 'radio', name: 'arrangement', value: arrangement, class: 'unseen' });
    input.addEventListener('change', () => store.set({ arrangement, zoom: 0, callers: 0 }));
    const { name, title, key } = NAMES[arrangement];
    return {
      arrangement,
      input,
      label: h('label', { title: `${title} (${key})` }, input, h('span', {}, name)),
    };
  });
  const lanes = h('select', { 'aria-label': 'Lane in order of time' });
  const ofLane = h('label', { class: 'choice' }, 'Lane', lanes);
  lanes.addEventListener('change', () => store.set({ timeLane: Number(lanes.value) }));
  const colours = h('select', { 'aria-label': 'Colour by' });
  colours.append(...coloursOf(profile).map((each) => h('option', { value: each }, each)));
  colours.addEventListener('change', () => store.set({ colouring: colouringOf(colours.value) }));
  const legend = h('ul', { class: 'flame-legend', 'aria-label': 'Colours of the flame graph' });
  const chips = h('ul', { class: 'chips', 'aria-label': 'What was done to the calls' });
  const matched = h('span', { class: 'matched' });
  const steps = h(
    'span',
    { class: 'steps', hidden: true },
    button('‹', 'The match before (,)', () => actions.step(-1)),
    button('›', 'The next match (.)', () => actions.step(1)),
  );
  const attributed = h('span', { class: 'matched' });
  const out = h('button', { class: 'quiet', type: 'button', hidden: true }, 'Zoom out (Esc)');
  out.addEventListener('click', actions.zoomOut);
  const note = h('span', { class: 'flame-note' });
  const more = h(
    'button',
    {
      class: 'icon',
      type: 'button',
      'aria-haspopup': 'menu',
      'aria-label': 'What can be done with this box',
      title: 'What can be done with this box (right click)',
    },
    '⋯',
  );
  more.addEventListener('click', () => actions.menu(more));
  const element = h(
    'div',
    { class: 'flame-status' },
    h(
      'div',
      { class: 'switch', role: 'radiogroup', 'aria-label': 'Arrange by' },
      ...arrangements.map(({ label }) => label),
    ),
    ofLane,
    chips,
    matched,
    steps,
    attributed,
    out,
    note,
    h('div', { class: 'flame-colours' }, h('label', { class: 'choice' }, 'Colour by', colours), legend, more),
  );

  const showLanes = (): void => {
    const state = store.get();
    ofLane.hidden = state.arrangement !== 'time';
    if (ofLane.hidden) return;
    const all = timeLanes(profile, state.lanes);
    const busiest = all[0];
    const option = (value: number, words: string): HTMLElement =>
      h('option', { value, selected: value === state.timeLane }, words);
    lanes.replaceChildren(
      option(-1, busiest === undefined ? 'none' : `busiest: ${laneName(profile, busiest)}`),
      ...all.slice(0, MOST_LANES).map((lane) => option(lane, laneName(profile, lane))),
    );
    lanes.value = String(all.includes(state.timeLane) ? state.timeLane : -1);
  };
  const refresh = (): void => {
    const state = store.get();
    for (const { arrangement, input } of arrangements) input.checked = state.arrangement === arrangement;
    showLanes();
    colours.value = state.colouring;
    legend.title = colouringMeans(state.colouring);
    const isTree = state.arrangement === 'heavy' || state.arrangement === 'inverted';
    out.hidden = !isTree || state.zoom === 0;
    chips.replaceChildren(
      ...state.transforms.map((transform, i) => {
        const words = transformWords(profile, state, transform);
        const remove = h(
          'button',
          { class: 'quiet', type: 'button', 'aria-label': `Take back: ${words}` },
          '×',
        );
        remove.addEventListener('click', () =>
          store.set({ transforms: withoutTransform(state.transforms, i, profile.functions.count) }),
        );
        return h('li', { class: 'chip' }, h('bdi', { title: words }, words), remove);
      }),
    );
  };
  store.on(['arrangement', 'timeLane', 'lanes', 'colouring', 'transforms', 'zoom'], refresh);
  refresh();
  let timer = 0;
  return {
    element,
    say: (words, canStep, sure) => {
      setText(matched, words);
      steps.hidden = !canStep;
      setText(attributed, sure);
    },
    legend: (entries) => legend.replaceChildren(...legendItems(entries)),
    note: (words) => {
      setText(note, words);
      view.announce(words);
      clearTimeout(timer);
      timer = window.setTimeout(() => setText(note, ''), NOTE_MS);
    },
  };
}

const colouringOf = (value: string): Colouring => COLOURINGS.find((each) => each === value) ?? 'module';
