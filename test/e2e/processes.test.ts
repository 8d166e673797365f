import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { interpreters, PYTHON, record, temporaryFolder } from '../harness/perfscope.ts';

/** Processes and threads of a run are all seen, whatever started them. */
const folder = temporaryFolder();
afterAll(folder.remove);

/** A Python function that uses so many seconds of CPU time in its own thread, however fast the machine is. */
const burning = (name: string) => `import time
def ${name}(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end: pass
`;

function program(name: string, code: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, code);
  return path;
}

const pool = program(
  'pool.py',
  `${burning('solve')}import multiprocessing, sys
if __name__ == "__main__":
    multiprocessing.set_start_method(sys.argv[1])
    with multiprocessing.Pool(2) as p: p.map(solve, [0.05] * 12)
`,
);

const sleepers = program(
  'sleepers.py',
  `import os, threading, time
children = []
for i in range(100):
    if os.fork() == 0:
        time.sleep(0.002)
        thread = threading.Thread(target=lambda: threading.Event().wait(1), name="sleeper-%d" % i)
        thread.start()
        thread.join()
        os._exit(0)
    time.sleep(0.004)
for i in range(100): os.wait()
`,
);

describe.each(interpreters())('CPython $version at $path', ({ path, version }) => {
  test('a thread that falls asleep as soon as it began has its name', async () => {
    const { ended, summary } = await record(folder.path, ['-r', '1000', '--no-pools'], [path, sleepers]);
    expect(ended.code).toBe(0);
    const names = summary.lanes.map((lane) => lane.name).filter((name) => name.startsWith('sleeper-'));
    expect(new Set(names).size).toBe(100);
  });

  test.each(['fork', 'spawn', 'forkserver'])(
    'the workers of a %s pool are lanes with their names and stacks',
    async (start) => {
      const { ended, summary } = await record(folder.path, ['-r', '500'], [path, pool, start]);
      expect(ended.code).toBe(0);
      const workers = summary.lanes.filter((lane) =>
        /^(Fork|Spawn|ForkServer)PoolWorker-\d+$/.test(lane.name),
      );
      expect(workers.map((lane) => lane.role)).toEqual(['worker', 'worker']);
      const solve = summary.functions.find((each) => each.name === 'solve');
      expect(solve).toMatchObject({ file: pool, line: 2, language: 'python' });
      const workerCpu = workers.reduce((sum, lane) => sum + lane.runningSeconds, 0);
      expect(solve?.totalSeconds).toBeGreaterThan(0.5 * workerCpu);
      expect(solve?.totalSeconds).toBeLessThanOrEqual(workerCpu * 1.001);
      expect(summary.efficiency.workers).toBe(2);
      expect(version).toMatch(/^3\.\d+$/);
    },
  );
});

test('threads have the names that the program gave them', async () => {
  const code =
    'import threading, time\ndef f(): time.sleep(0.5)\nts = [threading.Thread(target=f, name="reader é%d" % i) for i in range(3)]\n[t.start() for t in ts]\n[t.join() for t in ts]';
  const { summary } = await record(folder.path, ['-r', '200'], [PYTHON, '-c', code]);
  const names = summary.lanes.filter((lane) => lane.kind === 'thread').map((lane) => lane.name);
  expect(names.sort()).toEqual(['MainThread', 'reader é0', 'reader é1', 'reader é2']);
});

test('a sleeping thread has no CPU time and waits in sleep', async () => {
  const { summary } = await record(folder.path, ['-r', '500'], [PYTHON, '-c', 'import time; time.sleep(1)']);
  const sleeping = summary.functions.find((each) => each.name === '<module>');
  expect(sleeping?.selfWallSeconds).toBeGreaterThan(0.9);
  expect(sleeping?.selfSeconds).toBeLessThan(0.02);
});

test('a shell script, exec and a subprocess in between do not hide the Python below', async () => {
  const file = program('spin.py', `${burning('spin')}spin(0.3)`);
  const script = program('script.sh', `true\nsh -c 'exec ${PYTHON} ${file}'\n`);
  const { summary } = await record(folder.path, ['-r', '500'], ['sh', script]);
  expect(summary.functions.find((each) => each.name === 'spin')?.totalSeconds).toBeGreaterThan(0.15);
});

test('os.exec of another Python goes on as that program', async () => {
  const spin = program('exec_spin.py', `${burning('spun')}spun(0.3)`);
  const code = `${burning('before')}import os, sys\nbefore(0.3)\nos.execv(sys.executable, [sys.executable, ${JSON.stringify(spin)}])`;
  const { summary } = await record(folder.path, ['-r', '500'], [PYTHON, '-c', code]);
  for (const name of ['before', 'spun']) {
    expect(summary.functions.find((each) => each.name === name)?.totalSeconds).toBeGreaterThan(0.15);
  }
});

test('a daemon that forks twice is seen while the command still runs', async () => {
  const code = `import os, time
def daemon():
    end = time.perf_counter() + 0.5
    while time.perf_counter() < end: pass
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        daemon()
    os._exit(0)
os.wait()
time.sleep(0.8)`;
  const { summary } = await record(folder.path, ['-r', '500'], [PYTHON, '-c', code]);
  expect(summary.functions.find((each) => each.name === 'daemon')?.totalSeconds).toBeGreaterThan(0.2);
});

test('--no-children leaves other processes out', async () => {
  const { summary } = await record(folder.path, ['--no-children'], [PYTHON, pool, 'fork']);
  expect(
    new Set(summary.lanes.filter((lane) => lane.kind === 'thread').map((lane) => lane.process)).size,
  ).toBe(1);
});

test('concurrent.futures and joblib pools are seen', async () => {
  const file = program(
    'futures.py',
    `${burning('solve')}import concurrent.futures, sys
if __name__ == "__main__":
    with concurrent.futures.ProcessPoolExecutor(2) as p: list(p.map(solve, [0.05] * 20))
    import joblib
    joblib.Parallel(n_jobs=2)(joblib.delayed(solve)(0.05) for _ in range(20))
`,
  );
  const { ended, summary } = await record(folder.path, ['-r', '500'], [PYTHON, file]);
  expect(ended.stderr).toBe('');
  const workers = summary.lanes.filter((lane) => lane.role === 'worker' && lane.runningSeconds > 0.02);
  expect(workers.length).toBeGreaterThanOrEqual(4);
  expect(summary.functions[0]?.name).toBe('solve');
});

test('in GIL mode the samples of the thread that holds it are marked', async () => {
  const code = `${burning('spin')}import threading
ts = [threading.Thread(target=spin, args=(0.5,)) for _ in range(2)]
[t.start() for t in ts]
[t.join() for t in ts]`;
  const { summary, file } = await record(folder.path, ['-r', '1000', '-m', 'gil'], [PYTHON, '-c', code]);
  expect(summary.mode).toBe('gil');
  const { perfscope } = await import('../harness/perfscope.ts');
  const { stdout } = await perfscope(['export', '-f', 'collapsed', file]);
  const held =
    stdout
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0) / 1e6;
  expect(held).toBeGreaterThan(0.4 * summary.wallSeconds);
  expect(held).toBeLessThan(1.1 * summary.wallSeconds);
  const waits = summary.lanes.reduce((sum, lane) => sum + lane.gilWaitSeconds, 0);
  expect(waits).toBeGreaterThan(0.3 * summary.wallSeconds);
});

test('stacks that are too deep to be read whole are counted', async () => {
  const code =
    'import sys, time\nsys.setrecursionlimit(10000)\ndef deep(n):\n  if n: return deep(n - 1)\n  end = time.perf_counter() + 0.5\n  while time.perf_counter() < end: pass\ndeep(5000)';
  const { summary } = await record(folder.path, ['-r', '200'], [PYTHON, '-c', code]);
  const sampler = summary.collectors.find((each) => each.id === 'cpython');
  expect(sampler?.figures.truncatedStacks).toBeGreaterThan(10);
});
