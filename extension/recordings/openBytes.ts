import { type Recording, UserError } from '../../analyzer/model/index.ts';
import { decodeRecording, encodeRecording, isArchive } from '../../analyzer/recording/index.ts';

/** A recording out of the bytes of a file, whatever tool wrote it. Throws a UserError that says why it is none. */
export function openBytes(name: string, bytes: Uint8Array): Recording {
  return decodeRecording(bytes, name);
}

/** The same as a `.perfscope` file, which is what the viewer takes, in an array of its own. */
export function archiveOf(name: string, bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) throw new UserError(`${name} is empty.`, 3);
  return new Uint8Array(isArchive(bytes) ? bytes : encodeRecording(openBytes(name, bytes)));
}
