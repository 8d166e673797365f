import type { ViewContext } from '../context.ts';
import { deviceWord, functionLabel } from '../devices/names.ts';
import { h, setText } from '../dom/element.ts';
import { createGrid, type Column as GridColumn, type GridRow, nameCell, saySorting } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { foundFunctions } from '../flame/found.ts';
import { count, counted, duration, percent, place, visible } from '../format.ts';
import { samplesSelected } from '../state/samples.ts';
import { matcherOf } from '../state/search.ts';
import { type Column, type FunctionFigures, functionFigures, type Sorting, sortedFunctions } from './rows.ts';
import { tierCell, tierWords } from './tiers.ts';

const FIGURES: readonly GridColumn<Column>[] = [
  { id: 'name', title: 'Function', explanation: 'Name of the function and where it is defined' },
  { id: 'selfCpu', title: 'Self CPU', explanation: 'CPU time in the function itself' },
  {
    id: 'totalCpu',
    title: 'Total CPU',
    explanation: 'CPU time in the function and in all that it calls',
  },
  {
    id: 'selfWall',
    title: 'Self wall',
    explanation: 'Time that passed in the function itself, waiting included',
  },
  {
    id: 'totalWall',
    title: 'Total wall',
    explanation: 'Time that passed in the function and in all that it calls, waiting included',
  },
];

/** In place of times, of recordings that have none. */
const COUNTS: readonly GridColumn<Column>[] = [
  { id: 'selfWall', title: 'Self samples', explanation: 'How often the function itself was counted' },
  {
    id: 'totalWall',
    title: 'Total samples',
    explanation: 'How often the function was counted with all that it calls',
  },
];

/** Only of recordings with kernels. */
const GPU: GridColumn<Column> = {
  id: 'totalGpu',
  title: 'GPU',
  explanation: 'Time of the kernels that the function, or what it called, launched; of a kernel its own time',
};

/** Only of recordings that hold V8's ticks. */
const TIER: GridColumn<Column> = {
  id: 'tier',
  title: 'V8 ran',
  explanation:
    "What ran when V8 looked, over the whole run of the selected lanes: tiers of the function's own code, or what it called. Sorts by optimised code",
};

/** The functions of what is selected. */
export function createFunctions(
  view: ViewContext,
  showInFlame: (id: number) => void,
): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile, store, announce } = view;
  const { functions, homes } = profile;
  const hasTiers = profile.recording.tables.functionTiers.length > 0;
  const hasGpu = profile.recording.tables.kernels.length > 0;
  const counts = profile.recording.meta.mode === 'samples';
  const { hasCpu } = profile.trace;
  const times = FIGURES.filter(({ id }) => hasCpu || (id !== 'selfCpu' && id !== 'totalCpu'));
  const shown = counts ? count : duration;
  const columns = [
    ...(counts ? [...FIGURES.slice(0, 1), ...COUNTS] : times),
    ...(hasGpu ? [{ ...GPU, title: deviceWord(profile) === 'GPU' ? 'GPU' : 'Device' }] : []),
    ...(hasTiers ? [TIER] : []),
  ];
  const empty = h('p', { class: 'empty', hidden: true });

  let sorting: Sorting = { by: hasCpu ? 'selfCpu' : 'selfWall', descending: true };
  let figures: FunctionFigures | null = null;
  let rows: number[] = [];
  let isShown = false;
  let stale = true;

  const rowOf = (index: number): GridRow => {
    const id = rows[index] as number;
    const { figures: of, cpu, wall, gpu, tiers } = figures as FunctionFigures;
    const home = homes[id];
    const ticks = tiers.ofFunction.get(id);
    const words = tierWords(ticks);
    const source =
      visible(place(functions.file[id] as string, functions.line[id] as number)) || (home?.module ?? '');
    return {
      cells: [
        nameCell(home?.origin ?? 'native', functionLabel(profile, id), source),
        ...(hasCpu
          ? [
              figure(of.selfCpu[id] as number, cpu, 'cpu', shown),
              figure(of.totalCpu[id] as number, cpu, 'cpu', shown),
            ]
          : []),
        figure(of.selfWall[id] as number, wall, 'wall', shown),
        figure(of.totalWall[id] as number, wall, 'wall', shown),
        ...(hasGpu ? [figure(of.totalGpu[id] as number, gpu, 'on-device', shown)] : []),
        ...(hasTiers ? [tierCell(ticks)] : []),
      ],
      selected: id === store.get().picked,
      title: `${visible(`${functions.name[id]}\n${functions.file[id]}`)}${words && `\n${words}`}`,
    };
  };
  const grid = createGrid<Column>({
    label: 'Functions',
    id: 'function',
    columns,
    sorting,
    row: rowOf,
    onSort: (chosen) => {
      sorting = chosen;
      sort();
      announce(saySorting(columns, sorting));
    },
    onPick: (index) => {
      const id = rows[index] as number;
      store.set({ picked: store.get().picked === id ? -1 : id });
    },
    onEnter: (index) => showInFlame(rows[index] as number),
  });
  const element = h(
    'div',
    {
      class: `functions${hasCpu ? '' : ' without-cpu'}${hasTiers ? ' tiered' : ''}${hasGpu ? ' with-gpu' : ''}`,
    },
    grid.element,
    empty,
  );

  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    figures = functionFigures(profile, samplesSelected(profile, store.get()));
    sort();
  };
  const sort = (): void => {
    if (!figures) return;
    const finds = matcherOf(store.get().search);
    rows = sortedFunctions(profile, figures, finds && foundFunctions(functions, finds), sorting);
    empty.hidden = rows.length > 0;
    setText(
      empty,
      finds ? 'No function in this selection matches the search.' : 'No function was seen in this selection.',
    );
    grid.show(rows.length, rows.indexOf(store.get().picked));
  };
  const settled = settling(weigh);
  store.on(['range', 'lanes', 'group'], settled);
  store.on(['search'], () => {
    grid.toTop();
    sort();
    if (store.get().search !== '' && isShown) announce(`${counted(rows.length, 'function')} found.`);
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

/** Time, share, and the share as a bar. */
function figure(
  value: number,
  whole: number,
  kind: 'cpu' | 'wall' | 'on-device',
  words: (value: number) => string,
): HTMLElement {
  const share = whole > 0 ? value / whole : 0;
  const bar = h('i', { class: 'bar' });
  bar.style.width = `${Math.min(100, share * 100)}%`;
  return h(
    'div',
    { role: 'gridcell', class: kind },
    bar,
    h('span', {}, value > 0 ? words(value) : '–'),
    h('span', { class: 'share' }, value > 0 ? percent(share) : ''),
  );
}
