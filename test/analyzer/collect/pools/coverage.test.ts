import { describe, expect, test } from '@jest/globals';
import { interpreter, testOn } from '../python-agent/interpreters.ts';
import { runWithPools, type TaskSeen, tasksOf } from './programs.ts';

/** What is seen of each kind of pool, on every CPython that is supported, however its workers are started. */
const VERSIONS = ['3.8', '3.9', '3.10', '3.11', '3.12', '3.13'];
const METHODS = ['fork', 'spawn', 'forkserver'];

const POOL = `
import multiprocessing, sys
def square(x): return x * x
def pair(a, b): return a + b
def fails(x):
    if x == 3: raise LookupError(x)
    return x
if __name__ == "__main__":
    with multiprocessing.get_context("METHOD").Pool(2) as pool:
        assert pool.map(square, range(10), chunksize=3) == [x * x for x in range(10)]
        assert list(pool.imap(square, range(5), chunksize=2)) == [0, 1, 4, 9, 16]
        assert sorted(pool.imap_unordered(square, range(4))) == [0, 1, 4, 9]
        assert pool.starmap(pair, [(1, 2), (3, 4)], chunksize=1) == [3, 7]
        assert pool.apply(square, (7,)) == 49
        results = [pool.apply_async(pair, (i,), {"b": 1}) for i in range(3)]
        assert [result.get() for result in results] == [1, 2, 3]
        assert pool.map_async(square, [1, 2], chunksize=2).get() == [1, 4]
        try: pool.map(fails, range(6), chunksize=1)
        except LookupError as error: print("raised", error)
`;

/** Tasks, and calls in them, by function. */
function counts(tasks: readonly TaskSeen[]): Record<string, [number, number]> {
  const found: Record<string, [number, number]> = {};
  for (const task of tasks) {
    const [number, items] = found[task.function] ?? [0, 0];
    found[task.function] = [number + task.weight, items + task.items * task.weight];
  }
  return found;
}

const inOrder = ({ submit, dequeue, start, end, returned }: TaskSeen): boolean =>
  submit > 0 && dequeue >= submit && start >= dequeue && end >= start && returned >= end;

describe('multiprocessing.Pool', () => {
  for (const version of VERSIONS)
    for (const method of METHODS)
      testOn(
        version,
        `${version}, ${method}: every task of every way to submit is seen, once`,
        async (python) => {
          const { tables, health, stdout, stderr } = await runWithPools(
            python,
            POOL.replace('METHOD', method),
          );
          expect([stdout, stderr]).toEqual(['raised 3\n', '']);
          expect(health).toMatchObject({ status: 'ok', warnings: [] });
          const tasks = tasksOf(tables);
          expect(counts(tasks)).toEqual({
            // map 4, imap 3, imap_unordered 4, apply 1, map_async 1
            square: [13, 10 + 5 + 4 + 1 + 2],
            pair: [5, 5],
            fails: [6, 6],
          });
          expect(
            tasks.every((task) => task.pool === 'multiprocessing.Pool' && task.startMethod === method),
          ).toBe(true);
          expect(tasks.filter((task) => !inOrder(task))).toEqual([]);
          expect(
            tasks
              .filter(({ exception }) => exception !== null)
              .map((task) => [task.function, task.exception]),
          ).toEqual([['fails', 'LookupError']]);
          expect(new Set(tasks.map((task) => task.line))).toEqual(new Set([3, 4, 5]));
          expect(new Set(tasks.map((task) => task.site)).has('<module>:10')).toBe(true);
          expect([...tables.pools.submitted]).toEqual([24]);
          expect([...tables.pools.completed]).toEqual([24]);
          const { start, ready, stop, end } = tables.pools;
          expect(ready[0]).toBeGreaterThan(start[0] as number);
          expect(stop[0]).toBeGreaterThan(ready[0] as number);
          expect(end[0]).toBeGreaterThan(stop[0] as number);
        },
      );
});

const EXECUTORS = `
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial, wraps
from multiprocessing.pool import ThreadPool
def timed(function):
    @wraps(function)
    def wrapper(*args): return function(*args)
    return wrapper
@timed
def decorated(x): return x
def power(base, x): return base ** x
class Model:
    def score(self, x): return x
    def __call__(self, x): return x
if __name__ == "__main__":
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("METHOD")) as pool:
        assert list(pool.map(decorated, range(6), chunksize=4)) == list(range(6))
        assert pool.submit(partial(power, 2), 5).result() == 32
        assert pool.submit(Model().score, 1).result() == 1
        assert pool.submit(Model(), 2).result() == 2
        try: pool.submit(divmod, 1, 0).result()
        except ZeroDivisionError: print("raised")
    with ThreadPoolExecutor(2, thread_name_prefix="fetch") as pool:
        assert list(pool.map(decorated, range(5))) == list(range(5))
        try: pool.submit(power, 0, -1).result()
        except ZeroDivisionError: print("raised")
    with ThreadPool(2) as pool:
        assert pool.map(decorated, range(7), chunksize=2) == list(range(7))
        try: pool.apply(power, (0, -1))
        except ZeroDivisionError: print("raised")
`;

describe('concurrent.futures and thread pools', () => {
  for (const version of VERSIONS)
    for (const method of version === '3.8' || version === '3.13' ? METHODS : ['fork'])
      testOn(version, `${version}, ${method}: tasks by the function that a user wrote`, async (python) => {
        const { tables, health, stdout, stderr } = await runWithPools(
          python,
          EXECUTORS.replace('METHOD', method),
        );
        expect([stdout, stderr]).toEqual(['raised\nraised\nraised\n', '']);
        expect(health).toMatchObject({ status: 'ok', warnings: [] });
        const tasks = tasksOf(tables);
        const of = (pool: string) => tasks.filter((task) => task.pool === pool);
        const qualified = (name: string) => (Number(version.slice(2)) >= 11 ? `Model.${name}` : name);
        expect(counts(of('ProcessPoolExecutor'))).toEqual({
          decorated: [2, 6],
          power: [1, 1],
          [qualified('score')]: [1, 1],
          [qualified('__call__')]: [1, 1],
          '': [1, 1],
        });
        expect(counts(of('ThreadPoolExecutor'))).toEqual({ decorated: [5, 5], power: [1, 1] });
        expect(counts(of('multiprocessing.pool.ThreadPool'))).toEqual({ decorated: [4, 7], power: [1, 1] });
        expect(of('ProcessPoolExecutor').filter((task) => !inOrder(task))).toEqual([]);
        expect(tasks.filter((task) => task.exception !== null).map((task) => task.exception)).toEqual(
          new Array(3).fill('ZeroDivisionError'),
        );
        for (const task of tasks.filter(({ startMethod }) => startMethod === 'thread')) {
          expect([task.bytesOut, task.bytesBack, task.dequeue >= task.submit]).toEqual([0, 0, true]);
        }
        const names = Array.from(tables.lanes.name);
        expect(names.some((name) => name.startsWith('fetch_'))).toBe(true);
      });
});

const CANCELS = `
import time
from concurrent.futures import ProcessPoolExecutor
def work(x): time.sleep(0.02)
if __name__ == "__main__":
    pool = ProcessPoolExecutor(1)
    futures = [pool.submit(work, x) for x in range(20)]
    futures[0].result()
    pool.shutdown(cancel_futures=True)
    print(sum(not future.cancelled() for future in futures))
`;

const FORKS = `
import os
from concurrent.futures import ProcessPoolExecutor
def work(x): return x
if __name__ == "__main__":
    with ProcessPoolExecutor(1) as pool:
        pool.submit(work, 1).result()
        child = os.fork()
        if child == 0:
            # Nobody in here will take it.
            pool.submit(work, 1)
            with ProcessPoolExecutor(1) as own: list(own.map(work, [1, 2]))
            os._exit(0)
        os.waitpid(child, 0)
`;

describe('executors of processes', () => {
  for (const version of VERSIONS.filter((each) => each !== '3.8'))
    testOn(version, `${version}: what runs when the rest is cancelled comes back`, async (python) => {
      const { tables, stdout } = await runWithPools(python, CANCELS);
      const tasks = tasksOf(tables);
      const ran = Number(stdout);
      expect(ran).toBeLessThan(20);
      expect([...tables.pools.submitted, ...tables.pools.completed]).toEqual([20, ran]);
      expect(tasks.filter(({ returned, end }) => returned >= end && end > 0).length).toBe(ran);
    });
  for (const version of ['3.8', '3.13'])
    testOn(version, `${version}: a child of fork has pools of its own`, async (python) => {
      const { tables } = await runWithPools(python, FORKS);
      const { process, submitted, completed } = tables.pools;
      const parent = process[0];
      const counts = Array.from(process, (of, i) => [of === parent, submitted[i], completed[i]]);
      expect(counts).toEqual([
        [true, 1, 1],
        [false, 1, 0],
        [false, 2, 2],
      ]);
    });
});

const PROCESSES = `
import multiprocessing, sys
def child(queue, simple, pipe):
    for i in range(3): queue.put(bytes(1000 * (i + 1)))
    simple.put("x" * 500)
    pipe.send(list(range(100)))
class Own(multiprocessing.Process):
    def run(self): raise KeyError("own")
if __name__ == "__main__":
    multiprocessing.set_start_method("METHOD")
    queue, simple = multiprocessing.Queue(), multiprocessing.SimpleQueue()
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.Process(target=child, args=(queue, simple, sender))
    process.start()
    print([len(queue.get()) for _ in range(3)], len(simple.get()), len(receiver.recv()))
    process.join()
    own = Own()
    own.start()
    own.join()
    print(own.exitcode)
    with multiprocessing.Manager() as manager:
        shared = manager.dict()
        shared["key"] = "v" * 3000
        print(len(shared["key"]))
`;

describe('processes, queues, pipes and managers', () => {
  for (const version of VERSIONS)
    for (const method of version === '3.8' || version === '3.13' ? METHODS : ['fork'])
      testOn(
        version,
        `${version}, ${method}: processes are tasks, and messages have both ends`,
        async (python) => {
          const { tables, health, stdout } = await runWithPools(python, PROCESSES.replace('METHOD', method));
          expect(stdout).toBe('[1000, 2000, 3000] 500 100\n1\n3000\n');
          expect(health).toMatchObject({ status: 'ok', warnings: [] });
          const tasks = tasksOf(tables).filter((task) => task.pool === 'multiprocessing.Process');
          const run = Number(version.slice(2)) >= 11 ? 'Own.run' : 'run';
          expect(tasks.map((task) => [task.function, task.exception])).toEqual([
            ['child', null],
            // 3.13 has forgotten the exception when it can be asked for it.
            [run, version === '3.13' ? 'exit code 1' : 'KeyError'],
          ]);
          expect(tasks.every(({ submit, start, end }) => submit > 0 && start > submit && end >= start)).toBe(
            true,
          );
          const { transfers, lanes } = tables;
          const bytes = Array.from(transfers.bytes);
          const sent = (least: number, most: number): number =>
            bytes.findIndex((each) => each >= least && each <= most);
          // The payload and what pickle puts around it.
          for (const payload of [1000, 2000, 500]) {
            const at = sent(payload, payload + 40);
            expect(at).toBeGreaterThanOrEqual(0);
            expect(lanes.process[transfers.toLane[at] as number]).not.toBe(
              lanes.process[transfers.lane[at] as number],
            );
            expect(transfers.toStart[at]).toBeGreaterThanOrEqual(transfers.start[at] as number);
          }
          // To the manager and back.
          expect(bytes.filter((each) => each > 2999 && each < 3200).length).toBe(3);
        },
      );
});

test('at least one interpreter is here', () => {
  expect(VERSIONS.some((version) => interpreter(version) !== null)).toBe(true);
});
