import { closeSync, createReadStream, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { isZeroXFolder, openZeroXFolder } from '../analyzer/collect/v8-ticks/index.ts';
import { FORMATS, importRecording } from '../analyzer/formats/index.ts';
import { type Recording, UserError } from '../analyzer/model/index.ts';
import { isArchive } from '../analyzer/recording/index.ts';
import { openRecording } from '../analyzer/recording/open.ts';
import { FRAME_HEADER, frameHeader } from '../analyzer/recording/spoolFrame.ts';
import { version } from './assets.ts';

/** Bytes of a file that are in memory at once while it is read. */
const CHUNK = 1 << 20;

/** What other tools write into a folder. */
const FOLDERS = [{ title: 'folders of 0x', detects: isZeroXFolder, read: openZeroXFolder }] as const;

/** What can be opened besides recordings and their spools. */
export const FOREIGN: readonly string[] = [...FORMATS, ...FOLDERS].map(({ title }) => title);

/** Opens whatever a command is given: a recording, a spool, or what another tool has written. Throws a UserError with the reason. */
export async function open(path: string): Promise<Recording> {
  if (isFolder(path)) {
    const folder = FOLDERS.find(({ detects }) => detects(path));
    return folder ? folder.read(path, version()) : openRecording(path);
  }
  const head = headOf(path);
  // What cannot be read is said by the opening of a recording.
  if (head === null || isArchive(head) || frameHeader(head) !== null) return openRecording(path);
  return importRecording(path, () => chunksOf(path), version());
}

/** The bytes of a file that is a whole recording of perfscope's; null for anything else, which is open to be encoded. */
export function recordingBytes(path: string): Uint8Array | null {
  const head = isFolder(path) ? null : headOf(path);
  return head !== null && isArchive(head) ? readFileSync(path) : null;
}

/** False for what is not there, too: the opening of a recording says so. */
const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

async function* chunksOf(path: string): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createReadStream(path, { highWaterMark: CHUNK });
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (cause) {
    if (!(cause instanceof Error) || !('code' in cause)) throw cause;
    throw new UserError(`cannot read ${path}: ${cause.message}.`, 3, { cause });
  }
}

/** The first bytes of a file; null where it is none, or cannot be read. */
function headOf(path: string): Uint8Array | null {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  const head = new Uint8Array(FRAME_HEADER);
  try {
    const descriptor = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
}
