import { expect, test } from '@jest/globals';
import { pickledArguments } from '../../../../analyzer/advice/rules/pickledArguments.ts';
import { pickledResults } from '../../../../analyzer/advice/rules/pickledResults.ts';
import { repeatedState } from '../../../../analyzer/advice/rules/repeatedState.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import type { PoolSpec, TaskSpec } from '../../../harness/pools.ts';
import { recordingOf } from '../../../harness/recordings.ts';

const MS = 1e6;

/**
 * 40 tasks that the parent's thread serves one after the other, every 24 ms; each runs 16 ms on one of two workers. What else is said
 * of them is what they carry.
 */
function traceOf(carried: Partial<TaskSpec>, pool: PoolSpec = {}): Trace {
  const tasks = Array.from({ length: 40 }, (_, i): TaskSpec => {
    const start = (10 + 24 * i) * MS;
    const times = { submit: 5 * MS, dequeue: start, start, end: start + 16 * MS, returned: start + 17 * MS };
    return { ...times, lane: 1 + (i % 2), from: 0, function: 'loudest', stack: ['main'], ...carried };
  });
  const samples = [1, 2].map((lane) => ({ lane, time: 1000 * MS, cpu: 320 * MS, stack: ['loudest'] }));
  return new Trace(recordingOf([{}, {}, {}], samples, {}, { pools: [{ end: 990 * MS, ...pool }], tasks }));
}

const heavy = { bytesOut: 2e6, packOut: 20 * MS, unpackOut: 4 * MS };

test('arguments that one process pickles for all workers are what the pool waits for', () => {
  const trace = traceOf(heavy);
  const [found, ...more] = pickledArguments.evaluate(trace);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ subject: 'pool 0', lanes: [1, 2] });
  expect(trace.functions.name[found?.site.function ?? -1]).toBe('main');
  expect(found?.title).toContain('80 MB');
  // 0.64 s of work on two workers take 0.32 s, and the pool took 0.96 s.
  expect(found?.gain?.hi).toBeCloseTo(1 / (1 - (0.958 - 0.32)), 0);
  expect(found?.gain?.lo).toBeGreaterThan(1.5);
});

test('little data, or data that cost little, are no burden', () => {
  expect(pickledArguments.evaluate(traceOf({ ...heavy, bytesOut: 5000 }))).toEqual([]);
  expect(
    pickledArguments.evaluate(traceOf({ bytesOut: 50_000, packOut: 0.05 * MS, unpackOut: 0.05 * MS })),
  ).toEqual([]);
});

test("clones of Node's workers are not judged here", () => {
  expect(pickledArguments.evaluate(traceOf(heavy, { startMethod: 'worker' }))).toEqual([]);
});

test('results are judged like arguments', () => {
  const back = { bytesBack: 2e6, packBack: 6 * MS, unpackBack: 20 * MS };
  expect(pickledResults.evaluate(traceOf(back))).toHaveLength(1);
  expect(pickledResults.evaluate(traceOf(heavy))).toEqual([]);
  expect(pickledArguments.evaluate(traceOf(back))).toEqual([]);
});

test('state that every task carries again is told as such', () => {
  const [found, ...more] = repeatedState.evaluate(traceOf({ ...heavy, repeats: 95 }));
  expect(more).toEqual([]);
  expect(found?.evidence).toMatchObject({ pieces: 40, repeatedShare: 0.95 });
  expect(found?.gain?.lo).toBeGreaterThan(1.5);
  expect(repeatedState.explains).toContain('D01');
});

test('data of which little was sent before, or nobody looked, are no state', () => {
  expect(repeatedState.evaluate(traceOf({ ...heavy, repeats: 30 }))).toEqual([]);
  expect(repeatedState.evaluate(traceOf(heavy))).toEqual([]);
});

/** Two processes that compute 300 ms each, and get 40 messages which take their parent 20 ms each to pickle. */
function messages(bytes: number): Trace {
  const tasks = [1, 2].map((lane) => ({
    submit: 0,
    start: 5 * MS,
    end: 990 * MS,
    lane,
    from: 0,
    stack: ['main'],
  }));
  const transfers = Array.from({ length: 40 }, (_, i) => ({
    direction: 'message' as const,
    bytes,
    start: 24 * i * MS,
    end: (24 * i + 20) * MS,
    toStart: (24 * i + 20) * MS,
    toEnd: (24 * i + 24) * MS,
  }));
  const samples = [1, 2].map((lane) => ({ lane, time: 1000 * MS, cpu: 380 * MS, stack: ['follow'] }));
  samples.unshift({ lane: 0, time: 1000 * MS, cpu: 900 * MS, stack: ['main', 'feed', 'puts'] });
  const recording = recordingOf(
    [{}, {}, {}],
    samples,
    {},
    { pools: [{ kind: 'multiprocessing.Process' }], tasks, transfers },
  );
  recording.tables.transfers.toLane.forEach((_, row, toLane) => {
    toLane[row] = 1 + (row % 2);
  });
  const { value } = recording.tables.strings;
  value[value.indexOf('puts')] = 'SimpleQueue.put';
  value[value.indexOf('puts.py')] = '/usr/lib/python3.11/multiprocessing/queues.py';
  return new Trace(recording);
}

test('messages to processes of their own are arguments, at the line that sends them', () => {
  const trace = messages(2e6);
  const [found, ...more] = pickledArguments.evaluate(trace);
  expect(more).toEqual([]);
  expect(found?.title).toContain('2.0 MB a message');
  expect(trace.functions.name[found?.site.function ?? -1]).toBe('feed');
  expect(found?.gain?.lo).toBeGreaterThan(1.5);
  expect(pickledResults.evaluate(trace)).toEqual([]);
  expect(pickledArguments.evaluate(messages(2000))).toEqual([]);
});
