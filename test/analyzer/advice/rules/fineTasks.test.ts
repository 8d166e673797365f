import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { tasksTooFine } from '../../../../analyzer/advice/rules/fineTasks.ts';
import { submitPerItem } from '../../../../analyzer/advice/rules/submitPerItem.ts';
import { Trace } from '../../../../analyzer/analysis/trace.ts';
import { nanos } from '../../../../analyzer/model/index.ts';
import { pooled } from '../../../harness/pooled.ts';
import { anyTask, type TaskSpec } from '../../../harness/pools.ts';
import { META, recordingOf } from '../../../harness/recordings.ts';

const MS = 1e6;

/** Tasks of `run` microseconds, one every `every` on each of two workers, in a run of twice their time. */
function tasksOf(count: number, run: number, every: number, jobs: (at: number) => number): TaskSpec[] {
  const times = new Array<number>(count / 2).fill(every / 1000);
  return pooled([times, times]).map((task, at) => {
    const end = (task.start as number) + run * 1000;
    return { ...task, end, returned: end + 5000, job: jobs(at) };
  });
}

function traceOf(tasks: readonly TaskSpec[], samples: Parameters<typeof recordingOf>[1] = []): Trace {
  const last = tasks.reduce((end, { returned = 0 }) => Math.max(end, returned), 0);
  const clock = { ...META.clock, end: nanos(META.clock.start + 1.25 * last) };
  return new Trace(recordingOf([{}, {}, {}], samples, { clock }, { pools: [{}], tasks }));
}

const COUNT = 3000;
const ONE_CALL = () => 0;
const EACH = (at: number) => at;

test('one call that hands out thousands of tasks of 20 us: a chunk size, and what it gives', () => {
  const trace = traceOf(tasksOf(COUNT, 20, 100, ONE_CALL));
  const [found, ...more] = tasksTooFine.evaluate(trace);
  expect(more).toEqual([]);
  expect(submitPerItem.evaluate(trace)).toEqual([]);
  expect(found?.site.line).toBe(2);
  expect(found?.change).toMatch(/Pass chunksize=\d+ to the call at main\.py:2/);
  // 150 ms become 30 in a run of 188: 2.8x, less what chunks cost.
  expect(found?.gain?.lo).toBeGreaterThan(1.8);
  expect(found?.gain?.hi).toBeGreaterThan(2.5);
  expect(found?.gain?.hi).toBeLessThan(3.4);
});

test('as many submissions of a task each: items together in a task', () => {
  const trace = traceOf(tasksOf(COUNT, 20, 100, EACH));
  expect(tasksTooFine.evaluate(trace)).toEqual([]);
  const [found] = submitPerItem.evaluate(trace);
  expect(found?.subject).toBe('pool 0');
  expect(found?.change).toMatch(/Submit about \d+ items in one task of solve at main\.py:2/);
});

test('a map of an executor submits each by itself, and is told from a loop by the samples of who submitted', () => {
  const library = '/usr/lib/python3.11/concurrent/futures/';
  const samples = Array.from({ length: 20 }, (_, at) => ({
    lane: 0,
    time: (at + 1) * MS,
    cpu: MS,
    stack: ['main', `${library}process.map`, `${library}process.submit`],
  }));
  const trace = traceOf(tasksOf(COUNT, 20, 100, EACH), samples);
  expect(submitPerItem.evaluate(trace)).toEqual([]);
  expect(tasksTooFine.evaluate(trace)).toHaveLength(1);
});

test('silent where handing out is a small part, where tasks are long, and where each is waited for', () => {
  const silent = (tasks: readonly TaskSpec[]) =>
    [tasksTooFine, submitPerItem].flatMap((rule) => rule.evaluate(traceOf(tasks)));
  expect(silent(tasksOf(1200, 90, 100, ONE_CALL))).toEqual([]);
  expect(silent(tasksOf(200, 4000, 9000, ONE_CALL))).toEqual([]);
  const waited = Array.from({ length: 1000 }, (_, at) => {
    const submit = at * 200e3;
    return {
      function: 'solve',
      stack: ['main'],
      lane: 1,
      from: 0,
      job: at,
      submit,
      dequeue: submit + 50e3,
      start: submit + 50e3,
      end: submit + 70e3,
      returned: submit + 150e3,
    };
  });
  expect(silent(waited)).toEqual([]);
});

test('tables without rows, and tasks of which anything may be missing, are no error', () => {
  for (const rule of [tasksTooFine, submitPerItem]) {
    expect(rule.evaluate(traceOf([]))).toEqual([]);
    fc.assert(
      fc.property(fc.array(anyTask, { maxLength: 20 }), (tasks) => {
        const pools = { pools: [{}, {}], tasks };
        for (const { gain } of rule.evaluate(new Trace(recordingOf([{}, {}, {}], [], {}, pools))))
          expect(gain?.hi).toBeGreaterThanOrEqual(gain?.lo ?? 0);
      }),
      { numRuns: 40 },
    );
  }
});
