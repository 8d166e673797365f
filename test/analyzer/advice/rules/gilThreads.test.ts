import { expect, test } from '@jest/globals';
import { gilThreads } from '../../../../analyzer/advice/rules/gilThreads.ts';
import { GIL_WAIT, WAITING } from '../../../../analyzer/model/index.ts';
import { frame, standard, traceOf } from '../../../harness/pythonStacks.ts';
import { META } from '../../../harness/recordings.ts';

const run = standard('Thread.run', 'threading.py', 970);
const solve = frame('solve', '/home/me/app.py', 14);
const threads = [
  { process: 100, thread: 100 },
  { process: 100, thread: 101 },
  { process: 100, thread: 102 },
];

/** Two threads in turns of 10 ms, which wait for `state` when it is the other's; each runs for `share` of its turn and the other's. */
function turns(seconds: number, state: number, both = false) {
  const samples = [];
  for (let at = 0; at < seconds * 100; at++) {
    for (const lane of [1, 2]) {
      const runs = both || at % 2 === lane - 1;
      samples.push({
        lane,
        time: (at + 1) * 1e7,
        cpu: runs ? 1e7 : 0,
        state: runs ? 0 : state,
        stack: [run, solve],
      });
    }
  }
  return samples;
}

test('two threads that compute in turns are told at the function that they run, and processes would take half', () => {
  const [found, ...more] = gilThreads.evaluate(traceOf(threads, turns(3, GIL_WAIT), 3));
  expect(more).toEqual([]);
  expect(found).toMatchObject({ subject: 'process 100', lanes: [1, 2] });
  expect(found?.site.line).toBe(1);
  expect(found?.change).toContain('solve');
  expect(found?.evidence.coresUsed).toBeCloseTo(1, 1);
  expect(found?.gain?.hi).toBeCloseTo(2, 1);
  expect(found?.gain?.lo).toBeGreaterThan(1.4);
});

test('the line that gave a pool its work is to be changed where the threads are those of a pool', () => {
  const more = {
    pools: [
      { kind: 'ThreadPoolExecutor', startMethod: 'thread', stack: [frame('main', '/home/me/app.py', 30)] },
    ],
    tasks: [{ pool: 0, lane: 1, start: 0, end: 3e9 }],
  };
  expect(gilThreads.evaluate(traceOf(threads, turns(3, GIL_WAIT), 3, more))[0]?.site.line).toBe(30);
});

test('threads that wait for something else, or run without the GIL, are left alone', () => {
  expect(gilThreads.evaluate(traceOf(threads, turns(3, WAITING), 3))).toEqual([]);
  expect(gilThreads.evaluate(traceOf(threads, turns(3, GIL_WAIT, true), 3))).toEqual([]);
});

test('a machine of one core, and threads for a tenth of the run, are left alone', () => {
  const host = { ...META.host, cores: 1 };
  expect(gilThreads.evaluate(traceOf(threads, turns(3, GIL_WAIT), 3, {}, { host }))).toEqual([]);
  expect(gilThreads.evaluate(traceOf(threads, turns(3, GIL_WAIT), 30))).toEqual([]);
});
