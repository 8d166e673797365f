import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { type Recording, UserError } from '../model/index.ts';
import { decodeRecording } from './archive.ts';
import { readSpool } from './spool.ts';
import { FRAME_HEADER, frameHeader } from './spoolFrame.ts';

/** Opens a `.perfscope` file or a spool, told apart by content. Throws a UserError (exit code 3) with the reason. */
export function openRecording(path: string): Recording {
  try {
    if (isSpool(path)) return readSpool(path);
    return decodeRecording(readFileSync(path), path);
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') throw new UserError(`there is no file ${path}.`, 3, { cause });
    if (code === 'EISDIR') throw new UserError(`${path} is a folder, not a recording.`, 3, { cause });
    if (code === 'EACCES') throw new UserError(`cannot read ${path}: permission denied.`, 3, { cause });
    throw cause;
  }
}

function isSpool(path: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const head = new Uint8Array(FRAME_HEADER);
    return readSync(fd, head, 0, FRAME_HEADER, 0) === FRAME_HEADER && frameHeader(head) !== null;
  } finally {
    closeSync(fd);
  }
}
