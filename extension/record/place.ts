import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { isWithin } from '../panel/places.ts';
import { freeName, recordingName } from './commandLine.ts';

const DEFAULT_FOLDER = '.perfscope';

/** A free path for a recording of `program`, in the workspace's folder for recordings; without a workspace in the extension's own. */
export function placeRecording(
  { globalStorageUri }: vscode.ExtensionContext,
  workspace: vscode.Uri | null,
  program: string,
): string {
  const folder = workspace ? folderIn(workspace) : join(globalStorageUri.fsPath, 'recordings');
  const isNew = mkdirSync(folder, { recursive: true }) !== undefined;
  // Recordings are large and of one machine: version control has no use for them. A folder that was there is not ours to ignore.
  if (workspace && isNew) writeFileSync(join(folder, '.gitignore'), '*\n');
  return join(
    folder,
    freeName(recordingName(program), (file) => existsSync(join(folder, file))),
  );
}

/** A setting that points outside the workspace is not followed: a cloned repository may hold it. */
function folderIn(workspace: vscode.Uri): string {
  const wanted = vscode.workspace.getConfiguration('perfscope', workspace).get<string>('recordings');
  const folder = resolve(workspace.fsPath, wanted?.trim() || DEFAULT_FOLDER);
  return isWithin(workspace.fsPath, folder) ? folder : join(workspace.fsPath, DEFAULT_FOLDER);
}
