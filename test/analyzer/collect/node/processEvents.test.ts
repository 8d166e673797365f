import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { EventRows } from '../../../../analyzer/collect/node/eventRows.ts';
import {
  type EventsRecord,
  parseEventRecord,
  parseEvents,
} from '../../../../analyzer/collect/node/events.ts';
import { type EventCounts, ProcessEvents } from '../../../../analyzer/collect/node/processEvents.ts';
import { Scripts } from '../../../../analyzer/collect/node/scripts/index.ts';
import { SeenFunctions } from '../../../../analyzer/collect/node/seenFunctions.ts';
import { Interner } from '../../../../analyzer/model/index.ts';

/** What threads write down of themselves, brought together. Thread 0 is on lane 10, thread 2 on lane 12. */
const NO_COUNTS: EventCounts = { messages: 0, estimated: 0, moved: 0, left: 0, unlogged: 0 };

function processOf() {
  const rows = new EventRows({ interner: new Interner(), newLane: () => 99 });
  const counts = { ...NO_COUNTS };
  const events = new ProcessEvents(rows, 5, new SeenFunctions(), counts);
  for (const number of [0, 2]) events.thread(number, 10 + number, 1000, 50 + number, new Scripts().thread());
  return { rows, counts, events };
}

/** Kind, then its fields. */
const encode = (events: readonly (readonly number[])[]) =>
  new Uint8Array(
    new Float64Array(events.flatMap(([kind = 0, ...fields]) => [kind + 16 * fields.length, ...fields]))
      .buffer,
  );
const eventsOf = (thread: number, events: readonly (readonly number[])[], left = 0): EventsRecord => ({
  kind: 'events',
  thread,
  left,
  events: parseEvents(encode(events)),
});
const sent = (
  time: number,
  port: number,
  index: number,
  { ref = -1, name = -1, error = -1, bytes = 100 } = {},
) => [1, ...[time, 5, port, index, bytes, 0, -1, ref, name, error, 0]];
const received = (time: number, port: number, index: number, took = 0) => [2, time, took, port, index];

type Process = ReturnType<typeof processOf>;

/** Lines of the file. */
function take({ events }: Process, ...lines: readonly object[]): void {
  for (const line of lines) {
    const record =
      'kind' in line ? (line as EventsRecord) : parseEventRecord(line as Record<string, unknown>);
    if (record === null) throw new Error(`no record: ${JSON.stringify(line)}`);
    expect(events.take(record)).toBe(true);
  }
}

function drained({ rows, events }: Process) {
  events.finish();
  const batch = rows.drain();
  if (batch === null) throw new Error('there are no rows');
  return batch;
}

const rowsOf = <T extends { readonly length: number }>(table: T, columns: readonly (keyof T)[]) =>
  Array.from({ length: table.length }, (_, row) =>
    columns.map((column) => (table[column] as unknown as ArrayLike<number>)[row]),
  );

const TO_WORKER = { k: 'port', thread: 0, port: 0, worker: 2, side: 0 };
const TO_MAKER = { k: 'port', thread: 2, port: 0, worker: 2, side: 1 };
const MADE = { k: 'worker', thread: 0, worker: 2, file: '/app/worker.js', site: -1, time: 900 };
const PORTS = [TO_WORKER, TO_MAKER];
const WORKER = [...PORTS, MADE];

describe('messages between threads', () => {
  test('a message is one transfer, whoever is read first', () => {
    for (const isSenderFirst of [true, false]) {
      const process = processOf();
      const out = eventsOf(0, [sent(2000, 0, 0), sent(2100, 0, 1)]);
      const into = eventsOf(2, [received(3000, 0, 0), received(3100, 0, 1, 40)]);
      take(process, ...PORTS, ...(isSenderFirst ? [out, into] : [into, out]));
      const batch = drained(process);
      expect(
        rowsOf(batch.transfers, ['lane', 'start', 'end', 'bytes', 'toLane', 'toStart', 'toEnd']),
      ).toEqual([
        [10, 2000, 2005, 100, 12, 3000, 3000],
        [10, 2100, 2105, 100, 12, 3060, 3100],
      ]);
      expect(process.counts.messages).toBe(2);
    }
  });

  test('a port that was handed on is the same end of its channel', () => {
    const process = processOf();
    take(
      process,
      ...PORTS,
      { k: 'port', thread: 0, port: 1, channel: 0, side: 0 },
      { k: 'port', thread: 0, port: 2, channel: 0, side: 1 },
      // It arrives before it is read that it was sent.
      { k: 'port', thread: 2, port: 1, by: [0, 0, 0] },
      { k: 'moved', thread: 0, port: 2, by: [0, 0, 0] },
      eventsOf(2, [sent(5000, 1, 0)]),
      eventsOf(0, [received(6000, 1, 0)]),
    );
    const batch = drained(process);
    expect(rowsOf(batch.transfers, ['lane', 'toLane', 'toEnd'])).toEqual([[12, 10, 6000]]);
  });

  test('messages for which there was no room are counted', () => {
    const process = processOf();
    take(process, ...PORTS, eventsOf(0, [sent(2000, 0, 0), sent(9000, 0, 7)], 6));
    const batch = drained(process);
    expect(rowsOf(batch.transfers, ['weight']).flat()).toEqual([6, 1, 1]);
    expect(process.counts).toMatchObject({ messages: 8, left: 6 });
  });
});

describe('tasks of workers', () => {
  test('what a worker is sent is a task, and what it answers its end, in order or by their numbers', () => {
    const process = processOf();
    take(
      process,
      ...WORKER,
      { k: 'text', thread: 2, number: 4, text: 'RangeError' },
      eventsOf(0, [sent(2000, 0, 0, { ref: 7 }), sent(2010, 0, 1, { ref: 8 })]),
      eventsOf(2, [received(2500, 0, 0), received(2600, 0, 1)]),
      eventsOf(2, [sent(4000, 0, 0, { ref: 8, error: 4 }), sent(5000, 0, 1, { ref: 7 })]),
      eventsOf(0, [received(4100, 0, 0), received(5100, 0, 1)]),
    );
    const batch = drained(process);
    expect(rowsOf(batch.tasks, ['lane', 'from', 'submit', 'start', 'end', 'returned'])).toEqual([
      [12, 10, 2010, 2600, 4000, 4100],
      [12, 10, 2000, 2500, 5000, 5100],
    ]);
    const [first, second] = rowsOf(batch.tasks, ['exception']).flat() as [number, number];
    expect(batch.interned.strings.value[first]).toBe('RangeError');
    expect(second).toBe(-1);
    expect(rowsOf(batch.pools, ['kind', 'size', 'submitted', 'completed'])).toEqual([['Worker', 1, 2, 2]]);
    expect(batch.transfers.length).toBe(0);
  });

  test('a task of a library was submitted when its pool was given it, and other messages of its workers are no tasks', () => {
    const process = processOf();
    take(
      process,
      ...PORTS,
      { k: 'site', thread: 0, number: 3, frames: [['run', '/x/node_modules/piscina/dist/index.js', 5, 1]] },
      { ...MADE, site: 3 },
      { k: 'text', thread: 0, number: 0, text: '/app/task.js\ndefault' },
      eventsOf(0, [sent(1900, 0, 0), [3, 1000, 0, 1, -1], sent(2000, 0, 1, { ref: 0, name: 0 })]),
      eventsOf(2, [
        received(1950, 0, 0),
        sent(1960, 0, 0),
        received(2500, 0, 1),
        sent(4000, 0, 1, { ref: 0 }),
      ]),
      eventsOf(0, [received(1970, 0, 0), received(4100, 0, 1)]),
    );
    const batch = drained(process);
    expect(rowsOf(batch.pools, ['kind', 'completed'])).toEqual([['Piscina', 1]]);
    expect(rowsOf(batch.tasks, ['submit', 'start', 'end'])).toEqual([[1000, 2500, 4000]]);
    expect(batch.transfers.length).toBe(2);
    const { frames, strings } = batch.interned;
    const frame = rowsOf(batch.tasks, ['function']).flat()[0] as number;
    expect(strings.value[frames.file[frame] as number]).toBe('/app/task.js');
  });

  test('a worker that answers nothing did its tasks while its listener ran; one that tells more than it is asked has none', () => {
    const silent = processOf();
    take(silent, ...WORKER, eventsOf(0, [sent(2000, 0, 0)]));
    take(silent, eventsOf(2, [received(2500, 0, 0), [8, 3500, 0, 0]]));
    expect(drained(silent).tasks.end).toEqual(Float64Array.of(3500));
    const stream = processOf();
    const told = Array.from({ length: 4 }, (_, i) => sent(3000 + i, 0, i));
    take(stream, ...WORKER, eventsOf(0, [sent(2000, 0, 0)]), eventsOf(2, [received(2500, 0, 0), ...told]));
    take(
      stream,
      eventsOf(
        0,
        Array.from({ length: 4 }, (_, i) => received(4000 + i, 0, i)),
      ),
    );
    const batch = drained(stream);
    expect(batch.tasks.length).toBe(1);
    expect(batch.transfers.length).toBe(3);
  });

  test('a worker that nobody sent anything was a task itself', () => {
    const process = processOf();
    take(process, MADE, eventsOf(2, [[7, 8000]]));
    const batch = drained(process);
    expect(rowsOf(batch.tasks, ['submit', 'end', 'lane'])).toEqual([[900, 8000, 12]]);
  });
});

test('what a thread says of its event loop holds from when it said so last', () => {
  const process = processOf();
  take(
    process,
    eventsOf(2, [
      [6, 2000, 0.5, 3e6],
      [6, 5000, -1, 1e6],
    ]),
  );
  const { counters } = drained(process);
  expect(rowsOf(counters, ['time', 'value'])).toEqual([
    [1000, 3],
    [1000, 50],
    [2000, 1],
  ]);
});

test('a collection that only samples have is a span where the thread does not tell of it', () => {
  const process = processOf();
  process.events.collected(2, [
    { start: 1500, end: 1600 },
    { start: 2500, end: 2600 },
  ]);
  take(
    process,
    eventsOf(2, [
      [9, 2000, 0],
      [5, 1500, 90, 1],
      [6, 3000, -1, 0],
    ]),
  );
  const { spans } = drained(process);
  expect(rowsOf(spans, ['lane', 'start', 'end'])).toEqual([
    [12, 1500, 1590],
    [12, 2500, 2600],
  ]);
});

test('collections of a thread whose loop does not turn wait for what it will say of them', () => {
  const process = processOf();
  process.events.collected(2, [{ start: 1500, end: 1600 }]);
  take(
    process,
    eventsOf(2, [
      [6, 2000, -1, 0, 0],
      [9, 1000, 0],
      [6, 3000, -1, 0, 0],
    ]),
  );
  const { spans } = drained(process);
  expect(rowsOf(spans, ['start', 'end'])).toEqual([[1500, 1600]]);
});

test('whatever a file holds, it is read or refused, and never thrown at', () => {
  const value = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant(null),
    fc.array(fc.integer({ min: -1, max: 9 })),
  );
  const kinds = fc.constantFrom('text', 'site', 'port', 'moved', 'worker', 'unlogged', 'x');
  const fields = [
    'number',
    'text',
    'frames',
    'port',
    'channel',
    'worker',
    'side',
    'by',
    'file',
    'site',
    'time',
    'left',
  ];
  const record = fc.record({
    k: kinds,
    thread: fc.constantFrom(0, 2, 3, -1),
    ...Object.fromEntries(fields.map((name) => [name, value])),
  });
  const numbers = fc.oneof(fc.double(), fc.integer({ min: -1, max: 9 }));
  const events = fc.record({
    kind: fc.constant('events' as const),
    thread: fc.constantFrom(0, 2, 3),
    left: fc.nat(),
    events: fc.oneof(
      fc.uint8Array({ maxLength: 200 }).map(parseEvents),
      fc.array(fc.array(numbers, { minLength: 1, maxLength: 12 })).map((all) => parseEvents(encode(all))),
    ),
  });
  fc.assert(
    fc.property(fc.array(fc.oneof(record, events), { maxLength: 20 }), (records) => {
      const process = processOf();
      for (const each of records) {
        const parsed = 'kind' in each ? each : parseEventRecord(each as Record<string, unknown>);
        if (parsed) process.events.take(parsed);
      }
      process.events.describe(1e15);
      process.events.finish();
      process.rows.drain();
    }),
  );
});
