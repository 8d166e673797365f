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

export const META_ENTRY = 'recording.json';
export const tableEntry = (name: TableName): string => `${name}.arrow`;

/** A recording larger than this, unpacked, is refused before it is unpacked: a small zip can unpack to anything. */
export const MAX_UNPACKED_BYTES = 4 * 2 ** 30;

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

/** The entries of a recording; a file may hold others. */
export const WANTED: ReadonlySet<string> = new Set([META_ENTRY, ...TABLE_NAMES.map(tableEntry)]);

/**
 * Opens the bytes of a `.perfscope` file. `source` names them in errors. Throws a UserError (exit code 3) that says what
 * is wrong; the tables of a recording that is returned refer to each other correctly.
 */
export function decodeRecording(file: Uint8Array, source: string): Recording {
  if (!isArchive(file)) throw notARecording(source);
  let unpacked = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(file, {
      filter: ({ name, originalSize }) => {
        if (!WANTED.has(name)) return false;
        unpacked += originalSize;
        if (unpacked > MAX_UNPACKED_BYTES)
          throw new Error(`it unpacks to more than ${MAX_UNPACKED_BYTES / 2 ** 30} GiB`);
        return true;
      },
    });
  } catch (cause) {
    throw damaged(source, cause);
  }
  const reading = readEntries(entries, source);
  for (;;) {
    const step = reading.next();
    if (step.done) return step.value;
  }
}

/**
 * The recording of a file's entries, a table a step: a page draws between the steps. Yields the share that is done, from 0
 * to 1. Throws as `decodeRecording` does.
 */
export function* readEntries(
  entries: Readonly<Record<string, Uint8Array>>,
  source: string,
): Generator<number, Recording> {
  const json = entries[META_ENTRY];
  if (!json) throw new UserError(`${source} is a zip file but not a perfscope recording.`, 3);
  const meta = parseMeta(new TextDecoder().decode(json), source);
  try {
    const tables: Partial<Record<TableName, unknown>> = {};
    for (const [at, name] of TABLE_NAMES.entries()) {
      const bytes = entries[tableEntry(name)];
      if (!bytes && hasTable(name, meta.version)) throw new Error(`its table "${name}" is missing`);
      tables[name] = bytes
        ? decodeTable(SCHEMAS[name], bytes, laterColumns(name, meta.version), true)
        : emptyTable(SCHEMAS[name]);
      yield (at + 1) / TABLE_NAMES.length;
    }
    validateTables(tables as Tables);
    return { meta, tables: tables as Tables };
  } catch (cause) {
    throw damaged(source, cause);
  }
}

export const notARecording = (source: string): UserError =>
  new UserError(`${source} is not a perfscope recording.`, 3);

export function damaged(source: string, cause: unknown): UserError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${source} is damaged: ${why}.`, 3, { cause });
}
