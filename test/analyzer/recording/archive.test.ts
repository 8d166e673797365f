import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { SCHEMAS, TABLE_NAMES, TableBuilder, UserError } from '../../../analyzer/model/index.ts';
import { decodeTable, encodeTable } from '../../../analyzer/recording/arrow.ts';
import { decodeRecording, encodeRecording, FORMAT_VERSION } from '../../../analyzer/recording/index.ts';
import { withSources } from '../../harness/lines.ts';
import { anyRecording, META, recordingOf } from '../../harness/recordings.ts';

test('decoding gives back what was encoded', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const back = decodeRecording(encodeRecording(recording), 'test');
      expect(back.meta).toEqual(recording.meta);
      for (const name of TABLE_NAMES) expect(back.tables[name]).toEqual(recording.tables[name]);
    }),
    { numRuns: 60 },
  );
});

test('times up to 2^53 ns and below zero survive', () => {
  const rows = new TableBuilder(SCHEMAS.counters);
  const times = [0, 1, -1, -(2 ** 40) - 3, 2 ** 32, 2 ** 53 - 1, -(2 ** 53) + 1];
  for (const time of times) rows.push({ lane: 0, time, value: time / 3 });
  expect([...decodeTable(SCHEMAS.counters, encodeTable(SCHEMAS.counters, rows.finish())).time]).toEqual(
    times,
  );
});

test('columns that a version did not have yet get the values that say so', () => {
  const rows = new TableBuilder({ lane: 'u32', bytes: 'f64' });
  rows.push({ lane: 0, bytes: 3 });
  const unknown = { device: -1, callStart: -1, asynchronous: 2, peer: -1 };
  const { lane, bytes, device, callStart, asynchronous, peer } = SCHEMAS.transfers;
  const schema = { lane, bytes, device, callStart, asynchronous, peer };
  const table = decodeTable(schema, encodeTable(rows.schema, rows.finish()), unknown);
  expect([table.bytes[0], table.device[0], table.callStart[0], table.asynchronous[0]]).toEqual([
    3, -1, -1, 2,
  ]);
});

test('a file with changed or missing bytes gives a sentence and exit code 3, or a recording that refers correctly', () => {
  const whole = encodeRecording(
    recordingOf(
      [{}, {}],
      [
        { lane: 0, time: 5, cpu: 5, stack: ['a', 'b'] },
        { lane: 1, time: 9 },
      ],
    ),
  );
  fc.assert(
    fc.property(
      fc.nat(whole.length - 1),
      fc.integer({ min: 1, max: 255 }),
      fc.boolean(),
      (at, change, cut) => {
        const bytes = cut ? whole.slice(0, at) : Uint8Array.from(whole);
        if (!cut) bytes[at] = (bytes[at] as number) ^ change;
        try {
          decodeRecording(bytes, 'broken');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect((error as UserError).exitCode).toBe(3);
          expect((error as UserError).message).toMatch(/^broken /);
        }
      },
    ),
    { numRuns: 400 },
  );
});

test('changed bytes of an Arrow table never make decoding run away', () => {
  const { tables } = withSources(
    recordingOf([{}, { name: 'two' }], [{ lane: 0, time: 5, stack: ['a', 'b'] }]),
    { 'a.py': 'def a():\n    b()\n', 'b.py': { kept: 'large', bytes: 7e9 } },
  );
  for (const name of ['lanes', 'samples', 'strings', 'sources'] as const) {
    const whole = encodeTable(SCHEMAS[name], tables[name] as never);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(255), (at, value) => {
        const bytes = Uint8Array.from(whole);
        bytes[at] = value;
        try {
          expect(decodeTable(SCHEMAS[name], bytes).length).toBeLessThan(10);
        } catch (error) {
          expect(error).toBeInstanceOf(Error);
        }
      }),
      { numRuns: 1500 },
    );
  }
});

test.each([
  ['a stack whose parent does not precede it', 'stacks', 'parent', 7],
  ['a frame without a name', 'frames', 'name', 99],
  ['a sample on no lane', 'samples', 'lane', 3],
  ['a sample with no such stack', 'samples', 'stack', 12],
  ['a state that is none', 'samples', 'state', 200],
  ['a lane out of place', 'lanes', 'id', 4],
  ['what is kept of a source and is nothing', 'sources', 'state', 200],
] as const)('%s is refused', (_what, table, column, value) => {
  const recording = withSources(recordingOf([{}], [{ lane: 0, time: 5, stack: ['a'] }]), { 'a.py': '' });
  (recording.tables[table] as unknown as Record<string, Uint32Array>)[column]?.fill(value);
  expect(() => decodeRecording(encodeRecording(recording), 'x')).toThrow(/^x is damaged: row 0 of /);
});

test('rows of a lane that go back in time are refused', () => {
  const recording = recordingOf(
    [{}],
    [
      { lane: 0, time: 9 },
      { lane: 0, time: 5 },
    ],
  );
  expect(() => decodeRecording(encodeRecording(recording), 'x')).toThrow('before the row that precedes it');
});

test('a newer format is refused by its version, and what is no recording by what it is', () => {
  const newer = recordingOf([], [], { version: FORMAT_VERSION + 1 });
  expect(() => decodeRecording(encodeRecording(newer), 'x')).toThrow(`format version ${FORMAT_VERSION + 1}`);
  expect(() => decodeRecording(new TextEncoder().encode('{}'), 'x')).toThrow(
    'x is not a perfscope recording',
  );
  expect(() => decodeRecording(zipSync({ 'a.txt': new Uint8Array(3) }), 'x')).toThrow('zip file but not');
  const json = new TextEncoder().encode(JSON.stringify(META));
  expect(() => decodeRecording(zipSync({ 'recording.json': json }), 'x')).toThrow(
    'table "strings" is missing',
  );
});
