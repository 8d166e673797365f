import * as vscode from 'vscode';
import { type Advice, type Recording, UserError } from '../../analyzer/model/index.ts';
import type { AdviceSource } from '../advice/source.ts';
import { archiveOf, openBytes } from './openBytes.ts';

/** A file that holds a recording. Its bytes are read each time and never kept; what is small or asked for often is. */
export interface RecordingFile {
  readonly name: string;
  /** As a `.perfscope` file, in an array of its own. Rejects with a UserError. */
  readonly archive: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly recording: () => Promise<Recording>;
  readonly advice: () => Promise<Advice>;
}

export function recordingFile(uri: vscode.Uri, adviceOf: AdviceSource): RecordingFile {
  const name = uri.path.replace(/^.*\//s, '');
  const archive = async (): Promise<Uint8Array<ArrayBuffer>> => archiveOf(name, await bytesOf(uri, name));
  return {
    name,
    archive,
    recording: once(async () => openBytes(name, await bytesOf(uri, name))),
    advice: once(async () => adviceOf(await archive())),
  };
}

async function bytesOf(uri: vscode.Uri, name: string): Promise<Uint8Array> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`${name} cannot be read: ${why}`, 3, { cause });
  }
}

/** Asks at the first call and gives the same answer to all; a failure is asked again. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | null = null;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = null;
      throw error;
    });
    return answer;
  };
}
