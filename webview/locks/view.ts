import { type LockTotals, lockTotals } from '../../analyzer/analysis/locks.ts';
import { type Site, UNKNOWN_SITE } from '../../analyzer/analysis/sites.ts';
import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import { type Column, createGrid, nameCell, type Sorting, saySorting } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { count, counted, duration, percent } from '../format.ts';
import type { Profile } from '../profile.ts';
import { matcherOf } from '../state/search.ts';
import { selectionOf } from '../state/viewState.ts';
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
  const { profile, store, announce } = view;
  const { tables } = profile.recording;
  const empty = h('p', { class: 'empty', hidden: true });
  let sorting: Sorting<LockColumn> = { by: 'time', descending: true };
  let places: LockTotals[] = [];
  let rows: LockTotals[] = [];
  let isShown = false;
  let stale = true;
  const pick = (index: number): void => {
    const called = siteOf(rows[index] as LockTotals).function;
    if (called >= 0) store.set({ picked: store.get().picked === called ? -1 : called });
  };
  const grid = createGrid<LockColumn>({
    label: 'Locks',
    id: 'lock',
    columns: COLUMNS,
    sorting,
    row: (index) => {
      const its = rows[index] as LockTotals;
      const called = siteOf(its).function;
      const name = waiter(profile, its);
      const held = holder(profile, its);
      const { time: heldTime } = mostBy(its);
      return {
        cells: [
          nameCell(profile.homes[called]?.origin ?? 'native', name, `lock #${its.lock}`),
          cell(count(its.waits)),
          cell(count(its.lanes)),
          cell(duration(its.time)),
          cell(duration(its.longest)),
          h(
            'div',
            { role: 'gridcell', class: 'holder' },
            h('bdi', {}, held),
            h('span', { class: 'share' }, heldTime > 0 ? percent(heldTime / its.time) : ''),
          ),
        ],
        selected: called >= 0 && called === store.get().picked,
        title: `${name}\nlock #${its.lock}, held by ${held}`,
      };
    },
    onSort: (chosen) => {
      sorting = chosen;
      sort();
      announce(saySorting(COLUMNS, sorting));
    },
    onPick: pick,
    onEnter: (index) => {
      pick(index);
      store.set({ tab: 'flame' });
    },
  });
  const element = h('div', { class: 'locks' }, grid.element, empty);

  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    places = lockTotals(tables, profile.siteOf, selectionOf(store.get(), tables.lanes.length), 'place');
    sort();
  };
  const sort = (): void => {
    const finds = matcherOf(store.get().search);
    rows = places.filter(
      (its) => finds?.(`${waiter(profile, its)} ${holder(profile, its)} lock #${its.lock}`) !== false,
    );
    rows.sort(comparing(profile, sorting));
    empty.hidden = rows.length > 0;
    grid.element.hidden = rows.length === 0;
    setText(
      empty,
      finds
        ? 'No lock in this selection matches the search.'
        : 'Nothing waited for a lock in this selection.',
    );
    grid.show(rows.length, 0);
  };
  store.on(['range', 'lanes'], settling(weigh));
  store.on(['search'], () => {
    if (!isShown) return;
    sort();
    if (store.get().search !== '') announce(`${counted(rows.length, 'row')} of locks found.`);
  });
  store.on(['picked'], grid.draw);
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
      else if (shown) grid.draw();
    },
  };
}

const cell = (text: string): HTMLElement => h('div', { role: 'gridcell' }, h('span', {}, text));

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
