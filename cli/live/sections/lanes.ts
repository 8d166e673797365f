import type { LaneView, LiveSnapshot } from '../model.ts';
import type { Page } from '../page.ts';
import { type laneColumns, laneRow, moreRow } from '../rows/lanes.ts';
import { machineRow } from '../rows/machine.ts';

/** Share of all CPU time below which a lane that has ended is only counted: a shell starts dozens of them. */
const LITTLE = 0.01;

export const isOver = (lane: LaneView, { calls }: LiveSnapshot): boolean =>
  lane.activity === 'ended' && lane.times.running < LITTLE * calls.whole;

/** Exactly `rows` rows of lanes, the chosen one among them; the last counts those that are not shown. */
export function addLanes(
  page: Page,
  lanes: readonly LaneView[],
  rows: number,
  widths: ReturnType<typeof laneColumns>,
): void {
  const { snapshot, ui } = page.input;
  const { columns } = page.size;
  const { forgotten, now } = snapshot;
  const overflow = lanes.length > rows || lanes.length < snapshot.lanes.length || forgotten > 0;
  const room = overflow ? rows - 1 : rows;
  const chosen = lanes.findIndex((lane) => lane.id === ui.lane);
  const first = Math.max(0, Math.min(lanes.length - room, chosen - room + 1));
  const shown = lanes.slice(first, first + room);
  for (const lane of shown) {
    const found = page.matches(`${lane.name} ${lane.doing} ${lane.task}`);
    page.add(laneRow(lane, widths, lane.id === ui.lane, found, now, columns, page.look));
  }
  if (overflow) {
    const hidden = snapshot.lanes.filter((lane) => !shown.includes(lane));
    page.add(moreRow(hidden, forgotten, columns, page.look));
  }
  for (let i = shown.length + (overflow ? 1 : 0); i < rows; i++) page.blank();
}

/** Rows that the machine takes: none while nothing is known of it. */
export const machineRows = ({ machine }: LiveSnapshot): number =>
  machine.cores.length + machine.figures.length > 0 ? 1 : 0;

export function addMachine(page: Page, name: number): void {
  const { snapshot } = page.input;
  if (machineRows(snapshot) > 0) page.add(machineRow(snapshot.machine, name, page.size.columns, page.look));
}
