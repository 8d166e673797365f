import { DEVICE_DIRECTIONS, type DeviceDirection, WORK_KINDS } from '../../analyzer/analysis/deviceWork.ts';
import type { ViewContext } from '../context.ts';
import { DIRECTION_WORDS, deviceName, deviceTitle, sharesMemory } from '../devices/names.ts';
import { h } from '../dom/element.ts';
import { later } from '../dom/settle.ts';
import { bytes, bytesPerSecond, duration, percent } from '../format.ts';
import type { Profile } from '../profile.ts';
import { clipped, type Interval, NO_EVENT } from '../state/viewState.ts';
import { siteName } from '../tasks/names.ts';
import { busyShares } from '../timeline/streamWords.ts';

/** What went one way in an interval: of copies that lie partly in it, the whole. Nanos and bytes. */
export interface Moved {
  readonly direction: DeviceDirection;
  readonly bytes: number;
  readonly time: number;
}

/** Those that occurred, in the order of `DEVICE_DIRECTIONS`. `lanes`: of these streams; null for all. */
export function movedIn(
  { devices, recording }: Profile,
  { from, to }: Interval,
  lanes: readonly number[] | null,
): Moved[] {
  const { work } = devices;
  const { transfers } = recording.tables;
  const chosen = lanes && new Set(lanes);
  const moved = DEVICE_DIRECTIONS.map((direction) => ({ direction, bytes: 0, time: 0 }));
  const first = WORK_KINDS.indexOf(DEVICE_DIRECTIONS[0]);
  for (let at = work.kernels; at < work.length; at++) {
    const its = moved[(work.kind[at] as number) - first];
    const start = work.start[at] as number;
    const end = work.end[at] as number;
    if (!its || start >= to || end < from) continue;
    const row = at - work.kernels;
    if (chosen && !chosen.has(work.lane[at] as number) && !chosen.has(transfers.callLane[row] as number))
      continue;
    const times = transfers.weight[row] as number;
    its.bytes += Math.max(0, transfers.bytes[row] as number) * times;
    its.time += (end - start) * times;
  }
  return moved.filter((its) => its.bytes > 0);
}

/** Profiles of which the gaps are known. */
const withGaps = new WeakSet<Profile>();

/** How busy each device was and what was copied; null for a recording without devices. */
export function devicesSection(
  { profile, store }: Pick<ViewContext, 'profile' | 'store'>,
  interval: Interval,
  lanes: readonly number[] | null,
): HTMLElement | null {
  const { busy, streams } = profile.devices;
  const units = busy.units.flatMap((its, unit) => ((streams[unit]?.length ?? 0) > 0 ? [{ its, unit }] : []));
  const moved = movedIn(profile, interval, lanes);
  if (units.length === 0 && moved.length === 0) return null;
  const rows = units.flatMap(({ its, unit }) => {
    const { kernels, memory } = busyShares(its, interval);
    const bars = h(
      'span',
      { class: 'bar device', 'aria-hidden': 'true' },
      ...[kernels, memory].map((share, i) => {
        const bar = h('i', { class: i === 0 ? 'kernels' : 'memory', hidden: share === 0 });
        bar.style.width = `${Math.min(100, share * 100)}%`;
        return bar;
      }),
    );
    const name = deviceName(profile, unit);
    const where = sharesMemory(profile, unit) ? ', same memory' : '';
    return [
      h('dt', { title: name }, h('bdi', {}, deviceTitle(profile, unit)), where),
      h(
        'dd',
        {},
        h('b', {}, percent(kernels)),
        h('span', { class: 'unseen' }, ` with kernels, ${percent(memory)} with copies and fills`),
        bars,
      ),
    ];
  });
  const facts: [string, Node | string][] = [
    ...moved.map((its): [string, string] => [
      DIRECTION_WORDS[its.direction] ?? its.direction,
      `${bytes(its.bytes)}${its.time > 0 ? ` at ${bytesPerSecond((its.bytes / its.time) * 1e9)}` : ''}`,
    ]),
  ];
  const lineOf = ([name, value]: [string, Node | string]): HTMLElement =>
    h('div', {}, h('dt', {}, name), h('dd', {}, value));
  const list = h('dl', { class: 'facts', hidden: facts.length === 0 }, ...facts.map(lineOf));
  if (interval === profile.bounds && lanes === null) {
    const add = (): void => {
      list.append(...gapFacts({ profile, store }, units.length > 1).map(lineOf));
      list.hidden = list.childElementCount === 0;
    };
    // Finding them takes as long as all else of a page with a million kernels; the first picture does not wait for it.
    if (withGaps.has(profile)) add();
    else later(add);
    withGaps.add(profile);
  }
  return h(
    'section',
    { class: 'card factors devices' },
    h('h3', {}, units.length > 1 ? 'Devices busy with kernels' : 'Device busy with kernels'),
    h('dl', {}, ...rows),
    list,
  );
}

/** How long a device had nothing to do between its first work and its last, and where the program was then, for the whole run. */
function gapFacts(
  { profile, store }: Pick<ViewContext, 'profile' | 'store'>,
  several: boolean,
): [string, Node | string][] {
  return profile.gaps().flatMap(({ unit, time, longest, places }): [string, Node | string][] => {
    const [gap] = longest;
    if (!gap || time <= 0) return [];
    const button = h(
      'button',
      { class: 'link', type: 'button', title: 'Select the longest gap' },
      duration(gap.to - gap.from),
    );
    const range = clipped(gap, profile.bounds);
    button.addEventListener('click', () => range && store.set({ range, ...NO_EVENT }));
    const [place] = places;
    const site = place ? siteName(profile, place.site) : '';
    const whose = several ? `${deviceTitle(profile, unit)} ` : '';
    return [
      [`${whose}idle between`, duration(time)],
      [`${whose}longest gap`, button],
      ...(site === '' ? [] : ([[`${whose}mostly at`, h('bdi', {}, site)]] satisfies [string, Node][])),
    ];
  });
}
