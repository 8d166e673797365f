import { knowsCpu } from '../analyzer/analysis/knownTimes.ts';
import { metricOfMode } from '../analyzer/analysis/weights.ts';
import { HOLDS_GIL, type Recording } from '../analyzer/model/index.ts';
import type { ViewContext } from './context.ts';
import { createDeopts } from './deopts/view.ts';
import { createKernels } from './devices/kernels.ts';
import { hasDeviceTransfers } from './devices/profile.ts';
import { createTransfers } from './devices/transfers.ts';
import { h, setAttributes, setText } from './dom/element.ts';
import { hasEfficiency } from './efficiency/judged.ts';
import { createEfficiency } from './efficiency/view.ts';
import { metricNames } from './flame/metrics.ts';
import { createFlame } from './flame/view.ts';
import { place, visible } from './format.ts';
import { createFunctions } from './functions/view.ts';
import { createLocks } from './locks/view.ts';
import { createOperators } from './operators/view.ts';
import { FLAME_METRICS, type FlameMetric, TABS, type Tab } from './state/viewState.ts';
import { createTasks } from './tasks/view.ts';

const TITLES: Readonly<Record<Tab, string>> = {
  flame: 'Flame graph',
  functions: 'Functions',
  kernels: 'Kernels',
  transfers: 'Transfers',
  operators: 'Operators',
  tasks: 'Tasks',
  locks: 'Locks',
  deopts: 'Deoptimisations',
  efficiency: 'Efficiency',
};
/** From this width both panels stand side by side, and what is chosen in one is seen in the other. */
const WIDE = '(min-width: 1700px)';

interface Panel {
  readonly element: HTMLElement;
  /** Shows it or not; what is not shown computes nothing. */
  readonly active: (shown: boolean) => void;
}

/** The tabs that a recording has something to show in. */
export function tabsOf({ tables, meta }: Recording): readonly Tab[] {
  return TABS.filter((tab) => {
    if (tab === 'tasks') return tables.tasks.length > 0 || tables.pools.length > 0;
    if (tab === 'operators') return tables.operators.length > 0;
    if (tab === 'kernels') return tables.kernels.length > 0;
    if (tab === 'transfers') return hasDeviceTransfers(tables);
    if (tab === 'deopts') return tables.deopts.length > 0;
    if (tab === 'efficiency') return hasEfficiency(tables) && isJudged({ tables, meta });
    return tab === 'locks' ? tables.lockWaits.length > 0 : true;
  });
}

/** What another tool has recorded may not tell who worked when. */
const isJudged = (recording: Recording): boolean =>
  recording.meta.origin !== 'import' ||
  recording.tables.kernels.length > 0 ||
  (!recording.meta.timeless && knowsCpu(recording));

/** The views of what is selected, below the timeline: one at a time, or two side by side where there is room. */
export function createPanels(view: ViewContext): { element: HTMLElement } {
  const { store } = view;
  const flame = createFlame(view);
  const functions = createFunctions(view, (id) => store.set({ picked: id, tab: 'flame', zoom: 0 }));
  const tabs = tabsOf(view.profile.recording);
  const makers: Readonly<Record<Tab, () => Panel>> = {
    flame: () => flame,
    functions: () => functions,
    kernels: () => createKernels(view),
    transfers: () => createTransfers(view),
    operators: () => createOperators(view),
    tasks: () => createTasks(view),
    locks: () => createLocks(view),
    deopts: () => createDeopts(view),
    efficiency: () => createEfficiency(view),
  };
  const views = tabs.map((tab) => makers[tab]());
  const buttons = tabs.map((tab) =>
    h(
      'button',
      { role: 'tab', type: 'button', id: `tab-${tab}`, 'aria-controls': `panel-${tab}` },
      TITLES[tab],
    ),
  );
  const panels = tabs.map((tab, i) =>
    h(
      'div',
      { class: `panel panel-${tab}`, role: 'tabpanel', id: `panel-${tab}`, 'aria-labelledby': `tab-${tab}` },
      views[i]?.element ?? null,
    ),
  );
  const tablist = h('div', { role: 'tablist', 'aria-label': 'Views of the selection' }, ...buttons);
  const metrics = metricSwitch(view);
  const bar = h('div', { class: 'tabs' }, tablist, pickedChip(view), metrics);
  const element = h(
    'section',
    { class: 'below', 'aria-label': 'What is selected' },
    bar,
    h('div', { class: 'panels' }, ...panels),
  );

  const wide = matchMedia(WIDE);
  const show = (): void => {
    // An address may name a tab that this recording does not have.
    const tab = tabs.find((name) => name === store.get().tab) ?? 'flame';
    // Beside the flame graph stands the table that was chosen, or the functions.
    const beside = tab === 'flame' ? 'functions' : tab;
    element.classList.toggle('wide', wide.matches);
    // The table shows both times at once and is not weighed.
    metrics.hidden = tab !== 'flame' && !wide.matches;
    for (const [i, name] of tabs.entries()) {
      const chosen = name === tab;
      const shown = chosen || (wide.matches && (name === 'flame' || name === beside));
      setAttributes(buttons[i] as Element, { 'aria-selected': String(chosen), tabindex: chosen ? 0 : -1 });
      (panels[i] as HTMLElement).hidden = !shown;
      views[i]?.active(shown);
    }
  };
  for (const [i, button] of buttons.entries()) {
    button.addEventListener('click', () => store.set({ tab: tabs[i] as Tab }));
    button.addEventListener('keydown', (event) => {
      const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
      if (step === 0) return;
      const next = (i + step + tabs.length) % tabs.length;
      store.set({ tab: tabs[next] as Tab });
      buttons[next]?.focus();
      event.preventDefault();
      event.stopPropagation();
    });
  }
  wide.addEventListener('change', show);
  store.on(['tab'], show);
  show();
  return { element };
}

/** Names the selected function, which other views frame. */
function pickedChip({ profile, store }: ViewContext): HTMLElement {
  const name = h('bdi', {});
  const clear = h('button', { class: 'quiet', type: 'button' }, 'Clear');
  const chip = h('span', { class: 'chip function', hidden: true }, name, clear);
  clear.addEventListener('click', () => store.set({ picked: -1 }));
  const refresh = (): void => {
    const { picked } = store.get();
    chip.hidden = picked < 0;
    if (picked < 0) return;
    const { functions } = profile;
    const source = visible(place(functions.file[picked] as string, functions.line[picked] as number));
    setText(name, `${visible(functions.name[picked] as string)}${source ? `  ${source}` : ''}`);
    chip.title = visible(functions.file[picked] as string);
  };
  store.on(['picked'], refresh);
  refresh();
  return chip;
}

/** The metrics that this recording can answer: who held the GIL is only known of one made in GIL mode. */
export function metricsOf({ profile }: Pick<ViewContext, 'profile'>): FlameMetric[] {
  const { flags } = profile.recording.tables.samples;
  const held = flags.some((value) => (value & HOLDS_GIL) !== 0);
  const { kernels } = profile.recording.tables;
  const copies = hasDeviceTransfers(profile.recording.tables);
  const counts = profile.recording.meta.mode === 'samples';
  return FLAME_METRICS.filter((metric) => {
    if (counts || metric === 'samples') return counts && metric === 'samples';
    if ((metric === 'cpu' || metric === 'gil-wait') && !profile.trace.hasCpu) return false;
    if (metric === 'gpu') return kernels.length > 0;
    if (metric === 'copy') return copies;
    return metric !== 'gil-held' || held;
  });
}

/** What is weighed until the reader chooses: as the run was sampled; what devices did, where nothing was sampled. */
export function firstMetric(view: Pick<ViewContext, 'profile'>): FlameMetric {
  const { meta, tables } = view.profile.recording;
  const sampled = metricOfMode[meta.mode];
  const ofDevices = metricsOf(view).find((metric) => metric === 'gpu' || metric === 'copy');
  return tables.samples.length > 0 ? sampled : (ofDevices ?? sampled);
}

function metricSwitch(view: ViewContext): HTMLElement {
  const { store } = view;
  const names = metricNames(view.profile);
  const inputs = metricsOf(view).map((metric) => {
    const input = h('input', { type: 'radio', name: 'metric', value: metric, class: 'unseen' });
    input.addEventListener('change', () => store.set({ metric }));
    return { metric, input };
  });
  const refresh = (): void => {
    for (const { metric, input } of inputs) input.checked = store.get().metric === metric;
  };
  store.on(['metric'], refresh);
  refresh();
  return h(
    'div',
    { class: 'switch', role: 'radiogroup', 'aria-label': 'Weigh by' },
    ...inputs.map(({ metric, input }) => h('label', {}, input, h('span', {}, names[metric]))),
  );
}
