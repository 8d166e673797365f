import * as vscode from 'vscode';
import { UserError } from '../../analyzer/model/index.ts';
import type { House } from '../activate.ts';
import { sentenceOf } from '../panel/panel.ts';
import { wordsOf } from './commandLine.ts';
import { interpreterFor, languageOf } from './interpreter.ts';
import { pickProcess } from './pickProcess.ts';
import { type Recordable, type Runs, recordInEditor } from './run.ts';

/** Commands that run programs. Each asks first whether the workspace may. */
export function registerRecord(house: House, runs: Runs): vscode.Disposable {
  const record = async (what: () => Promise<Recordable | null>): Promise<void> => {
    if (!vscode.workspace.isTrusted) {
      void vscode.window.showWarningMessage('perfscope runs programs only in a workspace that you trust.');
      return;
    }
    try {
      const asked = await what();
      if (asked) await recordInEditor(house.context, runs, asked);
    } catch (error) {
      void vscode.window.showErrorMessage(sentenceOf(error));
    }
  };
  const register = vscode.commands.registerCommand;
  return vscode.Disposable.from(
    register('perfscope.recordFile', (uri?: vscode.Uri) => record(() => ofFile(uri))),
    register('perfscope.recordCommand', (typed?: unknown) => record(() => ofCommand(typed))),
    register('perfscope.attach', () => record(ofProcess)),
    register('perfscope.stopRecording', () => runs.stop()),
    register('perfscope.cancelRecording', () => runs.cancel()),
    runs,
  );
}

async function ofFile(given: vscode.Uri | undefined): Promise<Recordable | null> {
  const uri = given ?? vscode.window.activeTextEditor?.document.uri;
  if (!uri) throw new UserError('No file is open to record.');
  if (uri.scheme !== 'file') throw new UserError('This file has to be saved before it can run.');
  const open = vscode.workspace.textDocuments.find((document) => String(document.uri) === String(uri));
  if (open?.isDirty && !(await open.save())) return null;
  const language = languageOf(uri.path);
  if (!language) return ofCommand(undefined);
  const program = await interpreterFor(language, uri);
  return {
    name: uri.path.replace(/^.*\//s, ''),
    workspace: vscode.workspace.getWorkspaceFolder(uri)?.uri ?? null,
    directory: directoryOf(uri),
    target: { command: [program, uri.fsPath] },
  };
}

let lastCommand = '';

async function ofCommand(given: unknown): Promise<Recordable | null> {
  const typed =
    typeof given === 'string'
      ? given
      : await vscode.window.showInputBox({
          title: 'Record a command',
          prompt: 'Runs in the root of the workspace',
          placeHolder: 'python3 app.py --rounds 10',
          value: lastCommand,
        });
  if (typed === undefined || typed.trim() === '') return null;
  lastCommand = typed;
  const command = wordsOf(typed);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? null;
  const program = command.length > 1 && /(?:^|\/)(python[\d.]*|node)$/.test(command[0] ?? '') ? 1 : 0;
  return {
    name: (command[0] === '/bin/sh' ? typed.trim().split(/\s/)[0] : command[program]) ?? typed,
    workspace: folder,
    directory: folder?.fsPath ?? process.cwd(),
    target: { command },
  };
}

async function ofProcess(): Promise<Recordable | null> {
  const chosen = await pickProcess();
  if (!chosen) return null;
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri ?? null;
  return {
    name: chosen.name,
    workspace: folder,
    directory: folder?.fsPath ?? process.cwd(),
    target: { pid: chosen.pid },
  };
}

/** As the editor's own "Run" does: the root of the file's workspace, else its folder. */
function directoryOf(uri: vscode.Uri): string {
  return vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? vscode.Uri.joinPath(uri, '..').fsPath;
}
