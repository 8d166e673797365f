import { columnFromArray, tableFromColumns, tableFromIPC, tableToIPC, utf8 } from '@uwdata/flechette';
import {
  type ColumnArray,
  type ColumnKind,
  constantColumn,
  newColumn,
  type Schema,
  type Table,
} from '../model/index.ts';
import { checkArrowStream } from './arrowCheck.ts';

/**
 * Tables as Apache Arrow IPC streams (arrow.apache.org/docs/format/Columnar.html#ipc-streaming-format): one schema
 * message, any number of record batches, an end mark. Batches are encoded one by one, so that a long recording is written
 * without ever being in memory, and joined here because a stream is nothing but its messages in a row.
 */
const END = new Uint8Array([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);
const SIZE_PREFIX = 8;

/** Splits nanoseconds, kept as doubles, into the two's complement words that Arrow stores. */
function toInt64(values: Float64Array): BigInt64Array {
  const out = new BigInt64Array(values.length);
  const words = new Int32Array(out.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const high = Math.floor(value / 4294967296);
    words[2 * i] = value - high * 4294967296;
    words[2 * i + 1] = high;
  }
  return out;
}

/** `inPlace`: over the memory of `values`, which saves as much again; a number is read before it is written over. */
function fromInt64(values: BigInt64Array, inPlace: boolean): Float64Array {
  const out = inPlace
    ? new Float64Array(values.buffer, values.byteOffset, values.length)
    : new Float64Array(values.length);
  const words = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  for (let i = 0; i < values.length; i++) {
    out[i] = (words[2 * i] as number) + ((words[2 * i + 1] as number) | 0) * 4294967296;
  }
  return out;
}

function encode<S extends Schema>(schema: S, table: Table<S>): Uint8Array {
  const columns = Object.entries(schema).map(([name, kind]) => {
    const values = table[name] as ColumnArray;
    const column =
      kind === 'utf8'
        ? columnFromArray(values as string[], utf8())
        : columnFromArray(kind === 'i64' ? toInt64(values as Float64Array) : values);
    return [name, column] as [string, typeof column];
  });
  const encoded = tableToIPC(tableFromColumns(columns), { format: 'stream' });
  if (!encoded) throw new Error('the Arrow encoder gave no bytes');
  return encoded;
}

/** Bytes of the schema message that an encoded stream starts with. */
function schemaMessageLength(stream: Uint8Array): number {
  return SIZE_PREFIX + new DataView(stream.buffer, stream.byteOffset).getInt32(4, true);
}

/** Writes one table as an Arrow stream, a batch at a time. */
export class ArrowStream<S extends Schema> {
  private readonly schema: S;

  constructor(schema: S) {
    this.schema = schema;
  }

  /** The message that a stream starts with. */
  start(): Uint8Array {
    const oneRow: Record<string, unknown> = { length: 1 };
    for (const [name, kind] of Object.entries(this.schema)) oneRow[name] = newColumn(kind, 1);
    const stream = encode(this.schema, oneRow as Table<S>);
    return stream.subarray(0, schemaMessageLength(stream));
  }

  /** One record batch; nothing for a table without rows. */
  batch(table: Table<S>): Uint8Array {
    if (table.length === 0) return new Uint8Array(0);
    const stream = encode(this.schema, table);
    return stream.subarray(schemaMessageLength(stream), stream.length - END.length);
  }

  end(): Uint8Array {
    return END;
  }
}

/** A whole table as one stream. */
export function encodeTable<S extends Schema>(schema: S, table: Table<S>): Uint8Array {
  const stream = new ArrowStream(schema);
  const parts = [stream.start(), stream.batch(table), stream.end()];
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

const arrays: Record<Exclude<ColumnKind, 'utf8' | 'i64'>, abstract new (...args: never[]) => unknown> = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f64: Float64Array,
};

/**
 * Reads a table back. Columns that the schema does not know are passed over: a later version may add some. `later`: columns that the
 * version of the recording did not have yet, each with the value that its rows get. `isOwn`: nobody else reads `bytes`, which may be
 * written over.
 *
 * Throws an Error with a phrase (`column "time" is missing`) when a column of the schema is absent, has another type or
 * another length than its neighbours.
 */
export function decodeTable<S extends Schema>(
  schema: S,
  bytes: Uint8Array,
  later: Readonly<Record<string, number>> = {},
  isOwn = false,
): Table<S> {
  checkArrowStream(bytes);
  // Int64 as BigInt64Array: flechette's own conversion to numbers throws above 2^53 and is slower than ours.
  const decoded = tableFromIPC(bytes, { useBigInt: true });
  const length = decoded.numRows;
  const table: Record<string, unknown> = { length };
  for (const [name, kind] of Object.entries(schema)) {
    const column = decoded.getChild(name);
    if (!column && (length === 0 || name in later)) {
      table[name] = constantColumn(kind, length, later[name] ?? 0);
      continue;
    }
    if (!column) throw new Error(`column "${name}" is missing`);
    if (column.length !== length) throw new Error(`column "${name}" has another length than the table`);
    if (length === 0) table[name] = newColumn(kind, 0);
    else {
      const values: unknown = column.toArray();
      if (kind === 'utf8') {
        if (!Array.isArray(values)) throw new Error(`column "${name}" is not text`);
        table[name] = values.map((value) => (typeof value === 'string' ? value : ''));
      } else if (kind === 'i64') {
        if (!(values instanceof BigInt64Array)) throw new Error(`column "${name}" is not int64`);
        table[name] = fromInt64(values, isOwn);
      } else {
        if (!(values instanceof arrays[kind])) throw new Error(`column "${name}" is not ${kind}`);
        table[name] = values;
      }
    }
  }
  return table as Table<S>;
}
