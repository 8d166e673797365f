import { expect, test } from '@jest/globals';
import { starvedWorkers } from '../../../../analyzer/advice/rules/starvedWorkers.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { recordingOf, type SampleSpec } from '../../../harness/recordings.ts';

const MS = 1e6;

/** 40 tasks, one every 25 ms, of `length` ms each; the sender works for `busy` of the time. */
function conclude(length: number, busy = 0.95, called: readonly string[] = ['main', 'expose']) {
  const tasks = Array.from({ length: 40 }, (_, i) => {
    const start = (10 + 24 * i) * MS;
    return {
      submit: 5 * MS,
      dequeue: start,
      start,
      end: start + length * MS,
      returned: start + length * MS,
      lane: 1 + (i % 2),
      from: 0,
      stack: ['main'],
    };
  });
  const samples: SampleSpec[] = [{ lane: 0, time: 1000 * MS, cpu: busy * 1000 * MS, stack: called }];
  for (const lane of [1, 2]) samples.push({ lane, time: 1000 * MS, cpu: 20 * length * MS, stack: ['work'] });
  // The sender's process is the one that made the pool.
  const recording = recordingOf(
    [{}, {}, {}],
    samples,
    {},
    { pools: [{ process: 100, end: 990 * MS }], tasks },
  );
  const trace = new Trace(recording);
  return starvedWorkers
    .evaluate(trace)
    .map((each) => ({ ...each, name: trace.functions.name[each.site.function] }));
}

test('workers that wait for a parent which makes their tasks one by one starve', () => {
  const [found, ...more] = conclude(10);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ subject: 'pool 0', lanes: [0, 1, 2] });
  expect(found?.why).toContain('expose');
  expect(found?.gain?.lo).toBeGreaterThan(1.15);
  expect(found?.gain?.hi).toBeLessThan(1.6);
});

test('workers that have enough to do do not', () => {
  expect(conclude(44)).toEqual([]);
});

test('a parent that is not busy is not what they wait for', () => {
  expect(conclude(10, 0.5)).toEqual([]);
});
test('a parent that works between rounds and waits for each is a serial part', () => {
  const tasks = Array.from({ length: 40 }, (_, i) => {
    const start = (100 * Math.floor(i / 4) + 80) * MS;
    return {
      submit: start,
      dequeue: start,
      start,
      end: start + 10 * MS,
      returned: start + 20 * MS,
      lane: 1 + (i % 2),
      from: 0,
      stack: ['main'],
    };
  });
  const samples: SampleSpec[] = [];
  for (let round = 0; round < 10; round++) {
    samples.push({ lane: 0, time: (100 * round + 80) * MS, cpu: 80 * MS, stack: ['main', 'merge'] });
    samples.push({ lane: 0, time: (100 * round + 100) * MS, stack: ['main'], state: 2 });
  }
  const trace = new Trace(recordingOf([{}, {}, {}], samples, {}, { pools: [{ end: 990 * MS }], tasks }));
  expect(starvedWorkers.evaluate(trace)).toEqual([]);
});

/** Two processes that take 20 messages from a queue, wait `waits` of their second in `get`, and compute the rest. */
function consumers(waits: number) {
  const samples: SampleSpec[] = [{ lane: 0, time: 1000 * MS, cpu: 950 * MS, stack: ['main', 'parse'] }];
  for (const lane of [1, 2]) {
    samples.push({ lane, time: waits * 1000 * MS, stack: ['follow', 'takes'], state: 2 });
    samples.push({ lane, time: 1000 * MS, cpu: (1 - waits) * 1000 * MS, stack: ['follow'] });
  }
  const tasks = [1, 2].map((lane) => ({
    submit: 0,
    start: 10 * MS,
    end: 990 * MS,
    lane,
    from: 0,
    stack: ['main'],
  }));
  const transfers = Array.from({ length: 20 }, (_, i) => ({
    direction: 'message' as const,
    bytes: 1000,
    start: 50 * i * MS,
    end: 50 * i * MS,
    toStart: 50 * i * MS + MS,
    toEnd: 50 * i * MS + MS,
  }));
  const pools = [{ kind: 'multiprocessing.Process' }];
  const recording = recordingOf([{}, {}, {}], samples, {}, { pools, tasks, transfers });
  const { strings } = recording.tables;
  strings.value[strings.value.indexOf('takes')] = 'Queue.get';
  strings.value[strings.value.indexOf('takes.py')] = '/usr/lib/python3.11/multiprocessing/queues.py';
  recording.tables.transfers.toLane.fill(1);
  const trace = new Trace(recording);
  return starvedWorkers
    .evaluate(trace)
    .map((each) => ({ ...each, name: trace.functions.name[each.site.function] }));
}

test('processes that wait in get for what another one makes starve', () => {
  expect(consumers(0.7)).toMatchObject([{ name: 'parse', subject: 'pool 0' }]);
  expect(consumers(0.1)).toEqual([]);
});
