import { expect, test } from '@jest/globals';
import { poolRecreation } from '../../../../analyzer/advice/rules/poolRecreation.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import type { PoolSpec, TaskSpec } from '../../../harness/pools.ts';
import { recordingOf, type SampleSpec } from '../../../harness/recordings.ts';

const MS = 1e6;

/** `count` pools, one every 100 ms, each of which takes `startup` ms to its first task and `teardown` ms to end. */
function conclude(count: number, startup: number, teardown: number, more: PoolSpec = {}) {
  const pools: PoolSpec[] = [];
  const tasks: TaskSpec[] = [];
  for (let pool = 0; pool < count; pool++) {
    const begin = pool * 100 * MS;
    const first = begin + startup * MS;
    const stop = first + 30 * MS;
    pools.push({
      start: begin,
      ready: first - MS,
      stop,
      end: stop + teardown * MS,
      stack: ['main', 'smooth'],
      ...more,
    });
    for (let i = 0; i < 4; i++) {
      const start = first + 5 * i * MS;
      tasks.push({
        pool,
        submit: begin,
        dequeue: start,
        start,
        end: start + 5 * MS,
        returned: start + 6 * MS,
        lane: 1,
        from: 0,
      });
    }
  }
  const trace = new Trace(recordingOf([{}, {}], [], {}, { pools, tasks }));
  return poolRecreation
    .evaluate(trace)
    .map((each) => ({ ...each, name: trace.functions.name[each.site.function] }));
}

test('a pool that a line makes for each round costs its start and its end each time', () => {
  const [found, ...more] = conclude(9, 20, 10);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ name: 'smooth', evidence: { pools: 9 } });
  expect(found?.evidence.startSeconds).toBeCloseTo(8 * 0.02, 5);
  expect(found?.evidence.endSeconds).toBeCloseTo(8 * 0.01, 5);
  expect(found?.gain?.lo).toBeCloseTo(1 / (1 - 0.9 * 0.24), 5);
  expect(found?.gain?.hi).toBeGreaterThan(1 / (1 - 0.24));
});

test('two pools, or pools that cost next to nothing, are no habit', () => {
  expect(conclude(2, 60, 20)).toEqual([]);
  expect(conclude(9, 4, 2)).toEqual([]);
});

test('pools that live side by side are no rounds', () => {
  const tasks: TaskSpec[] = [0, 1, 2].map((pool) => ({
    pool,
    submit: 0,
    start: 4e8,
    end: 9e8,
    returned: 9e8,
    lane: 1,
    from: 0,
  }));
  const pools = [0, 1, 2].map((): PoolSpec => ({ stack: ['main'], ready: 3e8, stop: 9e8, end: 1e9 }));
  expect(poolRecreation.evaluate(new Trace(recordingOf([{}, {}], [], {}, { pools, tasks })))).toEqual([]);
});

test('how an executor ends is seen by where its sender is', () => {
  const pools: PoolSpec[] = [];
  const tasks: TaskSpec[] = [];
  const samples: SampleSpec[] = [];
  for (let pool = 0; pool < 9; pool++) {
    const begin = pool * 100 * MS;
    pools.push({ start: begin, ready: begin + 9 * MS, stack: ['main'] });
    tasks.push({
      pool,
      submit: begin,
      start: begin + 10 * MS,
      end: begin + 40 * MS,
      returned: begin + 40 * MS,
      lane: 1,
      from: 0,
    });
    samples.push({ lane: 0, time: begin + 40 * MS, stack: ['main'], state: 2 });
    samples.push({ lane: 0, time: begin + 60 * MS, stack: ['main', 'ends'], state: 2 });
    samples.push({ lane: 0, time: begin + 100 * MS, cpu: MS, stack: ['main'], state: 2 });
  }
  const recording = recordingOf([{}, {}], samples, {}, { pools, tasks });
  const { value } = recording.tables.strings;
  value[value.indexOf('ends.py')] = '/usr/lib/python3.11/concurrent/futures/process.py';
  const [found] = poolRecreation.evaluate(new Trace(recording));
  expect(found?.evidence.endSeconds).toBeCloseTo(8 * 0.02, 5);
});
