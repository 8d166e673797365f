import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { OPERATOR_KINDS, type Recording } from '../../analyzer/model/index.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { PYTHON, perfscope, ROOT, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** PyTorch's operators from the command line to the summary: real programs, the built perfscope. */
const folder = temporaryFolder();
afterAll(folder.remove);

const HEADERS = '/usr/lib/python3/dist-packages/torch/include/ATen/record_function.h';
const hasCompiler = spawnSync('c++', ['--version']).status === 0;
/** test/setup installs both. */
const withTorch = existsSync(HEADERS) && hasCompiler ? test : test.skip;

function program(name: string, source: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, source);
  return path;
}

const TRAINING = program(
  'training.py',
  `import collections, json, sys, threading
import torch
torch.manual_seed(0)
torch.set_num_threads(1)
net = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
optimizer = torch.optim.Adam(net.parameters())
data, labels = torch.randn(32, 64), torch.arange(32) % 10
def step():
    optimizer.zero_grad()
    loss = torch.nn.functional.cross_entropy(net(data), labels)
    loss.backward()
    optimizer.step()
    return loss.item()
def measured(steps):
    for _ in range(steps):
        value = step()
    return value
step()
if sys.argv[1:] == ["profile"]:
    from torch.autograd import profiler
    with profiler.profile(use_kineto=True) as its:
        measured(20)
    events = its.kineto_results.events()
    print(json.dumps(collections.Counter(event.name() for event in events)))
else:
    mark = torch.ones(1)
    mark.cosh()
    value = measured(20)
    mark.cosh()
    print("%.6f" % value)
`,
);

/** Operators and ranges of the main thread between the two `aten::cosh`, by name. */
function countsIn({ tables }: Recording): Record<string, number> {
  const { operators, spans, strings } = tables;
  const nameOf = (id: number | undefined) => strings.value[id ?? -1] ?? '?';
  const marks = [...operators.name.keys()].filter((i) => nameOf(operators.name[i]) === 'aten::cosh');
  const [first, last] = [marks[0] as number, marks.at(-1) as number];
  const counts: Record<string, number> = {};
  for (const its of [operators, spans]) {
    for (let i = 0; i < its.length; i++) {
      const inside =
        (its.start[i] as number) >= (operators.end[first] as number) &&
        (its.end[i] as number) <= (operators.start[last] as number);
      const name = nameOf(its.name[i]);
      if (inside && its.lane[i] === operators.lane[first]) counts[name] = (counts[name] ?? 0) + 1;
    }
  }
  return counts;
}

withTorch(
  "the operators of a training are exactly those of PyTorch's own profiler, and its output is the same",
  async () => {
    const alone = await run(PYTHON, [TRAINING]);
    const profiled = await run(PYTHON, [TRAINING, 'profile']);
    const { ended, summary, file } = await record(folder.path, ['--torch-ops'], [PYTHON, TRAINING]);
    expect(ended).toEqual(alone);
    const theirs = JSON.parse(profiled.stdout) as Record<string, number>;
    const recording = openRecording(file);
    expect(countsIn(recording)).toEqual(theirs);
    expect(summary.collectors.find(({ id }) => id === 'torch')).toMatchObject({ status: 'ok', dropped: 0 });
    const linear = summary.operators.find(({ name }) => name === 'aten::linear');
    // Two layers, in 21 steps.
    expect(linear).toMatchObject({ kind: 'forward', count: 42, lanes: 1 });
    expect(summary.lanes.filter(({ kind }) => kind === 'thread').map(({ name }) => name)).toContain(
      'MainThread',
    );
  },
);

withTorch(
  'each backward operator of a training is tied to a forward operator that ended before it began',
  async () => {
    const { file } = await record(folder.path, ['--torch-ops'], [PYTHON, TRAINING]);
    const { operators, strings } = openRecording(file).tables;
    const forward = new Map<number, number>();
    const names = new Set<string>();
    let tied = 0;
    for (let i = 0; i < operators.length; i++) {
      const sequence = operators.sequence[i] as number;
      const [start, end] = [operators.start[i] as number, operators.end[i] as number];
      if (OPERATOR_KINDS[operators.kind[i] as number] !== 'backward') forward.set(sequence, end);
      else if ((operators.forwardLane[i] as number) >= 0) {
        tied++;
        names.add(strings.value[operators.name[i] as number] as string);
        expect(forward.get(sequence)).toBeLessThanOrEqual(start);
      }
    }
    expect(tied).toBeGreaterThan(21 * 3);
    expect([...names]).toEqual(
      expect.arrayContaining(['AddmmBackward0', 'ReluBackward0', 'NllLossBackward0']),
    );
  },
);

withTorch(
  'operators of threads, forked workers and a killed process are recorded on lanes of their own',
  async () => {
    const path = program(
      'workers.py',
      `import os, signal, sys, threading, time, torch
from torch.utils.data import DataLoader, Dataset
class Data(Dataset):
    def __len__(self): return 40
    def __getitem__(self, i): return torch.full((8,), float(i)).exp()
def work():
    for _ in range(50): torch.ones(4).sin()
    time.sleep(0.5)
thread = threading.Thread(target=work, name="second")
thread.start(); thread.join()
total = sum(float(batch.sum()) for batch in DataLoader(Data(), batch_size=4, num_workers=2))
print("%.4g" % total, flush=True)
child = os.fork()
if child == 0:
    for _ in range(30): torch.ones(4).cos()
    os._exit(3)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
for _ in range(20): torch.ones(4).tanh()
os.kill(os.getpid(), signal.SIGKILL)
`,
    );
    const alone = await run(PYTHON, [path]);
    expect(alone).toMatchObject({ stdout: expect.stringMatching(/\n3\n$/), signal: 'SIGKILL' });
    const { ended, summary } = await record(folder.path, ['--torch-ops'], [PYTHON, path]);
    expect(ended.stdout).toBe(alone.stdout);
    expect(ended.code).toBe(128 + 9);
    const of = (name: string) => summary.operators.find((each) => each.name === name);
    expect(of('aten::sin')).toMatchObject({ count: 50, lanes: 1 });
    expect(of('aten::exp')).toMatchObject({ count: 40, lanes: 2 });
    expect(of('aten::cos')).toMatchObject({ count: 30, lanes: 1 });
    expect(of('aten::tanh')).toMatchObject({ count: 20 });
    expect(summary.lanes.map(({ name }) => name)).toEqual(expect.arrayContaining(['MainThread', 'second']));
  },
);

withTorch("the program's own use of PyTorch's profiler works and is not disturbed", async () => {
  const alone = await run(PYTHON, [TRAINING, 'profile']);
  const { ended, summary } = await record(
    folder.path,
    ['--torch-ops', '--no-pools'],
    [PYTHON, TRAINING, 'profile'],
  );
  expect(ended).toEqual(alone);
  expect(summary.operators.length).toBeGreaterThan(10);
});

withTorch(
  'the hook compiles without a warning, and with the sanitizers of addresses and undefined behaviour runs without a complaint',
  async () => {
    const include = '/usr/lib/python3/dist-packages/torch/include';
    const library = join(folder.path, 'sanitized.so');
    const records = join(folder.path, 'sanitized');
    mkdirSync(records);
    const flags = ['-std=c++17', '-O1', '-g', '-fPIC', '-shared', '-Wall', '-Wextra', '-Werror', '-DNDEBUG'];
    const { code, stderr } = await run('c++', [
      ...[...flags, '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
      ...['-DPERFSCOPE_TORCH_MAJOR=1', '-DPERFSCOPE_TORCH_MINOR=13'],
      ...['-isystem', include, '-isystem', join(include, 'torch/csrc/api/include')],
      ...['-o', library, join(ROOT, 'analyzer/agents/torch/operators.cpp')],
      ...[`-L${join(include, '../lib')}`, '-ltorch_cpu', '-lc10'],
    ]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const path = program(
      'sanitized.py',
      `import ctypes, os, sys, threading, torch
assert ctypes.CDLL(sys.argv[1]).perfscope_torch_start(sys.argv[2].encode()) == 0
def work():
    value = torch.ones(8, requires_grad=True)
    for step in range(2000):
        with torch.autograd.profiler.record_function("step %d %s" % (step, "x" * (step % 900))):
            (value * value).sum().backward()
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads: thread.start()
for thread in threads: thread.join()
child = os.fork()
if child == 0:
    for _ in range(500): torch.ones(3) + 1
    os._exit(0)
os.waitpid(child, 0)
print("done")
`,
    );
    const preload = ['libasan.so', 'libstdc++.so'].map((name) =>
      spawnSync('gcc', [`-print-file-name=${name}`], { encoding: 'utf8' }).stdout.trim(),
    );
    const environment = { ...process.env, LD_PRELOAD: preload.join(' '), ASAN_OPTIONS: 'detect_leaks=0' };
    const ended = await run(PYTHON, [path, library, records], { environment });
    expect(ended).toMatchObject({ code: 0, stdout: 'done\n', stderr: '' });
  },
);

withTorch('a program that imports another PyTorch runs as ever, and the recording names both', async () => {
  const package_ = join(folder.path, 'other', 'torch');
  mkdirSync(package_, { recursive: true });
  writeFileSync(join(package_, '__init__.py'), '');
  const path = join(folder.path, 'other', 'program.py');
  writeFileSync(path, 'import torch\nprint(torch.__file__)\n');
  const { ended, summary } = await record(folder.path, ['--torch-ops'], [PYTHON, path]);
  expect(ended).toMatchObject({ code: 0, stdout: `${join(package_, '__init__.py')}\n`, stderr: '' });
  expect(summary.collectors.find(({ id }) => id === 'torch')).toMatchObject({
    status: 'partial',
    warnings: [expect.stringContaining(`its PyTorch is the one in ${package_}`)],
  });
});

withTorch('without a compiler the program runs as ever, and the recording says what to do', async () => {
  const environment = {
    ...process.env,
    PATH: join(folder.path, 'nowhere'),
    XDG_CACHE_HOME: join(folder.path, 'no-cache'),
    CXX: '',
  };
  mkdirSync(environment.XDG_CACHE_HOME, { recursive: true });
  const { ended, summary } = await record(folder.path, ['--torch-ops'], [PYTHON, TRAINING], { environment });
  expect(ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d\.\d{6}\n$/) });
  expect(summary.operators).toEqual([]);
  expect(summary.collectors.find(({ id }) => id === 'torch')).toMatchObject({
    status: 'unavailable',
    warnings: [expect.stringContaining('no C++ compiler was found')],
  });
});

test('a command that has no PyTorch is recorded without operators, and that is said', async () => {
  const file = join(folder.path, 'none.perfscope');
  const ended = await perfscope(['record', '-o', file, '--torch-ops', '--', '/bin/echo', 'hello']);
  expect(ended).toMatchObject({ code: 0, stdout: 'hello\n' });
  expect(ended.stderr).toContain('operators are not recorded: the command starts no Python');
});
