import { h, setAttributes } from '../dom/element.ts';
import { metricNames } from '../flame/metrics.ts';
import type { Store } from '../state/store.ts';
import type { CompareContext } from './context.ts';
import { createDifferenceFlame } from './flame.ts';
import { createDeltas } from './functions.ts';
import { ALL_STEPS, stepName, stepWords } from './scale.ts';
import { COMPARE_TABS, type CompareState, type CompareTab, UNITS, WIDTHS } from './state.ts';

const TITLES: Readonly<Record<CompareTab, string>> = { flame: 'Flame graph', functions: 'Functions' };

/** From this width both stand side by side, and what is chosen in one is seen in the other. */
const WIDE = '(min-width: 1700px)';

/** What moved, as a flame graph and as a table: one at a time, or side by side where there is room. */
export function createComparePanels(context: CompareContext): { element: HTMLElement } {
  const { store, runs } = context;
  const views = { flame: createDifferenceFlame(context), functions: createDeltas(context) };
  const buttons = COMPARE_TABS.map((tab) =>
    h(
      'button',
      { role: 'tab', type: 'button', id: `tab-${tab}`, 'aria-controls': `panel-${tab}` },
      TITLES[tab],
    ),
  );
  const panels = COMPARE_TABS.map((tab) =>
    h(
      'div',
      { class: `panel panel-${tab}`, role: 'tabpanel', id: `panel-${tab}`, 'aria-labelledby': `tab-${tab}` },
      views[tab].element,
    ),
  );
  const tablist = h('div', { role: 'tablist', 'aria-label': 'What moved' }, ...buttons);
  const names = metricNames(runs.after);
  const widths = choice(store, 'width', 'Width', WIDTHS, {
    larger: 'larger',
    before: 'before',
    after: 'after',
  });
  const legend = scaleLegend();
  const element = h(
    'section',
    { class: 'below', 'aria-label': 'What moved' },
    h(
      'div',
      { class: 'tabs' },
      tablist,
      legend,
      h(
        'div',
        { class: 'choices' },
        widths,
        choice(store, 'unit', 'Compare', UNITS, { time: 'time', share: 'share' }),
        choice(store, 'metric', 'By', runs.metrics, names),
      ),
    ),
    h('div', { class: 'panels' }, ...panels),
  );
  const wide = matchMedia(WIDE);
  const show = (): void => {
    const { tab } = store.get();
    element.classList.toggle('wide', wide.matches);
    for (const [i, name] of COMPARE_TABS.entries()) {
      const chosen = name === tab;
      setAttributes(buttons[i] as Element, { 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
      (panels[i] as HTMLElement).hidden = !chosen && !wide.matches;
      views[name].active(chosen || wide.matches);
    }
    widths.hidden = tab !== 'flame' && !wide.matches;
  };
  for (const [i, tab] of COMPARE_TABS.entries())
    buttons[i]?.addEventListener('click', () => store.set({ tab }));
  tablist.addEventListener('keydown', (event) => {
    const by = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (by === 0) return;
    const at = (COMPARE_TABS.indexOf(store.get().tab) + by + COMPARE_TABS.length) % COMPARE_TABS.length;
    store.set({ tab: COMPARE_TABS[at] as CompareTab });
    buttons[at]?.focus();
    event.preventDefault();
    event.stopPropagation();
  });
  wide.addEventListener('change', show);
  store.on(['tab'], show);
  show();
  return { element };
}

/** One of several, as a row of words. */
function choice<K extends 'metric' | 'unit' | 'width'>(
  store: Store<CompareState>,
  key: K,
  label: string,
  values: readonly CompareState[K][],
  words: Readonly<Record<CompareState[K], string>>,
): HTMLElement {
  const inputs = values.map((value) => {
    const input = h('input', { type: 'radio', name: key, value, class: 'unseen' });
    input.addEventListener('change', () => store.set({ [key]: value } as Pick<CompareState, K>));
    return { value, input };
  });
  const refresh = (): void => {
    for (const { value, input } of inputs) input.checked = store.get()[key] === value;
  };
  store.on([key], refresh);
  refresh();
  const radios = h(
    'div',
    { class: 'switch', role: 'radiogroup', 'aria-label': label },
    ...inputs.map(({ value, input }) => h('label', {}, input, h('span', {}, words[value]))),
  );
  return h('div', { class: 'choice' }, h('span', { 'aria-hidden': 'true' }, label), radios);
}

function scaleLegend(): HTMLElement {
  return h(
    'div',
    { class: 'scale' },
    h('span', {}, 'faster'),
    ...ALL_STEPS.map((step) => h('i', { class: `swatch ${stepName(step)}`, title: stepWords(step) })),
    h('span', {}, 'slower'),
  );
}
