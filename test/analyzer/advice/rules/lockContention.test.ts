import { expect, test } from '@jest/globals';
import { lockContention } from '../../../../analyzer/advice/rules/lockContention.ts';
import { WAITING } from '../../../../analyzer/model/index.ts';
import { frame, standard, traceOf } from '../../../harness/pythonStacks.ts';

const waits = frame('worker', '/home/me/app.py', 27);
const holds = frame('worker', '/home/me/app.py', 28);
const turn = 2e7;

/** Two workers for 2 s: one computes in the lock for 20 ms while the other waits for it, or sleeps. */
function turns(contended: boolean, cpu = turn, processes = [101, 102]) {
  const samples = [];
  const lockWaits = [];
  for (let at = 0; at < 100; at++) {
    const [holder, waiter] = at % 2 === 0 ? [1, 2] : [2, 1];
    const [start, end] = [at * turn, (at + 1) * turn];
    samples.push({ lane: holder as number, time: end, cpu, state: cpu > 0 ? 0 : WAITING, stack: [holds] });
    samples.push({ lane: waiter as number, time: end, state: WAITING, stack: [waits] });
    if (contended)
      lockWaits.push({
        lane: waiter as number,
        start,
        end,
        lock: 7,
        stack: [waits],
        holder: holder as number,
        holderStack: [holds],
      });
  }
  const lanes = [{}, ...processes.map((process, at) => ({ process, thread: 101 + at }))];
  return traceOf(lanes, samples, 2, { lockWaits });
}

test('processes that compute in a lock are told at the line that waits, and would take half without it', () => {
  const [found, ...more] = lockContention.evaluate(turns(true));
  expect(more).toEqual([]);
  expect(found).toMatchObject({ subject: 'lock 7', lanes: [1, 2] });
  expect(found?.site.line).toBe(27);
  expect(found?.change).toContain('app.py:28');
  expect(found?.gain?.hi).toBeCloseTo(2, 1);
  expect(found?.gain?.lo).toBeGreaterThan(1.3);
});

test('threads that sleep in a lock would overlap without it; those that compute would wait for the GIL instead', () => {
  expect(lockContention.evaluate(turns(true, 0, [101, 101]))[0]?.gain?.hi).toBeCloseTo(2, 1);
  expect(lockContention.evaluate(turns(true, turn, [101, 101]))).toEqual([]);
});

test('workers that wait for nothing are left alone', () => {
  expect(lockContention.evaluate(turns(false))).toEqual([]);
});

const clerk = frame('Clerk.run', '/home/me/app.py', 30);
const proxy = [
  clerk,
  frame('get', '<string>', 2),
  standard('BaseProxy._callmethod', 'multiprocessing/managers.py', 820),
];
const server = [standard('Server.serve_client', 'multiprocessing/managers.py', 260)];

/** A worker that is in calls to a manager for half of its time, which serves it or waits, and works for the other half. */
function managed(answers: boolean) {
  const samples = [];
  for (let at = 0; at < 200; at++) {
    const time = (at + 1) * 1e7;
    const calls = at % 2 === 0;
    samples.push({
      lane: 1,
      time,
      cpu: calls ? (answers ? 3e6 : 0) : 1e7,
      state: calls ? WAITING : 0,
      stack: calls ? proxy : [clerk],
    });
    samples.push({ lane: 2, time, cpu: calls && answers ? 6e6 : 0, state: WAITING, stack: server });
  }
  return traceOf([{}, {}, {}], samples, 2);
}

test('a worker that asks a manager for every item is told at its line, below the code that proxies are made of', () => {
  const [found, ...more] = lockContention.evaluate(managed(true));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(30);
  expect(found?.gain?.hi).toBeCloseTo(2, 1);
});

test('a call that waits for something to happen, such as get of an empty queue, is left alone', () => {
  expect(lockContention.evaluate(managed(false))).toEqual([]);
});
