import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Recording,
  SCHEMAS,
  type Schema,
  TABLE_NAMES,
  type Table,
  TableBuilder,
  UserError,
} from '../../../analyzer/model/index.ts';
import { finishSpool } from '../../../analyzer/recording/finish.ts';
import { openRecording } from '../../../analyzer/recording/open.ts';
import { SpoolReader, SpoolWriter } from '../../../analyzer/recording/spool.ts';
import { decodeChunk, encodeChunk, encodeFrame } from '../../../analyzer/recording/spoolFrame.ts';
import { temporaryFolder } from '../../harness/perfscope.ts';
import { anyRecording, META, recordingOf } from '../../harness/recordings.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const path = join(folder.path, 'run.perfscope.spool');

function writeSpool({ meta, tables }: Recording): void {
  rmSync(path, { force: true });
  const spool = new SpoolWriter(path);
  spool.writeMeta({ ...meta, complete: false });
  for (const name of TABLE_NAMES) spool.write(name, tables[name]);
  spool.writeMeta(meta);
  spool.close();
}

test('a chunk of any table decodes to what was encoded', () => {
  fc.assert(
    fc.property(anyRecording, ({ tables }) => {
      for (const name of TABLE_NAMES) {
        const schema: Schema = SCHEMAS[name];
        const table = tables[name] as unknown as Table<Schema>;
        expect(decodeChunk(schema, encodeChunk(schema, table))).toEqual(table);
      }
    }),
    { numRuns: 30 },
  );
});

test('a finished spool is the same recording as the spool itself', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      writeSpool(recording);
      const spooled = openRecording(path);
      const file = join(folder.path, 'run.perfscope');
      const reader = new SpoolReader(path);
      finishSpool(reader, reader.meta, file);
      reader.close();
      expect(openRecording(file)).toEqual(spooled);
      expect(spooled.tables.samples).toEqual(recording.tables.samples);
    }),
    { numRuns: 20 },
  );
});

test('a lane that was written again keeps its last row; one that never ended ends with the recording', () => {
  const recording = recordingOf([{ end: -1 }, {}], []);
  rmSync(path, { force: true });
  const spool = new SpoolWriter(path);
  spool.writeMeta(META);
  spool.write('lanes', recording.tables.lanes);
  spool.write('lanes', recordingOf([{ name: 'renamed', end: -1 }], []).tables.lanes);
  spool.close();
  const { lanes } = openRecording(path).tables;
  expect(lanes.name).toEqual(['renamed', 'lane 1']);
  expect(lanes.end[0]).toBe(META.clock.end);
});

test('a device that was written again keeps its last row', () => {
  const devices = (name: string) => {
    const rows = new TableBuilder(SCHEMAS.devices);
    const unknown = { ordinal: 0, process: 0, memoryBytes: 0, computeUnits: 0, sharesMemory: 0, uuid: '' };
    rows.push({ id: 0, kind: 'cuda', name, ...unknown });
    return rows.finish();
  };
  rmSync(path, { force: true });
  const spool = new SpoolWriter(path);
  spool.writeMeta(META);
  spool.write('devices', devices(''));
  spool.write('devices', devices('a GPU'));
  spool.close();
  expect(openRecording(path).tables.devices.name).toEqual(['a GPU']);
});

test('a spool of an older version opens, and what it could not tell is unknown', () => {
  const columns = Object.entries(SCHEMAS.transfers);
  const before = Object.fromEntries(
    columns.slice(
      0,
      columns.findIndex(([name]) => name === 'device'),
    ),
  );
  const rows = new TableBuilder(before as Schema);
  rows.push({ ...Object.fromEntries(Object.keys(before).map((name) => [name, 0])), bytes: 7 });
  const { tables } = recordingOf([{}], [{ lane: 0, time: 1, stack: ['a'] }]);
  const payload = encodeChunk(before as Schema, rows.finish());
  writeSpool({ meta: { ...META, version: 3 }, tables });
  appendFileSync(path, encodeFrame(1 + TABLE_NAMES.indexOf('transfers'), payload));
  const { transfers } = openRecording(path).tables;
  expect([transfers.length, transfers.bytes[0], transfers.device[0], transfers.call[0]]).toEqual([
    1, 7, -1, -1,
  ]);
  expect(transfers.asynchronous[0]).toBe(2);
});

test('a spool cut at any byte opens with what precedes the cut, or says why not', () => {
  writeSpool(recordingOf([{}], [{ lane: 0, time: 5, cpu: 4, stack: ['a'] }], { complete: false }));
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 3) {
    writeFileSync(path, whole.subarray(0, length));
    try {
      const { meta } = openRecording(path);
      expect(meta.complete).toBe(false);
      expect(meta.warnings.join()).toContain('perfscope was stopped');
    } catch (error) {
      expect(error).toBeInstanceOf(UserError);
      expect((error as UserError).exitCode).toBe(3);
    }
  }
});

test('the end of an interrupted recording is its last sample when that is later than its last metadata', () => {
  const late = recordingOf([{ end: -1 }], [{ lane: 0, time: 5e9 }], { complete: false });
  rmSync(path, { force: true });
  const spool = new SpoolWriter(path);
  spool.writeMeta(late.meta);
  for (const name of TABLE_NAMES) spool.write(name, late.tables[name]);
  spool.close();
  const opened = openRecording(path);
  expect(opened.meta.clock.end).toBe(META.clock.start + 5e9);
  expect(opened.tables.lanes.end[0]).toBe(META.clock.start + 5e9);
});
