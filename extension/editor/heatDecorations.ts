import * as vscode from 'vscode';
import { type HotLine, LEVELS } from './heat.ts';

/** Paints hot lines: a colour for each level, and words behind the line. The kinds of decoration are made once. */
export class HeatDecorations {
  private readonly levels: readonly vscode.TextEditorDecorationType[];
  private readonly words: vscode.TextEditorDecorationType;

  constructor() {
    this.levels = Array.from({ length: LEVELS }, (_, level) =>
      vscode.window.createTextEditorDecorationType({
        isWholeLine: true,
        backgroundColor: new vscode.ThemeColor(`perfscope.heat${level + 1}`),
        borderStyle: 'solid',
        borderWidth: '0 0 0 3px',
        borderColor: new vscode.ThemeColor(`perfscope.heatEdge${level + 1}`),
        overviewRulerColor: new vscode.ThemeColor(`perfscope.heatEdge${level + 1}`),
        overviewRulerLane: vscode.OverviewRulerLane.Center,
        // What is typed at a hot line's end is not hot.
        rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
      }),
    );
    this.words = vscode.window.createTextEditorDecorationType({
      after: { color: new vscode.ThemeColor('perfscope.heatText'), margin: '0 0 0 3em' },
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  }

  paint(editor: vscode.TextEditor, lines: readonly HotLine[]): void {
    const { document } = editor;
    const there = lines.filter(({ line }) => line <= document.lineCount);
    this.levels.forEach((type, at) => {
      editor.setDecorations(
        type,
        there.filter(({ level }) => level === at).map(({ line }) => document.lineAt(line - 1).range),
      );
    });
    editor.setDecorations(
      this.words,
      there
        .filter(({ words }) => words !== '')
        .map(({ line, words }) => {
          const { end } = document.lineAt(line - 1).range;
          return {
            range: new vscode.Range(end, end),
            renderOptions: { after: { contentText: words } },
          };
        }),
    );
  }

  clear(editor: vscode.TextEditor): void {
    this.paint(editor, []);
  }

  dispose(): void {
    for (const type of [...this.levels, this.words]) type.dispose();
  }
}
