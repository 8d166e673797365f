import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import { WORK_KINDS, type WorkKind } from '../../analyzer/analysis/deviceWork.ts';
import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import { counted, duration } from '../format.ts';
import type { Profile } from '../profile.ts';
import { NO_EVENT, within, zoomed } from '../state/viewState.ts';
import { groupName } from '../tasks/names.ts';
import { ACTIVITY_NAMES } from './describe.ts';

/** Below the state of a lane; runs have the colour of their function's module. */
const TASK_COLOURS = [
  ['task', 'task, by module'],
  ['pickling', 'serialising'],
] as const;

const OPERATOR_COLOURS = [
  ['operator', 'operator'],
  ['backward', 'backward'],
] as const;

/** Colours of the work of devices, those that occur. */
function deviceColours({
  devices: { work },
}: Pick<Profile, 'devices'>): (readonly [name: string, words: string])[] {
  const seen = new Set(work.kind);
  const has = (...kinds: readonly WorkKind[]): boolean =>
    kinds.some((kind) => seen.has(WORK_KINDS.indexOf(kind)));
  const colours: (readonly [boolean, string, string])[] = [
    [has('kernel'), 'kernel', 'kernel'],
    [has('H2D'), 'upload', 'copy to device'],
    [has('D2H'), 'download', 'copy to host'],
    [has('D2D', 'P2P'), 'device-copy', 'copy on or between devices'],
    [has('memset'), 'fill', 'fill'],
  ];
  return colours.flatMap(([is, name, words]) => (is ? [[name, words] as const] : []));
}

/** Another tool tells few of them; of a run of ours they are always the same, to be found where they were. */
const occurs = ({ recording, activity }: Profile, kind: number): boolean =>
  recording.meta.origin !== 'import' ||
  activity.some((time, at) => at % ACTIVITIES.length === kind && time > 0);

/** What the colours mean, what is selected, and buttons for those who do not use the keys. */
export function createLegend({ profile, store }: ViewContext): HTMLElement {
  const { bounds } = profile;
  const selected = h('span', { class: 'selected' });
  const clear = h('button', { class: 'quiet', type: 'button', title: 'Clear the selection (Esc)' }, 'Clear');
  const show = h(
    'button',
    { class: 'quiet', type: 'button', title: 'Zoom to the selection (Z)' },
    'Zoom to it',
  );
  const chip = h('span', { class: 'chip', hidden: true }, selected, show, clear);
  const button = (label: string, sign: string, act: () => void): HTMLButtonElement => {
    const made = h('button', { class: 'icon', type: 'button', 'aria-label': label, title: label }, sign);
    made.addEventListener('click', act);
    return made;
  };
  const zoom = (factor: number): void => {
    const { view } = store.get();
    store.set({ view: zoomed(view, (view.from + view.to) / 2, factor, bounds) });
  };
  const whole = button('All: show the whole run (0)', 'All', () => store.set({ view: bounds }));
  const tools = h(
    'span',
    { class: 'tools' },
    button('Zoom out (S)', '−', () => zoom(2)),
    button('Zoom in (W)', '+', () => zoom(0.5)),
    whole,
  );
  clear.addEventListener('click', () =>
    store.set({ range: null, lanes: null, zoom: 0, ...NO_EVENT, group: -1 }),
  );
  show.addEventListener('click', () => {
    const { range } = store.get();
    if (range) store.set({ view: within(range, bounds) });
  });
  const refresh = (): void => {
    const { range, lanes, view, group } = store.get();
    chip.hidden = range === null && lanes === null && group < 0;
    show.hidden = range === null;
    whole.disabled = view.from <= bounds.from && view.to >= bounds.to;
    const parts = [
      range &&
        `${duration(range.to - range.from)} from ${duration(range.from - bounds.from)} to ${duration(range.to - bounds.from)}`,
      lanes && counted(lanes.length, 'lane'),
      group < 0 ? null : `inside ${groupName(profile, group)}`,
    ];
    setText(selected, parts.filter((part) => part !== null).join(' · '));
  };
  store.on(['range', 'lanes', 'view', 'group'], refresh);
  refresh();
  return h(
    'div',
    { class: 'legend' },
    h(
      'ul',
      { 'aria-label': 'Colours of the timeline' },
      ...ACTIVITIES.filter((name, kind) => name !== 'idle' && occurs(profile, kind)).map((name) =>
        h('li', {}, h('i', { class: `swatch ${name}` }), ACTIVITY_NAMES[name]),
      ),
      ...(profile.tasks.row.length > 0
        ? TASK_COLOURS.map(([name, words]) => h('li', {}, h('i', { class: `swatch ${name}` }), words))
        : []),
      ...deviceColours(profile).map(([name, words]) =>
        h('li', {}, h('i', { class: `swatch ${name}` }), words),
      ),
      ...(profile.recording.tables.operators.length > 0
        ? OPERATOR_COLOURS.map(([name, words]) => h('li', {}, h('i', { class: `swatch ${name}` }), words))
        : []),
      ...(profile.collections.row.length > 0
        ? [h('li', {}, h('i', { class: 'swatch collection' }), 'garbage collection')]
        : []),
    ),
    chip,
    tools,
  );
}
