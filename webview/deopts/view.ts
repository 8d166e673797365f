import { type DeoptGroup, deoptGroups } from '../../analyzer/analysis/deopts.ts';
import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import { type Column, createGrid, nameCell, type Sorting, saySorting } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { count, counted, duration, place, visible } from '../format.ts';
import type { Profile } from '../profile.ts';
import { matcherOf } from '../state/search.ts';
import { selectionOf } from '../state/viewState.ts';
import { definedAt, taskName } from '../tasks/names.ts';

type DeoptColumn = 'name' | 'count' | 'lanes' | 'last' | 'kind' | 'reason' | 'place';

const COLUMNS: readonly Column<DeoptColumn>[] = [
  { id: 'name', title: 'Function', explanation: 'The function whose optimised code V8 gave up' },
  { id: 'count', title: 'Times', explanation: 'How often' },
  { id: 'lanes', title: 'Lanes', explanation: 'In how many threads' },
  { id: 'last', title: 'Last', explanation: 'When it happened last, from the start of the run' },
  {
    id: 'kind',
    title: 'Kind',
    explanation: 'eager: at once, what the code met was not as it was; lazy: when it was come back to',
  },
  { id: 'reason', title: 'Reason', explanation: "What V8 says was not as the code supposed, in V8's words" },
  {
    id: 'place',
    title: 'At',
    explanation: 'The line that could not go on, which may be of an inlined function',
  },
];

/** Optimised code that V8 gave up: one row for each function, place and reason. */
export function createDeopts(view: ViewContext): {
  element: HTMLElement;
  active: (shown: boolean) => void;
} {
  const { profile, store, announce } = view;
  const { recording, functions } = profile;
  const { tables, meta } = recording;
  const empty = h('p', { class: 'empty', hidden: true });
  let sorting: Sorting<DeoptColumn> = { by: 'count', descending: true };
  let groups: DeoptGroup[] = [];
  let rows: DeoptGroup[] = [];
  let isShown = false;
  let stale = true;
  const pick = (index: number): void => {
    const { function: called } = rows[index] as DeoptGroup;
    if (called >= 0) store.set({ picked: store.get().picked === called ? -1 : called });
  };
  const grid = createGrid<DeoptColumn>({
    label: 'Deoptimisations',
    id: 'deopt',
    columns: COLUMNS,
    sorting,
    row: (index) => {
      const its = rows[index] as DeoptGroup;
      const { function: called, reason, kind } = its;
      const name = taskName(profile, called);
      return {
        cells: [
          nameCell(profile.homes[called]?.origin ?? 'native', name, definedAt(profile, called)),
          cell(count(its.count)),
          cell(count(its.lanes.size)),
          cell(duration(its.last - meta.clock.start)),
          words(kind),
          words(visible(reason)),
          words(placeOf(its)),
        ],
        selected: called >= 0 && called === store.get().picked,
        title: `${name}\n${kind}: ${visible(reason)}\n${visible(its.file)}:${its.line}`,
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
  const element = h('div', { class: 'deopts' }, grid.element, empty);

  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    groups = deoptGroups(tables, functions, selectionOf(store.get(), tables.lanes.length));
    sort();
  };
  const sort = (): void => {
    const finds = matcherOf(store.get().search);
    rows = groups.filter((its) => finds?.(textOf(profile, its)) !== false);
    rows.sort(comparing(profile, sorting));
    empty.hidden = rows.length > 0;
    grid.element.hidden = rows.length === 0;
    setText(
      empty,
      finds
        ? 'No deoptimisation in this selection matches the search.'
        : 'Nothing was deoptimised in this selection.',
    );
    grid.show(rows.length, 0);
  };
  store.on(['range', 'lanes'], settling(weigh));
  store.on(['search'], () => {
    if (!isShown) return;
    sort();
    if (store.get().search !== '') announce(`${counted(rows.length, 'row')} of deoptimisations found.`);
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
const words = (text: string): HTMLElement =>
  h('div', { role: 'gridcell', class: 'words' }, h('bdi', {}, text));

const placeOf = ({ file, line }: DeoptGroup): string => visible(place(file, line));

const textOf = (profile: Profile, its: DeoptGroup): string =>
  `${taskName(profile, its.function)} ${its.kind} ${its.reason} ${placeOf(its)}`;

function comparing(
  profile: Profile,
  { by, descending }: Sorting<DeoptColumn>,
): (a: DeoptGroup, b: DeoptGroup) => number {
  const sign = descending ? -1 : 1;
  const { compare } = new Intl.Collator('en', { numeric: true });
  if (by === 'name')
    return (a, b) => sign * compare(taskName(profile, a.function), taskName(profile, b.function));
  if (by === 'place') return (a, b) => sign * compare(placeOf(a), placeOf(b));
  if (by === 'kind' || by === 'reason') return (a, b) => sign * compare(a[by], b[by]);
  if (by === 'lanes') return (a, b) => sign * (a.lanes.size - b.lanes.size) || b.count - a.count;
  return (a, b) => sign * (a[by] - b[by]) || b.count - a.count;
}
