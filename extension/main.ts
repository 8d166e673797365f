import * as vscode from 'vscode';
import { activateEverywhere } from './activate.ts';
import { advisersOnThreads } from './advice/fromThread.ts';
import { registerRecord } from './record/index.ts';
import { Runs } from './record/run.ts';
import { registerTasks } from './tasks/index.ts';

/** The extension where there are processes: on a desktop, or on the machine that the editor is connected to. */
export function activate(context: vscode.ExtensionContext): void {
  const thread = vscode.Uri.joinPath(context.extensionUri, 'dist', 'advice.cjs').fsPath;
  const house = activateEverywhere(context, advisersOnThreads(thread));
  const runs = new Runs();
  context.subscriptions.push(registerRecord(house, runs), registerTasks(house, runs));
}
