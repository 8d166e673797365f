import * as vscode from 'vscode';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { Code } from './code.ts';
import { whatIfAnswers } from './whatIfAnswers.ts';

export const WHAT_IF_COMMAND = 'perfscope.whatIf';

/** Lists what the recorded run would take if its pools were used otherwise. */
export const registerWhatIf = (code: Code): vscode.Disposable =>
  vscode.commands.registerCommand(WHAT_IF_COMMAND, async () => {
    const { recording } = code;
    if (!recording) return;
    const answers = whatIfAnswers(new Trace(await recording.recording()));
    if (answers.length === 0) {
      void vscode.window.showInformationMessage(
        'This recording has no pool of workers to ask what if about.',
      );
      return;
    }
    const items = answers.flatMap(({ pool, rows }): vscode.QuickPickItem[] => [
      { label: pool, kind: vscode.QuickPickItemKind.Separator },
      ...rows.map(({ wish, gain, detail }) => ({ label: wish, description: gain, detail })),
    ]);
    await vscode.window.showQuickPick(items, {
      title: 'What would the run take if ...',
      placeHolder: 'Predicted from a replay of the recorded tasks',
      matchOnDetail: true,
    });
  });
