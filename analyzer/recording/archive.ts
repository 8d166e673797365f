import { strToU8, unzipSync, zipSync } from 'fflate';
import {
  emptyTable,
  type Recording,
  SCHEMAS,
  TABLE_NAMES,
  type TableName,
  type Tables,
  UserError,
} from '../model/index.ts';
import { decodeTable, encodeTable } from './arrow.ts';
import { parseMeta } from './meta.ts';
import { validateTables } from './validate.ts';
import { hasTable, laterColumns } from './versions.ts';
import { zipEntries } from './zipEntries.ts';

export const META_ENTRY = 'recording.json';
export const tableEntry = (name: TableName): string => `${name}.arrow`;

/** A recording larger than this, unpacked, is refused before it is unpacked: a small zip can unpack to anything. */
const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

/** A whole recording as the bytes of a `.perfscope` file. A long run is written by `finishSpool` instead, piece by piece. */
export function encodeRecording(recording: Recording): Uint8Array {
  const entries: Record<string, Uint8Array> = {
    [META_ENTRY]: strToU8(JSON.stringify(recording.meta, null, 2)),
  };
  for (const name of TABLE_NAMES)
    entries[tableEntry(name)] = encodeTable(SCHEMAS[name], recording.tables[name] as never);
  return zipSync(entries, { level: 6 });
}

/** True when the bytes begin as a zip does. */
export const isArchive = (bytes: Uint8Array): boolean =>
  bytes.length >= 4 && bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/**
 * Opens the bytes of a `.perfscope` file. `source` names them in errors. Throws a UserError (exit code 3) that says what
 * is wrong; the tables of a recording that is returned refer to each other correctly.
 */
export function decodeRecording(file: Uint8Array, source: string): Recording {
  if (!isArchive(file)) throw new UserError(`${source} is not a perfscope recording.`, 3);
  const takes = taking();
  try {
    return recordingOf(
      unzipSync(file, { filter: ({ name, originalSize }) => takes(name, originalSize) }),
      source,
    );
  } catch (cause) {
    throw damaged(source, cause);
  }
}

/** Unpacks raw DEFLATE data that comes to `size` bytes. */
export type Inflate = (packed: Uint8Array, size: number) => Promise<Uint8Array>;

/** `decodeRecording` with the decoder that a browser has: with one in JavaScript, unpacking is most of the time that opening takes. */
export async function decodeRecordingWith(
  inflate: Inflate,
  file: Uint8Array,
  source: string,
): Promise<Recording> {
  if (!isArchive(file)) throw new UserError(`${source} is not a perfscope recording.`, 3);
  const packed = zipEntries(file);
  if (!packed) throw damaged(source, new Error('its directory was cut off or changed'));
  const takes = taking();
  try {
    const entries: Record<string, Uint8Array> = {};
    for (const { name, packed: bytes, isDeflated, size } of packed)
      if (takes(name, size)) entries[name] = isDeflated ? await inflate(bytes, size) : bytes.slice();
    return recordingOf(entries, source);
  } catch (cause) {
    throw damaged(source, cause);
  }
}

/** Which entries of a recording are unpacked. Throws an Error with a phrase when they come to more than can be held. */
function taking(): (name: string, size: number) => boolean {
  const wanted = new Set([META_ENTRY, ...TABLE_NAMES.map(tableEntry)]);
  let unpacked = 0;
  return (name, size) => {
    if (!wanted.has(name)) return false;
    unpacked += size;
    if (unpacked > MAX_UNPACKED_BYTES)
      throw new Error(`it unpacks to more than ${MAX_UNPACKED_BYTES / 2 ** 30} GiB`);
    return true;
  };
}

/** `entries`: unpacked, and nobody else's. */
function recordingOf(entries: Readonly<Record<string, Uint8Array>>, source: string): Recording {
  const json = entries[META_ENTRY];
  if (!json) throw new UserError(`${source} is a zip file but not a perfscope recording.`, 3);
  const meta = parseMeta(new TextDecoder().decode(json), source);
  const tables: Partial<Record<TableName, unknown>> = {};
  for (const name of TABLE_NAMES) {
    const bytes = entries[tableEntry(name)];
    if (!bytes && hasTable(name, meta.version)) throw new Error(`its table "${name}" is missing`);
    tables[name] = bytes
      ? decodeTable(SCHEMAS[name], bytes, laterColumns(name, meta.version), true)
      : emptyTable(SCHEMAS[name]);
  }
  validateTables(tables as Tables);
  return { meta, tables: tables as Tables };
}

/** What a reader is told; a `UserError` has said it already. */
function damaged(source: string, cause: unknown): UserError {
  if (cause instanceof UserError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${source} is damaged: ${why}.`, 3, { cause });
}
