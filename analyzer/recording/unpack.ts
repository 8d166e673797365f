import type { Recording } from '../model/index.ts';
import { damaged, isArchive, MAX_UNPACKED_BYTES, notARecording, readEntries, WANTED } from './archive.ts';

/** Where an entry of a zip lies and how large it is; all in bytes of the file. */
export interface ZipEntry {
  readonly name: string;
  /** 0: as it is, 8: deflated. */
  readonly method: number;
  readonly packed: number;
  readonly unpacked: number;
  /** Of its local header. */
  readonly at: number;
}

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const LOCAL_HEADER = 0x04034b50;
/** The directory's end is 22 bytes and a comment of at most this many. */
const LONGEST_COMMENT = 65535;

/** The entries that a zip's directory lists (APPNOTE 6.3.9, 4.3.12 and 4.3.16). Throws an Error when there is none, or it is cut off. */
export function zipEntries(file: Uint8Array): ZipEntry[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let end = file.length - 22;
  const lowest = Math.max(0, end - LONGEST_COMMENT);
  while (end >= lowest && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  if (end < lowest) throw new Error('its directory is missing');
  const count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  const text = new TextDecoder();
  const entries: ZipEntry[] = [];
  for (let i = 0; i < count; i++) {
    if (at + 46 > file.length || view.getUint32(at, true) !== DIRECTORY_ENTRY)
      throw new Error('its directory is damaged');
    const nameLength = view.getUint16(at + 28, true);
    entries.push({
      name: text.decode(file.subarray(at + 46, at + 46 + nameLength)),
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      unpacked: view.getUint32(at + 24, true),
      at: view.getUint32(at + 42, true),
    });
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return entries;
}

/**
 * `decodeRecording` for a page: what is packed is unpacked by the browser itself, beside the thread that draws, and between
 * two tables that thread draws. `onProgress`: told the share that is done, from 0 to 1. Throws as `decodeRecording` does.
 */
export async function unpackRecording(
  file: Uint8Array,
  source: string,
  onProgress: (share: number) => void = () => {},
): Promise<Recording> {
  if (!isArchive(file)) throw notARecording(source);
  const entries: Record<string, Uint8Array> = {};
  try {
    const wanted = zipEntries(file).filter(({ name }) => WANTED.has(name));
    const whole = wanted.reduce((sum, { unpacked }) => sum + unpacked, 0);
    if (whole > MAX_UNPACKED_BYTES)
      throw new Error(`it unpacks to more than ${MAX_UNPACKED_BYTES / 2 ** 30} GiB`);
    let done = 0;
    for (const entry of wanted) {
      entries[entry.name] = await unpacked(file, entry);
      done += entry.unpacked;
      onProgress((0.7 * done) / Math.max(1, whole));
    }
  } catch (cause) {
    throw damaged(source, cause);
  }
  const reading = readEntries(entries, source);
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
    onProgress(0.7 + 0.3 * step.value);
    // A task of its own, so that the page may draw before the next table.
    await new Promise((resume) => setTimeout(resume));
  }
}

async function unpacked(file: Uint8Array, { name, method, packed, unpacked: size, at }: ZipEntry) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (at + 30 > file.length || view.getUint32(at, true) !== LOCAL_HEADER)
    throw new Error(`its part ${name} is not where the directory says`);
  const from = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (from + packed > file.length) throw new Error(`its part ${name} is cut off`);
  const bytes = file.slice(from, from + packed);
  if (method === 0) return bytes;
  if (method !== 8) throw new Error(`its part ${name} is packed in a way that is not known`);
  // Deflate reaches 1032 to 1: what claims more would only take memory.
  if (size > 1033 * packed + 64) throw new Error(`its part ${name} is larger than it can be`);
  const whole = new Uint8Array(size);
  let filled = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    if (filled + value.length > size) {
      await reader.cancel();
      throw new Error(`its part ${name} is larger than the directory says`);
    }
    whole.set(value, filled);
    filled += value.length;
  }
  if (filled < size) throw new Error(`its part ${name} is cut off`);
  return whole;
}
