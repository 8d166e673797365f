import { queueWait, runTime } from '../../analyzer/analysis/taskTimes.ts';
import type { ViewContext } from '../context.ts';
import { h } from '../dom/element.ts';
import { type Column, createGrid, type Grid, nameCell } from '../dom/grid.ts';
import { bytes, duration } from '../format.ts';
import { laneName } from '../timeline/rows.ts';
import { widthsOf } from './columns.ts';
import type { TaskFigure } from './figures.ts';
import { definedAt, exceptionName, taskName } from './names.ts';
import { selectingTask, showing } from './selection.ts';

type LongestColumn = 'name' | 'run' | 'at' | 'wait' | 'out' | 'back' | 'raised';

const COLUMNS: readonly Column<LongestColumn>[] = [
  {
    id: 'name',
    title: 'Longest tasks',
    explanation: 'The tasks that ran longest, and the lane that ran each',
  },
  { id: 'run', title: 'Run', explanation: 'Time in the task' },
  { id: 'at', title: 'Start', explanation: 'When it began, from the start of the run' },
  { id: 'wait', title: 'Queue', explanation: 'Time from submitting it to a worker taking it' },
  { id: 'out', title: 'Sent', explanation: 'Serialised arguments' },
  { id: 'back', title: 'Back', explanation: 'Serialised result' },
  { id: 'raised', title: 'Raised', explanation: 'Type of the exception that ended it' },
];

/** A column that is left out where the figure tells nothing about the recording. */
const TOLD_BY: Partial<Readonly<Record<LongestColumn, TaskFigure>>> = {
  out: 'out',
  back: 'back',
  raised: 'exceptions',
};
const FIGURE_WIDTH = 76;
const RAISED_WIDTH = 150;

/** The longest tasks, each of which can be gone to. `telling`: the figures that tell something about the recording. */
export function createLongest(
  { profile, store, announce }: ViewContext,
  telling: readonly TaskFigure[],
): {
  readonly element: HTMLElement;
  readonly show: (tasks: readonly number[]) => void;
  readonly draw: () => void;
} {
  const { tasks } = profile.recording.tables;
  const columns = COLUMNS.filter(({ id }) => {
    const figure = TOLD_BY[id];
    return figure === undefined || telling.includes(figure);
  });
  let rows: readonly number[] = [];
  const goTo = (index: number): void => {
    const task = rows[index] as number;
    const selecting = selectingTask(profile, task);
    if (!selecting?.range) return;
    store.set({ ...selecting, view: showing(store.get().view, selecting.range, profile.bounds) });
    announce(`Selected the task and its lane, ${laneName(profile, tasks.lane[task] as number)}.`);
  };
  const grid: Grid = createGrid<LongestColumn>({
    label: 'Longest tasks',
    id: 'longest-task',
    columns,
    widths: widthsOf(columns.slice(1).map(({ id }) => (id === 'raised' ? RAISED_WIDTH : FIGURE_WIDTH))),
    sorting: null,
    onPick: goTo,
    onEnter: goTo,
    row: (index) => {
      const task = rows[index] as number;
      const group = profile.groups.ofTask[task] as number;
      const called = profile.groups.function[group] as number;
      const lane = tasks.lane[task] as number;
      const start = tasks.start[task] as number;
      const wait = queueWait(tasks, task);
      const amount = (value: number): string => (value < 0 ? '–' : bytes(value));
      const name = taskName(profile, called);
      const cells: Readonly<Record<LongestColumn, () => HTMLElement>> = {
        name: () =>
          nameCell(
            profile.homes[called]?.origin ?? 'native',
            name,
            lane < 0 ? '' : `on ${laneName(profile, lane)}`,
          ),
        run: () => cell(duration(runTime(tasks, task))),
        at: () => cell(start < 0 ? '–' : duration(start - profile.bounds.from)),
        wait: () => cell(wait < 0 ? '–' : duration(wait)),
        out: () => cell(amount(tasks.bytesOut[task] as number)),
        back: () => cell(amount(tasks.bytesBack[task] as number)),
        raised: () => cell(exceptionName(profile, task), 'raised'),
      };
      return {
        cells: columns.map(({ id }) => cells[id]()),
        selected: store.get().task === task,
        title: `${name}\n${definedAt(profile, called)}`,
      };
    },
  });
  return {
    element: grid.element,
    show: (longest) => {
      rows = longest;
      grid.show(rows.length, rows.indexOf(store.get().task));
    },
    draw: grid.draw,
  };
}

const cell = (text: string, className = ''): HTMLElement =>
  h('div', { role: 'gridcell', class: className }, h('span', {}, text));
