import * as vscode from 'vscode';

/** Recordings of the workspace, newest first. */
export async function findRecordings(): Promise<{ uri: vscode.Uri; changed: number; bytes: number }[]> {
  const found = await vscode.workspace.findFiles('**/*.perfscope', '**/node_modules/**', MOST_RECORDINGS);
  const files = await Promise.all(
    found.map(async (uri) => {
      try {
        const { mtime, size } = await vscode.workspace.fs.stat(uri);
        return { uri, changed: mtime, bytes: size };
      } catch {
        return null;
      }
    }),
  );
  return files.filter((file) => file !== null).sort((a, b) => b.changed - a.changed);
}

const MOST_RECORDINGS = 500;

interface RecordingItem extends vscode.QuickPickItem {
  readonly uri: vscode.Uri | null;
}

/** Asks for one of the workspace's recordings, or another file. */
export async function pickRecording(
  title: string,
  except: readonly vscode.Uri[] = [],
): Promise<vscode.Uri | null> {
  const isTaken = new Set(except.map(String));
  const found = (await findRecordings()).filter(({ uri }) => !isTaken.has(String(uri)));
  const items: RecordingItem[] = found.map(({ uri, changed }) => ({
    label: uri.path.replace(/^.*\//s, ''),
    description: new Date(changed).toLocaleString(),
    detail: vscode.workspace.asRelativePath(uri),
    uri,
  }));
  const chosen = await vscode.window.showQuickPick<RecordingItem>(
    [...items, { label: 'Another file ...', uri: null }],
    { title, matchOnDetail: true },
  );
  if (!chosen) return null;
  return chosen.uri ?? (await vscode.window.showOpenDialog({ title }))?.[0] ?? null;
}
