import { type DeoptGroup, deoptGroups } from '../../analyzer/analysis/deopts.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import type { Column, Sorting } from '../dom/grid.ts';
import { count, duration, place, visible } from '../format.ts';
import { cell, createListing } from '../listing.ts';
import type { Profile } from '../profile.ts';
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
  const { profile } = view;
  const { recording, functions } = profile;
  const { tables, meta } = recording;
  return createListing<DeoptGroup, DeoptColumn>(view, {
    label: 'Deoptimisations',
    id: 'deopt',
    className: 'deopts',
    noun: 'deoptimisations',
    columns: COLUMNS,
    sorting: { by: 'count', descending: true },
    none: {
      found: 'No deoptimisation in this selection matches the search.',
      seen: 'Nothing was deoptimised in this selection.',
    },
    rows: (selection) => deoptGroups(tables, functions, selection),
    functionOf: (its) => its.function,
    textOf: (its) => textOf(profile, its),
    comparing: (sorting) => comparing(profile, sorting),
    show: (its) => ({
      name: taskName(profile, its.function),
      detail: definedAt(profile, its.function),
      cells: [
        cell(count(its.count)),
        cell(count(its.lanes.size)),
        cell(duration(its.last - meta.clock.start)),
        words(its.kind),
        words(visible(its.reason)),
        words(placeOf(its)),
      ],
      more: [`${its.kind}: ${visible(its.reason)}`, `${visible(its.file)}:${its.line}`],
    }),
  });
}

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
