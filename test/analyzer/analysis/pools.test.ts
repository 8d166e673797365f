import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { lockSites, lockTotals } from '../../../analyzer/analysis/locks.ts';
import { sitesOfStacks } from '../../../analyzer/analysis/sites.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { recordingOf } from '../../harness/recordings.ts';

const MS = 1e6;
const THREADS = { kind: 'ThreadPoolExecutor', startMethod: 'thread' };
/** Files of tests lie nowhere in particular, so a library's function must be given its own. */
const LIBRARY = '/usr/lib/python3.11/threading.py';

test('a pool has a life, as far as it was seen', () => {
  const pools = [
    { start: 100 * MS, ready: 150 * MS, stop: 800 * MS, end: 820 * MS, stack: ['main', 'render'] },
    { ...THREADS, start: 200 * MS, stop: 900 * MS, size: 0 },
    { start: 300 * MS, ready: 250 * MS, startMethod: '' },
  ];
  const tasks = [{ pool: 0, weight: 3 }, { pool: 0 }, { pool: 1 }];
  const [processes, threads, unknown] = summarize(recordingOf([{}], [], {}, { pools, tasks })).pools;
  expect(processes).toEqual({
    id: 0,
    kind: 'multiprocessing.Pool',
    function: 'render',
    file: 'render.py',
    line: 2,
    process: 100,
    size: 2,
    startMethod: 'fork',
    startSeconds: 0.1,
    endSeconds: 0.82,
    startupSeconds: 0.05,
    teardownSeconds: 0.02,
    tasks: 4,
  });
  expect(threads).toMatchObject({
    size: null,
    startupSeconds: null,
    teardownSeconds: null,
    endSeconds: null,
  });
  expect(threads).toMatchObject({ startMethod: 'thread', tasks: 1, function: '', line: 0 });
  expect(unknown).toMatchObject({ startMethod: null, startupSeconds: null, endSeconds: null, tasks: 0 });
});

test('tasks are told with their pool’s kind, their function’s place, and null for what is unknown', () => {
  const tasks = [
    {
      function: 'solve',
      submit: 0,
      dequeue: 10 * MS,
      start: 11 * MS,
      end: 31 * MS,
      returned: 34 * MS,
      items: 25,
      bytesOut: 2000,
      bytesBack: -1,
      packOut: MS,
      unpackOut: 2 * MS,
      packBack: MS,
      lane: 0,
    },
    { pool: 1, submit: 0 },
  ];
  const summary = summarize(recordingOf([{}], [], {}, { pools: [{}, THREADS], tasks }));
  const each = (seconds: number) => ({
    count: 1,
    mean: seconds,
    median: seconds,
    p95: seconds,
    max: seconds,
  });
  expect(summary.tasks[0]).toEqual({
    pool: 'multiprocessing.Pool',
    poolId: 0,
    function: 'solve',
    file: 'solve.py',
    line: 1,
    count: 1,
    items: 25,
    chunkSize: 25,
    largestChunk: 25,
    workers: 1,
    lost: 0,
    queueSeconds: 0.01,
    queue: each(0.01),
    runSeconds: 0.02,
    run: each(0.02),
    returnSeconds: 0.002,
    bytesOut: 2000,
    bytesBack: null,
    packOutSeconds: 0.001,
    unpackOutSeconds: 0.002,
    packBackSeconds: 0.001,
    unpackBackSeconds: 0,
    pickleSeconds: 0.004,
    repeatedShare: null,
    exceptions: [],
  });
  expect(summary.tasks[1]).toMatchObject({ pool: 'ThreadPoolExecutor', function: '', line: 0, lost: 1 });
  expect(summary.tasks[1]).toMatchObject({ queueSeconds: null, queue: null, runSeconds: null, bytesOut: 0 });
});

test('volumes are by direction: what tasks carried each way, messages, and everything else that moved', () => {
  const tasks = [
    { bytesOut: 1000, packOut: 10 * MS, unpackOut: 5 * MS, bytesBack: 0, weight: 3 },
    { bytesOut: -1, bytesBack: 70, unpackBack: MS },
  ];
  const transfers = [
    { direction: 'message', bytes: 500, start: 0, end: 2 * MS, toStart: 8 * MS, toEnd: 9 * MS },
    { direction: 'message', bytes: 300, start: 0, end: MS, toEnd: 9 * MS },
    { direction: 'H2D', bytes: 1e9, start: 0, end: 100 * MS },
    { direction: 'pickle-out', bytes: 1, start: 0, end: 0 },
    { direction: 'message', bytes: Number.NaN, start: 9 * MS, end: 0, toStart: 5, toEnd: 1 },
  ] as const;
  const summary = summarize(recordingOf([{}], [], {}, { pools: [{}], tasks, transfers }));
  expect(summary.transfers).toEqual([
    {
      ...{ direction: 'H2D', count: 1, bytes: 1e9, seconds: 0.1, estimated: false },
      ...{ bytesPerSecond: 1e10, overlappedSeconds: null, repeats: null, repeatedBytes: null },
    },
    { direction: 'pickle-out', count: 4, bytes: 3001, seconds: 0.045, estimated: false },
    { direction: 'pickle-in', count: 1, bytes: 70, seconds: 0.001, estimated: false },
    { direction: 'message', count: 3, bytes: 800, seconds: 0.004, estimated: false },
  ]);
});

test('a lock is waited for at lines and held at lines; what its holder ran may be unknown', () => {
  const wait = { lock: 7, stack: ['main', 'push'] };
  const lockWaits = [
    { ...wait, lane: 0, start: 0, end: 30 * MS, holder: 1, holderStack: ['main', 'flush'] },
    { ...wait, lane: 1, start: 10 * MS, end: 20 * MS, holder: 0 },
    { ...wait, lane: 1, start: 40 * MS, end: 50 * MS, stack: ['main', 'pop'] },
    { ...wait, lane: 1, start: 40 * MS, end: 41 * MS, lock: 9 },
    { lock: 9, lane: 0, start: 5 * MS, end: 0 },
  ];
  const { locks, lockSites: sites } = summarize(recordingOf([{}, {}], [], {}, { lockWaits }));
  const at = (name: string, waits: number, seconds: number, of = 1) => ({
    ...{ function: name, file: name && `${name}.py`, line: name ? 2 : 0 },
    ...{ waits, seconds, locks: of },
  });
  expect(locks).toEqual([
    {
      lock: 7,
      waits: 3,
      seconds: 0.05,
      longestSeconds: 0.03,
      lanes: 2,
      waiting: [at('push', 2, 0.04), at('pop', 1, 0.01)],
      holding: [at('flush', 1, 0.03)],
      unknownShare: 0.4,
    },
    {
      lock: 9,
      waits: 2,
      seconds: 0.001,
      longestSeconds: 0.001,
      lanes: 2,
      waiting: [at('push', 1, 0.001), at('', 1, 0)],
      holding: [],
      unknownShare: 1,
    },
  ]);
  expect(sites).toEqual([at('push', 3, 0.041, 2), at('pop', 1, 0.01), at('', 1, 0)]);
});

test('the site of a wait inside a library is the line of the program that called it', () => {
  const lockWaits = [
    { lock: 0, lane: 0, start: 0, end: MS, stack: ['main', 'push', 'acquire'], holderStack: ['acquire'] },
  ];
  const { tables } = recordingOf([{}], [], {}, { lockWaits });
  const value = tables.strings.value.map((text) => (text === 'acquire.py' ? LIBRARY : text));
  const moved = { ...tables, strings: { length: value.length, value } };
  const functions = functionsOf(moved);
  const [lock] = lockTotals(moved, sitesOfStacks(moved, functions));
  expect(functions.name[lock?.waiting[0]?.function ?? -1]).toBe('push');
  expect(functions.name[lock?.holding[0]?.function ?? -1]).toBe('acquire');
});

/** Its wait goes on in a row that starts where this one ends. */
const CONTINUED = { lane: 1, lock: 1, start: 0, end: 17, stack: [], holder: 0, holderStack: [] };

test('of any waits, sites and locks add up to the same waits and the same time', () => {
  const anyWait = fc.record({
    lane: fc.nat(1),
    lock: fc.nat(3),
    start: fc.nat(1e6),
    end: fc.nat(1e6),
    stack: fc.subarray(['main', 'push', 'pop']),
    holder: fc.integer({ min: -1, max: 1 }),
    holderStack: fc.subarray(['main', 'flush']),
  });
  fc.assert(
    fc.property(fc.array(anyWait, { maxLength: 30 }), (lockWaits) => {
      const { tables } = recordingOf([{}, {}], [], {}, { lockWaits });
      const locks = lockTotals(tables, sitesOfStacks(tables, functionsOf(tables)));
      const time = lockWaits.reduce((sum, { start, end }) => sum + Math.max(0, end - start), 0);
      // Of one wait there is a row for each holder, the next from where the one before it ended.
      const waits = lockWaits.filter(({ lane, lock, start }, at) => {
        const before = lockWaits.slice(0, at).findLast((each) => each.lane === lane && each.lock === lock);
        return before?.end !== start;
      }).length;
      for (const sums of [locks, lockSites(locks), locks.flatMap((lock) => lock.waiting)]) {
        expect(sums.reduce((sum, each) => sum + each.time, 0)).toBe(time);
        expect(sums.reduce((sum, each) => sum + each.waits, 0)).toBe(waits);
      }
      for (const lock of locks) {
        const held = lock.holding.reduce((sum, each) => sum + each.time, 0);
        expect(held + lock.unknown * lock.time).toBeCloseTo(lock.time, 3);
      }
    }),
    { examples: [[[CONTINUED, { ...CONTINUED, start: CONTINUED.end, end: 40 }]]] },
  );
});
