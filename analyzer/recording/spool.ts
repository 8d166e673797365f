import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import {
  nanos,
  type Recording,
  type RecordingMeta,
  type Row,
  rowOf,
  SCHEMAS,
  type Schema,
  TABLE_NAMES,
  type Table,
  TableBuilder,
  type TableName,
  type Tables,
  UserError,
} from '../model/index.ts';
import { parseMeta } from './meta.ts';
import {
  decodeChunk,
  encodeChunk,
  encodeFrame,
  FRAME_HEADER,
  FRAME_OVERHEAD,
  frameHeader,
  isFrameEnd,
  META_FRAME,
} from './spoolFrame.ts';
import { validateTables } from './validate.ts';
import { laterColumns } from './versions.ts';

/**
 * Appends to a spool file. Every `write` reaches the kernel before it returns, so a kill loses nothing that was written.
 * A full disk stops the writing and nothing else: the file is cut back to its last whole frame and `failure` says why.
 */
export class SpoolWriter {
  readonly path: string;
  /** Why writing stopped, as a phrase; null while all is well. */
  failure: string | null = null;
  bytes = 0;
  private readonly fd: number;

  /** Throws what the file system throws when the file cannot be made, or exists. */
  constructor(path: string) {
    this.path = path;
    this.fd = openSync(path, 'wx');
  }

  writeMeta(meta: RecordingMeta): void {
    this.append(encodeFrame(META_FRAME, new TextEncoder().encode(JSON.stringify(meta))));
  }

  write<N extends TableName>(name: N, rows: Tables[N]): void {
    if (rows.length === 0) return;
    const chunk = encodeChunk(SCHEMAS[name] as Schema, rows as Table<Schema>);
    this.append(encodeFrame(1 + TABLE_NAMES.indexOf(name), chunk));
  }

  close(): void {
    closeSync(this.fd);
  }

  private append(frame: Uint8Array): void {
    if (this.failure !== null) return;
    let written = 0;
    try {
      while (written < frame.length) written += writeSync(this.fd, frame, written, frame.length - written);
      this.bytes += frame.length;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
      ftruncateSync(this.fd, this.bytes);
    }
  }
}

interface Frame {
  readonly kind: number;
  readonly at: number;
  readonly length: number;
}

/** Reads a spool frame by frame; holds the places of its frames in memory, never their contents. */
export class SpoolReader {
  readonly path: string;
  readonly meta: RecordingMeta;
  /** Bytes at the end that are no whole frame: what a crash cut short. */
  readonly cutBytes: number;
  private readonly fd: number;
  private readonly frames: Frame[] = [];

  /** Throws a UserError (exit code 3) when the file cannot be read or is no spool. */
  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, 'r');
    } catch (cause) {
      throw new UserError(`cannot read ${path}: ${cause instanceof Error ? cause.message : cause}.`, 3, {
        cause,
      });
    }
    const size = fstatSync(this.fd).size;
    const mark = new Uint8Array(FRAME_HEADER);
    let at = 0;
    while (at + FRAME_OVERHEAD <= size) {
      readSync(this.fd, mark, 0, FRAME_HEADER, at);
      const header = frameHeader(mark);
      if (!header || at + FRAME_OVERHEAD + header.length > size) break;
      readSync(this.fd, mark, 0, 4, at + FRAME_HEADER + header.length);
      if (!isFrameEnd(mark, header.length)) break;
      this.frames.push({ kind: header.kind, at: at + FRAME_HEADER, length: header.length });
      at += FRAME_OVERHEAD + header.length;
    }
    this.cutBytes = size - at;
    const meta = this.frames.findLast((frame) => frame.kind === META_FRAME);
    if (!meta) {
      closeSync(this.fd);
      throw new UserError(`${path} is not a perfscope spool, or was cut before anything was recorded.`, 3);
    }
    this.meta = parseMeta(new TextDecoder().decode(this.payload(meta)), path);
  }

  /** The chunks of one table, in the order in which they were written. */
  *chunks<N extends TableName>(name: N): Generator<Tables[N]> {
    const kind = 1 + TABLE_NAMES.indexOf(name);
    const later = laterColumns(name, this.meta.version);
    for (const frame of this.frames) {
      if (frame.kind === kind)
        yield decodeChunk(SCHEMAS[name] as Schema, this.payload(frame), later) as Table<Schema> as Tables[N];
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  private payload(frame: Frame): Uint8Array {
    const bytes = new Uint8Array(frame.length);
    let read = 0;
    while (read < frame.length) {
      const count = readSync(this.fd, bytes, read, frame.length - read, frame.at + read);
      if (count === 0) throw new UserError(`${this.path} became shorter while it was read.`, 3);
      read += count;
    }
    return bytes;
  }
}

/**
 * Lanes, processes, pools and devices were written each time something new was known of them: keeps the last row of each key, in order
 * of first appearance. What had not ended when the recording did ends at `end`.
 */
function lastVersions<S extends Schema>(
  schema: S,
  chunks: Iterable<Table<S>>,
  key: (row: Row<S>) => string | number,
  end: number,
): Table<S> {
  const rows = new TableBuilder(schema);
  const known = new Map<string | number, number>();
  for (const chunk of chunks) {
    for (let i = 0; i < chunk.length; i++) {
      const row = rowOf(schema, chunk, i);
      const at = known.get(key(row));
      if (at === undefined) known.set(key(row), rows.push(row));
      else rows.set(at, row);
    }
  }
  const table = rows.finish();
  const ends = table.end as Float64Array | undefined;
  if (ends) for (let i = 0; i < table.length; i++) if ((ends[i] as number) < 0) ends[i] = end;
  return table;
}

/** The lanes of a spool, one row each, the row number being the id. */
export const lastLanes = (reader: SpoolReader, end: number): Tables['lanes'] =>
  lastVersions(SCHEMAS.lanes, reader.chunks('lanes'), (row) => row.id, end);

/** The pools of a spool, one row each, the row number being the id. */
export const lastPools = (reader: SpoolReader): Tables['pools'] =>
  // One that was not seen to end has no time of its end: most programs just leave their executors.
  lastVersions(SCHEMAS.pools, reader.chunks('pools'), (row) => row.id, -1);

/** The devices of a spool, one row each, the row number being the id. */
export const lastDevices = (reader: SpoolReader): Tables['devices'] =>
  lastVersions(SCHEMAS.devices, reader.chunks('devices'), (row) => row.id, -1);

/** The processes of a spool, one row each. */
export const lastProcesses = (reader: SpoolReader, end: number): Tables['processes'] =>
  lastVersions(SCHEMAS.processes, reader.chunks('processes'), (row) => `${row.process} ${row.start}`, end);

/**
 * What a spool's metadata says once it is known that nobody will finish the run any more. `lastTime`: Nanos of the last
 * data, which may be later than the last metadata.
 */
function interruptedMeta(reader: SpoolReader, lastTime: number): RecordingMeta {
  if (reader.meta.complete) return reader.meta;
  const { clock } = reader.meta;
  const cut = reader.cutBytes > 0 ? `, and ${reader.cutBytes} bytes at its end were cut off` : '';
  const warning = `perfscope was stopped before the run was finished: what it had written until then is here${cut}.`;
  const end = nanos(Math.max(clock.end, lastTime));
  return { ...reader.meta, clock: { ...clock, end }, warnings: [...reader.meta.warnings, warning] };
}

/** Opens a spool as a recording. Throws a UserError (exit code 3) when it is damaged. */
export function readSpool(path: string): Recording {
  const reader = new SpoolReader(path);
  try {
    const tables: Partial<Record<TableName, unknown>> = {};
    for (const name of TABLE_NAMES) {
      const builder = new TableBuilder(SCHEMAS[name] as Schema);
      for (const chunk of reader.chunks(name)) builder.append(chunk as unknown as Table<Schema>);
      tables[name] = builder.finish();
    }
    const { time } = (tables as Tables).samples;
    const meta = interruptedMeta(
      reader,
      time.reduce((latest, each) => Math.max(latest, each), 0),
    );
    tables.lanes = lastLanes(reader, meta.clock.end);
    tables.processes = lastProcesses(reader, meta.clock.end);
    tables.pools = lastPools(reader);
    tables.devices = lastDevices(reader);
    validateTables(tables as Tables);
    return { meta, tables: tables as Tables };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${path} is damaged: ${cause instanceof Error ? cause.message : cause}.`, 3, {
      cause,
    });
  } finally {
    reader.close();
  }
}
