import { expect, test } from '@jest/globals';
import { synchronousCalls } from '../../../../analyzer/advice/rules/synchronousCalls.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { type NodeRun, nodeRun, withColumn } from '../../../harness/nodeRecordings.ts';
import { NOTHING } from './nothing.ts';

const SERVER = 'parserOnIncoming node:_http_server:0:900';
const HANDLER = 'handle /app/server.js:12:10';
const READ = 'readFileSync node:fs:450:441';

/** A second of a server that is below `stack` for `time` of each 100 ms. */
const rows = (time: number, stack: readonly string[], waits = false) =>
  Array.from({ length: 10 }, (_, i) => [
    { to: 100 * i + 1, stack: [SERVER] },
    { to: 100 * i + 1 + time, stack, waits },
    { to: 100 * i + 100, stack: ['[idle]'], waits: true },
  ]).flat();
const conclude = (run: NodeRun) => synchronousCalls.evaluate(new Trace(nodeRun(run)));
const of = (time: number, stack: readonly string[], waits = false) =>
  conclude({ wall: 1000, rows: rows(time, stack, waits) });

test('the line that calls is told, with what it calls and without a gain', () => {
  const [found, ...others] = of(30, [SERVER, HANDLER, READ, 'read ']);
  expect(others).toEqual([]);
  expect(found).toMatchObject({
    site: { line: 12 },
    gain: null,
    lanes: [0],
    evidence: { call: 'readFileSync' },
  });
  expect(found?.evidence.waitedSeconds).toBeCloseTo(0.3, 2);
});

test('the time that passes counts, and not that of the CPU; packages between are not blamed', () => {
  const library = 'load /app/node_modules/conf/index.js:5:1';
  const stack = [
    SERVER,
    HANDLER,
    library,
    'execSync node:child_process:0:954',
    'spawnSync node:child_process:0:832',
  ];
  const [found] = of(30, stack, true);
  expect(found).toMatchObject({ site: { line: 12 }, evidence: { call: 'execSync' } });
});

test('compression goes by no name that its callers use', () => {
  expect(of(30, [SERVER, HANDLER, 'syncBufferWrapper node:zlib:767:766'])[0]?.title).toMatch(/of node:zlib/);
});

test('a little of it, what is called while modules are loaded, and what nobody waits for is not told', () => {
  expect(of(4, [SERVER, HANDLER, READ])).toEqual([]);
  expect(of(30, ['Module._load node:internal/modules/cjs/loader:0:1', HANDLER, READ])).toEqual([]);
  expect(conclude({ wall: 1000, rows: [{ to: 900, stack: [HANDLER, READ] }] })).toEqual([]);
  expect(of(30, [SERVER, HANDLER, 'readSettingsSync /app/own.js:3:1'])).toEqual([]);
});

test('code of the program that a synchronous call comes back to is not waiting', () => {
  expect(of(30, [SERVER, HANDLER, READ, 'replace /app/own.js:3:1'])).toEqual([]);
});

test('recordings that say nothing, or nonsense, are none', () => {
  for (const recording of NOTHING) expect(synchronousCalls.evaluate(new Trace(recording))).toEqual([]);
  const recording = nodeRun({ wall: 1000, rows: rows(30, [SERVER, HANDLER, READ]) });
  for (const value of [Number.NaN, -1])
    expect(() =>
      synchronousCalls.evaluate(new Trace(withColumn(recording, 'samples', 'time', value))),
    ).not.toThrow();
});
