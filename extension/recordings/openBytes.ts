import { importRecording } from '../../analyzer/formats/index.ts';
import { type Recording, UserError } from '../../analyzer/model/index.ts';
import { decodeRecording, encodeRecording, isArchive } from '../../analyzer/recording/index.ts';

/** What imported recordings are named as the work of. */
const PRODUCER = 'perfscope for VS Code';

/** A recording out of the bytes of a file, whatever tool wrote it. Rejects with a UserError that says why it is none. */
export async function openBytes(name: string, bytes: Uint8Array): Promise<Recording> {
  if (isArchive(bytes)) return decodeRecording(bytes, name);
  return importRecording(name, () => whole(bytes), PRODUCER);
}

async function* whole(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}

/** The same as a `.perfscope` file, which is what the viewer takes, in an array of its own. */
export async function archiveOf(name: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.length === 0) throw new UserError(`${name} is empty.`, 3);
  return new Uint8Array(isArchive(bytes) ? bytes : encodeRecording(await openBytes(name, bytes)));
}
