import type { RegionEfficiency } from '../../analyzer/analysis/efficiencyRegions.ts';
import { type EfficiencyNode, efficiencyTree, flattened } from '../../analyzer/analysis/efficiencyTree.ts';
import type { LaneLoad } from '../../analyzer/analysis/laneLoads.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { settling } from '../dom/settle.ts';
import { count, counted, duration, percent, place, visible } from '../format.ts';
import { NO_EVENT } from '../state/viewState.ts';
import { laneName } from '../timeline/rows.ts';
import { factorBar, judged, runEfficiency } from './judged.ts';

/** Lanes that are listed: of more, those with most work. */
const MOST_LANES = 24;

/** How well what is selected used its workers and devices, and which parts of the run did worst. */
export function createEfficiency(view: ViewContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { profile, store } = view;
  const factors = h('section', { class: 'tree' });
  const lanes = h('section', { class: 'shares' });
  const parts = h('section', { class: 'parts-of-run' });
  const element = h('div', { class: 'efficiency', tabindex: 0, role: 'group', 'aria-label': 'Efficiency' });
  element.append(factors, lanes, parts);
  let isShown = false;
  let stale = true;
  const refresh = settling(() => {
    if (!isShown) {
      stale = true;
      return;
    }
    stale = false;
    const { range, lanes: chosen } = store.get();
    const region = judged(profile, { range, lanes: chosen });
    const of = range || chosen ? 'the selection' : 'the run';
    factors.replaceChildren(h('h3', {}, `Efficiency of ${of}`), factorTable(region));
    lanes.replaceChildren(...laneTable(view, region));
    if (parts.childElementCount === 0) parts.replaceChildren(...regionTable(view));
  });
  store.on(['range', 'lanes'], refresh);
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) refresh();
    },
  };
}

const header = (...names: string[]): HTMLElement =>
  h('thead', {}, h('tr', {}, ...names.map((name) => h('th', { scope: 'col' }, name))));

function factorTable(region: RegionEfficiency): HTMLElement {
  const row = (node: EfficiencyNode, depth: number): HTMLElement =>
    h(
      'tr',
      {},
      h('th', { scope: 'row', class: `level-${depth}` }, node.title),
      h('td', { class: 'value' }, node.value === null ? '–' : node.value.toFixed(2)),
      h('td', { class: 'bar-cell' }, node.value === null ? null : factorBar(node.value)),
      h('td', { class: 'why' }, node.sentence),
    );
  const rows = flattened(efficiencyTree(region)).map(({ node, depth }) => row(node, depth));
  return h('table', { 'aria-label': 'Factors' }, h('tbody', {}, ...rows));
}

/** What each lane did with the time of the region; a click selects the lane. */
function laneTable({ profile, store }: ViewContext, { loads, time }: RegionEfficiency): Node[] {
  if (loads.length === 0 || time <= 0) return [];
  const shown = [...loads]
    .sort((a, b) => b.useful + b.ready - a.useful - a.ready || a.lane - b.lane)
    .slice(0, MOST_LANES);
  const rows = shown.map((load) => {
    const name = h('button', { class: 'link', type: 'button' }, h('bdi', {}, laneName(profile, load.lane)));
    name.addEventListener('click', () => store.set({ lanes: [load.lane], zoom: 0, ...NO_EVENT }));
    const { bar, words } = shares(load, time);
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', { class: 'value' }, percent(Math.min(1, load.useful / time))),
      h('td', { class: 'bar-cell' }, bar),
      h('td', { class: 'why' }, words),
    );
  });
  const title =
    shown.length < loads.length ? `The ${shown.length} busiest of ${count(loads.length)} lanes` : 'Lanes';
  return [h('h3', {}, title), h('table', { 'aria-label': title }, h('tbody', {}, ...rows))];
}

function shares({ useful, ready, gil, lived }: LaneLoad, time: number): { bar: HTMLElement; words: string } {
  const waiting = Math.max(0, lived - useful - ready - gil);
  const parts = [
    ['running', 'on a CPU', useful],
    ['ready', 'ready without one', ready],
    ['gil', 'waiting for the GIL', gil],
    ['io', 'other waits', waiting],
  ] as const;
  const bar = h('span', { class: 'lane-bar', 'aria-hidden': 'true' });
  for (const [name, , part] of parts) {
    const swatch = h('i', { class: `swatch ${name}` });
    swatch.style.width = `${Math.min(100, (100 * part) / time)}%`;
    bar.append(swatch);
  }
  const words = parts
    .filter(([, , part]) => part >= 0.001 * time)
    .map(([, name, part]) => `${name} ${duration(part)}`);
  return { bar, words: words.join(', ') };
}

/** Pools, what they ran, and named ranges of the whole run; a click selects the time of one. */
function regionTable({ profile, store }: ViewContext): Node[] {
  const regions = runEfficiency(profile).regions();
  if (regions.length === 0) return [];
  const rows = regions.map((region) => {
    const { efficiency: its, device } = region;
    const name = h('button', { class: 'link', type: 'button' }, h('bdi', {}, nameOf(region)));
    name.addEventListener('click', () =>
      store.set({ range: { from: region.from, to: region.to }, lanes: null, ...NO_EVENT }),
    );
    const where = placeOf(profile.functions, region);
    return h(
      'tr',
      {},
      h('th', { scope: 'row' }, name, where === '' ? null : h('small', {}, where)),
      ...[
        duration(region.time),
        region.rounds > 1 ? count(region.rounds) : '',
        its ? count(its.workers) : '',
      ].map((text) => h('td', {}, text)),
      ...[its?.parallel, its?.loadBalance, its?.communication, its?.contention, device?.device].map(
        factorCell,
      ),
    );
  });
  return [
    h('h3', {}, counted(regions.length, 'part of the run', 'parts of the run')),
    h(
      'table',
      { 'aria-label': 'Parts of the run' },
      header('Part', 'Time', 'Rounds', 'Workers', 'Parallel', 'Balance', 'Commun.', 'Content.', 'Device'),
      h('tbody', {}, ...rows),
    ),
  ];
}

const factorCell = (value: number | undefined): HTMLElement =>
  value === undefined
    ? h('td', {}, '')
    : h('td', {}, h('span', { class: 'cell' }, value.toFixed(2), factorBar(value)));

const nameOf = ({ kind, title }: RegionEfficiency): string => {
  const name = visible(title);
  if (kind === 'pool') return name === '' ? 'pool' : name;
  return kind === 'tasks' ? name : `${kind} ${name}`;
};

const placeOf = ({ file }: { file: readonly string[] }, { site }: RegionEfficiency): string => {
  const where = place(file[site.function] ?? '', site.line);
  return where === '' ? '' : `pool made at ${visible(where)}`;
};
