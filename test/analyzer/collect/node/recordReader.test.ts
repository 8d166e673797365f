import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { RecordReader } from '../../../../analyzer/collect/node/recordReader.ts';
import type { NodeRecord } from '../../../../analyzer/collect/node/records.ts';

const line = (fields: object) => Buffer.from(`${JSON.stringify(fields)}\n`);
/** A record of kind `end` at a time whose bytes contain line feeds. */
const TIME = Buffer.from([10, 10, 10, 10, 10, 10, 0x60, 0x42]).readDoubleLE();
const events = Buffer.from(new Float64Array([7 + 16, TIME]).buffer);
const announced = Buffer.concat([line({ k: 'events', thread: 1, left: 2, bytes: events.length }), events]);
const file = Buffer.concat([
  line({ k: 'helper', tid: 5, time: 100 }),
  announced,
  line({ k: 'problem', text: 'ä' }),
]);

function read(...pieces: readonly Uint8Array[]) {
  const records: (NodeRecord | null)[] = [];
  const reader = new RecordReader((record) => records.push(record));
  for (const piece of pieces) reader.read(piece);
  return { records, reader };
}

describe("an agent's file", () => {
  test('has lines, and events that a line announces, wherever the pieces of it end', () => {
    const expected = [
      { kind: 'helper', tid: 5, time: 100 },
      { kind: 'events', thread: 1, left: 2, events: [{ kind: 'end', time: Math.round(TIME) }] },
      { kind: 'problem', text: 'ä' },
    ];
    for (let cut = 0; cut <= file.length; cut++) {
      const { records, reader } = read(file.subarray(0, cut), file.subarray(cut));
      expect(records).toEqual(expected);
      expect(reader.isWithin).toBe(false);
    }
    expect(read(...[...file].map((byte) => Uint8Array.of(byte))).records).toEqual(expected);
  });

  test('that was cut short says so', () => {
    for (const cut of [5, announced.length - events.length, announced.length - 1])
      expect(read(announced.subarray(0, cut)).reader.isWithin).toBe(true);
  });

  test('is not believed where it announces more than a thread has room for', () => {
    const much = line({ k: 'events', thread: 1, left: 0, bytes: 2 ** 40 });
    expect(read(much, line({ k: 'helper', tid: 5, time: 100 })).records).toEqual([
      null,
      { kind: 'helper', tid: 5, time: 100 },
    ]);
  });

  test('of any bytes gives records and no error', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.constantFrom(announced, events, line({ k: 'events', thread: 0, left: 0, bytes: 0 })),
    );
    fc.assert(fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => void read(...pieces)));
  });
});
