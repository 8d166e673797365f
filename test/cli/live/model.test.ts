import { expect, test } from '@jest/globals';
import { nanos } from '../../../analyzer/model/index.ts';
import { LiveModel } from '../../../cli/live/model.ts';
import { placeOf } from '../../../cli/live/origin.ts';
import { BIN } from '../../../cli/live/series.ts';
import { Batches, type Call } from './batches.ts';
import { SyntheticRun } from './synthetic.ts';

const SCRIPT = '/home/ada/train.py';
const LOAD: Call[] = [
  ['main', SCRIPT, 1],
  ['load', SCRIPT, 10],
];
const SOLVE: Call[] = [
  ['main', SCRIPT, 1],
  ['solve', SCRIPT, 20],
];
const second = (value: number): number => value * 1e9;

function modelOf(batches: Batches): LiveModel {
  return new LiveModel(nanos(batches.start));
}

test('self and total of functions are sums of CPU time, and a recursive call counts once', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const deep = batches.stack([...SOLVE, ['solve', SCRIPT, 20], ['solve', SCRIPT, 20]]);
  batches.lane(0, 'main', 'main');
  batches.sample(0, 10, batches.stack(LOAD), { cpu: 10 }).sample(0, 40, deep, { cpu: 30 });
  model.take(batches.batch());
  const { weights } = model.snapshot(second(1));
  expect(weights.whole).toBe(40e6);
  expect(weights.hot.map(({ called, self, total }) => [called.name, self / 1e6, total / 1e6])).toEqual([
    ['solve', 30, 30],
    ['load', 10, 10],
    ['main', 0, 40],
  ]);
});

test('stacks that come in later batches join the tree of the earlier ones', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  batches.lane(0, 'main', 'main').sample(0, 10, batches.stack(LOAD), { cpu: 10 });
  model.take(batches.batch());
  batches.sample(0, 20, batches.stack(LOAD), { cpu: 10 }).sample(0, 30, batches.stack(SOLVE), { cpu: 10 });
  model.take(batches.batch());
  const { calls, weights } = model.snapshot(0);
  expect(calls.parent).toEqual([-1, 0, 1, 1]);
  expect(Array.from({ length: 4 }, (_, node) => (weights.total[node] ?? 0) / 1e6)).toEqual([30, 30, 20, 10]);
});

test('the functions of one lane add up to the CPU time of that lane', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  batches.lane(0, 'main', 'main').lane(1, 'worker', 'worker 1');
  batches.sample(0, 10, batches.stack(LOAD), { cpu: 10 }).sample(1, 10, batches.stack(SOLVE), { cpu: 4 });
  model.take(batches.batch());
  expect(model.snapshot(0, 1).weights.whole).toBe(4e6);
  expect(model.snapshot(0, 1).weights.hot.map(({ called }) => called.name)).toEqual(['solve', 'main']);
});

test('the activity of a lane is what it did most in its latest batch, with words for what it waits for', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const pool: Call[] = [['worker', '/usr/lib/python3.11/multiprocessing/pool.py', 97]];
  const stack = batches.stack(SOLVE);
  for (let lane = 0; lane < 7; lane++) batches.lane(lane, lane === 0 ? 'main' : 'worker', `lane ${lane}`);
  batches
    .sample(0, 100, stack, { cpu: 90 })
    .sample(1, 100, stack, { state: 'gil', wait: 'gil' })
    .sample(2, 100, stack, { state: 'ready', ready: 95, cpu: 5 })
    .sample(3, 100, stack, { state: 'waiting', wait: 'lock' })
    .sample(4, 100, stack, { state: 'waiting', wait: 'socket' })
    .sample(5, 100, -1, { state: 'waiting', wait: 'sleep' })
    .sample(6, 100, batches.stack([...SOLVE, ...pool]), { state: 'waiting', wait: 'pipe' });
  model.take(batches.batch());
  const lanes = [...model.snapshot(0).lanes].sort((a, b) => a.id - b.id);
  expect(lanes.map(({ activity, doing, where }) => `${activity}: ${doing} ${where}`.trim())).toEqual([
    'running: solve train.py:20',
    'gil: waits for the GIL in solve',
    'ready: ready: solve train.py:20',
    'lock: waits for a lock in solve',
    'io: waits for the network in solve',
    'idle: sleeps',
    'idle: waits for a task',
  ]);
});

test('a delay that the kernel tells of when it is over is no idle time, and shows as ready until then', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const stack = batches.stack(SOLVE);
  batches.lane(0, 'main', 'main');
  for (let at = 10; at <= 200; at += 10) batches.sample(0, at, stack, { state: 'running' });
  model.take(batches.batch());
  expect(model.snapshot(0).lanes[0]?.activity).toBe('ready');
  batches.sample(0, 250, stack, { state: 'running', cpu: 10, ready: 240 });
  model.take(batches.batch());
  const lane = model.snapshot(0).lanes[0];
  expect(lane?.times).toMatchObject({ running: 10e6, ready: 240e6, idle: 0 });
  const shares = { cpu: 0, ready: 0, gil: 0, lock: 0 };
  expect(lane?.history.shares(0, BIN, shares).ready).toBeCloseTo(0.96, 2);
});

test('the main lane comes first, then the busiest, and ended lanes last', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const stack = batches.stack(SOLVE);
  batches.lane(0, 'worker', 'ended', { end: 400 }).lane(1, 'worker', 'calm').lane(2, 'worker', 'busy');
  batches.lane(3, 'main', 'main');
  batches
    .sample(0, 400, stack, { cpu: 400 })
    .sample(1, 500, stack, { cpu: 100 })
    .sample(2, 500, stack, { cpu: 450 });
  model.take(batches.batch());
  expect(model.snapshot(0).lanes.map((lane) => lane.name)).toEqual(['main', 'busy', 'calm', 'ended']);
  expect(model.snapshot(0).lanes.at(-1)?.activity).toBe('ended');
});

test('lanes that are about as busy as each other keep their places', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const stack = batches.stack(SOLVE);
  batches.lane(0, 'worker', 'first').lane(1, 'worker', 'second');
  for (let at = 250; at <= 2000; at += 250) {
    batches.sample(0, at, stack, { cpu: at % 500 === 0 ? 230 : 215 });
    batches.sample(1, at, stack, { cpu: at % 500 === 0 ? 215 : 230 });
    model.take(batches.batch());
    expect(model.snapshot(0).lanes.map((lane) => lane.name)).toEqual(['first', 'second']);
  }
});

test('a sample longer than a bin of the history is spread over the bins it covers', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  batches.lane(0, 'main', 'main').sample(0, 1000, batches.stack(SOLVE), { cpu: 500 });
  model.take(batches.batch());
  const history = model.snapshot(0).lanes[0]?.history;
  const shares = { cpu: 0, ready: 0, gil: 0, lock: 0 };
  for (let bin = 0; bin < 4; bin++) {
    expect(history?.shares(bin * BIN, (bin + 1) * BIN, shares).cpu).toBeCloseTo(0.5, 5);
  }
  expect(model.snapshot(0).lanes[0]?.cpu).toBeCloseTo(0.5, 5);
});

test('what is kept does not grow with the length of a run', () => {
  const run = new SyntheticRun(4, 40);
  const model = modelOf(run.batches);
  for (let i = 0; i < 40; i++) model.take(run.advance());
  const before = model.snapshot(0);
  const nodes = before.calls.parent.length;
  for (let i = 0; i < 400; i++) model.take(run.advance());
  const after = model.snapshot(0);
  expect(after.calls.parent.length).toBe(nodes);
  expect(after.lanes.length).toBe(before.lanes.length);
  expect(after.weights.whole).toBeGreaterThan(9 * before.weights.whole);
});

test('of thousands of ended lanes the last ones are kept, and the CPU time of all', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  for (let i = 0; i < 3000; i++) {
    batches.lane(i, 'worker', `job ${i}`, { start: i, end: i + 1 });
    batches.sample(i, i + 1, batches.stack(SOLVE), { cpu: 1 });
    if (i % 100 === 99) model.take(batches.batch());
  }
  const { lanes, forgotten, weights } = model.snapshot(0);
  expect(lanes.length + forgotten).toBe(3000);
  expect(lanes.length).toBeLessThan(100);
  expect(lanes.every((lane) => Number(lane.name.split(' ')[1]) > 2900)).toBe(true);
  expect(weights.whole).toBe(3000e6);
});

test('lanes of one name are told apart by their process', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  batches
    .lane(0, 'main', 'main', { process: 7 })
    .lane(1, 'worker', 'main', { process: 8 })
    .lane(2, 'helper', '');
  model.take(batches.batch());
  expect(model.snapshot(0).lanes.map((lane) => lane.name)).toEqual(['main 7', 'main 8', 'thread 102']);
});

test('counters are the machine, cores apart from the rest', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  ['core 1 load (%)', 'core 0 load (%)', 'memory used (B)'].forEach((name, i) => {
    batches.lane(i, 'device', name, { kind: 'counter' });
  });
  batches.counter(0, 1, 50).counter(1, 1, 20).counter(2, 1, 3e9).counter(1, 2, 30);
  model.take(batches.batch());
  const { machine, lanes } = model.snapshot(0);
  expect(machine).toEqual({ cores: [30, 50], figures: [{ quantity: 'memory used', unit: 'B', value: 3e9 }] });
  expect(lanes).toEqual([]);
});

test('where a function is takes few cells: file and line of own code, the package of others', () => {
  const of = (file: string, language = 0): string => {
    const { origin, place } = placeOf('f', file, 7, language);
    return `${origin} ${place}`;
  };
  expect(of('/home/ada/train.py')).toBe('own train.py:7');
  expect(of('/venv/lib/python3.11/site-packages/numpy/core/x.py')).toBe('library <numpy>');
  expect(of('<string>')).toBe('own <string>:7');
  expect(of('/opt/lib/agents/python/perfscope_futures.py')).toBe('library <perfscope>');
  expect(of('/home/ada/perfscope_futures.py')).toBe('own perfscope_futures.py:7');
  expect(of('/app/server.js', 1)).toBe('own server.js:7');
});

test('a wait for a thread or an event is none for a lock, though it is made of one', () => {
  const threading = '/usr/lib/python3.11/threading.py';
  const now = (...names: string[]): string => {
    const batches = new Batches();
    const calls: Call[] = [['main', SCRIPT, 1], ...names.map((name): Call => [name, threading, 9])];
    batches.lane(0, 'main', 'main');
    batches.sample(0, 100, batches.stack(calls), { state: 'waiting', wait: 'lock' });
    const model = modelOf(batches);
    model.take(batches.batch());
    const lane = model.snapshot(0).lanes[0];
    return `${lane?.activity}: ${lane?.doing} ${lane?.where}`;
  };
  expect(now('Thread.join', 'Thread._wait_for_tstate_lock')).toBe('io: waits for a thread in main');
  expect(now('join')).toBe('io: waits for a thread in main');
  expect(now('Event.wait', 'Condition.wait')).toBe('io: waits for an event in main');
  expect(now('Semaphore.acquire', 'Condition.wait')).toBe('lock: waits for a lock in main');
  expect(now()).toBe('lock: waits for a lock in main');
});

test('processes and threads that multiprocessing starts for itself serve, and a fork server lends its frames', () => {
  const lib = '/usr/lib/python3.11/multiprocessing';
  const now = (...calls: Call[]): string | undefined => {
    const batches = new Batches();
    batches.lane(0, 'worker', 'w').sample(0, 100, batches.stack(calls), { state: 'waiting', wait: 'pipe' });
    const model = modelOf(batches);
    model.take(batches.batch());
    return model.snapshot(0).lanes[0]?.doing;
  };
  const server: Call = ['main', `${lib}/forkserver.py`, 167];
  expect(now(['main', `${lib}/resource_tracker.py`, 160])).toBe('serves the pool');
  expect(now(server)).toBe('serves the pool');
  expect(now(server, ['worker', `${lib}/pool.py`, 97])).toBe('waits for a task');
  expect(now(server, ['solve', SCRIPT, 20])).toBe('waits for a pipe');
});

test('lanes of one name are told apart by their process, and those of one process by their thread', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  batches.lane(0, 'main', 'main', { process: 7 });
  batches.lane(1, 'worker', 'feeder', { process: 7, thread: 8 });
  batches.lane(2, 'worker', 'feeder', { process: 9, thread: 10 });
  batches.lane(3, 'worker', 'python', { process: 9, thread: 11 });
  batches.lane(4, 'worker', 'python', { process: 9, thread: 12 });
  model.take(batches.batch());
  const names = model.snapshot(0).lanes.map(({ name }) => name);
  expect(names).toEqual(['main', 'feeder 7', 'feeder 9', 'python 11', 'python 12']);
});
