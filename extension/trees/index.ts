import * as vscode from 'vscode';
import type { House } from '../activate.ts';
import { findingItems } from './findings.ts';
import { functionItems } from './functions.ts';
import { registerRecordings } from './recordings.ts';

/** The view container: recordings of the workspace, and what the one in front says. */
export function registerTrees(house: House): vscode.Disposable {
  return vscode.Disposable.from(
    registerRecordings(),
    registerOfFront(house, 'perfscope.findings', findingItems),
    registerOfFront(house, 'perfscope.functions', functionItems),
    vscode.commands.registerCommand('perfscope.selectInPanel', (hash: unknown) => {
      if (typeof hash === 'string') house.shown.front()?.select(hash);
    }),
  );
}

/** Rows about the recording in front; a sentence above them says which that is, or what to do. */
export interface FrontItems {
  readonly items: readonly vscode.TreeItem[];
  readonly message: string;
}

type ItemsOf = (shown: NonNullable<ReturnType<House['shown']['front']>>) => Promise<FrontItems>;

/** Nothing is decoded while the view is out of sight: VS Code asks for rows only when they are seen. */
function registerOfFront({ shown }: House, id: string, itemsOf: ItemsOf): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<vscode.TreeItem>(id, {
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: (item) => item,
      getChildren: async (parent) => {
        if (parent) return [];
        const front = shown.front();
        if (!front) {
          view.message = 'Open a recording: what it says is listed here.';
          return [];
        }
        try {
          const { items, message } = await itemsOf(front);
          if (shown.front() === front) view.message = message;
          return [...items];
        } catch (error) {
          view.message = error instanceof Error ? error.message : String(error);
          return [];
        }
      },
    },
  });
  return vscode.Disposable.from(
    view,
    changes,
    shown.onChange(() => changes.fire()),
  );
}
