import { shortKernelName } from '../../analyzer/analysis/kernelNames.ts';
import { type KernelTotals, kernelTotals } from '../../analyzer/analysis/kernelTotals.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import type { Column, Sorting } from '../dom/grid.ts';
import { bytes, count, duration, percent, visible } from '../format.ts';
import { cell, createListing } from '../listing.ts';
import type { Profile } from '../profile.ts';
import { siteName } from '../tasks/names.ts';
import { deviceTitle, sizeWords } from './names.ts';

type KernelColumn =
  | 'name'
  | 'device'
  | 'time'
  | 'count'
  | 'mean'
  | 'longest'
  | 'size'
  | 'registers'
  | 'shared'
  | 'short'
  | 'site';

const COLUMNS: readonly Column<KernelColumn>[] = [
  { id: 'name', title: 'Kernel', explanation: 'The function that ran on the device' },
  {
    id: 'time',
    title: 'Time',
    explanation: 'Time of all its runs together, and its share of that of all kernels',
  },
  { id: 'count', title: 'Runs', explanation: 'How often it ran' },
  { id: 'mean', title: 'Mean', explanation: 'Time of a run, mean' },
  { id: 'longest', title: 'Longest', explanation: 'Time of the longest run' },
  {
    id: 'size',
    title: 'Grid, block',
    explanation: 'Blocks of the grid and threads of a block, of the longest run; … where others differ',
  },
  { id: 'registers', title: 'Regs', explanation: 'Registers of a thread' },
  { id: 'shared', title: 'Shared', explanation: 'Shared memory of a block, static and dynamic' },
  {
    id: 'short',
    title: 'Short',
    explanation: 'Share of the runs that took less time than the call which launched them',
  },
  { id: 'site', title: 'Launched at', explanation: 'The line that launched most of its time' },
];
/** Only where there are several. */
const DEVICE: Column<KernelColumn> = {
  id: 'device',
  title: 'Device',
  explanation: 'The device that it ran on',
};
const FIGURES = '128px 64px 70px 72px minmax(96px, 130px) 48px 72px 56px minmax(200px, 1fr)';
const NAME = 'minmax(200px, 1fr)';

/** Kernels of the selection: a row a kernel and device. */
export function createKernels(view: ViewContext): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile } = view;
  const { tables } = profile.recording;
  const { work } = profile.devices;
  const several = profile.devices.streams.filter((its) => its.length > 0).length > 1;
  const functionOf = functionByName(profile);
  const nameOf = ({ name }: KernelTotals): string => tables.strings.value[name] as string;
  const figures = figuresOf(profile);
  let whole = 0;
  return createListing<KernelTotals, KernelColumn>(view, {
    label: 'Kernels',
    id: 'kernel',
    className: 'kernels',
    noun: 'kernels',
    columns: several ? [...COLUMNS.slice(0, 1), DEVICE, ...COLUMNS.slice(1)] : COLUMNS,
    widths: { template: `${NAME} ${several ? '72px ' : ''}${FIGURES}`, least: several ? 1110 : 1038 },
    sorting: { by: 'time', descending: true },
    none: {
      found: 'No kernel in this selection matches the search.',
      seen: 'No kernel ran in this selection.',
    },
    inFlame: { metric: 'gpu', zoom: 0 },
    rows: (selection) => kernelTotals(tables, work, profile.siteOf, selection),
    onRows: (rows) => {
      whole = rows.reduce((sum, { time }) => sum + time, 0);
    },
    functionOf: (its) => functionOf(nameOf(its)),
    textOf: (its) => `${nameOf(its)} ${siteName(profile, its.site)} ${deviceTitle(profile, its.unit)}`,
    comparing: (sorting) => comparing(profile, figures, nameOf, sorting),
    show: (its) => {
      const site = siteName(profile, its.site);
      const registers = figures.registers(its);
      const shared = figures.shared(its);
      const short = figures.short(its);
      const size = sizeOf(profile, its);
      return {
        name: visible(shortKernelName(nameOf(its))) || 'unnamed kernel',
        detail: '',
        cells: [
          ...(several ? [cell(deviceTitle(profile, its.unit))] : []),
          timeCell(its.time, whole),
          cell(count(its.count)),
          cell(duration(its.time / its.count)),
          cell(duration(its.longest)),
          h('div', { role: 'gridcell', class: 'size' }, h('span', {}, size === '' ? '–' : size)),
          cell(registers > 0 ? count(registers) : '–'),
          cell(shared > 0 ? bytes(shared) : '–'),
          h(
            'div',
            { role: 'gridcell', class: short >= MANY_SHORT ? 'failing' : '' },
            h('span', {}, short < 0 ? '–' : percent(short)),
          ),
          siteCell(site, its),
        ],
        more: [
          visible(nameOf(its)),
          site === '' ? 'Where it was launched is not known.' : `launched at ${site}`,
        ],
      };
    },
  });
}

/** Share of runs from which on their launches cost more than they are worth. */
const MANY_SHORT = 0.5;

/** A time with its share of all as a bar. */
export function timeCell(time: number, whole: number): HTMLElement {
  const share = whole > 0 ? time / whole : 0;
  const bar = h('i', { class: 'bar' });
  bar.style.width = `${Math.min(100, share * 100)}%`;
  return h(
    'div',
    { role: 'gridcell', class: 'on-device' },
    bar,
    h('span', {}, duration(time)),
    h('span', { class: 'share' }, percent(share)),
  );
}

function siteCell(site: string, { siteShare }: KernelTotals): HTMLElement {
  const share = site !== '' && siteShare < 0.995 ? percent(siteShare) : '';
  return h(
    'div',
    { role: 'gridcell', class: 'holder' },
    h('bdi', {}, site === '' ? 'not known' : site),
    h('span', { class: 'share' }, share),
  );
}

function sizeOf({ recording: { tables } }: Profile, { longestRow: row, variesInSize }: KernelTotals): string {
  const { gridX, gridY, gridZ, blockX, blockY, blockZ } = tables.kernels;
  const trimmed = (words: string): string => words.replace(/( × 1)+$/, '');
  const grid = trimmed(sizeWords(gridX[row] as number, gridY[row] as number, gridZ[row] as number));
  const block = trimmed(sizeWords(blockX[row] as number, blockY[row] as number, blockZ[row] as number));
  if (grid === '' && block === '') return '';
  return `${grid || '?'}, ${block || '?'}${variesInSize ? ' …' : ''}`;
}

interface Figures {
  readonly registers: (its: KernelTotals) => number;
  readonly shared: (its: KernelTotals) => number;
  readonly size: (its: KernelTotals) => number;
  /** -1 when unknown. */
  readonly short: (its: KernelTotals) => number;
}

function figuresOf({ recording: { tables } }: Profile): Figures {
  const { kernels } = tables;
  const product = (...sizes: (number | undefined)[]): number =>
    sizes.reduce<number>((all, size) => all * (size || 1), 1);
  return {
    registers: ({ longestRow: row }) => kernels.registers[row] as number,
    shared: ({ longestRow: row }) =>
      (kernels.staticShared[row] as number) + (kernels.dynamicShared[row] as number),
    size: ({ longestRow: row }) =>
      product(
        ...[kernels.gridX[row], kernels.gridY[row], kernels.gridZ[row]],
        ...[kernels.blockX[row], kernels.blockY[row], kernels.blockZ[row]],
      ),
    short: ({ launches, shorterThanLaunch }) => (launches > 0 ? shorterThanLaunch / launches : -1),
  };
}

/** The number of a kernel among the functions, by its name; -1 for none. */
function functionByName({ functions, devices }: Profile): (name: string) => number {
  const known = new Map<string, number>();
  for (let id = devices.calls.firstFunction; id < functions.count; id++)
    known.set(functions.name[id] as string, id);
  return (name) => known.get(name) ?? -1;
}

function comparing(
  profile: Profile,
  figures: Figures,
  nameOf: (its: KernelTotals) => string,
  { by, descending }: Sorting<KernelColumn>,
): (a: KernelTotals, b: KernelTotals) => number {
  const sign = descending ? -1 : 1;
  const { compare } = new Intl.Collator('en', { numeric: true });
  if (by === 'name')
    return (a, b) =>
      sign * compare(shortKernelName(nameOf(a)), shortKernelName(nameOf(b))) || b.time - a.time;
  if (by === 'site') return (a, b) => sign * compare(siteName(profile, a.site), siteName(profile, b.site));
  const value = (its: KernelTotals): number => {
    if (by === 'device') return its.unit;
    if (by === 'mean') return its.time / its.count;
    if (by === 'time' || by === 'count' || by === 'longest') return its[by];
    return figures[by](its);
  };
  return (a, b) => sign * (value(a) - value(b)) || b.time - a.time;
}
