import type { OperatorTotals } from '../../analyzer/analysis/operatorTotals.ts';
import { type Site, UNKNOWN_SITE } from '../../analyzer/analysis/sites.ts';
import type { ViewContext } from '../context.ts';
import { timeCell } from '../devices/kernels.ts';
import { h } from '../dom/element.ts';
import type { Column, Sorting } from '../dom/grid.ts';
import { count, duration, percent, visible } from '../format.ts';
import { cell, createListing } from '../listing.ts';
import type { Profile } from '../profile.ts';
import { siteName } from '../tasks/names.ts';

type OperatorColumn = 'name' | 'self' | 'total' | 'count' | 'mean' | 'longest' | 'lanes' | 'site';

const COLUMNS: readonly Column<OperatorColumn>[] = [
  { id: 'name', title: 'Operator', explanation: 'What the framework calls it; backward: run by autograd' },
  {
    id: 'self',
    title: 'Self',
    explanation: 'Time without the operators that it called, and its share of that of all',
  },
  { id: 'total', title: 'Total', explanation: 'Time with the operators that it called' },
  { id: 'count', title: 'Runs', explanation: 'How often it ran' },
  { id: 'mean', title: 'Mean', explanation: 'Time of a run with what it called, mean' },
  { id: 'longest', title: 'Longest', explanation: 'Time of the longest run with what it called' },
  { id: 'lanes', title: 'Lanes', explanation: 'How many threads ran it' },
  {
    id: 'site',
    title: 'Mostly for',
    explanation:
      'The line that most of its time was seen to run for, a backward operator for that of its forward one',
  },
];
const WIDTHS = {
  template: 'minmax(220px, 1fr) 128px 76px 72px 70px 72px 56px minmax(200px, 1fr)',
  least: 900,
};

/** Operators of a framework in the selection, a row a name: those that begin in it. */
export function createOperators(view: ViewContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { profile } = view;
  let whole = 0;
  return createListing<OperatorTotals, OperatorColumn>(view, {
    label: 'Operators',
    id: 'operator',
    className: 'operators',
    noun: 'operators',
    columns: COLUMNS,
    widths: WIDTHS,
    sorting: { by: 'self', descending: true },
    none: {
      found: 'No operator in this selection matches the search.',
      seen: 'No operator began in this selection.',
    },
    rows: (selection) => profile.operatorsIn(selection),
    onRows: (rows) => {
      whole = rows.reduce((sum, { self }) => sum + self, 0);
    },
    functionOf: (its) => siteOf(its).function,
    textOf: (its) => `${its.name} ${its.kind} ${siteName(profile, siteOf(its))}`,
    comparing: (sorting) => comparing(profile, sorting),
    show: (its) => {
      const site = siteName(profile, siteOf(its));
      return {
        name: visible(its.name),
        detail: its.kind === 'forward' ? '' : its.kind,
        cells: [
          timeCell(its.self, whole),
          cell(duration(its.total)),
          cell(count(its.count)),
          cell(duration(its.total / its.count)),
          cell(duration(its.longest)),
          cell(count(its.lanes.size)),
          h(
            'div',
            { role: 'gridcell', class: 'holder' },
            h('bdi', {}, site === '' ? 'not seen' : site),
            h('span', { class: 'share' }, shareOf(its)),
          ),
        ],
        more: [site === '' ? 'No sample tells which line it ran for.' : `mostly for ${site}`],
      };
    },
  });
}

const siteOf = ({ sites: [first] }: OperatorTotals): Site => first ?? UNKNOWN_SITE;

/** Of the time that is known of, where the first line has not all of it. */
function shareOf({ sites }: OperatorTotals): string {
  const known = sites.reduce((sum, { time }) => sum + time, 0);
  const share = known > 0 ? (sites[0]?.time ?? 0) / known : 1;
  return share < 0.995 ? percent(share) : '';
}

function comparing(
  profile: Profile,
  { by, descending }: Sorting<OperatorColumn>,
): (a: OperatorTotals, b: OperatorTotals) => number {
  const sign = descending ? -1 : 1;
  const { compare } = new Intl.Collator('en', { numeric: true });
  if (by === 'name') return (a, b) => sign * compare(a.name, b.name) || b.self - a.self;
  if (by === 'site')
    return (a, b) =>
      sign * compare(siteName(profile, siteOf(a)), siteName(profile, siteOf(b))) || b.self - a.self;
  const value = (its: OperatorTotals): number => {
    if (by === 'mean') return its.total / its.count;
    return by === 'lanes' ? its.lanes.size : its[by];
  };
  return (a, b) => sign * (value(a) - value(b)) || b.self - a.self;
}
