import * as vscode from 'vscode';
import { reportPage } from '../../webview/reportPage.ts';
import type { House } from '../activate.ts';
import { sentenceOf } from '../panel/panel.ts';
import { saveFile } from '../panel/save.ts';
import { recordingFile } from '../recordings/file.ts';
import { pickRecording } from '../recordings/pick.ts';

const OPEN = 'Open in Browser';

/** Writes a recording as one HTML page: the one in front, or one that is asked for. */
export function registerExport(house: House): vscode.Disposable {
  return vscode.commands.registerCommand(
    'perfscope.exportHtml',
    async (of?: vscode.Uri | { uri: vscode.Uri }) => {
      const given = of && 'uri' in of ? of.uri : of;
      const uri = given ?? house.shown.front()?.uri ?? (await pickRecording('Recording to export'));
      if (!uri) return;
      try {
        const page = await pageOf(uri, house);
        const name = `${uri.path.replace(/^.*\//s, '').replace(/\.perfscope(\.spool[^/]*)?$/, '')}.html`;
        const saved = await saveFile({ name, bytes: new TextEncoder().encode(page) });
        if (saved && (await vscode.window.showInformationMessage(`Written to ${saved.path}.`, OPEN)) === OPEN)
          await vscode.env.openExternal(saved);
      } catch (error) {
        void vscode.window.showErrorMessage(sentenceOf(error));
      }
    },
  );
}

async function pageOf(uri: vscode.Uri, { context, adviceOf }: House): Promise<string> {
  const file = recordingFile(uri, adviceOf);
  const viewer = async (name: string): Promise<string> =>
    new TextDecoder().decode(
      await vscode.workspace.fs.readFile(
        vscode.Uri.joinPath(context.extensionUri, 'recorder', 'dist', 'webview', name),
      ),
    );
  const [script, style, recording, advice, { meta }] = await Promise.all([
    viewer('viewer.js'),
    viewer('viewer.css'),
    file.archive(),
    file.advice(),
    file.recording(),
  ]);
  const options = { advice, script, style, title: meta.command.join(' ') || file.name };
  // The page names script and style by their hashes at once, and a browser computes hashes later: a first page tells of what.
  const hashed: string[] = [];
  reportPage({ ...options, recording: new Uint8Array(0), sha256: (text) => String(hashed.push(text)) });
  const digests = new Map(await Promise.all(hashed.map(async (text) => [text, await sha256(text)] as const)));
  return reportPage({ ...options, recording, sha256: (text) => digests.get(text) ?? '' });
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}
