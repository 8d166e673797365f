import { longestTasks } from '../../analyzer/analysis/taskGroups.ts';
import { type TaskTotals, taskTotals } from '../../analyzer/analysis/tasks.ts';
import type { ViewContext } from '../context.ts';
import { h, setText } from '../dom/element.ts';
import { createGrid, nameCell, type Sorting, saySorting } from '../dom/grid.ts';
import { settling } from '../dom/settle.ts';
import { counted } from '../format.ts';
import { matcherOf } from '../state/search.ts';
import { selectionOf } from '../state/viewState.ts';
import { sortedTotals, TASK_COLUMNS, type TaskColumn, taskWidths, writeFigure } from './columns.ts';
import { figureOf, tellingFigures } from './figures.ts';
import { createLongest } from './longest.ts';
import { definedAt, groupName, placeDetail, placeName, taskName } from './names.ts';

/** As many as a reader goes through by hand. */
const MOST_LONGEST = 100;

/** What pools were given to do: a row a function and pool, and below it the longest tasks. */
export function createTasks(view: ViewContext): { element: HTMLElement; active: (shown: boolean) => void } {
  const { profile, store, announce } = view;
  const { tables } = profile.recording;
  const { groups } = profile;
  const telling = tellingFigures(tables.tasks);
  const columns = TASK_COLUMNS.filter(({ id }) => id === 'name' || telling.includes(id));
  const figures = columns.flatMap(({ id }) => (id === 'name' ? [] : [id]));
  const empty = h('p', { class: 'empty', hidden: true });
  const words = h('span', {});
  const showFlame = h('button', { class: 'quiet', type: 'button' }, 'Show it');
  const whole = h('span', { hidden: true }, WHOLE_TASKS);
  const note = h('p', { class: 'grid-note' }, words, showFlame, whole);
  let sorting: Sorting<TaskColumn> = { by: 'tasks', descending: true };
  let totals: readonly TaskTotals[] = [];
  let rows: TaskTotals[] = [];
  let isShown = false;
  let stale = true;

  const grid = createGrid<TaskColumn>({
    label: 'Tasks',
    id: 'task-group',
    columns,
    widths: taskWidths(columns),
    sorting,
    row: (index) => {
      const its = rows[index] as TaskTotals;
      const name = taskName(profile, its.function);
      const source = definedAt(profile, its.function);
      const pool = placeName(profile, its.pool);
      const where = [source, pool].filter((part) => part !== '').join(' · ');
      return {
        cells: [
          nameCell(profile.homes[its.function]?.origin ?? 'native', name, where),
          ...figures.map((figure) => {
            const fails = figure === 'exceptions' || figure === 'unended';
            const isBad = fails && figureOf(its, figure) > 0;
            return h(
              'div',
              { role: 'gridcell', class: isBad ? 'failing' : '' },
              h('span', {}, writeFigure(its, figure)),
            );
          }),
        ],
        selected: its.group === store.get().group,
        title: `${name}\n${source}\n${pool} · ${placeDetail(profile, its.pool)}`,
      };
    },
    onSort: (chosen) => {
      sorting = chosen;
      sort();
      announce(saySorting(columns, sorting));
    },
    onPick: (index) => {
      const { group } = rows[index] as TaskTotals;
      choose(store.get().group === group ? -1 : group);
    },
    onEnter: (index) => {
      choose((rows[index] as TaskTotals).group);
      // Where there is room for both, the flame graph is in sight already.
      if (!element.closest('.wide')) store.set({ tab: 'flame' });
    },
  });
  const longest = createLongest(view, telling);
  const element = h('div', { class: 'tasks' }, note, grid.element, longest.element, empty);
  showFlame.addEventListener('click', () => store.set({ tab: 'flame' }));

  /** Zooming out with it: the function that the flame graph was zoomed to may not be inside those tasks. */
  const choose = (group: number): void => {
    store.set({ group, zoom: 0 });
    announce(
      group < 0
        ? 'The flame graph shows all samples again.'
        : `The flame graph shows the samples inside ${groupName(profile, group)}, which stand out in the timeline.`,
    );
  };
  const selection = () => selectionOf(store.get(), tables.lanes.length);

  const weigh = (): void => {
    stale = !isShown;
    if (!isShown) return;
    totals = taskTotals(tables, profile.functions, selection(), groups);
    sort();
    list();
  };
  const sort = (): void => {
    const { search, group } = store.get();
    const finds = matcherOf(search);
    rows = sortedTotals(profile, totals, finds, sorting);
    const nothing = rows.length === 0;
    empty.hidden = !nothing;
    grid.element.hidden = nothing;
    longest.element.hidden = nothing;
    setText(empty, tables.tasks.length === 0 ? NO_TASKS : finds ? NOT_FOUND : NOT_SELECTED);
    grid.show(
      rows.length,
      rows.findIndex((its) => its.group === group),
    );
    explain();
  };
  const explain = (): void => {
    const { group, range, lanes } = store.get();
    const isPart = range !== null || lanes !== null;
    const inFlame =
      group < 0
        ? 'Pick a row: the flame graph then shows the samples inside its tasks.'
        : `The flame graph shows the samples inside ${groupName(profile, group)}.`;
    // Always a line, or the rows would move under the pointer that picks one.
    note.hidden = rows.length === 0;
    showFlame.hidden = group < 0;
    whole.hidden = !isPart;
    setText(words, inFlame);
  };
  const list = (): void => {
    const chosen = store.get().group;
    longest.show(longestTasks(tables.tasks, groups, selection(), chosen, MOST_LONGEST));
  };
  const settled = settling(weigh);
  store.on(['range', 'lanes'], settled);
  store.on(['search'], () => {
    if (!isShown) return;
    grid.toTop();
    sort();
    if (store.get().search !== '') announce(`${counted(rows.length, 'row')} of tasks found.`);
  });
  store.on(['group'], () => {
    if (!isShown) return;
    grid.draw();
    explain();
    list();
  });
  store.on(['task'], longest.draw);
  return {
    element,
    active: (shown) => {
      isShown = shown;
      if (shown && stale) weigh();
      else if (shown) {
        sort();
        list();
      }
    },
  };
}

const WHOLE_TASKS = 'Tasks that were with a worker in the selection count with their whole time.';
const NO_TASKS =
  'Pools were seen in this run, but no task of theirs: their tasks are recorded from inside Python.';
const NOT_FOUND = 'No task in this selection matches the search.';
const NOT_SELECTED = 'No task was with a worker in this selection.';
