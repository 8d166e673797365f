import { gunzipSync } from 'fflate';
import { looksLikeTrace, recordingOfTorchTrace } from '../../analyzer/formats/torchTrace/index.ts';
import { type Recording, UserError } from '../../analyzer/model/index.ts';
import { decodeRecording, encodeRecording, isArchive } from '../../analyzer/recording/index.ts';

/** What imported recordings are named as the work of. */
const PRODUCER = 'perfscope for VS Code';
const HEAD_BYTES = 64;
const GZIP = [0x1f, 0x8b];

/** A recording out of the bytes of a file, whatever tool wrote it. Rejects with a UserError that says why it is none. */
export async function openBytes(name: string, bytes: Uint8Array): Promise<Recording> {
  if (isArchive(bytes)) return decodeRecording(bytes, name);
  const plain = unpacked(name, bytes);
  const head = new TextDecoder().decode(plain.subarray(0, HEAD_BYTES));
  if (looksLikeTrace(head)) return recordingOfTorchTrace(new TextDecoder().decode(plain), name, PRODUCER);
  // Says what is wrong with it.
  return decodeRecording(bytes, name);
}

/** The same as a `.perfscope` file, which is what the viewer takes, in an array of its own. */
export async function archiveOf(name: string, bytes: Uint8Array): Promise<Uint8Array<ArrayBuffer>> {
  if (bytes.length === 0) throw new UserError(`${name} is empty.`, 3);
  return new Uint8Array(isArchive(bytes) ? bytes : encodeRecording(await openBytes(name, bytes)));
}

function unpacked(name: string, bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== GZIP[0] || bytes[1] !== GZIP[1]) return bytes;
  try {
    return gunzipSync(bytes);
  } catch (cause) {
    throw new UserError(`${name} is damaged: it cannot be unpacked.`, 3, { cause });
  }
}
