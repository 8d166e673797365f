import type * as vscode from 'vscode';
import { activateEverywhere } from './activate.ts';
import { adviceHere } from './advice/here.ts';

/** The extension in a browser without a machine behind it: recordings open, nothing runs. */
export function activate(context: vscode.ExtensionContext): void {
  activateEverywhere(context, async (archive) => adviceHere(archive));
}
