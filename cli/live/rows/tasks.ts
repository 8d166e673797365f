import type { LiveCalls } from '../calls.ts';
import { compact, percent, span, volume } from '../figures.ts';
import type { Line, Look } from '../line.ts';
import { OTHERS } from '../poolSite.ts';
import type { TaskView } from '../pools.ts';
import type { Mean } from '../tasks.ts';
import { meanSpan, troubles } from './pools.ts';
import { type Column, figure, fitTable, type Table, tableHeading, tableRow } from './table.ts';

const WIDE = 110;
/** Columns from which on a title says that volumes are of one task. */
const WIDER = 150;
const LEAST_NAME = 16;
const MOST_NAME = 40;
const MOST_PLACE = 24;

/** Bytes of one task; empty where nothing is serialised, or nobody saw how much. */
const meanVolume = (mean: Mean): string => (mean.value === null || mean.sum === 0 ? '' : volume(mean.value));

/** Calls in a task; a broken number where chunks differ. */
const chunkOf = (mean: Mean): string => (mean.value === null ? '' : compact(mean.value));

export function taskTable(tasks: readonly TaskView[], calls: LiveCalls, width: number): Table<TaskView> {
  const wide = width >= WIDE;
  const any = (has: (task: TaskView) => boolean): boolean => tasks.some(has);
  const several = new Set(tasks.map(({ pool }) => pool.id)).size > 1;
  const isSerialised = any(({ figures }) => figures.bytesOut.sum + figures.bytesBack.sum > 0);
  const looked = any(({ figures }) => figures.repeated.value !== null);
  const chunked = any(({ figures }) => (figures.items.value ?? 1) > 1);
  const failures = troubles('failed', tasks, ({ figures }: TaskView) => figures.failed);
  return fitTable<TaskView>(
    [
      placeColumn(tasks, calls),
      several ? poolColumn(width >= WIDER ? 20 : wide ? 12 : 8) : null,
      figure('tasks', 6, 0, ({ figures }) => compact(figures.done)),
      chunked ? figure('calls', 5, 5, ({ figures }) => chunkOf(figures.items)) : null,
      figure(wide ? 'mean run' : 'run', wide ? 8 : 6, 0, ({ figures }) => meanSpan(figures.run)),
      figure('longest', 7, 0, ({ figures }) => (figures.longest > 0 ? span(figures.longest) : '')),
      figure(wide ? 'in queue' : 'queue', wide ? 8 : 6, 0, ({ figures }) => meanSpan(figures.queueWait)),
      wide && any(({ figures }) => figures.wayBack.value !== null)
        ? figure('way back', 8, 7, ({ figures }) => meanSpan(figures.wayBack))
        : null,
      wide && isSerialised ? figure('serialise', 9, 6, serialisingOf) : null,
      isSerialised ? eachColumn(width, 'out', ({ figures }) => figures.bytesOut) : null,
      isSerialised ? eachColumn(width, 'back', ({ figures }) => figures.bytesBack) : null,
      looked ? figure(wide ? 'repeated' : 'repeat', wide ? 8 : 6, 0, repeatedOf) : null,
      failures,
      troubles('lost', tasks, ({ figures }: TaskView) => figures.lost),
      failures && wide ? exceptionColumn(calls) : null,
    ],
    LEAST_NAME,
    MOST_NAME,
    width,
  );
}

/** Volume of one task, one way. */
function eachColumn(width: number, way: string, of: (task: TaskView) => Mean): Column<TaskView> {
  const title = width >= WIDER ? `${way} each` : way;
  return figure(title, Math.max(7, title.length), 2, (task) => meanVolume(of(task)));
}

function placeColumn(tasks: readonly TaskView[], calls: LiveCalls): Column<TaskView> {
  const longest = Math.max(10, ...tasks.map(({ called }) => calls.functions[called]?.place.length ?? 0));
  return {
    title: 'defined in',
    cells: Math.min(MOST_PLACE, longest),
    spare: 4,
    side: 'left',
    draw: (line, { called }, cells) => {
      const its = calls.functions[called];
      const { accent, dim } = line.look.palette;
      // The end of a path says more than its beginning.
      if (its) line.tail(its.place, cells, its.origin === 'own' ? accent : dim);
    },
  };
}

/** Empty where nothing is serialised. */
function serialisingOf({ figures: { serialising } }: TaskView): string {
  return serialising.sum > 0 ? meanSpan(serialising) : '';
}

function repeatedOf({ figures }: TaskView): string {
  const { value } = figures.repeated;
  return value === null ? '' : percent(value);
}

const poolColumn = (cells: number): Column<TaskView> => ({
  title: 'pool',
  cells,
  spare: 3,
  side: 'left',
  draw: (line, { pool }, room) => {
    line.ends(pool.kind.split('.').at(-1) || 'unknown', room, line.look.palette.dim);
  },
});

const exceptionColumn = (calls: LiveCalls): Column<TaskView> => ({
  title: 'latest',
  cells: 20,
  spare: 8,
  side: 'left',
  draw: (line, { figures }, room) => {
    if (figures.exception >= 0) line.text(calls.text(figures.exception), line.look.palette.warn, room);
  },
});

export const taskHeading = (table: Table<TaskView>, width: number, look: Look): string =>
  tableHeading('tasks', table, width, look);

/** What a search looks in. */
export function taskName({ called }: TaskView, calls: LiveCalls): string {
  if (called === OTHERS) return 'other functions';
  return calls.functions[called]?.name ?? 'unknown function';
}

export function taskRow(
  task: TaskView,
  calls: LiveCalls,
  table: Table<TaskView>,
  chosen: boolean,
  found: boolean,
  width: number,
  look: Look,
): string {
  const { palette } = look;
  const called = calls.functions[task.called];
  const own = called?.origin === 'own';
  const style = found ? palette.match : chosen ? palette.bold : own ? '' : palette.dim;
  const name = (line: Line, cells: number): void => {
    line.field(taskName(task, calls), cells, style);
  };
  return tableRow(task, table, chosen, name, width, look);
}
