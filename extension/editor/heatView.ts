import * as vscode from 'vscode';
import type { Code } from './code.ts';
import { hotLines } from './heat.ts';
import { HeatDecorations } from './heatDecorations.ts';

/** Line heat in every editor that is seen. Off by the setting `perfscope.heat`. */
export function registerHeat(code: Code): vscode.Disposable {
  const decorations = new HeatDecorations();
  const paint = async (editor: vscode.TextEditor): Promise<void> => {
    const found = isOn() ? await code.of(editor.document) : null;
    // Another look may have begun meanwhile, and comes to the same.
    decorations.paint(editor, found ? hotLines(found.file.lines, found.figures.times) : []);
  };
  const paintAll = (): void => {
    for (const editor of vscode.window.visibleTextEditors) void paint(editor);
  };
  const toggle = async (): Promise<void> => {
    await vscode.workspace.getConfiguration('perfscope').update('heat', !isOn(), target());
    if (isOn() && !code.figures) await code.show();
  };
  let turn: Promise<void> = Promise.resolve();
  paintAll();
  return vscode.Disposable.from(
    decorations,
    code.onChange((uri) => {
      for (const editor of vscode.window.visibleTextEditors) {
        if (uri && String(editor.document.uri) !== String(uri)) continue;
        // At once: what is edited is no longer what ran, and reading the file takes a moment.
        if (editor.document.isDirty) decorations.clear(editor);
        void paint(editor);
      }
    }),
    vscode.window.onDidChangeVisibleTextEditors(paintAll),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('perfscope.heat')) paintAll();
    }),
    vscode.commands.registerCommand('perfscope.toggleHeat', () => {
      // A setting is written in the background: the second of two quick toggles is to see the first.
      turn = turn.then(toggle, toggle);
      return turn;
    }),
  );
}

const isOn = (): boolean => vscode.workspace.getConfiguration('perfscope').get('heat', true);

/** Where the setting is set already; else for the user, whose taste it is. */
function target(): vscode.ConfigurationTarget {
  const at = vscode.workspace.getConfiguration('perfscope').inspect('heat');
  return at?.workspaceValue === undefined
    ? vscode.ConfigurationTarget.Global
    : vscode.ConfigurationTarget.Workspace;
}
