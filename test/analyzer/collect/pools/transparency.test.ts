import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { newFolder, type Run, type RunOptions, runPlain, testOn } from '../python-agent/interpreters.ts';
import { type PoolsRun, runWithPools, tasksOf } from './programs.ts';

/** A program with hooks in its pools prints, raises, pickles and ends as it does without. */
const VERSIONS = ['3.8', '3.9', '3.10', '3.11', '3.12', '3.13'];

/** Process ids and addresses differ between any two runs. */
const plain = (text: string): string => text.replace(/0x[0-9a-f]+/g, '0x').replace(/pid=\d+/g, 'pid');
const outcome = ({ code, signal, stdout, stderr }: Run) => ({
  code,
  signal,
  stdout: plain(stdout),
  stderr: plain(stderr),
});

/** Both runs in one folder, so that paths in tracebacks are the same. */
async function expectSame(python: string, source: string, options: RunOptions = {}): Promise<PoolsRun> {
  const directory = options.directory ?? newFolder();
  const unhooked = await runPlain(python, source, { ...options, directory });
  const hooked = await runWithPools(python, source, { ...options, directory });
  expect(outcome(hooked)).toEqual(outcome(unhooked));
  expect(hooked.stdout).not.toBe('');
  return hooked;
}

const PROGRAMS: readonly (readonly [sentence: string, source: string])[] = [
  [
    'exceptions of tasks have the tracebacks that they had',
    `
import multiprocessing, traceback
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, wait
from multiprocessing.pool import ThreadPool
def inner(x): raise ValueError("bad %d" % x)
def work(x): return inner(x)
def attempt(call):
    try: call()
    except Exception: print(traceback.format_exc())
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        attempt(lambda: pool.map(work, [1], chunksize=1))
        attempt(lambda: pool.apply(work, (2,)))
        attempt(lambda: list(pool.imap(work, [3])))
        attempt(lambda: pool.starmap(work, [(4,)]))
    with ThreadPool(1) as pool: attempt(lambda: pool.map(work, [5]))
    with ProcessPoolExecutor(1) as pool:
        for future in [pool.submit(work, 6), pool.submit(work, 7)]:
            wait([future])
            attempt(future.result)
    with ThreadPoolExecutor(1) as pool:
        for future in [pool.submit(work, 8), pool.submit(work, 9)]:
            wait([future])
            attempt(future.result)
`,
  ],
  [
    'what cannot be pickled fails as it did',
    `
import multiprocessing, traceback
from concurrent.futures import ProcessPoolExecutor, wait
class Unwilling:
    def __reduce__(self): raise TypeError("not me")
def give(x): return Unwilling()
def attempt(call):
    try: call()
    except Exception: print(traceback.format_exc())
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        attempt(lambda: pool.map(lambda x: x, [1]))
        attempt(lambda: pool.apply(print, (Unwilling(),)))
        attempt(lambda: pool.apply(give, (1,)))
    with ProcessPoolExecutor(1) as pool:
        for future in [pool.submit(print, Unwilling()), pool.submit(give, 1)]:
            wait([future])
            attempt(future.result)
    attempt(lambda: multiprocessing.Pipe()[0].send(Unwilling()))
    attempt(lambda: multiprocessing.SimpleQueue().put(Unwilling()))
`,
  ],
  [
    'what cannot be unpickled ends a worker as it did',
    `
import multiprocessing
class Broken:
    def __setstate__(self, state): raise RuntimeError("cannot be set")
    def __getstate__(self): return {"a": 1}
if __name__ == "__main__":
    pool = multiprocessing.Pool(1)
    try: pool.apply_async(print, (Broken(),)).get(0.5)
    except multiprocessing.TimeoutError: print("no answer")
    pool.terminate()
    pool.join()
    receiver, sender = multiprocessing.Pipe(False)
    sender.send(Broken())
    receiver.recv()
`,
  ],
  [
    'objects are reduced, pickled and freed as often as before, and no reference is kept',
    `
import gc, multiprocessing, pickle, weakref
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
reduced = []
class Counted:
    def __init__(self, name): self.name = name
    def __reduce__(self):
        reduced.append(self.name)
        return Counted, (self.name,)
    def method(self): return self.name
def name(x): return x.name
def alive():
    gc.collect()
    return sum(isinstance(each, Counted) for each in gc.get_objects())
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool:
        print(pool.map(name, [Counted("a"), Counted("b")], chunksize=1), pool.apply(alive), pool.apply(Counted("c").method))
        print(pool.apply(alive))
    with ProcessPoolExecutor(1) as pool:
        print(list(pool.map(name, [Counted("d"), Counted("e")])), pool.submit(alive).result())
    with ThreadPoolExecutor(1) as pool:
        print(pool.submit(name, Counted("f")).result())
        print(alive())
    queue = multiprocessing.Queue()
    queue.put(Counted("g"))
    print(queue.get().name, sorted(reduced), alive())
    queue.close()
    queue.join_thread()
`,
  ],
  [
    'a task finds the stack, the recursion limit, threads, files, modules and environment that it would find',
    `
import inspect, multiprocessing, os, sys, threading
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing.pool import ThreadPool
def depth(n=0):
    try: return depth(n + 1)
    except RecursionError: return n
def look(_):
    names = [frame.function for frame in inspect.stack(0)]
    files = sorted(int(name) for name in os.listdir("/proc/self/fd"))
    return names, depth(), threading.active_count(), len(os.listdir("/proc/self/task")), files, sorted(
        name for name in sys.modules if "perfscope" in name), len(os.environ), sys.path[1:]
if __name__ == "__main__":
    print(look(0))
    with ThreadPoolExecutor(1) as pool: print(pool.submit(look, 4).result())
    with ThreadPool(1) as pool: print(pool.apply(look, (5,)))
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(1) as pool: print(pool.map(look, [1]), pool.apply(look, (2,)))
    with ProcessPoolExecutor(1) as pool: print(pool.submit(look, 3).result()[:2])
    print(open("/dev/null").fileno())
`,
  ],
  [
    'workers that are killed, that leave and that crash do so as before',
    `
import multiprocessing, os, signal, traceback
from concurrent.futures import ProcessPoolExecutor
def leave(x): os._exit(3)
def die(x): os.kill(os.getpid(), signal.SIGKILL)
def stop(x): raise SystemExit(4)
def same(x): return x
if __name__ == "__main__":
    for end in (leave, die):
        with ProcessPoolExecutor(1) as pool:
            try: pool.submit(end, 1).result()
            except Exception as problem: print(type(problem).__name__, problem)
    with multiprocessing.Pool(2) as pool:
        result = pool.apply_async(die, (1,))
        values = pool.map(same, range(50))
    # Not while the pool may fork a worker, which could get what is printed but not yet written, and write it too.
    print(values)
    for target in (leave, die, stop):
        process = multiprocessing.Process(target=target, args=(1,))
        process.start()
        process.join()
        print(process.exitcode)
    with multiprocessing.Pool(1, maxtasksperchild=2) as pool: print(pool.map(same, range(7), chunksize=1))
`,
  ],
  [
    'futures are cancelled, time out, call back and are waited for as before',
    `
import threading, time
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, TimeoutError, as_completed, wait
gate = threading.Event()
with ThreadPoolExecutor(1) as pool:
    first, second = pool.submit(gate.wait), pool.submit(print, "never")
    second.add_done_callback(lambda future: print("called", future.cancelled()))
    print(second.cancel(), first.cancel())
    try: first.result(0.01)
    except TimeoutError: print("late")
    gate.set()
    first.add_done_callback(lambda future: 1 / 0)
    done = [future.result() for future in as_completed([pool.submit(pow, 2, n) for n in range(5)])]
    print(sorted(done), len(wait([first]).done))
    try: second.result()
    except CancelledError: print("cancelled")
own = Future()
own.set_running_or_notify_cancel()
own.set_result(5)
print(own.result(), own)
`,
  ],
  [
    'pools of unusual kinds work as before',
    `
import multiprocessing.pool, queue, threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
class Own(multiprocessing.pool.Pool):
    def _repopulate_pool(self): super()._repopulate_pool()
    def map(self, *args, **named): return super().map(*args, **named)
class Queues(multiprocessing.pool.ThreadPool):
    def _setup_queues(self):
        self._inqueue, self._outqueue = queue.Queue(), queue.Queue()
        self._quick_put, self._quick_get = self._inqueue.put, self._outqueue.get
class Direct(Executor):
    def submit(self, function, *args, **named):
        future = Future()
        future.set_result(function(*args, **named))
        return future
class Threads(ThreadPoolExecutor):
    def submit(self, function, *args, **named): return super().submit(function, *args, **named)
def square(x): return x * x
if __name__ == "__main__":
    with Own(2) as pool: print(pool.map(square, range(5)))
    with Queues(2) as pool: print(pool.map(square, range(5)))
    with Direct() as pool: print(list(pool.map(square, range(5))))
    with Threads(2) as pool: print(list(pool.map(square, range(5))))
    original = multiprocessing.pool.worker
    def worker(*args, **named): return original(*args, **named)
    multiprocessing.pool.worker = worker
    with multiprocessing.get_context("fork").Pool(2) as pool: print(pool.map(square, range(5)))
`,
  ],
  [
    'a program that closes every descriptor, as daemons do, keeps its own files',
    `
import gc, multiprocessing, os
def square(x): return x * x
def use():
    pool = multiprocessing.Pool(1)
    print(pool.map(square, range(5)))
    pool.close()
    pool.join()
if __name__ == "__main__":
    use()
    gc.collect()
    os.closerange(3, 1024)
    files = [open("own-%d" % i, "w") for i in range(8)]
    for i, file in enumerate(files): file.write("text %d" % i)
    use()
    # The kernel counts a thread for a moment longer, and 3.12 warns of forks beside threads.
    while len(os.listdir("/proc/self/task")) > 1: pass
    child = os.fork()
    if child == 0:
        with multiprocessing.Pool(1) as pool: pool.map(square, range(5))
        os._exit(0)
    os.waitpid(child, 0)
    for file in files: file.close()
    print([open("own-%d" % i).read() for i in range(8)])
`,
  ],
];

describe('with hooks in its pools', () => {
  for (const version of VERSIONS)
    for (const [sentence, source] of PROGRAMS)
      testOn(version, `${version}: ${sentence}`, async (python) => {
        const { health } = await expectSame(python, source);
        expect(health.warnings.filter((text) => text.includes('stepped aside'))).toEqual([]);
      });
});

for (const version of ['3.8', '3.13'])
  testOn(
    version,
    `${version}: warnings are errors, and development mode is on, as before`,
    async (python) => {
      const [, source] = PROGRAMS[0] as readonly [string, string];
      // From 3.12 on, whether a fork warns of threads depends on whether those of a pool that was left have ended already.
      const ofThreads = ['-W', 'ignore:This process:DeprecationWarning'];
      for (const args of [['-W', 'error'], ['-X', 'dev'], ['-O']])
        await expectSame(python, source, { args: [...args, ...ofThreads] });
    },
  );

testOn(
  '3.11',
  'programs see nothing of the agent in their environment, and Python below them has it',
  async (python) => {
    const source = `
import multiprocessing, os, subprocess, sys
code = "import multiprocessing.pool, os, sys; print(sorted(os.environ), sys.path); print(multiprocessing.pool.ThreadPool(1).map(abs, [-1]))"
if __name__ == "__main__":
    for environment in (None, dict(os.environ), {"PATH": os.environ["PATH"]}, {**os.environ, "PYTHONPATH": "/nowhere"}):
        print(subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True).stdout)
    os.environ["PYTHONPATH"] = "/elsewhere"
    print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
    del os.environ["PYTHONPATH"]
    print(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout)
    print(subprocess.run(["env"], env={"A": "b"}, capture_output=True, text=True).stdout)
    child = os.fork()
    if child == 0: os.execve(sys.executable, [sys.executable, "-c", code], dict(os.environ))
    os.waitpid(child, 0)
`;
    for (const env of [{}, { PYTHONPATH: '' }, { PYTHONPATH: '/some/where' }]) {
      const { tables } = await expectSame(python, source, { env });
      expect(tasksOf(tables)).toHaveLength(7);
    }
  },
);

testOn(
  '3.11',
  'a sitecustomize of the user still runs, and -I and -S still leave ours out',
  async (python) => {
    const own = newFolder();
    writeFileSync(join(own, 'sitecustomize.py'), 'print("own", __file__)\n');
    const source = 'import multiprocessing.pool\nprint(multiprocessing.pool.ThreadPool(1).map(abs, [-1]))';
    const seen = await expectSame(python, source, { env: { PYTHONPATH: own } });
    expect(seen.stdout).toContain('own');
    expect(tasksOf(seen.tables)).toHaveLength(1);
    for (const flag of ['-I', '-S', '-E']) {
      const { tables } = await expectSame(python, source, { args: [flag] });
      expect(tasksOf(tables)).toHaveLength(0);
    }
  },
);

testOn('3.11', 'a full disk ends the log and not the program, and the health says so', async (python) => {
  const source = `
import resource
resource.setrlimit(resource.RLIMIT_FSIZE, (100000, 100000))
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(1) as pool: print(sum(pool.map(abs, range(3000))))
`;
  const { tables, health } = await expectSame(python, source);
  expect(tables.tasks.length).toBeGreaterThan(100);
  expect(tables.tasks.length).toBeLessThan(3000);
  expect(health).toMatchObject({ status: 'partial', warnings: [expect.stringContaining('no more room')] });
});

testOn('3.11', 'a hook that fails steps aside, once, and the health says which and why', async (python) => {
  const source = `
from concurrent.futures import ThreadPoolExecutor
def deceives(x): return x
deceives.__name__, deceives.__module__ = "mapstar", "multiprocessing.pool"
with ThreadPoolExecutor(1) as pool:
    print([pool.submit(deceives, x).result() for x in range(3)])
    print(list(pool.map(abs, [-1, -2])))
`;
  const { tables, health } = await expectSame(python, source);
  expect(tasksOf(tables)).toHaveLength(2);
  expect(health.status).toBe('partial');
  expect(health.warnings.join('\n')).toContain('a submission: TypeError: ');
  expect(health.warnings).toHaveLength(1);
});

test('the programs compare something', () => {
  expect(PROGRAMS.length).toBeGreaterThan(5);
});
