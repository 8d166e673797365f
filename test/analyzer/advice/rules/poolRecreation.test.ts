import { expect, test } from '@jest/globals';
import { poolRecreation } from '../../../../analyzer/advice/rules/poolRecreation.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import type { PoolSpec, TaskSpec } from '../../../harness/pools.ts';
import { recordingOf } from '../../../harness/recordings.ts';

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
  expect(found?.gain?.lo).toBeCloseTo(1 / (1 - 0.8 * 0.24), 5);
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

test('an executor that nobody saw end ends when the next is made', () => {
  const [found] = conclude(9, 20, 10, { stop: undefined, end: undefined } as unknown as PoolSpec);
  // 100 ms a round, less 20 ms to the first task and 21 ms to the last result.
  expect(found?.evidence.endSeconds).toBeCloseTo(8 * 0.059, 5);
});
