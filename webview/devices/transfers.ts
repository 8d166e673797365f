import {
  bandwidth,
  byDirection,
  type DeviceTransfers,
  deviceTransfers,
  SIZE_CLASSES,
  TRANSFER_GROUPINGS,
  type TransferGrouping,
} from '../../analyzer/analysis/deviceTransfers.ts';
import { DIRECTIONS } from '../../analyzer/model/index.ts';
import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import type { Column, Sorting } from '../dom/grid.ts';
import { bytes, bytesPerSecond, count, duration, percent } from '../format.ts';
import { cell, createListing } from '../listing.ts';
import type { Profile } from '../profile.ts';
import { siteName } from '../tasks/names.ts';
import { laneTitle } from '../timeline/rows.ts';
import { DIRECTION_WORDS, memoryWords, synchrony } from './names.ts';

type TransferColumn =
  | 'name'
  | 'site'
  | 'count'
  | 'bytes'
  | 'mean'
  | 'time'
  | 'bandwidth'
  | 'overlapped'
  | 'repeats'
  | 'called';

const COLUMNS: readonly Column<TransferColumn>[] = [
  {
    id: 'name',
    title: 'Direction, memory',
    explanation: 'Which way, from what memory to what, and whether the call asked to wait',
  },
  {
    id: 'site',
    title: 'Of',
    explanation: 'The line that asked for most of the bytes, or the size of a copy, or the stream',
  },
  { id: 'count', title: 'Copies', explanation: 'How many' },
  { id: 'bytes', title: 'Volume', explanation: 'Bytes that were moved' },
  { id: 'mean', title: 'Mean size', explanation: 'Bytes of a copy, mean' },
  { id: 'time', title: 'Time', explanation: 'Time that the copies took, one after the other' },
  { id: 'bandwidth', title: 'Bandwidth', explanation: 'Bytes a second while a copy ran' },
  {
    id: 'overlapped',
    title: 'Overlap',
    explanation: 'Share of that time in which a kernel ran on the same device',
  },
  {
    id: 'repeats',
    title: 'Again',
    explanation:
      'Bytes of copies whose buffer had been moved before with the same content, by samples of it; – where it was not looked at',
  },
  {
    id: 'called',
    title: 'Host',
    explanation: 'Time that threads of the host were inside the calls which asked for it',
  },
];
const TEMPLATE = 'minmax(250px, 1fr) minmax(150px, 0.7fr) 66px 76px 78px 72px 84px 66px 76px 72px';

const GROUPING_WORDS: Readonly<Record<TransferGrouping, string>> = {
  site: 'line',
  size: 'size',
  stream: 'stream',
};

/** Copies to, from and on devices in the selection, by direction, memory and what the reader chooses. */
export function createTransfers(view: ViewContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { profile, announce } = view;
  const { tables } = profile.recording;
  const { devices, siteOf } = profile;
  let by: TransferGrouping = 'site';
  const totals = h('span', {});
  const above = h(
    'p',
    { class: 'grid-note' },
    groupingSwitch((chosen) => {
      by = chosen;
      listing.refresh();
      announce(`Copies by ${GROUPING_WORDS[by]}.`);
    }),
    totals,
  );
  const listing = createListing<DeviceTransfers, TransferColumn>(view, {
    label: 'Transfers',
    id: 'transfer',
    className: 'transfers',
    noun: 'transfers',
    columns: COLUMNS,
    widths: { template: TEMPLATE, least: 1030 },
    sorting: { by: 'bytes', descending: true },
    none: {
      found: 'No copy in this selection matches the search.',
      seen: 'Nothing was copied to, from or on a device in this selection.',
    },
    above,
    inFlame: { metric: 'copy', zoom: 0 },
    rows: (selection) =>
      deviceTransfers(
        { tables, work: devices.work, busy: devices.busy.units, repeats: devices.repeats(), siteOf },
        by,
        selection,
      ),
    onRows: (rows) => setText(totals, totalWords(rows)),
    functionOf: (its) => its.site.function,
    textOf: (its) =>
      `${wayOf(its)} ${memoryWords(its.from, its.to)} ${synchrony(its.asynchronous)} ${detailOf(profile, its)}`,
    comparing: (sorting) => comparing(profile, sorting),
    show: (its) => {
      const site = siteName(profile, its.site);
      const rate = bandwidth(its);
      return {
        name: wayOf(its),
        detail: [memoryWords(its.from, its.to), synchrony(its.asynchronous)].filter(Boolean).join(', '),
        cells: [
          h(
            'div',
            { role: 'gridcell', class: 'holder' },
            h('bdi', {}, detailOf(profile, its) || 'not known'),
          ),
          cell(count(its.count)),
          cell(bytes(its.bytes)),
          cell(bytes(its.bytes / its.count)),
          cell(duration(its.time)),
          cell(rate === null ? '–' : bytesPerSecond(rate)),
          cell(its.overlapped < 0 || its.time === 0 ? '–' : percent(its.overlapped / its.time)),
          h(
            'div',
            {
              role: 'gridcell',
              class: its.repeatedBytes >= MUCH_AGAIN * its.bytes && its.repeats > 0 ? 'failing' : '',
            },
            h('span', {}, its.lookedAt === 0 ? '–' : its.repeats > 0 ? bytes(its.repeatedBytes) : '0'),
          ),
          cell(its.called < 0 ? '–' : duration(its.called)),
        ],
        more: [
          site === '' ? 'Which code asked for it is not known.' : `most of it asked for at ${site}`,
          ...(its.repeats > 0
            ? [`${count(its.repeats)} of ${count(its.lookedAt)} copies moved what had been moved before`]
            : []),
          `largest ${bytes(its.largest)}`,
        ],
      };
    },
  });
  return listing;
}

/** Share of the bytes from which on it is worth a look that they had been moved before. */
const MUCH_AGAIN = 0.2;

function groupingSwitch(choose: (by: TransferGrouping) => void): HTMLElement {
  const labels = TRANSFER_GROUPINGS.map((by) => {
    const input = h('input', {
      type: 'radio',
      name: 'transfers-by',
      value: by,
      class: 'unseen',
      checked: by === 'site',
    });
    input.addEventListener('change', () => choose(by));
    return h('label', {}, input, h('span', {}, GROUPING_WORDS[by]));
  });
  return h('span', { class: 'switch', role: 'radiogroup', 'aria-label': 'Copies by' }, ...labels);
}

const wayOf = ({ direction }: DeviceTransfers): string => {
  const name = DIRECTIONS[direction] ?? '';
  return DIRECTION_WORDS[name] ?? name;
};

function detailOf(profile: Profile, { size, lane, site }: DeviceTransfers): string {
  if (size >= 0) return sizeClassWords(size);
  return lane >= 0 ? laneTitle(profile, lane) : siteName(profile, site);
}

/** `64 KiB to 1 MiB`. */
export function sizeClassWords(size: number): string {
  const [lower, upper] = [SIZE_CLASSES[size - 1], SIZE_CLASSES[size]];
  if (lower === undefined) return `below ${binary(upper ?? 0)}`;
  return upper === undefined ? `${binary(lower)} and more` : `${binary(lower)} to ${binary(upper)}`;
}

const binary = (value: number): string =>
  value >= 2 ** 20 ? `${value / 2 ** 20}\u00a0MiB` : `${value / 2 ** 10}\u00a0KiB`;

/** All of it by direction: `host to device 672 MB at 8 GB/s, 302 MB of it again`. */
function totalWords(rows: readonly DeviceTransfers[]): string {
  return byDirection(rows)
    .map((its) => {
      const rate = bandwidth(its);
      const again = its.repeats > 0 ? `, ${bytes(its.repeatedBytes)} of it again` : '';
      return `${wayOf(its)} ${bytes(its.bytes)}${rate === null ? '' : ` at ${bytesPerSecond(rate)}`}${again}`;
    })
    .join(' · ');
}

function comparing(
  profile: Profile,
  { by, descending }: Sorting<TransferColumn>,
): (a: DeviceTransfers, b: DeviceTransfers) => number {
  const sign = descending ? -1 : 1;
  const { compare } = new Intl.Collator('en', { numeric: true });
  const nameOf = (its: DeviceTransfers): string => `${wayOf(its)} ${memoryWords(its.from, its.to)}`;
  if (by === 'name') return (a, b) => sign * compare(nameOf(a), nameOf(b)) || b.bytes - a.bytes;
  if (by === 'site')
    return (a, b) =>
      sign * (a.size - b.size || compare(detailOf(profile, a), detailOf(profile, b))) || b.bytes - a.bytes;
  const value = (its: DeviceTransfers): number => {
    if (by === 'mean') return its.bytes / its.count;
    if (by === 'bandwidth') return bandwidth(its) ?? -1;
    if (by === 'overlapped') return its.overlapped / (its.time || 1);
    return by === 'repeats' ? its.repeatedBytes : its[by];
  };
  return (a, b) => sign * (value(a) - value(b)) || b.bytes - a.bytes;
}
