import * as vscode from 'vscode';
import type { House } from '../activate.ts';
import { fillPanel } from '../panel/panel.ts';
import { recordingFile } from './file.ts';

/** Recordings, and what other tools wrote, as editors: a tab shows the viewer. */
export const RECORDING_EDITOR = 'perfscope.recording';
export const PROFILE_EDITOR = 'perfscope.profile';

export function registerRecordingEditors(house: House): vscode.Disposable {
  const provider = editorProvider(house);
  const options = { supportsMultipleEditorsPerDocument: true };
  return vscode.Disposable.from(
    ...[RECORDING_EDITOR, PROFILE_EDITOR].map((type) =>
      vscode.window.registerCustomEditorProvider(type, provider, options),
    ),
  );
}

function editorProvider({ context, shown, adviceOf }: House): vscode.CustomReadonlyEditorProvider {
  return {
    openCustomDocument: (uri) => ({ uri, dispose: () => {} }),
    resolveCustomEditor: ({ uri }, panel) => {
      const file = recordingFile(uri, adviceOf);
      const controls = fillPanel(context.extensionUri, panel, {
        first: async () => ({ kind: 'recording', name: file.name, bytes: await file.archive() }),
        later: async () => ({ kind: 'advice', advice: await file.advice() }),
      });
      shown.add({ uri, recording: file.recording, advice: file.advice, select: controls.select }, panel);
    },
  };
}
