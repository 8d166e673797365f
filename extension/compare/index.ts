import * as vscode from 'vscode';
import type { House } from '../activate.ts';
import { fillPanel } from '../panel/panel.ts';
import { recordingFile } from '../recordings/file.ts';
import { pickRecording } from '../recordings/pick.ts';

/** A recording as menus of the explorer and of our trees hand it over. */
type Given = vscode.Uri | { readonly uri: vscode.Uri };

const uriOf = (given: Given): vscode.Uri => ('uri' in given ? given.uri : given);

/** Shows two recordings beside each other: those that are chosen, or the one that was and another that is asked for. */
export function registerCompare(house: House): vscode.Disposable {
  return vscode.commands.registerCommand(
    'perfscope.compare',
    async (one?: Given, chosen?: readonly Given[]) => {
      const given = (chosen && chosen.length > 0 ? chosen : one ? [one] : []).map(uriOf);
      const before = given.length === 2 ? await earlier(given) : await asked('The run before', given);
      const after =
        before &&
        (given.length === 2 ? other(given, before) : (given[0] ?? (await asked('The run after', [before]))));
      if (before && after) showComparison(house, before, after);
    },
  );
}

const asked = (title: string, except: readonly vscode.Uri[]): Promise<vscode.Uri | null> =>
  pickRecording(title, except);

/** Of two files that were chosen together, the one that was written first is the run before. */
async function earlier(files: readonly vscode.Uri[]): Promise<vscode.Uri | null> {
  const times = await Promise.all(files.map(async (uri) => (await vscode.workspace.fs.stat(uri)).mtime));
  return files[(times[0] ?? 0) <= (times[1] ?? 0) ? 0 : 1] ?? null;
}

const other = (files: readonly vscode.Uri[], than: vscode.Uri): vscode.Uri | null =>
  files.find((file) => file !== than) ?? null;

function showComparison({ context, advisers }: House, before: vscode.Uri, after: vscode.Uri): void {
  const files = {
    before: recordingFile(before, advisers.advice),
    after: recordingFile(after, advisers.advice),
  };
  const panel = vscode.window.createWebviewPanel(
    'perfscope.comparison',
    `${files.before.name} ↔ ${files.after.name}`,
    vscode.ViewColumn.Active,
  );
  const archives = () => Promise.all([files.before.archive(), files.after.archive()]);
  fillPanel(
    context.extensionUri,
    panel,
    {
      first: async () => {
        const [then, now] = await archives();
        return { kind: 'comparison', before: then, after: now, comparison: await comparison() };
      },
      later: async () => null,
    },
    'compare',
  );
  // The thread takes bytes away, and the page needs its own.
  const comparison = async () => {
    const [then, now] = await archives();
    return advisers.comparison(
      { name: files.before.name, bytes: then },
      { name: files.after.name, bytes: now },
    );
  };
}
