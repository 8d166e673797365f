import * as vscode from 'vscode';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { ShownRecording, ShownRecordings } from '../recordings/shown.ts';
import { isSource, matchOfFile } from './documents.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { FileTimes } from './lineTimes.ts';
import type { Match } from './matching.ts';

/** What a document has of the recording in front. */
export interface DocumentFigures {
  readonly figures: Figures;
  readonly file: FileTimes;
}

/**
 * The recording in front as the code sees it, and which documents are files of it. A document that was edited is none any more,
 * until it is again what ran.
 */
export class Code {
  private readonly changes = new vscode.EventEmitter<vscode.Uri | null>();
  private readonly parts: vscode.Disposable[];
  private readonly matches = new Map<string, Promise<Match>>();
  private readonly settled = new Map<string, Match>();
  private front: ShownRecording | null = null;
  private known: Figures | null = null;

  /** A document has other figures; null: all may have. */
  readonly onChange = this.changes.event;

  constructor(private readonly shown: ShownRecordings) {
    this.parts = [
      this.changes,
      shown.onChange(() => void this.take()),
      // Without changes of its text, too: then it was saved, or taken back to what is saved.
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.forget(document.uri)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => this.forget(uri)),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        this.matches.delete(String(uri));
        this.settled.delete(String(uri));
      }),
    ];
    void this.take();
  }

  get figures(): Figures | null {
    return this.known;
  }

  /** The recording that the figures are of. */
  get recording(): ShownRecording | null {
    return this.known ? this.front : null;
  }

  /** Takes all figures away until another recording comes to the front, or `show` asks for them again. */
  clear(): void {
    this.set(null);
  }

  async show(): Promise<void> {
    await this.take();
  }

  /** Figures of a document; null where it is no file of the recording, or no longer. */
  async of(document: vscode.TextDocument): Promise<DocumentFigures | null> {
    const figures = this.known;
    if (!figures || document.isDirty || !isSource(document.uri)) return null;
    const match = await this.matchOf(document.uri, figures);
    if (match.is !== 'same' || document.isDirty || this.known !== figures) return null;
    const file = figures.times.files.get(match.file.name);
    return file ? { figures, file } : null;
  }

  /** Whether a document is a file of the recording that has changed since, as far as that is known. */
  isChanged(document: vscode.TextDocument): boolean {
    const match = this.settled.get(String(document.uri));
    return match?.is === 'changed' || (match?.is === 'same' && document.isDirty);
  }

  dispose(): void {
    for (const part of this.parts) part.dispose();
  }

  private matchOf(uri: vscode.Uri, { files, ended }: Figures): Promise<Match> {
    const key = String(uri);
    const asked = this.matches.get(key);
    if (asked) return asked;
    const match = matchOfFile(uri, files, ended);
    this.matches.set(key, match);
    void match.then((found) => {
      if (this.matches.get(key) === match) this.settled.set(key, found);
    });
    return match;
  }

  private forget(uri: vscode.Uri): void {
    if (!isSource(uri)) return;
    // What it was is kept as what it is said to be, until it is looked at again.
    this.matches.delete(String(uri));
    if (this.known) this.changes.fire(uri);
  }

  private async take(): Promise<void> {
    const front = this.shown.front();
    this.front = front;
    if (!front) return this.set(null);
    try {
      const [recording, advice] = await Promise.all([front.recording(), front.advice()]);
      if (this.front !== front) return;
      this.set(figuresOf(front.uri.path.replace(/^.*\//s, ''), new Trace(recording), advice));
    } catch {
      // The panel says why it cannot be shown.
      if (this.front === front) this.set(null);
    }
  }

  private set(figures: Figures | null): void {
    if (figures === null && this.known === null) return;
    this.known = figures;
    this.matches.clear();
    this.settled.clear();
    void vscode.commands.executeCommand('setContext', 'perfscope.hasFigures', figures !== null);
    this.changes.fire(null);
  }
}
