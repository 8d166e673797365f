import { expect, test } from '@jest/globals';
import { blockedEventLoop } from '../../../../analyzer/advice/rules/blockedEventLoop.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, nodeRun, withColumn } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const SERVER = 'parserOnIncoming node:_http_server:0:900';
const HANDLER = 'handle /app/server.js:12:10';
const SOLVE = 'solve /app/solve.js:7:3';

/** A second of a server: in each 100 ms it is in `handler` for `busy` of them, and sends for one. */
function serverRows(busy: number, handler: readonly string[] = [SERVER, HANDLER, SOLVE]) {
  return Array.from({ length: 20 }, (_, i) => [
    { to: 100 * i + 1, stack: [SERVER] },
    { to: 100 * i + 1 + busy, stack: handler },
    { to: 100 * i + 100, stack: ['[idle]'], waits: true },
  ]).flat();
}
const RUN: NodeRun = { wall: 2000, rows: serverRows(80), delays: [0, 120, 130, 110, 150, 120, 120, 0] };
const conclude = (run: NodeRun) => blockedEventLoop.evaluate(new Trace(nodeRun(run)));

test('the function that holds the late loop is told, at the line where it was, with the gain of all cores at most', () => {
  const [found, ...others] = conclude(RUN);
  expect(others).toEqual([]);
  expect(found).toMatchObject({ site: { line: 7 }, lanes: [0], evidence: { longestDelaySeconds: 0.15 } });
  expect(found?.title).toBe('solve keeps the event loop from answering for up to 150 ms');
  expect(found?.gain?.lo).toBe(1);
  // 0.8 of the time on one of two cores becomes 0.4.
  expect(found?.gain?.hi).toBeGreaterThan(1.55);
  expect(found?.gain?.hi).toBeLessThan(1.7);
  expect(conclude({ ...RUN, cores: 1 })[0]?.gain).toBeNull();
});

test('a handler whose work is spread over several functions is told itself', () => {
  const parts = ['parse', 'rank', 'print'].map((name) => [SERVER, HANDLER, `${name} /app/a.js:3:1`]);
  const rows = Array.from({ length: 20 }, (_, i) => [
    { to: 100 * i + 1, stack: [SERVER] },
    ...parts.map((stack, part) => ({ to: 100 * i + 27 * (part + 1), stack })),
    { to: 100 * i + 100, stack: ['[idle]'], waits: true },
  ]).flat();
  expect(conclude({ ...RUN, rows })[0]?.title).toMatch(/^handle /);
  expect(conclude({ ...RUN, rows })[0]?.site.line).toBe(12);
});

test('a loop that is late now and then, by little or once, is none', () => {
  expect(conclude({ ...RUN, delays: [0, 90, 15, 15, 10, 15, 12, 0] })).toEqual([]);
  expect(conclude({ ...RUN, delays: [0, 400, 15, 15, 10, 15, 12, 0] })).toEqual([]);
});

test('a loop is told that is a little late all the time', () => {
  expect(conclude({ ...RUN, delays: [0, 30, 25, 40, 30, 25, 25, 0] })).toHaveLength(1);
});

test('what serves nobody, waits in synchronous calls or is not in the way of the loop is not told', () => {
  const rows = serverRows(80, [HANDLER, SOLVE]).map((row) =>
    row.stack.includes(SERVER) ? { ...row, stack: ['[idle]'] } : row,
  );
  expect(conclude({ ...RUN, rows })).toEqual([]);
  const waits = [SERVER, HANDLER, 'readFileSync node:fs:450:441'];
  expect(conclude({ ...RUN, rows: serverRows(80, waits) })).toEqual([]);
  expect(conclude({ ...RUN, rows: serverRows(20) })).toEqual([]);
  const loading = ['Module._compile node:internal/modules/cjs/loader:0:1', ...[SERVER, HANDLER, SOLVE]];
  expect(conclude({ ...RUN, rows: serverRows(80, loading) })).toEqual([]);
});

test('recordings that say nothing, or nonsense, are none', () => {
  for (const recording of NOTHING) expect(blockedEventLoop.evaluate(new Trace(recording))).toEqual([]);
  const recording = nodeRun(RUN);
  for (const value of [Number.NaN, -1, Number.POSITIVE_INFINITY])
    for (const [table, column] of [
      ['counters', 'value'],
      ['counters', 'time'],
      ['samples', 'time'],
    ] as const)
      expect(() =>
        blockedEventLoop.evaluate(new Trace(withColumn(recording, table, column, value))),
      ).not.toThrow();
});
