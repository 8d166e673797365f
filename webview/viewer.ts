import type { Recording } from '../analyzer/model/index.ts';
import type { ViewContext } from './context.ts';
import { h } from './dom/element.ts';
import { afterPause } from './dom/settle.ts';
import { createTooltip } from './dom/tooltip.ts';
import { LET_GO } from './findings/selection.ts';
import { createFindings } from './findings/view.ts';
import { createGlance } from './glance/view.ts';
import { createHeader } from './header/view.ts';
import { createHelp } from './help/help.ts';
import type { Host } from './host.ts';
import { createPanels, firstMetric, metricsOf, tabsOf } from './panels.ts';
import { profileOf } from './profile.ts';
import { fromHash, toHash } from './state/hash.ts';
import { createStore } from './state/store.ts';
import { type FlameMetric, initialState, NO_EVENT, type ViewState } from './state/viewState.ts';
import { readPalette } from './theme/palette.ts';
import { createThemeSwitch } from './theme/theme.ts';
import { collapsedAtFirst } from './timeline/rows.ts';
import { createTimeline } from './timeline/view.ts';

/** Browsers complain about pages that write their address more often than some 200 times in 30 seconds. */
const ADDRESS_MS = 300;

/** Shows a recording in `root`. */
export function mountViewer(root: HTMLElement, recording: Recording, host: Host): void {
  const profile = profileOf(recording);
  const metric = firstMetric({ profile });
  const initial = { ...initialState(profile.bounds, metric), collapsed: collapsedAtFirst(profile) };
  const limits = {
    bounds: profile.bounds,
    lanes: recording.tables.lanes.length,
    nodes: profile.tree.count,
    functions: profile.functions.count,
    tasks: recording.tables.tasks.length,
    work: profile.devices.work.length,
    groups: profile.groups.count,
  };
  const store = createStore<ViewState>({ ...initial, ...fromHash(host.address.read(), limits) }, (run) => {
    requestAnimationFrame(run);
  });
  const themes = createThemeSwitch();
  let palette = readPalette(root);
  // First, so that every view that draws anew finds the new colours.
  themes.onColours(() => {
    palette = readPalette(root);
  });
  const spoken = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const view: ViewContext = {
    host,
    profile,
    store,
    tooltip: createTooltip(root),
    palette: () => palette,
    onColours: themes.onColours,
    announce: (sentence) => {
      spoken.textContent = sentence;
    },
  };
  const help = createHelp();
  const header = createHeader(view, themes, help);
  const findings = createFindings(view);
  const timeline = createTimeline(view);
  const panels = createPanels(view);
  root.append(
    header.element,
    h(
      'main',
      {},
      h('div', { class: 'side' }, findings.element, recording.meta.timeless ? null : createGlance(view)),
      recording.meta.timeless
        ? h('div', { class: 'views timeless' }, panels.element)
        : h('div', { class: 'views' }, timeline.element, splitter(root), panels.element),
    ),
    header.details,
    help,
    spoken,
  );
  keepAddress(view, initial);
  host.address.onChange(() => store.set({ ...initial, ...fromHash(host.address.read(), limits) }));
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === 'search';
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing) return;
    if (document.querySelector('dialog[open]')) return;
    if (!press(event.key)) return;
    event.preventDefault();
  });
  const tabs = tabsOf(recording);
  const metricKeys: Readonly<Record<string, FlameMetric>> = {
    c: 'cpu',
    v: 'wall',
    g: 'gil-wait',
    u: 'gpu',
    t: 'copy',
  };
  const metrics = metricsOf(view);
  const press = (key: string): boolean => {
    const chosen = metricKeys[key];
    const tab = tabs[Number(key) - 1];
    if (key === '/') header.focusSearch();
    else if (key === '?') help.showModal();
    else if (tab) store.set({ tab });
    else if (key === 'f') return findings.step(1);
    else if (key === 'F') return findings.step(-1);
    else if (chosen && metrics.includes(chosen)) store.set({ metric: chosen });
    else if (key === 'Escape') store.set(takenBack(store.get(), profile.bounds));
    else return timeline.key(key);
    return true;
  };
}

/** One step back from what was selected last, as far as that can be told: from the detail to the whole. */
export function takenBack(state: ViewState, bounds: ViewState['view']): Partial<ViewState> {
  if (state.zoom > 0) return { zoom: 0 };
  if (state.finding !== '') return LET_GO;
  if (state.task >= 0 || state.work >= 0) return { ...NO_EVENT, range: null, lanes: null };
  if (state.group >= 0) return { group: -1 };
  if (state.picked >= 0) return { picked: -1 };
  if (state.range) return { range: null };
  if (state.lanes) return { lanes: null };
  if (state.search !== '') return { search: '' };
  return { view: bounds };
}

function keepAddress({ store, host, profile }: ViewContext, initial: ViewState): void {
  const write = afterPause(
    () => host.address.write(toHash(store.get(), initial, profile.bounds)),
    ADDRESS_MS,
  );
  store.on(Object.keys(initial) as (keyof ViewState)[], write);
}

/** The bar between timeline and panels: drag it, or move it with the arrow keys. */
function splitter(root: HTMLElement): HTMLElement {
  const bar = h('div', {
    class: 'splitter',
    role: 'separator',
    tabindex: 0,
    'aria-orientation': 'horizontal',
    'aria-label': 'Height of the timeline',
    'aria-valuemin': 15,
    'aria-valuemax': 80,
    'aria-valuenow': 46,
  });
  const set = (share: number): void => {
    const percent = Math.round(Math.min(80, Math.max(15, share)));
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
