import * as vscode from 'vscode';
import type { Code } from './code.ts';
import { globOf, linesOf, locate, matchOfFile } from './documents.ts';
import type { Figures } from './figures.ts';
import type { Loudness, Problem } from './problems.ts';
import { RULE_COMMAND } from './showing.ts';

const SEVERITIES: Readonly<Record<Loudness, vscode.DiagnosticSeverity>> = {
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
};

/** A finding in the list of problems, with what its actions need. */
export class FindingDiagnostic extends vscode.Diagnostic {
  constructor(
    readonly problem: Problem,
    range: vscode.Range,
  ) {
    super(range, problem.message, SEVERITIES[problem.loudness]);
    const page = encodeURIComponent(JSON.stringify([problem.rule]));
    this.source = 'perfscope';
    this.code = { value: problem.rule, target: vscode.Uri.parse(`command:${RULE_COMMAND}?${page}`) };
  }
}

/** Findings among the problems, at their lines, as long as those lines are what ran. */
export class ProblemList {
  private readonly collection = vscode.languages.createDiagnosticCollection('perfscope');
  private readonly places = new Map<string, vscode.Uri>();
  private readonly byUri = new Map<string, readonly FindingDiagnostic[]>();
  private readonly watchers: vscode.Disposable[] = [];
  private readonly parts: vscode.Disposable[];
  private figures: Figures | null = null;

  constructor(private readonly code: Code) {
    this.parts = [
      code.onChange((uri) => {
        if (uri) void this.again(uri);
        else void this.showAll();
      }),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('perfscope.problems')) void this.showAll();
      }),
    ];
    void this.showAll();
  }

  /** Those of a document that touch a range. */
  at(uri: vscode.Uri, range: vscode.Range): readonly FindingDiagnostic[] {
    return (this.byUri.get(String(uri)) ?? []).filter((each) => each.range.intersection(range));
  }

  dispose(): void {
    for (const part of [this.collection, ...this.watchers, ...this.parts]) part.dispose();
  }

  private async showAll(): Promise<void> {
    const { figures } = this.code;
    this.figures = figures;
    this.collection.clear();
    this.byUri.clear();
    this.places.clear();
    for (const watcher of this.watchers.splice(0)) watcher.dispose();
    if (!figures || !isOn()) return;
    const named = new Set(
      figures.problems.flatMap(({ file, related }) => [file, ...related.map((each) => each.file)]),
    );
    for (const file of figures.files) {
      if (!named.has(file.name)) continue;
      const uri = await locate(file, figures.ended);
      if (this.figures !== figures) return;
      if (uri) this.places.set(file.name, uri);
    }
    for (const [name, uri] of this.places) {
      if (!figures.problems.some(({ file }) => file === name)) continue;
      this.watch(uri);
      await this.show(figures, name, uri);
    }
  }

  /** A file was edited, written or taken back. */
  private async again(uri: vscode.Uri): Promise<void> {
    const { figures } = this;
    const found = [...this.places].find(([, place]) => String(place) === String(uri));
    if (figures && found) await this.show(figures, ...found);
  }

  private async show(figures: Figures, name: string, uri: vscode.Uri): Promise<void> {
    const file = figures.files.find((each) => each.name === name);
    const isEdited = (): boolean =>
      vscode.workspace.textDocuments.some((each) => each.isDirty && String(each.uri) === String(uri));
    if (isEdited()) return this.set(uri, []);
    const isSame = file && (await matchOfFile(uri, [file], figures.ended)).is === 'same';
    const lines = isSame ? await linesOf(uri) : [];
    if (this.figures !== figures) return;
    if (!isSame || isEdited() || !isOn()) return this.set(uri, []);
    this.set(
      uri,
      figures.problems
        .filter((problem) => problem.file === name && problem.line <= lines.length)
        .map((problem) => this.diagnosticOf(problem, lines[problem.line - 1] ?? '')),
    );
  }

  private set(uri: vscode.Uri, diagnostics: readonly FindingDiagnostic[]): void {
    this.byUri.set(String(uri), diagnostics);
    this.collection.set(uri, diagnostics);
  }

  private diagnosticOf(problem: Problem, text: string): FindingDiagnostic {
    const first = text.length - text.trimStart().length;
    const line = problem.line - 1;
    const diagnostic = new FindingDiagnostic(
      problem,
      new vscode.Range(line, first, line, Math.max(first, text.trimEnd().length)),
    );
    diagnostic.relatedInformation = problem.related.flatMap(({ file, line: at, words }) => {
      const uri = this.places.get(file);
      const position = new vscode.Position(Math.max(0, at - 1), 0);
      return uri ? [new vscode.DiagnosticRelatedInformation(new vscode.Location(uri, position), words)] : [];
    });
    return diagnostic;
  }

  /** A file that no editor holds may change as well. */
  private watch(uri: vscode.Uri): void {
    const folder = vscode.Uri.joinPath(uri, '..');
    const watcher = vscode.workspace.createFileSystemWatcher(
      new vscode.RelativePattern(folder, globOf(uri.path)),
    );
    const look = (): void => void this.again(uri);
    this.watchers.push(
      watcher,
      watcher.onDidChange(look),
      watcher.onDidDelete(look),
      watcher.onDidCreate(look),
    );
  }
}

const isOn = (): boolean => vscode.workspace.getConfiguration('perfscope').get('problems', true);
