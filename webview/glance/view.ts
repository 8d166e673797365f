import { ACTIVITIES, IS_READY, WAITS_GIL, WAITS_LOCK } from '../../analyzer/analysis/activity.ts';
import type { ViewContext } from '../context.ts';
import { h, svg } from '../dom/element.ts';
import { settling } from '../dom/settle.ts';
import { efficiencyCard } from '../efficiency/card.ts';
import { counted, duration, inCores, percent } from '../format.ts';
import { ACTIVITY_NAMES } from '../timeline/describe.ts';
import { laneName } from '../timeline/rows.ts';
import { devicesSection } from './devices.ts';
import { coresOverTime, type Facts, factsOf } from './facts.ts';

const CHART = { width: 268, height: 56, bins: 134 };

/**
 * The panel at the left: what the run, or the selection, comes to. Sections stand in the order of what to look at first.
 */
export function createGlance(view: ViewContext): HTMLElement {
  const { profile, store } = view;
  const heading = h('h2', {});
  const body = h('div', { class: 'glance-body' });
  const element = h('aside', { class: 'glance', 'aria-label': 'At a glance' }, heading, body);

  const refresh = (): void => {
    const { range, lanes } = store.get();
    const interval = range ?? profile.bounds;
    const facts = factsOf(profile, interval, lanes);
    heading.textContent = range || lanes ? 'The selection at a glance' : 'At a glance';
    const devices = devicesSection(view, interval, lanes);
    if (facts.lanes === 0) {
      const empty = h('p', { class: 'empty' }, 'No thread was seen in this part of the run.');
      body.replaceChildren(...(devices ? [devices] : [empty]));
      return;
    }
    const efficiency = efficiencyCard(view);
    const cores = coresOverTime(profile, interval, lanes, CHART.bins);
    body.replaceChildren(
      ...(profile.trace.hasCpu ? [coresSection(facts, cores, profile.recording.meta.host.cores)] : []),
      ...(devices ? [devices] : []),
      timeSection(facts),
      factsSection(view, facts),
      ...(efficiency ? [efficiency] : []),
    );
  };
  store.on(['range', 'lanes'], settling(refresh));
  refresh();
  return element;
}

function coresSection(facts: Facts, cores: Float64Array, available: number): HTMLElement {
  const { width, height } = CHART;
  const peak = cores.reduce((most, value) => Math.max(most, value), 0);
  const top = Math.max(1, available > 0 ? Math.min(available, Math.max(peak * 1.15, 1)) : peak, peak);
  const y = (value: number): number => height - (value / top) * (height - 2);
  const shown = inCores(facts.coresUsed);
  const chart = svg(
    'svg',
    {
      class: 'cores',
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `Cores in use over time: ${shown} on average, ${inCores(peak)} at most`,
    },
    svg('path', { class: 'area', d: stepArea(cores, width, height, y) }),
    svg('line', { class: 'mean', x1: 0, x2: width, y1: y(facts.coresUsed), y2: y(facts.coresUsed) }),
  );
  return h(
    'section',
    { class: 'card' },
    h(
      'p',
      { class: 'lead' },
      h('strong', {}, shown),
      ` of ${available > 0 ? counted(available, 'core') : 'the cores'} used`,
    ),
    chart,
    h('p', { class: 'note' }, `at most ${inCores(peak)} at once`),
  );
}

/** The area under values that each hold for an equal part of `width`, as a path. d3-shape would be 20 KB for it in every report. */
export function stepArea(
  values: ArrayLike<number>,
  width: number,
  height: number,
  y: (value: number) => number,
): string {
  let path = `M0,${height}`;
  for (let i = 0; i < values.length; i++)
    path += `V${y(values[i] as number).toFixed(2)}H${(((i + 1) / values.length) * width).toFixed(2)}`;
  return `${path}V${height}Z`;
}

/** Time of all lanes together, as one bar and a list that names its parts. */
function timeSection({ times, lanes }: Facts): HTMLElement {
  const whole = times.reduce((sum, time) => sum + time, 0);
  const parts = ACTIVITIES.map((name, kind) => ({ name, time: times[kind] as number })).filter(
    ({ time }) => whole > 0 && time / whole >= 0.0005,
  );
  const bar = h('div', { class: 'stack bar', 'aria-hidden': 'true' });
  for (const { name, time } of parts) {
    const part = h('i', { class: `swatch ${name}` });
    part.style.flexGrow = String(time / whole);
    bar.append(part);
  }
  return h(
    'section',
    { class: 'card' },
    h('h3', {}, `Where the time of ${counted(lanes, 'lane')} went`),
    bar,
    h(
      'dl',
      { class: 'parts' },
      ...parts.flatMap(({ name, time }) => [
        h('dt', {}, h('i', { class: `swatch ${name}` }), ACTIVITY_NAMES[name]),
        h('dd', {}, h('span', {}, duration(time)), h('b', {}, percent(time / whole))),
      ]),
    ),
  );
}

function factsSection({ profile, store }: ViewContext, facts: Facts): HTMLElement {
  const lines: [Node | string, string][] = [
    ['lanes seen', `${facts.lanes} in ${counted(facts.processes, 'process', 'processes')}`],
  ];
  if (facts.busiest >= 0) {
    const lane = facts.busiest;
    const name = laneName(profile, lane);
    const button = h(
      'button',
      { class: 'link', type: 'button', title: 'Select this lane' },
      h('bdi', {}, name),
    );
    button.addEventListener('click', () => store.set({ lanes: [lane], zoom: 0 }));
    lines.push([h('span', {}, 'busiest: ', button), percent(facts.busiestShare)]);
  }
  if (profile.recording.meta.origin !== 'import') lines.push(...waits(facts));
  return h(
    'section',
    { class: 'card' },
    h(
      'dl',
      { class: 'facts' },
      ...lines.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    ),
  );
}

/** What no other tool tells. */
const waits = ({ times }: Facts): [string, string][] => [
  ['ready without a CPU', duration(times[IS_READY] as number)],
  ['waited for the GIL', duration(times[WAITS_GIL] as number)],
  ['waited for locks', duration(times[WAITS_LOCK] as number)],
];
