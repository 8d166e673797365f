import { compact, span } from '../figures.ts';
import type { Line, Look } from '../line.ts';
import { type LockWait, MOST_LANES } from '../locks.ts';
import { type Column, figure, fitTable, type Table, tableHeading, tableRow } from './table.ts';

/** Columns from which on there is room for the longest wait. */
const WIDE = 100;

/** The name of a lane; null when it is known no more. */
export type LaneName = (lane: number) => string | null;

export function lockTable(laneName: LaneName, width: number): Table<LockWait> {
  const figures = [
    figure<LockWait>('waited', 6, 0, ({ waited }) => span(waited)),
    figure<LockWait>('times', 6, 0, ({ times }) => compact(times)),
    width >= WIDE ? figure<LockWait>('longest', 7, 0, ({ longest }) => span(longest)) : null,
  ];
  // Both sides of a wait are a lane, a function and a place.
  const taken = figures.reduce((sum, each) => sum + (each ? each.cells + 2 : 0), 2 + 2);
  const side = Math.floor((width - taken) / 2);
  const holder: Column<LockWait> = {
    title: 'held by',
    cells: side,
    spare: 0,
    side: 'left',
    draw: (line, { holder: held, holders, others }, cells) => {
      if (held === undefined && holders.size === 0)
        line.text(others ? '' : 'not seen', line.look.palette.dim, cells);
      else drawSide(line, holders, held, laneName, cells);
    },
  };
  return fitTable<LockWait>([...figures, holder], Math.min(side, 20), side, width);
}

export const lockHeading = (table: Table<LockWait>, width: number, look: Look): string =>
  tableHeading('waits for locks', table, width, look);

export function lockRow(
  wait: LockWait,
  laneName: LaneName,
  table: Table<LockWait>,
  width: number,
  look: Look,
): string {
  const name = (line: Line, cells: number): void => {
    if (wait.others) line.text('elsewhere', look.palette.dim, cells);
    else drawSide(line, wait.lanes, wait.waiter, laneName, cells);
  };
  return tableRow(wait, table, false, name, width, look);
}

/** `worker 2 in Progress.update  train.py:57`; the place gives way first, then the end of the function. */
function drawSide(
  line: Line,
  lanes: LockWait['lanes'],
  called: LockWait['waiter'],
  laneName: LaneName,
  cells: number,
): void {
  const { palette } = line.look;
  const end = line.column + cells;
  const who = laneNames(lanes, laneName);
  if (who !== '')
    line
      .text(who, palette.dim, Math.floor(cells / 2))
      .text(called ? ' in ' : '', palette.dim, end - line.column);
  if (!called) return;
  line.text(called.name, '', end - line.column);
  const room = end - line.column - 2;
  if (room >= called.place.length) {
    line.skip(2).text(called.place, called.origin === 'own' ? palette.accent : palette.dim, room);
  }
}

function laneNames(lanes: ReadonlySet<number>, laneName: LaneName): string {
  if (lanes.size > 1) return `${lanes.size}${lanes.size < MOST_LANES ? '' : ' or more'} lanes`;
  const [only] = lanes;
  if (only === undefined) return '';
  return laneName(only) ?? 'an ended lane';
}
