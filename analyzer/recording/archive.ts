import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
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
  const wanted = new Set([META_ENTRY, ...TABLE_NAMES.map(tableEntry)]);
  let unpacked = 0;
  let entries: Record<string, Uint8Array>;
  try {
    entries = unzipSync(file, {
      filter: ({ name, originalSize }) => {
        if (!wanted.has(name)) return false;
        unpacked += originalSize;
        if (unpacked > MAX_UNPACKED_BYTES)
          throw new Error(`it unpacks to more than ${MAX_UNPACKED_BYTES / 2 ** 30} GiB`);
        return true;
      },
    });
  } catch (cause) {
    throw damaged(source, cause);
  }
  const json = entries[META_ENTRY];
  if (!json) throw new UserError(`${source} is a zip file but not a perfscope recording.`, 3);
  const meta = parseMeta(strFromU8(json), source);
  try {
    const tables: Partial<Record<TableName, unknown>> = {};
    for (const name of TABLE_NAMES) {
      const bytes = entries[tableEntry(name)];
      if (!bytes && hasTable(name, meta.version)) throw new Error(`its table "${name}" is missing`);
      tables[name] = bytes
        ? decodeTable(SCHEMAS[name], bytes, laterColumns(name, meta.version))
        : emptyTable(SCHEMAS[name]);
    }
    validateTables(tables as Tables);
    return { meta, tables: tables as Tables };
  } catch (cause) {
    throw damaged(source, cause);
  }
}

function damaged(source: string, cause: unknown): UserError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new UserError(`${source} is damaged: ${why}.`, 3, { cause });
}
