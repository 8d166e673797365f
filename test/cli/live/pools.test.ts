import { expect, test } from '@jest/globals';
import { nanos } from '../../../analyzer/model/index.ts';
import { LiveModel, type LiveSnapshot } from '../../../cli/live/model.ts';
import { BIN, Gauge } from '../../../cli/live/series.ts';
import { Batches, type Call } from './batches.ts';

const SCRIPT = '/home/ada/train.py';
const MAIN: Call = ['main', SCRIPT, 1];
const SOLVE: Call = ['solve', SCRIPT, 20];
const REFINE: Call = ['refine', SCRIPT, 30];
const second = (value: number): number => value * 1e9;

const modelOf = (batches: Batches): LiveModel => new LiveModel(nanos(batches.start));

/** What a model shows after one batch. */
function shown(batches: Batches, at = 0): LiveSnapshot {
  const model = modelOf(batches);
  model.take(batches.batch());
  return model.snapshot(second(at));
}

/** The only pool, or a failure of the test. */
function poolOf({ pools }: LiveSnapshot) {
  const [pool, ...others] = pools.pools;
  if (!pool || others.length > 0) throw new Error(`${pools.pools.length} pools`);
  return pool;
}

test('a run without pools has none, whatever else it has', () => {
  const batches = new Batches();
  batches.lane(0, 'main', 'main').lane(1, 'device', 'core 0 load (%)', { kind: 'counter' });
  batches.counter(1, 100, 50);
  const { pools, messages, lockWaits } = shown(batches, 1);
  expect(pools).toEqual({ pools: [], tasks: [] });
  expect(messages).toBeNull();
  expect(lockWaits).toEqual([]);
});

test('the figures of a function are those of its tasks, each counted by its weight', () => {
  const batches = new Batches();
  batches.pool(0, 'multiprocessing.Pool');
  batches.task(0, {
    ...{ function: SOLVE, submit: 0, dequeue: 10, start: 12, end: 112, returned: 120 },
    ...{ weight: 3, items: 4, bytesOut: 100, bytesBack: 10, pickling: 1, repeats: 100 },
  });
  batches.task(0, {
    ...{ function: SOLVE, submit: 0, dequeue: 50, start: 50, end: 350, returned: 353 },
    ...{ weight: 1, items: 4, bytesOut: 500, bytesBack: 30, pickling: 3, repeats: 0 },
  });
  const { tasks } = shown(batches, 1).pools;
  expect(tasks.length).toBe(1);
  const figures = tasks[0]?.figures;
  expect(figures).toMatchObject({ done: 4, failed: 0, lost: 0, longest: 300e6 });
  expect(figures?.run.value).toBe((3 * 100e6 + 300e6) / 4);
  expect(figures?.queueWait.value).toBe((3 * 10e6 + 50e6) / 4);
  expect(figures?.wayBack.value).toBe((3 * 7e6 + 0) / 4);
  expect(figures?.serialising.value).toBe((3 * 4e6 + 12e6) / 4);
  expect(figures?.bytesOut.sum).toBe(800);
  expect(figures?.bytesBack.sum).toBe(60);
  expect(figures?.items.value).toBe(4);
  expect(figures?.repeated.value).toBe(300 / 800);
});

test('functions of a pool have rows of their own, most work first', () => {
  const batches = new Batches();
  batches.pool(0, 'multiprocessing.Pool');
  batches.task(0, { function: SOLVE, start: 0, end: 10 }).task(0, { function: REFINE, start: 0, end: 90 });
  batches.task(0, { function: SOLVE, start: 0, end: 20 });
  const { pools, calls } = shown(batches, 1);
  const names = pools.tasks.map(({ called, figures }) => [calls.functions[called]?.name, figures.done]);
  expect(names).toEqual([
    ['refine', 1],
    ['solve', 2],
  ]);
  expect(pools.pools[0]?.figures.done).toBe(3);
});

test('what was not seen is in no figure: times, volumes, repeats', () => {
  const batches = new Batches();
  batches.pool(0, 'multiprocessing.Pool');
  batches.task(0, { function: SOLVE, end: 100, bytesOut: -1, bytesBack: -1 });
  const figures = poolOf(shown(batches, 1)).figures;
  expect(figures.done).toBe(1);
  for (const mean of [figures.run, figures.queueWait, figures.wayBack, figures.serialising]) {
    expect(mean.value).toBeNull();
  }
  for (const mean of [figures.bytesOut, figures.bytesBack, figures.repeated]) expect(mean.value).toBeNull();
});

test('a task that failed is done too; one that is lost with its worker, or that nobody took, is not', () => {
  const batches = new Batches();
  batches.pool(0, 'ProcessPoolExecutor');
  batches.task(0, { function: SOLVE, start: 0, end: 10, exception: 'ValueError' });
  batches.task(0, { function: SOLVE, submit: 0, start: 5 });
  batches.task(0, { function: SOLVE, submit: 0 });
  batches.task(0, { function: SOLVE, submit: 0, returned: 40 });
  const snapshot = shown(batches, 1);
  const { figures } = poolOf(snapshot);
  expect(figures).toMatchObject({ done: 2, failed: 1, lost: 1 });
  expect(snapshot.calls.text(figures.exception)).toBe('ValueError');
});

/** What is known after `until` (milliseconds) of a pool whose tasks came back at the times `ends`; it is told of in time. */
function modelAfter(until: number, ends: readonly number[]): LiveModel {
  const batches = new Batches();
  const model = modelOf(batches);
  for (let at = 0; at <= until; at += 250) {
    const now = ends.filter((end) => end >= at - 250 && end < at);
    for (const end of now)
      batches.task(0, { function: SOLVE, start: end - 5, end, returned: end, bytesOut: 1000 });
    batches.pool(0, 'multiprocessing.Pool', { completed: ends.filter((end) => end < at).length });
    model.take(batches.batch(), at * 1e6);
  }
  return model;
}

test('the rate is of the last two seconds, and of up to ten where tasks are few', () => {
  const ends = Array.from({ length: 1050 }, (_, i) => i * 10).filter((at) => at >= 8000 || at % 100 === 0);
  const rates = poolOf(modelAfter(10_500, ends).snapshot(second(10.25))).rates;
  // From 7.75 s to 9.75 s, where the last whole quarter of a second ends: 2 tasks, and then 100 a second.
  expect(rates?.tasks).toBeCloseTo((2 + 175) / 2, 4);
  expect(rates?.bytesOut).toBeCloseTo(1000 * (rates?.tasks ?? 0), 1);
  // Four seconds after the last of 50 tasks a second: of those it takes as many as it needs, and no more.
  const stops = Array.from({ length: 200 }, (_, i) => i * 20).filter((at) => at < 4000);
  expect(poolOf(modelAfter(8000, stops).snapshot(second(8))).rates?.tasks).toBeCloseTo(12.5 / 4.25, 0);
  const slow = Array.from({ length: 10 }, (_, i) => 2000 * i + 1900);
  expect(poolOf(modelAfter(20_250, slow).snapshot(second(20.25))).rates?.tasks).toBeCloseTo(0.5, 4);
});

test('a pool that does nothing any more comes to a rate of nothing', () => {
  const model = modelAfter(
    1000,
    Array.from({ length: 100 }, (_, i) => i * 10),
  );
  expect(poolOf(model.snapshot(second(1))).rates?.tasks).toBeGreaterThan(50);
  expect(poolOf(model.snapshot(second(30))).rates?.tasks).toBe(0);
});

test('what a pool was given and what came back are its queue and its busy workers', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const told = (at: number, submitted: number, completed: number): void => {
    batches.pool(7, 'multiprocessing.Pool', { size: 4, submitted, completed });
    model.take(batches.batch(), second(at));
  };
  const now = (at: number) => {
    const { queued, running, size, done } = poolOf(model.snapshot(second(at)));
    return { queued: queued.value, running, size, done };
  };
  told(0, 12, 0);
  expect(now(0.5)).toEqual({ queued: 8, running: 4, size: 4, done: 0 });
  told(1, 12, 6);
  expect(now(1.5)).toEqual({ queued: 2, running: 4, size: 4, done: 6 });
  told(2, 12, 9);
  expect(now(2.5)).toEqual({ queued: 0, running: 3, size: 4, done: 9 });
  const { queued } = poolOf(model.snapshot(second(4)));
  expect(queued.mean(0, second(1))).toBeCloseTo(8, 5);
  expect(queued.mean(second(1), second(2))).toBeCloseTo(2, 5);
  expect(queued.mean(second(2), second(4))).toBe(0);
});

test('tasks of a pool of an unknown number of workers all run', () => {
  const batches = new Batches();
  batches.pool(0, 'multiprocessing.Process', { size: 0, submitted: 9, completed: 2 });
  const { queued, running } = poolOf(shown(batches));
  expect({ queued: queued.value, running }).toEqual({ queued: 0, running: 7 });
});

test('nothing is said of the queue of a pool of threads that tells of tasks only when they are done', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const told = (submitted: number, completed: number) => {
    batches.pool(0, 'ThreadPoolExecutor', { startMethod: 'thread', submitted, completed });
    model.take(batches.batch(), second(1));
    const { queued, running, done } = poolOf(model.snapshot(second(2)));
    return { queued: queued.value, running, done };
  };
  expect(told(0, 0)).toEqual({ queued: null, running: null, done: 0 });
  expect(told(5, 5)).toEqual({ queued: null, running: null, done: 5 });
  expect(told(11, 6)).toEqual({ queued: 1, running: 4, done: 6 });
  expect(told(11, 11)).toEqual({ queued: 0, running: 0, done: 11 });
});

test('a pool that was forgotten is not counted again when it goes on', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  for (let id = 0; id < 600; id++)
    batches.pool(id, 'multiprocessing.Pool', { submitted: 2, completed: 1, end: id % 2 === 0 ? id : -1 });
  model.take(batches.batch(), second(1));
  for (let id = 0; id < 600; id++) batches.pool(id, 'multiprocessing.Pool', { submitted: 2, completed: 2 });
  model.take(batches.batch(), second(2));
  // What has ended is forgotten first: 88 of those.
  expect(poolOf(model.snapshot(second(3)))).toMatchObject({ made: 600, living: 300, done: 1200 - 88 });
});

test('the total and the rate of a pool are what it says, whatever rows of tasks there are', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  for (let at = 0; at <= 5000; at += 200) {
    batches.pool(0, 'multiprocessing.Pool', { submitted: 10_000, completed: at });
    if (at % 1000 === 0) batches.task(0, { function: SOLVE, start: at, end: at + 5, weight: 3 });
    model.take(batches.batch(), at * 1e6);
  }
  const pool = poolOf(model.snapshot(second(5)));
  expect(pool.done).toBe(5000);
  expect(pool.figures.done).toBe(18);
  // Versions come every 200 ms, and bins are of 250 ms.
  expect(pool.rates?.tasks).toBeGreaterThan(900);
  expect(pool.rates?.tasks).toBeLessThan(1100);
});

test('a pool that has ended has no queue and no workers, and keeps its figures', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  batches.pool(0, 'multiprocessing.Pool', { size: 4, submitted: 9 });
  model.take(batches.batch(), 100e6);
  batches.pool(0, 'multiprocessing.Pool', { size: 4, submitted: 9, completed: 1, end: 200 });
  batches.task(0, { function: SOLVE, start: 100, end: 190 });
  model.take(batches.batch(), 300e6);
  // Versions may come after the end: what was on its way was read only then.
  batches.pool(0, 'multiprocessing.Pool', { size: 4, submitted: 9, completed: 2, end: 200 });
  model.take(batches.batch(), 500e6);
  const pool = poolOf(model.snapshot(second(1)));
  expect(pool).toMatchObject({ living: 0, made: 1, size: 4, running: 0, done: 2 });
  expect(pool.queued.value).toBe(0);
  expect(pool.figures.done).toBe(1);
});

test('pools that the same code makes one after the other are one row, those of other code another', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  const here = batches.stack([MAIN, ['score', SCRIPT, 50]]);
  for (let id = 0; id < 6; id++) {
    batches.pool(id, 'multiprocessing.Pool', { stack: here, size: 2, end: id < 4 ? id + 1 : -1 });
    batches.task(id, { function: SOLVE, start: id, end: id + 1 });
  }
  batches.pool(6, 'multiprocessing.Pool', { stack: batches.stack([MAIN]) });
  model.take(batches.batch());
  const { pools, tasks } = model.snapshot(second(1)).pools;
  expect(pools.map(({ made, living, size, figures }) => [made, living, size, figures.done])).toEqual([
    [6, 2, 4, 6],
    [1, 1, 4, 0],
  ]);
  expect(pools[0]?.madeIn?.name).toBe('score');
  expect(tasks.length).toBe(1);
});

test('what is kept is bounded, however many pools, functions and places of waiting there are', () => {
  const batches = new Batches();
  const model = modelOf(batches);
  for (let i = 0; i < 3000; i++) {
    const its: Call = [`f${i}`, SCRIPT, i + 1];
    batches.pool(i, 'multiprocessing.Pool', { stack: batches.stack([MAIN, [`site${i % 300}`, SCRIPT, 7]]) });
    batches.task(i, { function: its, start: i, end: i + 1 });
    batches.lockWait(1, i, i + 1, { stack: batches.stack([its]) });
    if (i % 100 === 99) model.take(batches.batch());
  }
  const { pools, tasks } = model.snapshot(second(3)).pools;
  const { lockWaits, machine } = model.snapshot(second(3));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  expect(pools.length).toBe(33);
  expect(sum(pools.map(({ made }) => made))).toBe(3000);
  expect(sum(pools.map(({ living }) => living))).toBe(512);
  expect(tasks.length).toBeLessThanOrEqual(33 * 33);
  expect(sum(tasks.map(({ figures }) => figures.done))).toBe(3000);
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(tasks.length);
  expect(lockWaits.length).toBe(65);
  expect(lockWaits.at(-1)?.others).toBe(true);
  expect(sum(lockWaits.map(({ times }) => times))).toBe(3000);
  expect(machine.figures).toEqual([]);
});

test('tasks of a pool that nobody has told of are counted all the same', () => {
  const batches = new Batches();
  batches.task(99, { start: 0, end: 10 });
  const { pools, tasks } = shown(batches, 1).pools;
  expect(pools.map(({ kind, figures }) => [kind, figures.done])).toEqual([['', 1]]);
  expect(tasks.map(({ called }) => called)).toEqual([-1]);
});

test('messages are counted and have a rate, and other transfers are no messages', () => {
  const batches = new Batches();
  for (let at = 0; at < 4000; at += 20) batches.message(0, at, 500);
  const { messages } = shown(batches, 4.5);
  expect(messages).toMatchObject({ count: 200, bytes: 100_000 });
  expect(messages?.perSecond).toBeCloseTo(50, 5);
  expect(messages?.bytesPerSecond).toBeCloseTo(25_000, 2);
  const device = batches.message(0, 5000, 7).batch();
  device.transfers.direction[0] = 0;
  const model = modelOf(batches);
  model.take(device);
  expect(model.snapshot(0).messages).toBeNull();
});

test('waits for locks are summed by who waits and who holds, longest first, with the own code of each', () => {
  const batches = new Batches();
  const acquire: Call = ['Lock.acquire', '/usr/lib/python3.11/threading.py', 10];
  const update = batches.stack([MAIN, ['update', SCRIPT, 57], acquire]);
  const save = batches.stack([MAIN, ['save', SCRIPT, 61]]);
  batches.lockWait(1, 0, 30, { stack: update, holder: 0, holderStack: save });
  batches.lockWait(2, 0, 50, { stack: update, holder: 0, holderStack: save });
  batches.lockWait(1, 60, 70, { stack: update });
  const { lockWaits } = shown(batches, 1);
  const said = lockWaits.map(({ waiter, holder, lanes, holders, waited, longest, times }) => ({
    ...{ waiter: waiter?.name, holder: holder?.name, lanes: [...lanes], holders: [...holders] },
    ...{ waited: waited / 1e6, longest: longest / 1e6, times },
  }));
  expect(said).toEqual([
    { waiter: 'update', holder: 'save', lanes: [1, 2], holders: [0], waited: 80, longest: 50, times: 2 },
    { waiter: 'update', holder: undefined, lanes: [1], holders: [], waited: 10, longest: 10, times: 1 },
  ]);
});

test('who waits in the code of a pool is named by it: frames of the parent below do nothing in a worker', () => {
  const batches = new Batches();
  const own = batches.stack([MAIN]);
  const lib = '/usr/lib/python3.11/multiprocessing';
  const worker: Call[] = [MAIN, ['worker', `${lib}/pool.py`, 97]];
  const put: Call[] = [...worker, ['SimpleQueue.put', `${lib}/queues.py`, 370]];
  const enter = batches.stack([...put, ['SemLock.__enter__', `${lib}/synchronize.py`, 95]]);
  const send = batches.stack([...put, ['Connection._send', `${lib}/connection.py`, 364]]);
  batches.lockWait(1, 0, 30, { stack: enter, holder: 2, holderStack: send });
  batches.lockWait(1, 30, 40, { stack: batches.stack([...worker, SOLVE]), holder: 0, holderStack: own });
  const said = shown(batches, 1).lockWaits.map(({ waiter, holder }) => `${waiter?.name} ${holder?.name}`);
  expect(said).toEqual(['SimpleQueue.put SimpleQueue.put', 'solve main']);
});

test('a worker between two tasks waits for one, whatever its queue is; inside of one it waits for that queue', () => {
  const queue: Call = ['Queue.get', '/usr/lib/python3.11/multiprocessing/queues.py', 97];
  const loop: Call = ['work', '/venv/lib/python3.11/site-packages/toolbox/local.py', 9];
  const say = (calls: readonly Call[], worksForPool: boolean): string => {
    const batches = new Batches();
    batches.lane(1, 'worker', 'worker 1').pool(0, 'DataLoader');
    batches.sample(1, 100, batches.stack(calls), { state: 'waiting', wait: 'pipe' });
    if (worksForPool) batches.task(0, { function: SOLVE, lane: 1, start: 0, end: 50 });
    const lane = shown(batches).lanes[0];
    return `${lane?.doing} ${lane?.where}`.trim();
  };
  expect(say([MAIN, loop, queue], true)).toBe('waits for a task');
  expect(say([MAIN, loop, queue], false)).toBe('waits for a queue');
  expect(say([MAIN, loop, SOLVE, queue], true)).toBe('waits for a queue in solve');
});

test('a lane that runs a task names it where its own function does not, and says so without a stack', () => {
  const say = (calls: readonly Call[]): string => {
    const batches = new Batches();
    batches.lane(1, 'worker', 'worker 1').pool(0, 'multiprocessing.Pool');
    batches.sample(1, 100, batches.stack(calls), { cpu: 100 });
    batches.task(0, { function: SOLVE, lane: 1, start: 0, end: 50 });
    const lane = shown(batches).lanes[0];
    return `${lane?.doing}, ${lane?.where}, ${lane?.task}`;
  };
  expect(say([MAIN, SOLVE, ['assemble', SCRIPT, 71]])).toBe('assemble, train.py:71, solve');
  expect(say([MAIN, SOLVE])).toBe('solve, train.py:20, ');
  expect(say([MAIN, ['other', SCRIPT, 3]])).toBe('other, train.py:3, ');
  expect(say([])).toBe('runs a task, , ');
  const pool = '/usr/lib/python3.11/multiprocessing/pool.py';
  expect(say([MAIN, ['worker', pool, 97], ['dumps', '/usr/lib/python3.11/pickle.py', 1]])).toBe('dumps, , ');
});

test('a number that holds has the mean of what it was, from when it was known', () => {
  const gauge = new Gauge();
  expect(gauge.mean(0, second(1))).toBe(0);
  gauge.set(2 * BIN, 4);
  gauge.set(3 * BIN, 0);
  expect(gauge.mean(0, 4 * BIN)).toBeCloseTo(2, 5);
  expect(gauge.mean(2 * BIN, 3 * BIN)).toBeCloseTo(4, 5);
  expect(gauge.mean(3 * BIN, 8 * BIN)).toBe(0);
  gauge.set(1000 * BIN, 6);
  expect(gauge.mean(990 * BIN, 1000 * BIN)).toBe(0);
  expect(gauge.mean(1000 * BIN, 1100 * BIN)).toBe(6);
});
