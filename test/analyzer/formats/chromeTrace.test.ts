import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEvents } from '../../../analyzer/formats/chromeTrace/eventStream.ts';
import { imported, importedOrRefused, sourceOf, weightsByName } from '../../harness/foreign.ts';

type Json = Record<string, unknown>;
const slice = (name: string, ts: number, dur: number, more: Json = {}): Json => ({
  ph: 'X',
  name,
  ts,
  dur,
  pid: 4,
  tid: 5,
  ...more,
});
const events: Json[] = [
  { ph: 'M', name: 'thread_name', pid: 4, tid: 5, args: { name: 'main loop' } },
  { ph: 'M', name: 'process_name', pid: 4, tid: 5, args: { name: 'server' } },
  slice('solve (app.py:12)', 1010, 50),
  slice('main (app.py:1)', 1000, 100),
  { ph: 'B', name: 'parse', ts: 1000, pid: 4, tid: 6 },
  { ph: 'B', name: 'lex', ts: 1020, pid: 4, tid: 6 },
  { ph: 'E', ts: 1050, pid: 4, tid: 6 },
  { ph: 'E', ts: 1080, pid: 4, tid: 6 },
  { ph: 'C', name: 'memory', ts: 1000, pid: 4, args: { bytes: 5 } },
];

test('slices within each other are stacks of their thread, whichever way they are written', async () => {
  for (const written of [{ traceEvents: events, displayTimeUnit: 'ms' }, events]) {
    const recording = await imported(written, 13);
    const weights = weightsByName(recording, 'wall');
    const us = (value: number) => expect.closeTo(value / 1e6, 9);
    expect(weights).toEqual({
      main: { self: us(50), total: us(100) },
      solve: { self: us(50), total: us(50) },
      parse: { self: us(50), total: us(80) },
      lex: { self: us(30), total: us(30) },
    });
    const { lanes, processes } = recording.tables;
    expect([lanes.name, [...lanes.thread], processes.name]).toEqual([
      ['main loop', 'thread 6'],
      [5, 6],
      ['server'],
    ]);
    expect(recording.meta.warnings.join(' ')).toMatch(/Counters/);
  }
});

test('between slices a thread is in nothing, and what was left open ends with the trace', async () => {
  const recording = await imported([
    slice('a', 0, 10),
    slice('b', 30, 10),
    { ph: 'B', name: 'c', ts: 35, pid: 4, tid: 9 },
  ]);
  const { samples, lanes } = recording.tables;
  expect([...samples.stack].filter((stack) => stack < 0)).toHaveLength(1);
  expect(weightsByName(recording, 'wall').c?.total).toBeCloseTo(5e-6, 12);
  expect([...lanes.end]).toEqual([40_000, 40_000]);
});

test('a slice that begins where another ends is not in it, whatever doubles make of tenths', async () => {
  const recording = await imported([slice('a', 0.1, 0.2), slice('b', 0.3, 0.4)]);
  const { a, b } = weightsByName(recording, 'wall');
  expect([a?.self, b?.self]).toEqual([2e-7, 4e-7]);
});

test('a list without its end, as a program that was killed leaves it, is whole events and a warning', async () => {
  const text = JSON.stringify({ traceEvents: events });
  const { meta, tables } = await imported(text.slice(0, text.indexOf('"lex"')));
  expect(tables.lanes.length).toBe(2);
  expect(meta.warnings.join(' ')).toMatch(/cut off/);
});

test('events come one by one, with texts that hold brackets, quotes and pieces of letters', async () => {
  const names = ['}]{[', '"\\" \\\\', 'größe 🐍', '\u2028'];
  const text = JSON.stringify({
    otherData: { a: ['}', { b: '"' }] },
    traceEvents: names.map((name) => ({ name })),
    last: 1,
  });
  for (const piece of [1, 2, 3, 5, 1000]) {
    const seen: unknown[] = [];
    const facts: string[] = [];
    const end = await readEvents(sourceOf(text, piece), {
      event: ({ name }) => seen.push(name),
      fact: (name) => facts.push(name),
    });
    expect([seen, facts, end.isWhole]).toEqual([names, ['otherData', 'last'], true]);
  }
});

test('whatever events say, there is a recording or a sentence', async () => {
  const odd = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.constantFrom(1e300, -1, '7'),
  );
  const anyEvent = fc.record({
    ph: fc.constantFrom('X', 'B', 'E', 'M', 'i'),
    name: fc.oneof(fc.constantFrom('f (a.py:3)', 'thread_name'), odd),
    ts: fc.oneof(fc.nat(100), odd),
    dur: fc.oneof(fc.nat(50), odd),
    pid: fc.oneof(fc.nat(2), odd),
    tid: fc.oneof(fc.nat(2), odd),
    args: fc.record({ name: odd }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { maxLength: 30 }), async (list) => {
      await importedOrRefused(JSON.stringify({ traceEvents: list }));
    }),
    { numRuns: 500 },
  );
});
