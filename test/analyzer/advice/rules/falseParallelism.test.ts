import { expect, test } from '@jest/globals';
import { falseParallelism } from '../../../../analyzer/advice/rules/falseParallelism.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import type { PoolSpec, TaskSpec } from '../../../harness/pools.ts';
import { recordingOf } from '../../../harness/recordings.ts';

const MS = 1e6;

/** Ten tasks of 80 ms, one submitted every `step` ms; the sender works `busy` of its second. */
function conclude(step: number, busy = 0.02, pool: PoolSpec = {}, computing = true) {
  const tasks = Array.from({ length: 10 }, (_, i): TaskSpec => {
    const submit = i * step * MS;
    const [start, end] = [submit + 2 * MS, submit + 82 * MS];
    return {
      submit,
      dequeue: start,
      start,
      end,
      returned: end + MS,
      lane: 1 + (i % 2),
      from: 0,
      function: 'solve',
      stack: ['main', 'each'],
    };
  });
  const recording = recordingOf(
    [{}, {}, {}],
    [
      { lane: 0, time: 1000 * MS, cpu: busy * 1000 * MS, stack: ['main', 'each'], state: 2 },
      { lane: 1, time: 1000 * MS, cpu: computing ? 400 * MS : 0, stack: ['solve'] },
      { lane: 2, time: 1000 * MS, cpu: computing ? 400 * MS : 0, stack: ['solve'] },
    ],
    {},
    { pools: [{ stack: ['main'], ready: MS, end: 990 * MS, ...pool }], tasks },
  );
  const trace = new Trace(recording);
  return falseParallelism
    .evaluate(trace)
    .map((each) => ({ ...each, name: trace.functions.name[each.site.function] }));
}

test('tasks of which each is waited for before the next is submitted could run side by side', () => {
  const [found, ...more] = conclude(90);
  expect(more).toEqual([]);
  expect(found).toMatchObject({ subject: 'pool 0', name: 'each', site: { line: 2 }, lanes: [1, 2] });
  expect(found?.title).toContain('solve');
  // 0.8 s of work become 0.4 s on two cores; what lies between the tasks may go as well.
  expect(found?.gain?.lo).toBeCloseTo(1 / (1 - 0.92 * 0.4), 5);
  expect(found?.gain?.hi).toBeCloseTo(1 / (1 - 1.05 * 0.43), 5);
});

test('tasks that overlap are parallel', () => {
  expect(conclude(41)).toEqual([]);
});

test('a sender that works meanwhile does not wait for its tasks', () => {
  expect(conclude(90, 0.7)).toEqual([]);
});

test('a pool of one worker was never meant to be parallel', () => {
  const trace = new Trace(
    recordingOf(
      [{}, {}],
      [],
      {},
      { pools: [{ size: 1 }], tasks: [{ submit: 0, end: 9e8, lane: 1, from: 0 }] },
    ),
  );
  expect(falseParallelism.evaluate(trace)).toEqual([]);
});

test('threads that compute share an interpreter, and those that wait may be many', () => {
  expect(conclude(90, 0.02, { startMethod: 'thread' })).toEqual([]);
  const [found] = conclude(90, 0.02, { startMethod: 'thread', size: 8 }, false);
  expect(found?.evidence).toMatchObject({ workers: 8 });
  expect(found?.gain?.lo).toBeGreaterThan(2);
});

test('there is nothing to say of a run without pools', () => {
  expect(falseParallelism.evaluate(new Trace(recordingOf([{}], [])))).toEqual([]);
});
