import * as vscode from 'vscode';
import { PROFILE_EDITOR, RECORDING_EDITOR } from './editor.ts';

/** Shows a file in the viewer. */
export async function openRecordingFile(uri: vscode.Uri): Promise<void> {
  const isOwn = /\.perfscope(\.spool[^/]*)?$/.test(uri.path);
  await vscode.commands.executeCommand('vscode.openWith', uri, isOwn ? RECORDING_EDITOR : PROFILE_EDITOR);
}

export function registerOpen(): vscode.Disposable {
  return vscode.commands.registerCommand('perfscope.open', async (uri?: vscode.Uri) => {
    const chosen = uri ?? (await vscode.window.showOpenDialog({ filters: FILTERS }))?.[0];
    if (chosen) await openRecordingFile(chosen);
  });
}

const FILTERS = {
  Recordings: ['perfscope'],
  'Profiles of other tools': ['cpuprofile', 'prof', 'pstats', 'pprof', 'json', 'gz'],
  'All files': ['*'],
};
