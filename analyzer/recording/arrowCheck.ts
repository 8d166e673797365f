/**
 * Checks an Arrow IPC stream before it is decoded. A decoder of flatbuffers believes every length that it reads; a changed
 * byte can make it allocate without end. Here every offset and length that decoding follows is held against the bytes that
 * are there. Nested types, dictionaries and compressed buffers, which recordings do not use, are refused.
 *
 * Tables and field numbers: Schema.fbs and Message.fbs of Apache Arrow; layout of tables and vectors: FlatBuffers'
 * internals page (flatbuffers.dev/internals).
 */
const CONTINUATION = 0xffffffff;
const SCHEMA = 1;
const RECORD_BATCH = 3;
const MAX_FIELDS = 256;
/** Bytes of a FieldNode and of a Buffer. */
const STRUCT = 16;

const refuse = (what: string): never => {
  throw new Error(`its Arrow data is broken: ${what}`);
};

/** The flatbuffer of one message. */
class Metadata {
  private readonly view: DataView;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u8(at: number): number {
    return this.view.getUint8(this.within(at, 1));
  }

  /** An i64 that must be a count or a length. */
  size(at: number): number {
    this.within(at, 8);
    const value = this.view.getUint32(at, true) + this.view.getInt32(at + 4, true) * 2 ** 32;
    return value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : refuse('a length is negative');
  }

  root(): number {
    return this.reference(0);
  }

  /** Where an offset that is stored at `at` points to. */
  reference(at: number): number {
    return this.within(at + this.view.getUint32(this.within(at, 4), true), 4);
  }

  /** Where field `n` of a table is stored; 0 when it is absent. */
  field(table: number, n: number): number {
    const vtable = this.within(table - this.view.getInt32(this.within(table, 4), true), 4);
    const slot = 4 + 2 * n;
    if (slot + 2 > this.view.getUint16(vtable, true)) return 0;
    const offset = this.view.getUint16(this.within(vtable + slot, 2), true);
    return offset === 0 ? 0 : this.within(table + offset, 1);
  }

  /** First element and number of elements of the vector in field `n`; none when it is absent. */
  vector(table: number, n: number, width: number): { first: number; count: number } {
    const field = this.field(table, n);
    if (field === 0) return { first: 0, count: 0 };
    const start = this.reference(field);
    const count = this.view.getUint32(start, true);
    this.within(start + 4, count * width);
    return { first: start + 4, count };
  }

  private within(at: number, length: number): number {
    if (at < 0 || at + length > this.view.byteLength) refuse('an offset points outside');
    return at;
  }
}

function checkSchema(metadata: Metadata, schema: number): number {
  const fields = metadata.vector(schema, 1, 4);
  if (fields.count > MAX_FIELDS) refuse('it has too many columns');
  metadata.vector(schema, 2, 4);
  for (let i = 0; i < fields.count; i++) {
    const field = metadata.reference(fields.first + 4 * i);
    metadata.vector(field, 0, 1);
    const type = metadata.field(field, 3);
    if (type !== 0) metadata.field(metadata.reference(type), 0);
    if (metadata.field(field, 4) !== 0) refuse('a column has a dictionary');
    if (metadata.vector(field, 5, 4).count > 0) refuse('a column is nested');
    metadata.vector(field, 6, 4);
  }
  return fields.count;
}

/** Gives the rows of the batch. */
function checkBatch(metadata: Metadata, batch: number, columns: number, body: number): number {
  const lengthField = metadata.field(batch, 0);
  const rows = lengthField === 0 ? 0 : metadata.size(lengthField);
  if (rows > body) refuse('it has more rows than bytes');
  const nodes = metadata.vector(batch, 1, STRUCT);
  if (nodes.count !== columns) refuse('a batch has another number of columns than the schema');
  for (let i = 0; i < nodes.count; i++) {
    if (metadata.size(nodes.first + STRUCT * i) !== rows) refuse('columns have different lengths');
    if (metadata.size(nodes.first + STRUCT * i + 8) !== 0) refuse('a column has empty values');
  }
  const buffers = metadata.vector(batch, 2, STRUCT);
  for (let i = 0; i < buffers.count; i++) {
    const at = buffers.first + STRUCT * i;
    if (metadata.size(at) + metadata.size(at + 8) > body) refuse('a buffer lies outside');
  }
  if (metadata.field(batch, 3) !== 0) refuse('a batch is compressed');
  if (metadata.vector(batch, 4, 8).count > 0) refuse('a batch has views');
  return rows;
}

/** Throws an Error with a phrase when decoding the stream could read or allocate beyond its bytes. */
export function checkArrowStream(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let columns = -1;
  let at = 0;
  while (at < bytes.length) {
    if (at + 8 > bytes.length || view.getUint32(at, true) !== CONTINUATION)
      refuse('a message does not begin');
    const length = view.getUint32(at + 4, true);
    if (length === 0) return;
    at += 8;
    if (at + length > bytes.length) refuse('a message is cut off');
    const metadata = new Metadata(bytes.subarray(at, at + length));
    at += length;
    const message = metadata.root();
    const typeField = metadata.field(message, 1);
    const headerField = metadata.field(message, 2);
    const bodyField = metadata.field(message, 3);
    metadata.vector(message, 4, 4);
    const body = bodyField === 0 ? 0 : metadata.size(bodyField);
    if (headerField === 0 || at + body > bytes.length) refuse('a message has no content');
    const header = metadata.reference(headerField);
    const type = typeField === 0 ? 0 : metadata.u8(typeField);
    if (type === SCHEMA && columns < 0) columns = checkSchema(metadata, header);
    else if (type === RECORD_BATCH && columns >= 0) checkBatch(metadata, header, columns, body);
    else refuse('a message is neither schema nor rows');
    at += body;
  }
  if (columns < 0) refuse('it has no schema');
}
