import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { NearestStacks } from '../../../../analyzer/collect/gpu/nearestStack.ts';
import { HEADER_BYTES, readRecords } from '../../../../analyzer/collect/opencl/records.ts';
import { OpenClRows } from '../../../../analyzer/collect/opencl/rows.ts';
import { OpenClTail } from '../../../../analyzer/collect/opencl/tail.ts';
import {
  joined,
  logsOf,
  openClProgram,
  removeOpenClFolders,
  runWithLayer,
  testOpenCl,
} from '../../../harness/opencl.ts';
import { temporaryFolder } from '../../../harness/perfscope.ts';

/** Logs as no layer writes them: the program can write to the folder, and disks and processes end in the middle. */
const folder = temporaryFolder();
afterAll(() => {
  folder.remove();
  removeOpenClFolders();
});

let folders = 0;
function newFolder(): string {
  const path = join(folder.path, `logs-${folders++}`);
  mkdirSync(path);
  return path;
}

async function commandsLog(): Promise<[name: string, log: Buffer]> {
  const { records } = await runWithLayer([openClProgram(folder.path, 'commands')]);
  return [...logsOf(records)][0] as [string, Buffer];
}

function joinedLog(name: string, log: Uint8Array) {
  const path = newFolder();
  writeFileSync(join(path, name), log);
  return joined(path);
}

testOpenCl('a log that is cut off gives what was whole in it', async () => {
  const [name, log] = await commandsLog();
  const whole = joinedLog(name, log).tables.transfers.length;
  fc.assert(
    fc.property(fc.nat(log.length), (length) => {
      const { tables, health } = joinedLog(name, log.subarray(0, length));
      expect(tables.transfers.length).toBeLessThanOrEqual(whole);
      expect(health.damaged).toBe(0);
    }),
    { numRuns: 60 },
  );
});

testOpenCl('changed bytes never throw or hang, and what is told refers to what is there', async () => {
  const [name, log] = await commandsLog();
  const change = fc.record({ at: fc.nat(log.length - 1), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const changed = Buffer.from(log);
      for (const { at, value } of changes) changed[at] = value;
      // Validates every reference.
      const { tables } = joinedLog(name, changed);
      for (let i = 0; i < tables.kernels.length; i++)
        expect(tables.kernels.end[i]).toBeGreaterThanOrEqual(tables.kernels.start[i] as number);
    }),
    { numRuns: 150 },
  );
});

test('any bytes behind a header are read to an end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
      const { taken } = readRecords(bytes, () => {});
      expect(taken).toBeLessThanOrEqual(bytes.length);
      expect(taken % 8).toBe(0);
    }),
  );
});

/** A record of a kind with a u32 here and there. */
function recordOf(kind: number, length: number, fields: Readonly<Record<number, number>>): Buffer {
  const record = Buffer.alloc(length);
  record.writeUInt16LE(length, 0);
  record[2] = kind;
  for (const [at, value] of Object.entries(fields)) record.writeUInt32LE(value, Number(at));
  record[length - 1] = 0x5a;
  return record;
}
const HEADER = Buffer.alloc(HEADER_BYTES);
HEADER.write('perfscope-opencl 1\n');
const NAME = '77-1.0.opencl';

test('commands that never end, and names without end, use a bounded amount of memory', () => {
  const device = recordOf(3, 56, { 4: 1 });
  const queue = recordOf(4, 40, { 4: 1, 8: 1 });
  const commands = Array.from({ length: 300_000 }, (_, i) => recordOf(6, 104, { 8: i, 12: 1 }));
  const queues = Array.from({ length: 70_000 }, (_, i) => recordOf(4, 40, { 4: i, 8: 1 }));
  const { health } = joinedLog(NAME, Buffer.concat([HEADER, device, queue, ...commands, ...queues]));
  expect(health.unfinished).toBe(2 ** 18);
  expect(health.damaged).toBeGreaterThan(0);
});

test('a record that refers to what was never written is counted and left out', () => {
  const done = recordOf(7, 64, { 8: 5 });
  const command = recordOf(6, 104, { 8: 5, 12: 9 });
  const { health, tables } = joinedLog(NAME, Buffer.concat([HEADER, done, command]));
  expect(health).toMatchObject({ records: 2, damaged: 2 });
  expect(tables.kernels.length + tables.transfers.length).toBe(0);
});

test('links, folders, pipes and strange names are not followed', () => {
  const path = newFolder();
  const elsewhere = join(folder.path, 'elsewhere');
  writeFileSync(elsewhere, HEADER);
  symlinkSync(elsewhere, join(path, '1-1.0.opencl'));
  mkdirSync(join(path, '2-1.0.opencl'));
  writeFileSync(join(path, 'x-1.0.opencl'), HEADER);
  writeFileSync(join(path, '3-1.0.opencl'), 'not a log');
  const { tables } = joined(path);
  expect(tables.lanes.length).toBe(0);
});

testOpenCl('files that were read to their end are removed', async () => {
  const { records, tables, ended } = await runWithLayer([openClProgram(folder.path, 'many'), '20000']);
  expect(ended.stdout).toBe('20000\n');
  expect(tables.kernels.length).toBe(20_000);
  // Some 3.4 MB, of which the file that is written last stays.
  expect(readdirSync(records).filter((name) => name.endsWith('.opencl'))).toHaveLength(1);
});

test('a file is not removed while something in it is not read', () => {
  const path = newFolder();
  const device = recordOf(3, 56, { 4: 1 });
  const rows = new OpenClRows(new NearestStacks());
  const tail = new OpenClTail(path, rows, null);
  const half = Buffer.concat([HEADER, device, Buffer.alloc(64)]);
  writeFileSync(join(path, '7-1.0.opencl'), half);
  tail.poll();
  writeFileSync(join(path, '7-1.0.opencl'), Buffer.concat([HEADER, device, device, Buffer.alloc(8)]));
  writeFileSync(join(path, '7-1.1.opencl'), HEADER);
  tail.poll();
  expect(tail.health().records).toBe(2);
  expect(readdirSync(path)).toEqual(['7-1.1.opencl']);
});
