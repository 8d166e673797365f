import * as vscode from 'vscode';
import { type KnownDocument, type Match, matchOf, type RecordedFile } from './matching.ts';

/** A file of source that is larger was not written by a person. */
const LARGEST = 8e6;

/** Systems that tell no upper from lower case in names of files. */
const IGNORES_CASE = typeof process !== 'undefined' && /^(?:win32|darwin)$/.test(process.platform);

/**
 * What a file is to a recording, by the bytes that are stored and not by what is in an editor: those are what ran. `OTHER` for what
 * cannot be read.
 */
export async function matchOfFile(
  uri: vscode.Uri,
  files: readonly RecordedFile[],
  ended: number,
): Promise<Match> {
  const known = await knownFile(uri);
  return known ? matchOf(known, files, ended, IGNORES_CASE) : { is: 'other' };
}

/** The lines of a file as it is stored; none where it cannot be read. */
export const linesOf = async (uri: vscode.Uri): Promise<readonly string[]> =>
  (await knownFile(uri))?.lines ?? [];

async function knownFile(uri: vscode.Uri): Promise<KnownDocument | null> {
  try {
    const { size, mtime } = await vscode.workspace.fs.stat(uri);
    if (size > LARGEST) return null;
    const bytes = await vscode.workspace.fs.readFile(uri);
    return {
      path: uri.path,
      hash: await sha256(bytes),
      lines: new TextDecoder().decode(bytes).split(/\r\n|\r|\n/),
      modified: mtime,
    };
  } catch {
    // Deleted meanwhile, or no file at all.
    return null;
  }
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(bytes));
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Where recorded files are looked for, in the order of trust. */
const MOST_CANDIDATES = 50;
const LEFT_OUT = '**/{node_modules,.git,.venv,venv,site-packages}/**';

/** The last name of a path as a pattern that means only itself. */
export const globOf = (path: string): string => path.replace(/^.*\//s, '').replace(/[[\]{}*?!]/g, '[$&]');

/**
 * The file of the workspace that a recorded file is, as it ran; null where there is none, or only one that was changed since. Nothing outside the
 * workspace is read but what is open in an editor anyway.
 */
export async function locate(file: RecordedFile, ended: number): Promise<vscode.Uri | null> {
  const tried = new Set<string>();
  const matches = async (uri: vscode.Uri): Promise<boolean> => {
    if (tried.has(String(uri))) return false;
    tried.add(String(uri));
    const match = await matchOfFile(uri, [file], ended);
    return match.is === 'same';
  };
  for (const uri of likely(file)) if (await matches(uri)) return uri;
  const found = await vscode.workspace.findFiles(`**/${globOf(file.path)}`, LEFT_OUT, MOST_CANDIDATES);
  const same: vscode.Uri[] = [];
  for (const uri of found) if (await matches(uri)) same.push(uri);
  return same.length > 1 && file.hash === null ? null : (same[0] ?? null);
}

/** Open documents of that name, and the very place if it is in the workspace. */
function likely(file: RecordedFile): vscode.Uri[] {
  const name = file.path.replace(/^.*\//s, '').toLowerCase();
  const open = vscode.workspace.textDocuments
    .filter(({ uri }) => isSource(uri) && uri.path.toLowerCase().endsWith(`/${name}`))
    .map(({ uri }) => uri);
  const there = (vscode.workspace.workspaceFolders ?? []).flatMap(({ uri }) => {
    const path = /^[A-Za-z]:/.test(file.path) ? `/${file.path}` : file.path;
    const inside = path.startsWith(`${uri.path.replace(/\/$/, '')}/`);
    return inside ? [uri.with({ path })] : [];
  });
  return [...there, ...open];
}

/** Whether a document is a file, and not the past of one, a log or an unsaved text. */
export function isSource(uri: vscode.Uri): boolean {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return uri.scheme === 'file' || folders.some((folder) => folder.uri.scheme === uri.scheme);
}
