import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { strToU8, Zip, ZipDeflate } from 'fflate';
import {
  type RecordingMeta,
  SCHEMAS,
  type Schema,
  TABLE_NAMES,
  type Table,
  TableBuilder,
  type TableName,
  type Tables,
} from '../model/index.ts';
import { META_ENTRY, tableEntry } from './archive.ts';
import { ArrowStream } from './arrow.ts';
import { lastDevices, lastLanes, lastPools, lastProcesses, type SpoolReader } from './spool.ts';

/** Rows of one Arrow record batch: large enough to compress well, small enough to keep memory flat. */
const BATCH_ROWS = 65536;

/** What becomes of tables of a spool on their way into the file. Samples of a lane stay in order. */
export type Amend = {
  readonly [N in 'samples' | 'kernels' | 'transfers']?: (chunks: Iterable<Tables[N]>) => Iterable<Tables[N]>;
};

/**
 * Writes the `.perfscope` file of a spool, a batch at a time: memory does not grow with the length of the run. The file
 * appears under its name only when it is whole. Throws what the file system throws (a full disk); the spool is untouched.
 */
export function finishSpool(reader: SpoolReader, meta: RecordingMeta, path: string, amend: Amend = {}): void {
  const partial = `${path}.partial`;
  const fd = openSync(partial, 'w');
  try {
    const zip = new Zip((error, data) => {
      if (error) throw error;
      for (let at = 0; at < data.length; ) at += writeSync(fd, data, at, data.length - at);
    });
    const json = new ZipDeflate(META_ENTRY, { level: 6 });
    zip.add(json);
    json.push(strToU8(JSON.stringify(meta, null, 2)), true);
    for (const name of TABLE_NAMES) writeTable(zip, name, tableChunks(reader, name, meta.clock.end, amend));
    zip.end();
    closeSync(fd);
  } catch (error) {
    closeSync(fd);
    rmSync(partial, { force: true });
    throw error;
  }
  renameSync(partial, path);
}

function writeTable(zip: Zip, name: TableName, chunks: Iterable<Table<Schema>>): void {
  const entry = new ZipDeflate(tableEntry(name), { level: 6 });
  zip.add(entry);
  const schema: Schema = SCHEMAS[name];
  const stream = new ArrowStream(schema);
  entry.push(stream.start());
  const rows = new TableBuilder(schema);
  const flush = () => {
    entry.push(stream.batch(rows.finish()));
    rows.clear();
  };
  for (const chunk of chunks) {
    rows.append(chunk);
    if (rows.length >= BATCH_ROWS) flush();
  }
  flush();
  entry.push(stream.end(), true);
}

function tableChunks(
  reader: SpoolReader,
  name: TableName,
  end: number,
  amend: Amend,
): Iterable<Table<Schema>> {
  const change = amend[name as keyof Amend] as ((chunks: unknown) => unknown) | undefined;
  if (change) return change(reader.chunks(name)) as Iterable<Table<Schema>>;
  const versioned = { lanes: lastLanes, processes: lastProcesses, pools: lastPools, devices: lastDevices };
  const chunks =
    name in versioned ? [versioned[name as keyof typeof versioned](reader, end)] : reader.chunks(name);
  return chunks as Iterable<unknown> as Iterable<Table<Schema>>;
}
