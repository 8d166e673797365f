import type { HotFunction } from './calls.ts';
import { Line, type Look, rule } from './line.ts';
import type { LogView } from './log.ts';
import type { LaneView, LiveSnapshot } from './model.ts';
import { boxRow, flameRow, layoutFlame } from './rows/flame.ts';
import { footerRow } from './rows/footer.ts';
import { functionColumns, functionHeading, functionRow } from './rows/functions.ts';
import { searchRow, tabsRow, titleRow, warningRow } from './rows/header.ts';
import { keysRows } from './rows/keys.ts';
import { laneColumns, laneHeading, laneRow, legendRow, moreRow } from './rows/lanes.ts';
import { logHeading, logRows } from './rows/log.ts';
import { machineRow } from './rows/machine.ts';
import type { LiveStatus } from './run.ts';
import { shareRows } from './shareRows.ts';
import type { Box, Scene, UiState } from './ui.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Everything a frame is drawn from. */
export interface FrameInput {
  readonly command: readonly string[];
  readonly status: LiveStatus;
  readonly snapshot: LiveSnapshot;
  readonly log: LogView;
  /** Lines of output since the user last saw the log. */
  readonly newLines: number;
  readonly ui: UiState;
}

export interface Frame {
  /** Exactly as many as the screen has. */
  readonly rows: readonly string[];
  readonly scene: Scene;
}

export const LEAST_COLUMNS = 60;
export const LEAST_ROWS = 15;
/** From here on sections are set apart by rules. */
const ROOMY_ROWS = 20;
/** A rule, a heading, and some lines of output. */
const LEAST_TAIL_ROWS = 5;

export function drawFrame(input: FrameInput, size: Size, look: Look): Frame {
  const { columns, rows } = size;
  if (columns < LEAST_COLUMNS || rows < LEAST_ROWS) return tooSmall(input, size, look);
  const page = new Page(input, size, look);
  page.add(titleRow(input.command, input.status, columns, look));
  page.add(tabsRow(input.ui.view, input.status, columns, look));
  if (input.status.warnings.length > 0) page.add(warningRow(input.status.warnings, columns, look));
  page.rule();
  if (input.ui.keys) {
    for (const row of keysRows(input.status.warnings, page.room, columns, look)) page.add(row);
  } else if (input.ui.view === 'overview') page.overview();
  else if (input.ui.view === 'functions') page.functions(page.room, true);
  else if (input.ui.view === 'flame') page.flameView();
  else if (input.ui.view === 'lanes') page.lanesView();
  else page.log();
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

function emptyScene({ snapshot, log }: FrameInput): Scene {
  return {
    lanes: snapshot.lanes.map((lane) => lane.id),
    functions: [],
    flame: [],
    heaviest: (called) => snapshot.calls.heaviest(called, snapshot.weights),
    logLines: log.lines.length,
    logTotal: log.total,
    page: 10,
  };
}

/** Share of all CPU time below which a lane that has ended is only counted: a shell starts dozens of them. */
const LITTLE = 0.01;

const isOver = (lane: LaneView, { calls }: LiveSnapshot): boolean =>
  lane.activity === 'ended' && lane.times.running < LITTLE * calls.whole;

/** A screen while it is filled from the top. */
class Page {
  private readonly rows: string[] = [];
  private scene: Scene;
  private readonly input: FrameInput;
  private readonly size: Size;
  private readonly look: Look;
  private readonly wanted: string;

  constructor(input: FrameInput, size: Size, look: Look) {
    this.input = input;
    this.size = size;
    this.look = look;
    this.scene = emptyScene(input);
    this.wanted = input.ui.search.toLowerCase();
  }

  /** Rows that are left above the footer. */
  get room(): number {
    return this.size.rows - 1 - this.rows.length;
  }

  add(row: string): void {
    this.rows.push(row);
  }

  rule(): void {
    this.add(rule(this.size.columns, this.look));
  }

  overview(): void {
    const { snapshot } = this.input;
    const { columns, rows } = this.size;
    const roomy = rows >= ROOMY_ROWS;
    const machine = snapshot.machine.cores.length + snapshot.machine.figures.length > 0 ? 1 : 0;
    const shown = snapshot.lanes.filter((lane) => lane.id === this.input.ui.lane || !isOver(lane, snapshot));
    const lanes = shown.length + (shown.length < snapshot.lanes.length || snapshot.forgotten > 0 ? 1 : 0);
    const { calls, weights } = snapshot;
    const hot = weights.hot.findIndex((each) => each.self === 0);
    const depth = roomy ? layoutFlame(calls, weights, 0, columns - 1, rows, true).length : 0;
    const [laneRows = 0, functionRows = 0, flameRows = 0] = shareRows(
      this.room - 2 - machine - (roomy ? 2 : 0),
      [
        { least: 3, most: Math.max(3, lanes), weight: 5 },
        { least: 2, most: Math.max(3, hot < 0 ? weights.hot.length : hot), weight: 3 },
        { least: roomy ? 3 : 0, most: depth, weight: 4 },
      ],
    );
    const widths = laneColumns(shown, columns, false);
    this.add(laneHeading(widths, columns, this.look));
    this.lanes(shown, laneRows, widths);
    if (machine) this.add(machineRow(snapshot.machine, widths.name, columns, this.look));
    if (roomy) this.rule();
    this.functions(functionRows + 1, false);
    this.scene = { ...this.scene, lanes: shown.map((lane) => lane.id), page: laneRows };
    if (flameRows === 0) return;
    this.rule();
    this.flame(flameRows, null);
    this.logTail();
  }

  /** The newest output, where there is room that nothing else needs. */
  private logTail(): void {
    const { log } = this.input;
    const { columns } = this.size;
    if (this.room < LEAST_TAIL_ROWS || log.lines.length === 0) return;
    this.rule();
    this.add(logHeading(log, 0, columns, this.look));
    for (const row of logRows(log, 0, this.input.ui.search, this.room, columns, this.look)) this.add(row);
  }

  lanesView(): void {
    const { snapshot } = this.input;
    const { columns } = this.size;
    const widths = laneColumns(snapshot.lanes, columns, true);
    const machine = snapshot.machine.cores.length + snapshot.machine.figures.length > 0;
    this.add(laneHeading(widths, columns, this.look));
    const room = this.room - 1 - (machine ? 1 : 0);
    this.scene = { ...this.scene, page: room };
    this.lanes(snapshot.lanes, room, widths);
    if (machine) this.add(machineRow(snapshot.machine, widths.name, columns, this.look));
    this.add(legendRow(columns, this.look));
  }

  private lanes(lanes: readonly LaneView[], rows: number, widths: ReturnType<typeof laneColumns>): void {
    const { snapshot, ui } = this.input;
    const { columns } = this.size;
    const { forgotten, now } = snapshot;
    const overflow = lanes.length > rows || lanes.length < snapshot.lanes.length || forgotten > 0;
    const room = overflow ? rows - 1 : rows;
    const chosen = lanes.findIndex((lane) => lane.id === ui.lane);
    const first = Math.max(0, Math.min(lanes.length - room, chosen - room + 1));
    const shown = lanes.slice(first, first + room);
    for (const lane of shown) {
      const found = this.wanted !== '' && `${lane.name} ${lane.doing}`.toLowerCase().includes(this.wanted);
      this.add(laneRow(lane, widths, lane.id === ui.lane, found, now, columns, this.look));
    }
    if (overflow) {
      const hidden = snapshot.lanes.filter((lane) => !shown.includes(lane));
      this.add(moreRow(hidden, forgotten, columns, this.look));
    }
    for (let i = shown.length + (overflow ? 1 : 0); i < rows; i++) this.blank();
  }

  /** The heading and the hottest functions; `whole`: as a view of its own, with a choice in it. */
  functions(rows: number, whole: boolean): void {
    const { snapshot, ui } = this.input;
    const { columns } = this.size;
    const { weights } = snapshot;
    const widths = functionColumns(columns);
    const filter = whole && this.wanted !== '';
    const hot = filter ? weights.hot.filter((each) => this.matches(each)) : weights.hot;
    const lane = snapshot.lanes.find((each) => each.id === ui.lane);
    const title = lane ? `hot in ${lane.name}` : 'hot functions';
    this.add(functionHeading(title, widths, columns, this.look));
    const room = rows - 1;
    const chosen = whole ? hot.findIndex((each) => each.id === ui.called) : -1;
    const first = Math.max(0, Math.min(hot.length - room, chosen - room + 1));
    for (let i = first; i < first + room; i++) {
      const each = hot[i];
      if (!each) {
        if (i === 0) this.say(filter ? 'No function matches the search.' : 'No CPU time has been seen yet.');
        else this.blank();
        continue;
      }
      const found = this.wanted !== '' && this.matches(each);
      const row = functionRow(each, weights.whole, widths, whole && i === chosen, found, columns, this.look);
      this.add(row);
    }
    if (whole) this.scene = { ...this.scene, functions: hot.map((each) => each.id), page: room };
  }

  flameView(): void {
    const { snapshot, ui } = this.input;
    const boxes = this.flame(this.room - 1, ui.box);
    const focus = boxes.some((row) => row.some((box) => box.node === ui.box)) ? ui.box : ui.zoom;
    while (this.room > 1) this.blank();
    this.add(boxRow(focus, snapshot.calls, snapshot.weights, this.size.columns, this.look));
    this.scene = { ...this.scene, flame: boxes };
  }

  private flame(rows: number, focus: number | null): Box[][] {
    const { snapshot, ui } = this.input;
    const { columns } = this.size;
    const { calls, weights } = snapshot;
    const lane = snapshot.lanes.find((each) => each.id === ui.lane);
    const folded = focus === null;
    const boxes = layoutFlame(calls, weights, folded ? 0 : ui.zoom, columns - 1, rows, folded);
    const matches =
      this.wanted === ''
        ? null
        : (id: number): boolean => (calls.functions[id]?.name ?? '').toLowerCase().includes(this.wanted);
    for (let depth = 0; depth < rows; depth++) {
      const row = boxes[depth];
      if (!row) this.blank();
      else
        this.add(
          flameRow(row, calls, weights, lane?.name ?? 'all lanes', focus, matches, columns, this.look),
        );
    }
    return boxes;
  }

  log(): void {
    const { log, ui } = this.input;
    const { columns } = this.size;
    this.add(logHeading(log, ui.scroll, columns, this.look));
    const room = this.room;
    this.scene = { ...this.scene, page: room };
    for (const row of logRows(log, ui.scroll, ui.search, room, columns, this.look)) this.add(row);
  }

  finish(): Frame {
    while (this.room > 0) this.blank();
    this.rows.length = this.size.rows - 1;
    const { ui, status, newLines } = this.input;
    const { columns } = this.size;
    this.add(
      ui.typing || ui.search !== ''
        ? searchRow(ui.search, ui.typing, this.found(), columns, this.look)
        : footerRow(ui.view, newLines, status.phase !== 'recording', columns, this.look),
    );
    return { rows: this.rows, scene: this.scene };
  }

  private found(): { functions: number; share: number } | null {
    if (this.wanted === '' || this.input.ui.view === 'log') return null;
    const { hot, whole } = this.input.snapshot.weights;
    const found = hot.filter((each) => this.matches(each));
    const self = found.reduce((sum, each) => sum + each.self, 0);
    return { functions: found.length, share: whole > 0 ? self / whole : 0 };
  }

  private matches({ called }: HotFunction): boolean {
    return `${called.name} ${called.place}`.toLowerCase().includes(this.wanted);
  }

  private blank(): void {
    this.add(new Line(this.size.columns, this.look).end());
  }

  private say(text: string): void {
    this.add(new Line(this.size.columns, this.look).skip(1).text(text, this.look.palette.dim).end());
  }
}
