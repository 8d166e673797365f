import { DEVICE_DIRECTIONS, type DeviceDirection, WORK_KINDS } from '../../analyzer/analysis/deviceWork.ts';
import { DIRECTION_WORDS, deviceName, deviceTitle } from '../devices/names.ts';
import { h } from '../dom/element.ts';
import { bytes, bytesPerSecond, percent } from '../format.ts';
import type { Profile } from '../profile.ts';
import type { Interval } from '../state/viewState.ts';
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

/** How busy each device was and what was copied; null for a recording without devices. */
export function devicesSection(
  profile: Profile,
  interval: Interval,
  lanes: readonly number[] | null,
): HTMLElement | null {
  const { work, busy, streams } = profile.devices;
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
    return [
      h('dt', { title: name }, h('bdi', {}, deviceTitle(profile, unit))),
      h(
        'dd',
        {},
        h('b', {}, percent(kernels)),
        h('span', { class: 'unseen' }, ` with kernels, ${percent(memory)} with copies and fills`),
        bars,
      ),
    ];
  });
  return h(
    'section',
    { class: 'card efficiency devices' },
    h('h3', {}, work.units.count === 1 ? 'Device busy with kernels' : 'Devices busy with kernels'),
    h('dl', {}, ...rows),
    moved.length === 0
      ? null
      : h(
          'dl',
          { class: 'facts' },
          ...moved.map((its) =>
            h(
              'div',
              {},
              h('dt', {}, DIRECTION_WORDS[its.direction] ?? its.direction),
              h(
                'dd',
                {},
                `${bytes(its.bytes)}${its.time > 0 ? ` at ${bytesPerSecond((its.bytes / its.time) * 1e9)}` : ''}`,
              ),
            ),
          ),
        ),
  );
}
