import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import {
  AGENTS,
  newFolder,
  type Run,
  type RunOptions,
  runPlain,
  runWithAgent,
  testOn,
} from './interpreters.ts';

const ALL = ['3.6', '3.7', '3.8', '3.9', '3.10', '3.11', '3.12', '3.13', 'pypy3'] as const;

/** Addresses differ from run to run. */
const scrub = (text: string): string => text.replace(/0x[0-9a-fA-F]+/g, '0x');
const outcome = ({ code, signal, stdout, stderr }: Run): Run => ({
  code,
  signal,
  stdout: scrub(stdout),
  stderr: scrub(stderr),
});

/** Runs a program with and without the agent in one folder, and expects the same to be seen from outside. */
async function expectSame(python: string, source: string, options: RunOptions = {}): Promise<Run> {
  const directory = newFolder();
  const plain = await runPlain(python, source, { ...options, directory });
  const recorded = await runWithAgent(python, source, { ...options, directory });
  expect(outcome(recorded)).toEqual(outcome(plain));
  expect(recorded.files.length).toBeGreaterThan(0);
  return plain;
}

const SAME: readonly (readonly [sentence: string, source: string])[] = [
  ['exits with its own code', 'import sys\nprint("bye")\nsys.exit(3)'],
  ['leaves by os._exit', 'import os\nprint("bye", flush=True)\nos._exit(4)'],
  ['shows its traceback', 'def f():\n    return 1 / 0\nf()'],
  [
    'has an exit handler that fails and one that takes its time',
    'import atexit, time\natexit.register(lambda: 1 / 0)\natexit.register(time.sleep, 0.05)\nprint("end")',
  ],
  [
    'counts its threads',
    `
import threading, time, _thread
thread = threading.Thread(target=time.sleep, args=(0.4,), daemon=True)
thread.start()
print(threading.active_count(), threading.enumerate()[0].name, len(threading.enumerate()))
print(threading.main_thread() is threading.current_thread(), threading.main_thread().ident == _thread.get_ident())
thread.join()
print(threading.active_count())`,
  ],
  [
    'ends while daemon threads run',
    `
import threading, time
def run():
    while True: sum(range(100))
for i in range(3): threading.Thread(target=run, daemon=True).start()
time.sleep(0.1)
print("end")`,
  ],
  [
    'prints its module search path and the modules that it has',
    `
import sys
print(sys.path)
print(sorted(set(sys.modules) - {"atexit", "time"}))
print(sorted(sys.path_importer_cache))
if sys.version_info >= (3, 7): print(sys.meta_path)
print(sys.dont_write_bytecode, getattr(sys, "pycache_prefix", None))`,
  ],
  [
    'prints its switch interval and recursion limit',
    'import sys\nprint(sys.getswitchinterval(), sys.getrecursionlimit())',
  ],
  [
    'replaces itself by another program',
    'import os, sys\nprint("first", flush=True)\nos.execv(sys.executable, [sys.executable, "-c", "print(\'second\')"])',
  ],
  [
    'closes every descriptor and opens files in their place',
    `
import os, time
os.closerange(3, 1024)
with open("own.txt", "w") as file:
    print(file.fileno())
    for i in range(8):
        file.write("mine\\n")
        file.flush()
        time.sleep(0.08)
print(open("own.txt").read().split())`,
  ],
  [
    'forks and both sides go on',
    `
import os, sys
pid = os.fork()
if pid == 0:
    print("child", flush=True)
    sys.exit(7)
status = os.waitpid(pid, 0)[1]
print("parent", os.WEXITSTATUS(status))`,
  ],
  [
    'blocks a signal and waits for it',
    `
import os, signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
time.sleep(0.03)
os.kill(os.getpid(), signal.SIGUSR1)
print(int(signal.sigwait([signal.SIGUSR1])))`,
  ],
  [
    'runs a child with a preexec function',
    `
import subprocess, sys
print(subprocess.call([sys.executable, "-c", "import sys; sys.exit(5)"], preexec_fn=lambda: None))`,
  ],
  [
    'has a worker of a pool that exits',
    `
import multiprocessing, sys
def work(number):
    if number == 2: sys.exit(9)
def main():
    processes = [multiprocessing.Process(target=work, args=(i,)) for i in range(4)]
    for process in processes: process.start()
    for process in processes: process.join()
    print([process.exitcode for process in processes])
if __name__ == "__main__": main()`,
  ],
  [
    'has a pool and an exception in it',
    `
import multiprocessing
def work(number):
    if number == 2: raise ValueError("two")
    return number * number
def main():
    with multiprocessing.Pool(2) as pool:
        print(pool.map(work, [0, 1, 3]))
        try: pool.map(work, [1, 2])
        except ValueError as error: print(repr(error))
if __name__ == "__main__": main()`,
  ],
];

for (const name of ALL) {
  for (const [sentence, source] of SAME) {
    testOn(name, `${name}: a program that ${sentence} is seen the same with the agent`, async (python) => {
      const plain = await expectSame(python, source);
      expect(`${plain.stdout}${plain.stderr}`).not.toBe('');
    });
  }

  testOn(
    name,
    `${name}: every warning as an error, a fork beside the agent's thread included`,
    async (python) => {
      const source = `
import os, threading
pid = os.fork()
if pid == 0: os._exit(0)
os.waitpid(pid, 0)
print("no warning")`;
      const plain = await expectSame(python, source, { args: ['-W', 'error', '-bb'] });
      expect(plain.stderr).toBe('');
    },
  );

  testOn(name, `${name}: SIGTERM and SIGINT end a program as they always do`, async (python) => {
    const source = 'import time\nprint("ready", flush=True)\nfor i in range(300): time.sleep(0.1)';
    expect((await expectSame(python, source, { signal: 'SIGTERM' })).signal).toBe('SIGTERM');
    // The line that is interrupted depends on the moment.
    const plain = await runPlain(python, source, { signal: 'SIGINT' });
    const recorded = await runWithAgent(python, source, { signal: 'SIGINT' });
    expect(recorded.stderr).toContain('KeyboardInterrupt');
    expect([recorded.code, recorded.signal]).toEqual([plain.code, plain.signal]);
  });

  testOn(
    name,
    `${name}: the user's own sitecustomize runs, and its failure is reported as always`,
    async (python) => {
      const own = newFolder();
      writeFileSync(join(own, 'sitecustomize.py'), 'import builtins\nbuiltins.greeting = __file__\n');
      const source = 'import sys\nprint(greeting, sys.modules["sitecustomize"].__file__, sys.path)';
      const plain = await expectSame(python, source, { env: { PYTHONPATH: own } });
      expect(plain.stdout).toContain(join(own, 'sitecustomize.py'));
      writeFileSync(join(own, 'sitecustomize.py'), 'raise ValueError("broken")\n');
      const broken = await expectSame(python, 'print(1)', { env: { PYTHONPATH: own } });
      expect(broken.stderr).toContain('broken');
    },
  );

  testOn(name, `${name}: an agent that cannot write its records steps aside`, async (python) => {
    const source = `
import os, shutil, time
shutil.rmtree(os.environ["TEST_RECORDS"])
time.sleep(0.6)
print("done")`;
    const run = await runWithAgent(python, source);
    expect(outcome(run)).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
    expect(run.files).toEqual([]);
    const missing = join(newFolder(), 'not', 'there');
    const env = { PYTHONPATH: AGENTS, PERFSCOPE_AGENT_DIR: missing };
    const silent = await runPlain(python, 'print("done")', { env });
    expect(outcome(silent)).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  });
}

testOn('3.11', 'without a folder for the records the agent does nothing', async (python) => {
  const run = await runPlain(python, 'import os; print(len(os.listdir("/proc/self/task")))', {
    env: { PYTHONPATH: AGENTS },
  });
  expect(outcome(run)).toEqual({ code: 0, signal: null, stdout: '1\n', stderr: '' });
});

testOn(
  '3.11',
  'what a program can still see of the agent is a descriptor, a raw thread and an exit handler, and nothing in its environment',
  async (python) => {
    const source = `
import atexit, json, os, sys, threading, _thread
print(json.dumps({
    "environment": {name: 0 for name in os.environ},
    "descriptors": sum(os.readlink("/proc/self/fd/" + name).endswith(".pyagent")
        for name in os.listdir("/proc/self/fd") if os.path.exists("/proc/self/fd/" + name)),
    "threads": _thread._count(),
    "frames": len(sys._current_frames()),
    "handlers": atexit._ncallbacks(),
}, sort_keys=True))`;
    const plain = JSON.parse((await runPlain(python, source)).stdout);
    const recorded = JSON.parse((await runWithAgent(python, source)).stdout);
    const added = Object.keys(recorded.environment).filter((key) => !(key in plain.environment));
    expect(added).toEqual(['TEST_RECORDS']);
    expect(recorded.descriptors - plain.descriptors).toBe(1);
    expect(recorded.threads - plain.threads).toBe(1);
    expect(recorded.frames - plain.frames).toBe(1);
    expect(recorded.handlers - plain.handlers).toBe(1);
  },
);

for (const name of ['3.11', '3.12', '3.13'])
  testOn(name, `${name}: subinterpreters start and end beside the agent`, async (python) => {
    const source = `
try: import _interpreters
except ImportError: import _xxsubinterpreters as _interpreters
for i in range(5):
    number = _interpreters.create()
    _interpreters.run_string(number, "import time; end = time.monotonic() + 0.03\\nwhile time.monotonic() < end: sum(range(100))")
    _interpreters.destroy(number)
print("end")`;
    await expectSame(python, source);
  });

testOn('3.11', 'a full disk ends the agent and not the program', async (python) => {
  const folder = newFolder();
  mkdirSync(join(folder, 'records'));
  // A limit on the size of files stands in for a full disk: the write fails in the same way.
  const source = `
import resource, signal, time
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))
end = time.monotonic() + 0.8
while time.monotonic() < end: sum(range(1000))
print("done")`;
  const run = await runWithAgent(python, source);
  expect(outcome(run)).toEqual({ code: 0, signal: null, stdout: 'done\n', stderr: '' });
  expect(run.files.map((file) => file.length)).toEqual([600]);
  expect(run.health.figures.processesCutShort).toBe(1);
});
