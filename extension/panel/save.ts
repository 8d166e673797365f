import * as vscode from 'vscode';
import type { SavedFile } from '../../webview/host.ts';

/** Asks where to keep a file that the viewer made, and writes it there. */
export async function saveFile({
  name,
  bytes,
}: Pick<SavedFile, 'name' | 'bytes'>): Promise<vscode.Uri | null> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const chosen = await vscode.window.showSaveDialog(
    folder ? { defaultUri: vscode.Uri.joinPath(folder, name) } : {},
  );
  if (!chosen) return null;
  try {
    await vscode.workspace.fs.writeFile(chosen, bytes);
    return chosen;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(`${name} could not be written: ${why}`);
    return null;
  }
}
