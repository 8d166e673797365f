import { Line, type Look } from './line.ts';
import { emptyScene, type Frame, type FrameInput, Page, type Size } from './page.ts';
import { boxRow, layoutFlame } from './rows/flame.ts';
import { tabsRow, titleRow, warningRow } from './rows/header.ts';
import { keysRows } from './rows/keys.ts';
import { laneColumns, laneHeading, legendRow } from './rows/lanes.ts';
import { logHeading, logRows } from './rows/log.ts';
import { addDevices, deviceRows } from './sections/devices.ts';
import { addAllFindings, addLikely } from './sections/findings.ts';
import { addFlame } from './sections/flame.ts';
import { addFunctions } from './sections/functions.ts';
import { addLanes, addMachine, isOver, machineRows } from './sections/lanes.ts';
import {
  addExchange,
  addLocks,
  addMessages,
  addPools,
  addTasks,
  exchangeRows,
  locksAreHeavy,
  poolRows,
} from './sections/pools.ts';
import { shareRows } from './shareRows.ts';
import type { View } from './ui.ts';

export type { Frame, FrameInput, Size } from './page.ts';

export const LEAST_COLUMNS = 60;
export const LEAST_ROWS = 15;
/** From here on sections are set apart by rules. */
const ROOMY_ROWS = 20;
/** Rows from which on there is always room for a rule, a heading and one wait for a lock. */
const LOCKS_ROWS = 24;
const LEAST_LOCKS = 3;
/** Rows from which on there is room for pools, locks and a flame graph. */
const FLAME_ROWS = 30;
/** Lanes that have ended and have rows in the overview; a program that makes a pool after the other has dozens of them. */
const MOST_ENDED = 6;
/** Rows of devices and of what is copied, on a high screen and on a low one. */
const MOST_DEVICES = 8;
const LEAST_DEVICES = 3;
/** A rule, a heading, and some lines of output. */
const LEAST_TAIL_ROWS = 5;

const DRAW: Readonly<Record<View, (page: Page) => void>> = {
  overview,
  functions: (page) => addFunctions(page, page.room, true),
  flame: flameView,
  lanes: lanesView,
  pools: poolsView,
  log: logView,
  findings: addAllFindings,
};

export function drawFrame(input: FrameInput, size: Size, look: Look): Frame {
  const { columns, rows } = size;
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return tooSmall(input, size, look);
  const page = new Page(input, size, look);
  page.add(titleRow(input.command, input.status, columns, look));
  page.add(tabsRow(input.ui.view, input.findings.length, input.status, columns, look));
  if (input.status.warnings.length > 0) page.add(warningRow(input.status.warnings, columns, look));
  page.rule();
  if (input.ui.keys) {
    for (const row of keysRows(input.status.warnings, page.room, columns, look)) page.add(row);
  } else DRAW[input.ui.view](page);
  return page.finish();
}

function tooSmall(input: FrameInput, { columns, rows }: Size, look: Look): Frame {
  const drawn: string[] = [];
  const say = (text: string): number => drawn.push(new Line(columns, look).text(text).end());
  say(`perfscope ${input.status.phase}`);
  say(`needs ${LEAST_COLUMNS} x ${LEAST_ROWS}, has ${columns} x ${rows}`);
  say('q stops and writes');
  while (drawn.length < rows) drawn.push(new Line(columns, look).end());
  return { rows: drawn.slice(0, rows), scene: emptyScene(input) };
}

function overview(page: Page): void {
  const { snapshot, ui } = page.input;
  const { columns, rows } = page.size;
  const roomy = rows >= ROOMY_ROWS;
  addLikely(page, roomy);
  let ended = 0;
  const shown = snapshot.lanes.filter(
    (lane) =>
      lane.id === ui.lane ||
      (!isOver(lane, snapshot) && (lane.activity !== 'ended' || ++ended <= MOST_ENDED)),
  );
  const lanes = shown.length + (shown.length < snapshot.lanes.length || snapshot.forgotten > 0 ? 1 : 0);
  const { calls, weights } = snapshot;
  const hot = weights.hot.findIndex((each) => each.self === 0);
  const pools = poolRows(snapshot);
  const exchange = exchangeRows(snapshot);
  const itsLeast = rows >= LOCKS_ROWS && locksAreHeavy(snapshot) ? LEAST_LOCKS : 0;
  // The flame graph has a view of its own, and says least in few rows.
  const flame = roomy && !(rows < FLAME_ROWS && pools > 0 && itsLeast > 0);
  const depth = flame ? layoutFlame(calls, weights, 0, columns - 1, rows, true).length : 0;
  const headings = 2 + (pools > 0 ? 1 : 0);
  const rules = (roomy ? headings : 0) - (roomy && !flame ? 1 : 0);
  // Devices have few rows, and say what the lanes wait for.
  const devices = Math.min(deviceRows(snapshot), rows >= FLAME_ROWS ? MOST_DEVICES : LEAST_DEVICES);
  const room = page.room - headings - rules - machineRows(snapshot) - devices - itsLeast;
  const given = shareRows(room, [
    { least: 3, most: Math.max(3, lanes), weight: 5 },
    { least: Math.min(1, pools), most: pools, weight: 3 },
    { least: 2, most: Math.max(3, hot < 0 ? weights.hot.length : hot), weight: 3 },
    { least: flame ? 3 : 0, most: depth, weight: 4 },
  ]);
  const [laneRows = 0, itsPools = 0, functionRows = 0, flameRows = 0] = given;
  const unused = itsLeast + room - given.reduce((sum, rows) => sum + rows, 0);
  const widths = laneColumns(shown, columns, false);
  page.add(laneHeading(widths, columns, page.look));
  addLanes(page, shown, laneRows, widths);
  addDevices(page, devices, widths);
  addMachine(page, widths.name);
  if (itsPools > 0) {
    if (roomy) page.rule();
    addPools(page, itsPools);
  }
  if (exchange > 0 && unused > exchange) {
    page.rule();
    addExchange(page);
  } else if (itsLeast > 0) {
    page.rule();
    addLocks(page, Math.max(1, Math.min(unused - 2, snapshot.lockWaits.length)));
  }
  if (roomy) page.rule();
  addFunctions(page, functionRows + 1, false);
  page.scene = { ...page.scene, lanes: shown.map((lane) => lane.id), page: laneRows };
  if (flameRows === 0) return;
  page.rule();
  addFlame(page, flameRows, null);
  logTail(page);
}

/** The newest output, where there is room that nothing else needs. */
function logTail(page: Page): void {
  const { log, ui } = page.input;
  const { columns } = page.size;
  if (page.room < LEAST_TAIL_ROWS || log.lines.length === 0) return;
  page.rule();
  page.add(logHeading(log, 0, columns, page.look));
  for (const row of logRows(log, 0, ui.search, page.room, columns, page.look)) page.add(row);
}

function lanesView(page: Page): void {
  const { snapshot } = page.input;
  const { columns } = page.size;
  const widths = laneColumns(snapshot.lanes, columns, true);
  page.add(laneHeading(widths, columns, page.look));
  const devices = Math.min(deviceRows(snapshot), Math.floor(page.room / 3));
  const room = page.room - 1 - machineRows(snapshot) - devices;
  page.scene = { ...page.scene, page: room };
  addLanes(page, snapshot.lanes, room, widths);
  addDevices(page, devices, widths);
  addMachine(page, widths.name);
  page.add(legendRow(columns, page.look));
}

/** Pools, what they are given to do, and what their workers wait for among each other. */
function poolsView(page: Page): void {
  const { snapshot } = page.input;
  const pools = poolRows(snapshot);
  const locks = snapshot.lockWaits.length;
  if (pools + locks === 0 && snapshot.messages === null) {
    page.say('No pool of workers, no message, no wait for a lock so far.');
    return;
  }
  const messages = snapshot.messages ? 2 : 0;
  const [itsPools = 0, tasks = 0, itsLocks = 0] = shareRows(
    page.room - messages - (pools > 0 ? 3 : 0) - (locks > 0 ? 2 : 0),
    [
      { least: Math.min(1, pools), most: pools, weight: 3 },
      {
        least: Math.min(1, pools),
        most: Math.max(Math.min(1, pools), snapshot.pools.tasks.length),
        weight: 4,
      },
      { least: Math.min(1, locks), most: locks, weight: 3 },
    ],
  );
  if (pools > 0) {
    addPools(page, itsPools);
    page.rule();
    addTasks(page, tasks);
  }
  if (messages > 0) {
    if (pools > 0) page.rule();
    addMessages(page);
  }
  if (locks > 0) {
    if (pools + messages > 0) page.rule();
    addLocks(page, itsLocks);
  }
}

function flameView(page: Page): void {
  const { snapshot, ui } = page.input;
  const boxes = addFlame(page, page.room - 1, ui.box);
  const focus = boxes.some((row) => row.some((box) => box.node === ui.box)) ? ui.box : ui.zoom;
  while (page.room > 1) page.blank();
  page.add(boxRow(focus, snapshot.calls, snapshot.weights, page.size.columns, page.look));
  page.scene = { ...page.scene, flame: boxes };
}

function logView(page: Page): void {
  const { log, ui } = page.input;
  const { columns } = page.size;
  page.add(logHeading(log, ui.scroll, columns, page.look));
  const { room } = page;
  page.scene = { ...page.scene, page: room };
  for (const row of logRows(log, ui.scroll, ui.search, room, columns, page.look)) page.add(row);
}
