import * as vscode from 'vscode';
import { baseName } from '../../webview/format.ts';
import type { SourcePlace } from '../../webview/host.ts';
import { isWithin, pathOf, suffixesOf } from './places.ts';

/** More files of one name tell nothing. */
const MOST_CANDIDATES = 2;
/** Milliseconds that a remark stays in the status bar. */
const HINT_MS = 4000;

/**
 * Opens a line that a recording names, beside the panel. A file of the workspace opens at once, also one that was recorded
 * elsewhere and lies here under the same last names; one outside of it only after asking: the name is a stranger's.
 */
export async function revealPlace(
  place: SourcePlace,
  follows: boolean,
  besides: vscode.ViewColumn | undefined,
): Promise<void> {
  const found = await findFile(place.file);
  if (!found?.isInWorkspace && follows) {
    // Nobody asked for it: libraries are selected all the time. A name must not become an icon.
    const why = found ? 'lies outside the workspace' : 'is not on this machine';
    vscode.window.setStatusBarMessage(`${baseName(place.file).replaceAll('$(', '$ (')} ${why}`, HINT_MS);
    return;
  }
  if (!found) {
    void vscode.window.showWarningMessage(`${place.file} is not on this machine.`);
    return;
  }
  if (!found.isInWorkspace && !(await mayOpen(found.uri))) return;
  const line = Math.max(0, place.line - 1);
  try {
    await vscode.window.showTextDocument(found.uri, {
      viewColumn: columnBeside(besides),
      selection: new vscode.Range(line, 0, line, 0),
      // Keys go on to the panel, and the next line takes this one's tab.
      preserveFocus: true,
      preview: true,
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showWarningMessage(`${place.file} cannot be opened: ${why}`);
  }
}

async function findFile(recorded: string): Promise<{ uri: vscode.Uri; isInWorkspace: boolean } | null> {
  const path = pathOf(recorded);
  if (path === null) return null;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const isAbsolute = path.startsWith('/') || /^[a-z]:/i.test(path);
  if (isAbsolute) {
    const base = folders[0]?.uri ?? vscode.Uri.file('/');
    const uri = base.with({ path: path.startsWith('/') ? path : `/${path}` });
    const isInWorkspace = folders.some((folder) => isWithin(folder.uri.path, uri.path));
    if (await isFile(uri)) return { uri, isInWorkspace };
  }
  for (const suffix of suffixesOf(path)) {
    for (const folder of folders) {
      const uri = vscode.Uri.joinPath(folder.uri, suffix);
      if (isWithin(folder.uri.path, uri.path) && (await isFile(uri))) return { uri, isInWorkspace: true };
    }
  }
  const [only, another] = await vscode.workspace.findFiles(
    `**/${globOf(path)}`,
    '**/node_modules/**',
    MOST_CANDIDATES,
  );
  return only && !another ? { uri: only, isInWorkspace: true } : null;
}

/** The last name of a path as a pattern that means only itself. */
const globOf = (path: string): string => path.replace(/^.*\//s, '').replace(/[[\]{}*?!]/g, '[$&]');

async function isFile(uri: vscode.Uri): Promise<boolean> {
  try {
    return ((await vscode.workspace.fs.stat(uri)).type & vscode.FileType.File) !== 0;
  } catch {
    return false;
  }
}

const OPEN = 'Open';

async function mayOpen(uri: vscode.Uri): Promise<boolean> {
  const answer = await vscode.window.showWarningMessage(
    'This file lies outside the workspace. Open it?',
    { modal: true, detail: uri.fsPath },
    OPEN,
  );
  return answer === OPEN;
}

/** Where code is shown while the panel stays in sight: another group that is there, else a new one. */
function columnBeside(panel: vscode.ViewColumn | undefined): vscode.ViewColumn {
  const other = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== panel);
  return other?.viewColumn ?? vscode.ViewColumn.Beside;
}
