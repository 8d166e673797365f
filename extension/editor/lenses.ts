import * as vscode from 'vscode';
import type { Code } from './code.ts';
import { lensesOf } from './functionWords.ts';
import { SHOW_COMMAND } from './showing.ts';

/** What each function took, above it; a click shows it in the panel. Off by the setting `perfscope.codeLens`. */
export function registerLenses(code: Code): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changes.event,
    provideCodeLenses: async (document) => {
      if (!vscode.workspace.getConfiguration('perfscope').get('codeLens', true)) return [];
      const found = await code.of(document);
      if (!found) return [];
      const { figures, file } = found;
      return lensesOf(file, figures.times, figures.findingsAt, figures.recording)
        .filter(({ line }) => line <= document.lineCount)
        .map(({ line, title, tooltip, function: id }) => {
          const hash = id < 0 ? '' : `function=${id}`;
          return new vscode.CodeLens(document.lineAt(line - 1).range, {
            title,
            tooltip,
            command: SHOW_COMMAND,
            arguments: [hash],
          });
        });
    },
  };
  return vscode.Disposable.from(
    changes,
    code.onChange(() => changes.fire()),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('perfscope.codeLens')) changes.fire();
    }),
    vscode.languages.registerCodeLensProvider({ pattern: '**/*' }, provider),
  );
}
