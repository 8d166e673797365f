import type { Finding } from '../../analyzer/model/index.ts';
import type { HotFunction } from './calls.ts';
import { Line, type Look, rule } from './line.ts';
import type { LogView } from './log.ts';
import type { LaneView, LiveSnapshot } from './model.ts';
import { footerRow } from './rows/footer.ts';
import { searchRow } from './rows/header.ts';
import type { LiveStatus } from './run.ts';
import type { Scene, UiState } from './ui.ts';

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
  /** What was found in two looks in a row, what gives most first. */
  readonly findings: readonly Finding[];
  readonly ui: UiState;
}

export interface Frame {
  /** Exactly as many as the screen has. */
  readonly rows: readonly string[];
  readonly scene: Scene;
}

export function emptyScene({ snapshot, log, findings }: FrameInput): Scene {
  return {
    lanes: snapshot.lanes.map((lane) => lane.id),
    functions: [],
    tasks: [],
    findings: findings.length,
    flame: [],
    heaviest: (called) => snapshot.calls.heaviest(called, snapshot.weights),
    logLines: log.lines.length,
    logTotal: log.total,
    page: 10,
  };
}

/** A screen while it is filled from the top, and what keys will move about in. */
export class Page {
  scene: Scene;
  readonly input: FrameInput;
  readonly size: Size;
  readonly look: Look;
  /** What is searched for, in lower case; empty for nothing. */
  readonly wanted: string;
  private readonly rows: string[] = [];
  private readonly foot: string[] = [];

  constructor(input: FrameInput, size: Size, look: Look) {
    this.input = input;
    this.size = size;
    this.look = look;
    this.scene = emptyScene(input);
    this.wanted = input.ui.search.toLowerCase();
  }

  /** Rows that are left above the footer. */
  get room(): number {
    return this.size.rows - 1 - this.foot.length - this.rows.length;
  }

  /** The lane whose functions and calls are shown; undefined for all. */
  get lane(): LaneView | undefined {
    const { snapshot, ui } = this.input;
    return snapshot.lanes.find((lane) => lane.id === ui.lane);
  }

  add(row: string): void {
    this.rows.push(row);
  }

  /** A row right above the footer, whatever comes before it. */
  addFoot(row: string): void {
    this.foot.push(row);
  }

  ruleAtFoot(): void {
    this.addFoot(rule(this.size.columns, this.look));
  }

  rule(): void {
    this.add(rule(this.size.columns, this.look));
  }

  blank(): void {
    this.add(new Line(this.size.columns, this.look).end());
  }

  say(text: string): void {
    this.add(new Line(this.size.columns, this.look).skip(1).text(text, this.look.palette.dim).end());
  }

  matches(text: string): boolean {
    return this.wanted !== '' && text.toLowerCase().includes(this.wanted);
  }

  matchesFunction({ called }: HotFunction): boolean {
    return this.matches(`${called.name} ${called.place}`);
  }

  finish(): Frame {
    while (this.room > 0) this.blank();
    this.rows.length = this.size.rows - 1 - this.foot.length;
    this.rows.push(...this.foot);
    const { ui, status, newLines, findings } = this.input;
    const { columns } = this.size;
    this.add(
      ui.typing || ui.search !== ''
        ? searchRow(ui.search, ui.typing, this.found(), columns, this.look)
        : footerRow(ui.view, newLines, findings.length, status.phase !== 'recording', columns, this.look),
    );
    return { rows: this.rows, scene: this.scene };
  }

  private found(): { functions: number; share: number } | null {
    if (this.wanted === '' || this.input.ui.view === 'log') return null;
    const { hot, whole } = this.input.snapshot.weights;
    const found = hot.filter((each) => this.matchesFunction(each));
    const self = found.reduce((sum, each) => sum + each.self, 0);
    return { functions: found.length, share: whole > 0 ? self / whole : 0 };
  }
}
