import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import type { Finding } from '../../analyzer/model/index.ts';
import { CertainFindings } from './certainFindings.ts';
import { drawFrame, type Frame, type Size } from './frame.ts';
import { ASCII } from './glyphs.ts';
import { press } from './keys.ts';
import type { Look } from './line.ts';
import { LiveLog } from './log.ts';
import { LiveModel } from './model.ts';
import { titleRow } from './rows/header.ts';
import type { LiveRun } from './run.ts';
import { type Effect, EMPTY_SCENE, INITIAL, type Key, type Scene, type UiState } from './ui.ts';

/** Joins a run, what is known about it, and what the user has chosen. Draws when asked; knows no terminal. */
export class LiveView {
  /** Whether something has come since the last frame. */
  dirty = true;
  private readonly run: LiveRun;
  private readonly model: LiveModel;
  private readonly log = new LiveLog();
  private readonly certain = new CertainFindings();
  private ui: UiState = INITIAL;
  private scene: Scene = EMPTY_SCENE;
  private look: Look;
  private seenLines = 0;

  constructor(run: LiveRun, look: Look) {
    this.run = run;
    this.model = new LiveModel(run.start);
    this.look = look;
  }

  take(batch: SessionBatch): void {
    this.model.take(batch, this.run.status().elapsedSeconds * 1e9);
    this.dirty = true;
  }

  output(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    this.log.write(chunk, stream);
    this.dirty = true;
  }

  found(findings: readonly Finding[]): void {
    this.certain.take(findings);
    this.dirty = true;
  }

  press(key: Key): Effect | undefined {
    const { ui, effect } = press(this.ui, key, this.scene);
    this.ui = ui;
    this.dirty = true;
    return effect;
  }

  /** The terminal draws blocks with two cells. */
  drawAscii(): void {
    this.look = { ...this.look, glyphs: ASCII };
    this.dirty = true;
  }

  frame(size: Size): Frame {
    const status = this.run.status();
    const log = this.log.view();
    // Who scrolls back keeps the place while lines come in.
    const came = log.total - this.scene.logTotal;
    if (this.ui.scroll > 0 && came > 0) this.ui = { ...this.ui, scroll: this.ui.scroll + came };
    if (this.ui.view === 'log') this.seenLines = log.total;
    const snapshot = this.model.snapshot(status.elapsedSeconds * 1e9, this.ui.lane);
    const newLines = log.total - this.seenLines;
    const { command } = this.run;
    const { findings } = this.certain;
    const input = { command, status, snapshot, log, newLines, findings, ui: this.ui };
    const frame = drawFrame(input, size, this.look);
    this.scene = frame.scene;
    this.dirty = false;
    return frame;
  }

  /** The top row as of now: the only one that changes without data. */
  title({ columns }: Size): string {
    return titleRow(this.run.command, this.run.status(), columns, this.look);
  }
}
