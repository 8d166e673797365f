import type { Recording } from '../analyzer/model/index.ts';
import type { ViewContext } from './context.ts';
import { h } from './dom/element.ts';
import { atFrame } from './dom/frame.ts';
import { afterPause } from './dom/settle.ts';
import { splitter } from './dom/splitter.ts';
import { createTooltip } from './dom/tooltip.ts';
import { createExport } from './export/dialog.ts';
import { LET_GO } from './findings/selection.ts';
import { createFindings } from './findings/view.ts';
import { createGlance } from './glance/view.ts';
import { createHeader } from './header/view.ts';
import { createHelp } from './help/help.ts';
import { createKeys } from './help/keys.ts';
import { addPageKeys } from './help/pageKeys.ts';
import type { Host } from './host.ts';
import { createPanels, firstMetric } from './panels.ts';
import { profileOf } from './profile.ts';
import { revealSelected } from './revealing.ts';
import { lastTransformOut } from './state/flameState.ts';
import { fromHash, toHash } from './state/hash.ts';
import { createStore } from './state/store.ts';
import { initialState, NO_EVENT, type ViewState } from './state/viewState.ts';
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
  // Cards and the source panel both ask.
  let asked: ReturnType<Host['advice']> | null = null;
  const store = createStore<ViewState>({ ...initial, ...fromHash(host.address.read(), limits) }, atFrame);
  const themes = createThemeSwitch();
  let palette = readPalette(root);
  // First, so that every view that draws anew finds the new colours.
  themes.onColours(() => {
    palette = readPalette(root);
  });
  const keys = createKeys();
  const spoken = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const view: ViewContext = {
    host: {
      ...host,
      advice: () => {
        asked ??= host.advice();
        return asked;
      },
    },
    profile,
    store,
    tooltip: createTooltip(root),
    palette: () => palette,
    onColours: themes.onColours,
    keys,
    announce: (sentence) => {
      spoken.textContent = sentence;
    },
  };
  const help = createHelp(keys);
  const header = createHeader(view, themes, help, () => exports.showModal());
  const findings = createFindings(view);
  const timeline = createTimeline(view);
  const panels = createPanels(view);
  const exports = createExport(view, root, [
    { name: 'Timeline', element: timeline.element },
    { name: 'Flame graph', element: panels.flame },
  ]);
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
    exports,
    spoken,
  );
  keepAddress(view, initial);
  revealSelected(view);
  host.address.onChange(() => store.set({ ...initial, ...fromHash(host.address.read(), limits) }));
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === 'search';
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing) return;
    if (document.querySelector('dialog[open]')) return;
    if (!press(event.key)) return;
    event.preventDefault();
  });
  const takeBack = (): void => store.set(takenBack(store.get(), profile.bounds));
  addPageKeys(view, { header, help, exports, findings, takeBack });
  const press = (key: string): boolean => keys.press(key) || timeline.key(key);
}

/** One step back from what was selected last, as far as that can be told: from the detail to the whole. */
export function takenBack(state: ViewState, bounds: ViewState['view']): Partial<ViewState> {
  if (state.zoom > 0) return { zoom: 0, callers: 0 };
  if (state.transforms.length > 0) return lastTransformOut(state);
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
