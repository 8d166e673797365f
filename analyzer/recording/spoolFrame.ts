import {
  type ColumnArray,
  type ColumnKind,
  constantColumn,
  newColumn,
  type Schema,
  type Table,
} from '../model/index.ts';

/**
 * The frames of a spool: what a run writes while it goes on, append-only.
 *
 *     'PSSP' | kind u32 | length u32 | payload (length bytes) | length ^ 'PSSP'
 *
 * The mark at the end tells a whole frame from one that a crash cut short. `kind` 0 is the recording's metadata as JSON
 * (the last one counts), 1 + n a chunk of table n of `TABLE_NAMES`: rows u32, then every column of the schema in order,
 * raw and little-endian; text as a u32 byte length and a JSON array.
 */
export const SPOOL_MAGIC = 0x50535350;
export const FRAME_HEADER = 12;
export const FRAME_OVERHEAD = FRAME_HEADER + 4;
export const META_FRAME = 0;

const WIDTH: Record<Exclude<ColumnKind, 'utf8'>, number> = { u8: 1, u16: 2, u32: 4, i32: 4, i64: 8, f64: 8 };

export function encodeFrame(kind: number, payload: Uint8Array): Uint8Array {
  const frame = new Uint8Array(payload.length + FRAME_OVERHEAD);
  const view = new DataView(frame.buffer);
  view.setUint32(0, SPOOL_MAGIC, true);
  view.setUint32(4, kind, true);
  view.setUint32(8, payload.length, true);
  frame.set(payload, FRAME_HEADER);
  view.setUint32(FRAME_HEADER + payload.length, (payload.length ^ SPOOL_MAGIC) >>> 0, true);
  return frame;
}

/** Kind and payload length of the frame whose header `bytes` start with, or null when no frame starts there. */
export function frameHeader(bytes: Uint8Array): { kind: number; length: number } | null {
  if (bytes.length < FRAME_HEADER) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== SPOOL_MAGIC) return null;
  return { kind: view.getUint32(4, true), length: view.getUint32(8, true) };
}

export function isFrameEnd(bytes: Uint8Array, length: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length >= 4 && view.getUint32(0, true) === (length ^ SPOOL_MAGIC) >>> 0;
}

export function encodeChunk<S extends Schema>(schema: S, table: Table<S>): Uint8Array {
  const parts: Uint8Array[] = [];
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, table.length, true);
  parts.push(head);
  for (const [name, kind] of Object.entries(schema)) {
    const values = table[name] as ColumnArray;
    if (kind === 'utf8') {
      const json = new TextEncoder().encode(JSON.stringify(values));
      const length = new Uint8Array(4);
      new DataView(length.buffer).setUint32(0, json.length, true);
      parts.push(length, json);
    } else {
      const column = (values as Uint8Array).subarray(0, table.length);
      parts.push(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  }
  const chunk = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    chunk.set(part, at);
    at += part.length;
  }
  return chunk;
}

/**
 * Throws an Error with a phrase when the payload is not a chunk of that schema. `later`: columns that it does not have, because an
 * older version wrote it, each with the value that its rows get.
 */
export function decodeChunk<S extends Schema>(
  schema: S,
  payload: Uint8Array,
  later: Readonly<Record<string, number>> = {},
): Table<S> {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let at = 0;
  const take = (length: number): number => {
    const from = at;
    at += length;
    if (at > payload.length) throw new Error('a chunk is shorter than its rows');
    return from;
  };
  const length = view.getUint32(take(4), true);
  const table: Record<string, unknown> = { length };
  for (const [name, kind] of Object.entries(schema)) {
    if (name in later) table[name] = constantColumn(kind, length, later[name] ?? 0);
    else if (kind === 'utf8') {
      const size = view.getUint32(take(4), true);
      const from = take(size);
      const values: unknown = JSON.parse(new TextDecoder().decode(payload.subarray(from, at)));
      if (!Array.isArray(values) || values.length !== length)
        throw new Error(`column "${name}" is not ${length} texts`);
      table[name] = values.map(String);
    } else {
      const size = length * WIDTH[kind];
      const from = take(size);
      const column = newColumn(kind, length) as Uint8Array;
      new Uint8Array(column.buffer).set(payload.subarray(from, from + size));
      table[name] = column;
    }
  }
  return table as Table<S>;
}
