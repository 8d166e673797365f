import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { summaryLines } from '../../../cli/print/summary.ts';
import { anyTask, type PoolTables, type TaskSpec } from '../../harness/pools.ts';
import { recordingOf } from '../../harness/recordings.ts';

const MS = 1e6;
const PICKLED = { packOut: 20_000, unpackOut: 10_000, packBack: 3_000, unpackBack: 4_000 };

/** `count` tasks of `name`, one after the other from `start` to `end` (milliseconds), submitted all at once. */
function burst(name: string, start: number, end: number, count: number, more: TaskSpec = {}): TaskSpec[] {
  const each = (end - start) / count;
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * each;
    return {
      function: name,
      from: 0,
      lane: 1 + (i % 2),
      submit: start * MS,
      dequeue: Math.round(at * MS),
      start: Math.round((at + 0.01 * each) * MS),
      end: Math.round((at + 0.9 * each) * MS),
      returned: Math.round((at + each) * MS),
      ...more,
    };
  });
}

/** The lines between the efficiency of the run and its functions. */
function block(more: PoolTables): string[] {
  const lines = summaryLines(summarize(recordingOf([{}, {}, {}], [], {}, more)));
  // The first block tells what to change, the last one functions.
  const [from, to] = [lines.indexOf('', lines.indexOf('') + 1), lines.lastIndexOf('')];
  return lines.slice(from + 1, to);
}

test('a run of pools is told in a line a function, what moved, its MapReduce and the locks that cost time', () => {
  const stack = ['main', 'count_all'];
  const lines = block({
    pools: [
      { start: 5 * MS, ready: 57.1 * MS, stop: 900 * MS, end: 922 * MS, size: 4, stack },
      { kind: 'ThreadPoolExecutor', startMethod: 'thread', size: 8 },
      { kind: 'joblib', startMethod: '', size: 0 },
    ],
    tasks: [
      ...burst('word_count', 100, 400, 80, {
        ...{ items: 25, bytesOut: 512_345, bytesBack: 26_000, repeats: 90 },
        ...PICKLED,
      }),
      ...burst('merge', 500, 800, 4, { bytesOut: 500_123, bytesBack: 100, ...PICKLED }),
      ...burst('TileRenderer.fetch_tile_from_disk', 10, 900, 3000, { pool: 1, from: -1, weight: 423 }),
      ...burst('evil\u001b[31m\nname', 900, 905, 3, { pool: 2, exception: 'ValueError' }),
      { function: 'evil\u001b[31m\nname', pool: 2, submit: 0, exception: 'KeyError' },
    ],
    transfers: [
      { direction: 'message', bytes: 3e6, start: 0, end: 3 * MS, toStart: 5 * MS, toEnd: 7 * MS },
      { direction: 'H2D', bytes: 9.6e9, start: 0, end: 400 * MS },
    ],
    lockWaits: [
      { lane: 1, lock: 1, start: 0, end: 410 * MS, stack: ['push'], holder: 2, holderStack: ['flush'] },
      { lane: 2, lock: 1, start: 0, end: 31 * MS, stack: ['pop'] },
      { lane: 2, lock: 2, start: 0, end: 31 * MS, stack: ['pop'] },
      { lane: 2, lock: 2, start: 0, end: 9 * MS, stack: ['peek'] },
    ],
  });
  expect(lines).toEqual([
    '  ThreadPoolExecutor of 8 threads',
    '    task                        tasks chunk workers  mean wait mean run to worker     back serialise',
    '    TileRenderer.fetch_tile…   1.27 M     1       2     445 ms   264 us         -        -         -',
    '  multiprocessing.Pool of 4 (fork)   count_all.py:2   start-up 52.1 ms, teardown 22.0 ms',
    '    word_count                     80    25       2     148 ms  3.34 ms   41.0 MB  2.08 MB     1.1 %',
    '      90 % of the arguments had been sent before',
    '    merge                           4     1       2     113 ms  66.8 ms   2.00 MB    400 B     0.1 %',
    '  joblib',
    '    evil·[31m·name                  4     1       2    1.67 ms  1.48 ms         -        -         -',
    '      3 tasks raised ValueError, 1 something else, 1 task never ended',
    '  moved 9.60 GB to the device (400 ms, 24.0 GB/s), 43.0 MB to workers (2.52 ms),',
    '        2.08 MB back (588 us), 3.00 MB in 1 message (5.00 ms)',
    '  MapReduce: map word_count 300 ms, shuffle 100 ms, reduce merge 300 ms',
    '  waited 410 ms for a lock, 1 time, at push (push.py:2); flush (flush.py:2) held it',
    '  waited 62.0 ms for 2 locks, 2 times, at pop (pop.py:2)',
  ]);
});

test('a pool that a loop makes anew is one entry, with what each of them cost', () => {
  const steps = Array.from({ length: 30 }, (_, i) => i);
  const lines = block({
    pools: steps.map((i) => ({
      ...{ start: i * 30 * MS, ready: (i * 30 + 12) * MS, stop: (i * 30 + 25) * MS, end: (i * 30 + 28) * MS },
      stack: ['main', 'step'],
    })),
    tasks: steps.flatMap((i) =>
      burst('simulate', i * 30 + 12, i * 30 + 24, 8, { pool: i, bytesOut: 1.2e9, bytesBack: 12, ...PICKLED }),
    ),
  });
  expect(lines).toEqual([
    '  30 x multiprocessing.Pool of 2 (fork)   step.py:2   start-up 12.0 ms, teardown 3.00 ms each',
    '    task                        tasks chunk workers  mean wait mean run to worker     back serialise',
    '    simulate                      240     1       2    5.25 ms  1.34 ms    288 GB  2.88 KB     2.7 %',
    '  moved 288 GB to workers (7.20 ms), 2.88 KB back (1.68 ms)',
  ]);
});

test('a chunk that is on average no whole number has a digit after the point where that says something', () => {
  const chunks = [
    ['a', 1],
    ['a', 2],
    ['b', 12],
    ['b', 13],
  ] as const;
  const lines = block({
    pools: [{}],
    tasks: chunks.flatMap(([name, items]) => burst(name, 0, 9, 1, { items })),
  });
  expect(lines.slice(2).map((line) => line.slice(28, 43).trim().split(/ +/))).toEqual([
    ['2', '1.5'],
    ['2', '13'],
  ]);
});

test('many functions and pools are counted instead of listed', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const lines = block({
    pools: names.map((name) => ({ stack: [name] })),
    tasks: [
      ...names.flatMap((name, pool) => burst(name, pool * 100, pool * 100 + 50 - pool, 2, { pool })),
      ...names.flatMap((name, at) => burst(`${name}2`, at * 10, at * 10 + 5, 2)),
    ],
  });
  expect(lines.filter((line) => line.includes('multiprocessing.Pool'))).toHaveLength(3);
  expect(lines).toContain('    and 4 more functions');
  expect(lines).toContain('  and 4 more pools');
});

test('repeated MapReduces of the same functions are one line', () => {
  const rounds = [0, 300, 600].flatMap((at) => [
    ...burst('f', at + 10, at + 110, 4, { bytesBack: 500 }),
    ...burst('g', at + 150, at + 200, 2, { bytesOut: 900 }),
  ]);
  expect(block({ pools: [{}], tasks: rounds })).toContain(
    '  MapReduce, 3 rounds: map f 300 ms, shuffle 120 ms, reduce g 150 ms',
  );
});

test('a run without pools, bytes and locks says nothing of them', () => {
  expect(block({})).toEqual([]);
  const short = [{ lane: 1, lock: 1, start: 0, end: 9 * MS, stack: ['push'] }];
  expect(block({ pools: [{}], lockWaits: short })).toEqual([]);
});

test('whatever tasks there are, lines fit and every column lines up', () => {
  fc.assert(
    fc.property(fc.array(anyTask, { maxLength: 30 }), (tasks) => {
      const lines = block({ pools: [{}, { kind: 'ThreadPoolExecutor', startMethod: 'thread' }], tasks });
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
      const heads = lines.filter((line) => line.startsWith('    task '));
      expect(heads).toHaveLength(tasks.length > 0 ? 1 : 0);
      const rows = lines.filter((line) => /^ {4}(f|g|<|\(unknown)/.test(line));
      for (const line of rows) expect(line.length).toBe(heads[0]?.length);
    }),
  );
});
