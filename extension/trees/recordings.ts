import * as vscode from 'vscode';
import { bytes, visible } from '../../webview/format.ts';
import { findRecordings } from '../recordings/pick.ts';
import { sinceThen } from './since.ts';

/** Recordings of the workspace, newest first. */
export function registerRecordings(): vscode.Disposable {
  const changes = new vscode.EventEmitter<void>();
  const view = vscode.window.createTreeView<RecordingItem>('perfscope.recordings', {
    canSelectMany: true,
    treeDataProvider: {
      onDidChangeTreeData: changes.event,
      getTreeItem: (item) => item,
      getChildren: async (parent) => {
        if (parent) return [];
        const found = await findRecordings();
        // What to do instead is told once it is known that there are none.
        void vscode.commands.executeCommand('setContext', 'perfscope.noRecordings', found.length === 0);
        return found.map(recordingItem);
      },
    },
  });
  const watcher = vscode.workspace.createFileSystemWatcher('**/*.perfscope');
  const fire = (): void => changes.fire();
  return vscode.Disposable.from(
    view,
    changes,
    watcher,
    watcher.onDidCreate(fire),
    watcher.onDidDelete(fire),
    watcher.onDidChange(fire),
    vscode.commands.registerCommand('perfscope.deleteRecording', deleteRecording),
  );
}

interface RecordingItem extends vscode.TreeItem {
  readonly uri: vscode.Uri;
}

function recordingItem({
  uri,
  changed,
  bytes: size,
}: {
  uri: vscode.Uri;
  changed: number;
  bytes: number;
}): RecordingItem {
  const name = visible(uri.path.replace(/^.*\//s, ''));
  return Object.assign(new vscode.TreeItem(name), {
    uri,
    id: String(uri),
    description: `${sinceThen(Date.now() - changed)} · ${bytes(size)}`,
    tooltip: `${visible(vscode.workspace.asRelativePath(uri))}\n${new Date(changed).toLocaleString()}`,
    iconPath: new vscode.ThemeIcon('graph'),
    contextValue: 'perfscope.recording',
    command: { command: 'perfscope.open', title: 'Open', arguments: [uri] },
  });
}

const DELETE = 'Move to Trash';

async function deleteRecording(item?: RecordingItem): Promise<void> {
  if (!item) return;
  const name = item.uri.path.replace(/^.*\//s, '');
  const answer = await vscode.window.showWarningMessage(`Delete ${name}?`, { modal: true }, DELETE);
  if (answer === DELETE) await vscode.workspace.fs.delete(item.uri, { useTrash: true });
}
