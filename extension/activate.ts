import * as vscode from 'vscode';
import type { Advisers } from './advice/source.ts';
import { registerAssistant } from './assistant/index.ts';
import { registerCompare } from './compare/index.ts';
import { registerCodeViews } from './editor/index.ts';
import { registerExport } from './export/html.ts';
import { registerRecordingEditors } from './recordings/editor.ts';
import { registerOpen } from './recordings/open.ts';
import { type ShownRecordings, shownRecordings } from './recordings/shown.ts';
import { registerTrees } from './trees/index.ts';

/** What the parts of the extension share. */
export interface House {
  readonly context: vscode.ExtensionContext;
  /** Recordings on screen. */
  readonly shown: ShownRecordings;
  readonly advisers: Advisers;
  /** What to change, of `advisers`. */
  readonly adviceOf: Advisers['advice'];
}

/** Everything that needs no process, and so works in a browser too. Nothing is read here: that is for the first use. */
export function activateEverywhere(context: vscode.ExtensionContext, advisers: Advisers): House {
  const shown = shownRecordings();
  context.subscriptions.push(shown);
  const house: House = { context, shown, advisers, adviceOf: advisers.advice };
  context.subscriptions.push(
    registerRecordingEditors(house),
    registerOpen(),
    registerExport(house),
    registerCompare(house),
    registerTrees(house),
    registerCodeViews(house),
    registerAssistant(house),
  );
  return house;
}

/** Several things to dispose of as one. */
export const together = (...parts: readonly vscode.Disposable[]): vscode.Disposable =>
  vscode.Disposable.from(...parts);
