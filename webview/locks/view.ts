import { type LockTotals, lockTotals } from '../../analyzer/analysis/locks.ts';
import { type Site, UNKNOWN_SITE } from '../../analyzer/analysis/sites.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import type { Column, Sorting } from '../dom/grid.ts';
import { count, duration, percent } from '../format.ts';
import { cell, createListing } from '../listing.ts';
import type { Profile } from '../profile.ts';
import { siteName } from '../tasks/names.ts';
import { laneName } from '../timeline/rows.ts';

type LockColumn = 'name' | 'waits' | 'lanes' | 'time' | 'longest' | 'holder';

const COLUMNS: readonly Column<LockColumn>[] = [
  { id: 'name', title: 'Waits at, for', explanation: 'The line that waited, and the number of the lock' },
  { id: 'waits', title: 'Waits', explanation: 'How often a thread was seen to come and wait' },
  { id: 'lanes', title: 'Lanes', explanation: 'How many threads waited' },
  { id: 'time', title: 'Waited', explanation: 'Time of all waits together, inside the selection' },
  {
    id: 'longest',
    title: 'Longest',
    explanation: 'The longest wait, whole, whoever held the lock meanwhile',
  },
  { id: 'holder', title: 'Held most by', explanation: 'The line that held the lock for most of that time' },
];

/** Locks that threads waited for: one row a lock and place of waiting. */
export function createLocks(view: ViewContext): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile } = view;
  const { tables } = profile.recording;
  return createListing<LockTotals, LockColumn>(view, {
    label: 'Locks',
    id: 'lock',
    className: 'locks',
    noun: 'locks',
    columns: COLUMNS,
    sorting: { by: 'time', descending: true },
    none: {
      found: 'No lock in this selection matches the search.',
      seen: 'Nothing waited for a lock in this selection.',
    },
    rows: (selection) => lockTotals(tables, profile.siteOf, selection, 'place'),
    functionOf: (its) => siteOf(its).function,
    textOf: (its) => `${waiter(profile, its)} ${holder(profile, its)} lock #${its.lock}`,
    comparing: (sorting) => comparing(profile, sorting),
    show: (its) => {
      const held = holder(profile, its);
      const { time } = mostBy(its);
      return {
        name: waiter(profile, its),
        detail: `lock #${its.lock}`,
        cells: [
          cell(count(its.waits)),
          cell(count(its.lanes)),
          cell(duration(its.time)),
          cell(duration(its.longest)),
          h(
            'div',
            { role: 'gridcell', class: 'holder' },
            h('bdi', {}, held),
            h('span', { class: 'share' }, time > 0 ? percent(time / its.time) : ''),
          ),
        ],
        more: [`lock #${its.lock}, held by ${held}`],
      };
    },
  });
}

/** Totals of one place have one line that waited. */
const siteOf = ({ waiting }: LockTotals): Site => waiting[0] ?? UNKNOWN_SITE;

const waiter = (profile: Profile, its: LockTotals): string =>
  siteName(profile, siteOf(its)) || 'unknown place';

/** Who held the lock for most of the time: a line of code, or a lane whose code is not known. */
function mostBy({ holding, holders }: LockTotals): { site: Site | null; lane: number; time: number } {
  const [site] = holding;
  const [holder] = holders;
  if (site && site.function >= 0 && site.time >= (holder?.time ?? 0))
    return { site, lane: -1, time: site.time };
  return { site: null, lane: holder?.lane ?? -1, time: holder?.time ?? 0 };
}

function holder(profile: Profile, its: LockTotals): string {
  const { site, lane } = mostBy(its);
  if (site) return siteName(profile, site);
  return lane >= 0 ? laneName(profile, lane) : 'not seen';
}

function comparing(
  profile: Profile,
  { by, descending }: Sorting<LockColumn>,
): (a: LockTotals, b: LockTotals) => number {
  const sign = descending ? -1 : 1;
  const { compare } = new Intl.Collator('en', { numeric: true });
  if (by === 'name') return (a, b) => sign * compare(waiter(profile, a), waiter(profile, b));
  if (by === 'holder') return (a, b) => sign * compare(holder(profile, a), holder(profile, b));
  return (a, b) => sign * (a[by] - b[by]) || a.lock - b.lock;
}
