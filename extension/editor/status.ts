import * as vscode from 'vscode';
import { visible } from '../../webview/format.ts';
import type { Code } from './code.ts';
import { SHOW_COMMAND } from './showing.ts';

/** Says in the bar below what the figures of the code in front are of, and why a changed file has none. */
export function registerStatus(code: Code): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('perfscope.code', vscode.StatusBarAlignment.Right, 50);
  item.name = 'perfscope: figures in the code';
  let asked = 0;
  const show = async (): Promise<void> => {
    const mine = ++asked;
    const document = vscode.window.activeTextEditor?.document;
    const { figures } = code;
    if (!document || !figures) return item.hide();
    const found = await code.of(document);
    if (mine !== asked) return;
    if (found) {
      item.text = `$(flame) ${visible(figures.recording).replaceAll('$(', '$ (')}`;
      item.tooltip = 'Figures in this file are of this recording. Click to show it.';
      item.command = { title: 'Show', command: SHOW_COMMAND, arguments: [''] };
      item.show();
    } else if (code.isChanged(document)) {
      item.text = '$(flame) changed since';
      item.tooltip = `This file has changed since ${visible(figures.recording)} was recorded: its lines are not those that ran, so no figures are shown. Record again to see new ones.`;
      item.command = { title: 'Record', command: 'perfscope.recordFile' };
      item.show();
    } else item.hide();
  };
  void show();
  return vscode.Disposable.from(
    item,
    code.onChange(() => void show()),
    vscode.window.onDidChangeActiveTextEditor(() => void show()),
  );
}
