import type * as vscode from 'vscode';
import { activateEverywhere } from './activate.ts';
import { adviceHere, comparisonHere } from './advice/here.ts';

/** The extension in a browser without a machine behind it: recordings open, nothing runs. */
export function activate(context: vscode.ExtensionContext): void {
  activateEverywhere(context, {
    advice: async (archive) => adviceHere(archive),
    comparison: async (before, after) => comparisonHere(before, after),
  });
}
