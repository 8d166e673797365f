import type { RunComparison } from '../../analyzer/advice/runComparison.ts';
import type { Selection } from '../../analyzer/analysis/weights.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { afterPause } from '../dom/settle.ts';
import { splitter } from '../dom/splitter.ts';
import { createTooltip } from '../dom/tooltip.ts';
import { createKeys } from '../help/keys.ts';
import type { Host } from '../host.ts';
import type { Profile } from '../profile.ts';
import { fromHash, type Limits, toHash } from '../state/hash.ts';
import { samplesSelected } from '../state/samples.ts';
import { createStore } from '../state/store.ts';
import { type FlameMetric, initialState, NO_EVENT, type ViewState } from '../state/viewState.ts';
import { readPalette } from '../theme/palette.ts';
import { createThemeSwitch } from '../theme/theme.ts';
import { collapsedAtFirst } from '../timeline/rows.ts';
import type { CompareContext } from './context.ts';
import { createCompareHeader } from './header.ts';
import { createCompareHelp } from './help.ts';
import { createMoved } from './moved.ts';
import { createComparePanels } from './panels.ts';
import { type ComparedRuns, comparedRuns, type Difference, firstMetricOf, functionAt } from './runs.ts';
import { readScale } from './scale.ts';
import {
  COMPARE_TABS,
  type CompareState,
  fromCompareHash,
  initialCompareState,
  SIDES,
  type Side,
  toCompareHash,
} from './state.ts';
import { createTimelines } from './timelines.ts';

/** Browsers complain about pages that write their address more often than some 200 times in 30 seconds. */
const ADDRESS_MS = 300;

/** Percent of the height: two timelines need more than one. */
const TIMELINES = 54;

const METRIC_KEYS: Readonly<Record<string, FlameMetric>> = {
  c: 'cpu',
  v: 'wall',
  g: 'gil-wait',
  u: 'gpu',
  t: 'copy',
};

/** Shows two runs beside each other in `root`. `comparison`: what whoever opened them found; the host is not asked for advice. */
export function mountComparison(
  root: HTMLElement,
  before: Recording,
  after: Recording,
  comparison: RunComparison,
  host: Host,
): void {
  const runs = comparedRuns({ before, after });
  const { tree } = runs;
  const initial = initialCompareState(firstMetricOf(runs));
  const limits = { nodes: tree.count, functions: tree.functions.count, metrics: runs.metrics };
  const read = fromCompareHash(host.address.read(), limits);
  const soon = (run: () => void): void => {
    requestAnimationFrame(run);
  };
  const store = createStore<CompareState>({ ...initial, ...read.state }, soon);
  const themes = createThemeSwitch();
  let palette = readPalette(root);
  let colourOf = readScale(root, palette);
  // First, so that every view that draws anew finds the new colours.
  themes.onColours(() => {
    palette = readPalette(root);
    colourOf = readScale(root, palette);
  });
  const spoken = h('div', { class: 'unseen', role: 'status', 'aria-live': 'polite' });
  const announce = (sentence: string): void => {
    spoken.textContent = sentence;
  };
  const tooltip = createTooltip(root);
  const runOf = (side: Side) => {
    const profile = runs[side];
    const first = { ...initialState(profile.bounds, initial.metric), collapsed: collapsedAtFirst(profile) };
    const kept = { ...first, ...fromHash(read.timelines[side], limitsOf(profile)) };
    const own = createStore<ViewState>({ ...kept, search: store.get().search }, soon);
    const view: ViewContext = {
      host,
      keys: createKeys(),
      profile,
      store: own,
      tooltip,
      palette: () => palette,
      onColours: themes.onColours,
      announce,
    };
    return { view, first };
  };
  const sides = { before: runOf('before'), after: runOf('after') };
  const views = { before: sides.before.view, after: sides.after.view };
  // What is pinned is a lane of one run.
  views.before.store.on(['laneList'], ({ laneList }) => {
    const { pinned } = views.after.store.get().laneList;
    views.after.store.set({ laneList: { ...laneList, pinned } });
  });

  const context: CompareContext = {
    runs,
    // Pictures ask nothing of the stacks that the nodes are of.
    shape: { ...tree, ofStack: new Uint32Array(0) },
    store,
    difference: rememberingLast(runs, () => ({
      state: store.get(),
      selections: {
        before: samplesSelected(runs.before, views.before.store.get()),
        after: samplesSelected(runs.after, views.after.store.get()),
      },
    })),
    onSelection: (listener) => {
      for (const side of SIDES) views[side].store.on(['range', 'lanes', 'group'], listener);
    },
    tooltip,
    palette: () => palette,
    colourOf: () => colourOf,
    onColours: themes.onColours,
    announce,
  };
  const help = createCompareHelp();
  const header = createCompareHeader(comparison, store, themes, help);
  const timelines = createTimelines(views);
  root.append(
    header.element,
    h(
      'main',
      { class: 'comparing' },
      h('div', { class: 'side' }, createMoved(comparison, pickPlace)),
      h(
        'div',
        { class: 'views' },
        timelines.element,
        splitter(root, TIMELINES),
        createComparePanels(context).element,
      ),
    ),
    help,
    spoken,
  );
  store.on(['search'], ({ search }) => {
    for (const side of SIDES) views[side].store.set({ search });
  });
  keepAddress();
  document.addEventListener('keydown', (event) => {
    const typing = event.target instanceof HTMLInputElement && event.target.type === 'search';
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || typing) return;
    if (document.querySelector('dialog[open]') || !press(event.key)) return;
    event.preventDefault();
  });

  function pickPlace(place: { file: string; function: string }, side: Side): (() => void) | null {
    const picked = functionAt(runs, side, place);
    return picked < 0 ? null : () => store.set({ picked, zoom: 0 });
  }

  function press(key: string): boolean {
    const metric = METRIC_KEYS[key];
    const tab = COMPARE_TABS[Number(key) - 1];
    if (key === '/') header.focusSearch();
    else if (key === '?') help.showModal();
    else if (tab) store.set({ tab });
    else if (metric && runs.metrics.includes(metric)) store.set({ metric });
    else if (key === 'Escape') takeBack();
    else return timelines.key(key);
    return true;
  }

  /** One step back from what was selected last, as far as that can be told: from the detail to the whole. */
  function takeBack(): void {
    const state = store.get();
    const both = (change: (side: Side) => Partial<ViewState>): void => {
      for (const side of SIDES) views[side].store.set(change(side));
    };
    const some = (is: (state: ViewState) => boolean): boolean =>
      SIDES.some((side) => is(views[side].store.get()));
    if (state.zoom > 0) store.set({ zoom: 0 });
    else if (state.picked >= 0) store.set({ picked: -1 });
    else if (some(({ range }) => range !== null)) both(() => ({ range: null, ...NO_EVENT }));
    else if (some(({ lanes }) => lanes !== null)) both(() => ({ lanes: null, ...NO_EVENT }));
    else if (state.search !== '') store.set({ search: '' });
    else both((side) => ({ view: runs[side].bounds }));
  }

  function keepAddress(): void {
    const partOf = (side: Side): string => {
      const { view, first } = sides[side];
      // The search is kept once, for both.
      return toHash({ ...view.store.get(), search: '' }, first, view.profile.bounds);
    };
    const write = afterPause(
      () =>
        host.address.write(
          toCompareHash(store.get(), initial, { before: partOf('before'), after: partOf('after') }),
        ),
      ADDRESS_MS,
    );
    store.on(Object.keys(initial) as (keyof CompareState)[], write);
    for (const side of SIDES)
      views[side].store.on(['range', 'lanes', 'view', 'task', 'work', 'group', 'collapsed'], write);
    host.address.onChange(() => {
      const { state, timelines: parts } = fromCompareHash(host.address.read(), limits);
      store.set({ ...initial, ...state });
      for (const side of SIDES)
        sides[side].view.store.set({
          ...sides[side].first,
          ...fromHash(parts[side], limitsOf(runs[side])),
          search: state.search ?? '',
        });
    });
  }
}

/** Flame graph and table ask for the same one: the last is kept. */
function rememberingLast(
  runs: ComparedRuns,
  asked: () => { state: CompareState; selections: Readonly<Record<Side, Selection>> },
): () => Difference {
  let known: { readonly key: string; readonly of: readonly unknown[]; readonly value: Difference } | null =
    null;
  return () => {
    const { state, selections } = asked();
    const { before: then, after: now } = selections;
    const key = [state.metric, state.unit, state.width, then.from, then.to, now.from, now.to].join(' ');
    const of = [then.lanes, now.lanes, then.within, now.within];
    if (known?.key !== key || of.some((each, i) => each !== known?.of[i]))
      known = { key, of, value: runs.difference(state, selections) };
    return known.value;
  };
}

const limitsOf = (profile: Profile): Limits => ({
  bounds: profile.bounds,
  lanes: profile.recording.tables.lanes.length,
  nodes: profile.tree.count,
  functions: profile.functions.count,
  tasks: profile.recording.tables.tasks.length,
  work: profile.devices.work.length,
  groups: profile.groups.count,
});
