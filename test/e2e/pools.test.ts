import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { interpreters, PYTHON, perfscope, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** Pools from the command line to the summary: real programs, the built perfscope. */
const folder = temporaryFolder();
afterAll(folder.remove);

function program(name: string, source: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, source);
  return path;
}

const WORD_COUNT = program(
  'words.py',
  `import collections, multiprocessing, time
def count_words(lines):
    return collections.Counter(word for line in lines for word in line.split())
def add_up(pair):
    word, counts = pair
    return word, sum(counts)
def main():
    lines = ["the quick brown fox %d jumps over the lazy dog %d" % (i, i % 700) for i in range(20000)]
    with multiprocessing.Pool(2) as pool:
        counted = pool.map(count_words, [lines[i::20] for i in range(20)], chunksize=1)
        by_word = collections.defaultdict(list)
        for counter in counted:
            for word, count in counter.items(): by_word[word].append(count)
        totals = dict(pool.map(add_up, by_word.items(), chunksize=500))
    print(totals["fox"], len(totals))
if __name__ == "__main__":
    main()
`,
);

test('a MapReduce is told as map, shuffle and reduce, with its tasks, bytes and lines', async () => {
  const { ended, summary } = await record(folder.path, [], [PYTHON, WORD_COUNT]);
  expect(ended.stdout).toBe('20000 20008\n');
  const [map, reduce] = ['count_words', 'add_up'].map((name) =>
    summary.tasks.find((each) => each.function === name),
  );
  expect(map).toMatchObject({ pool: 'multiprocessing.Pool', count: 20, items: 20, workers: 2, line: 2 });
  expect(reduce).toMatchObject({ pool: 'multiprocessing.Pool', count: 41, items: 20008, line: 4 });
  expect(summary.regions.filter((region) => region.phase !== null).map((region) => region.phase)).toEqual([
    'map',
    'shuffle',
    'reduce',
  ]);
  expect(summary.pools).toMatchObject([
    { kind: 'multiprocessing.Pool', size: 2, startMethod: 'fork', line: 9 },
  ]);
  const out = summary.transfers.find((each) => each.direction === 'pickle-out');
  expect(out).toMatchObject({ count: 61, bytes: (map?.bytesOut ?? 0) + (reduce?.bytesOut ?? 0) });
  // Some 50 bytes a line.
  expect(out?.bytes).toBeGreaterThan(20_000 * 50);
  expect(summary.lanes.filter((lane) => lane.role === 'worker')).toHaveLength(2);
  const { stderr } = await perfscope([
    'record',
    '-o',
    join(folder.path, 'text.perfscope'),
    '--',
    PYTHON,
    WORD_COUNT,
  ]);
  expect(stderr).toMatch(/multiprocessing\.Pool of 2 \(fork\) +words\.py:9/);
  expect(stderr).toMatch(/count_words +20 +1 +[12] /);
});

test('--no-pools puts nothing into the program, and --no-children records the pool but not its workers', async () => {
  const none = await record(folder.path, ['--no-pools', '--no-gpu'], [PYTHON, WORD_COUNT]);
  expect(none.summary.tasks).toEqual([]);
  expect(none.summary.collectors.map((each) => each.id).sort()).toEqual(['cpython', 'node', 'system']);
  const alone = await record(folder.path, ['--no-children'], [PYTHON, WORD_COUNT]);
  expect(alone.summary.tasks.find((each) => each.function === 'count_words')).toMatchObject({
    count: 20,
    workers: 0,
  });
  expect(
    new Set(alone.summary.lanes.filter((lane) => lane.kind === 'thread').map((lane) => lane.process)).size,
  ).toBe(1);
});

test('Python that the agent does not reach is named', async () => {
  const script = program(
    'both.sh',
    `${PYTHON} -I -c "import time; time.sleep(1.5)"\n${PYTHON} -c "import time; time.sleep(1.5)"\n`,
  );
  const { summary } = await record(folder.path, [], ['sh', script]);
  const health = summary.collectors.find((each) => each.id === 'pools');
  expect(health?.warnings).toEqual([
    expect.stringMatching(/^the pools of 1 Python process are not recorded \(\d+\): python -E/),
  ]);
});

test.each(interpreters())(
  'in a virtual environment of $version at $path pools are seen',
  async ({ path, version }) => {
    const home = join(folder.path, `venv-${version}-${path.includes('pyenv')}`);
    const made = await run(path, ['-m', 'venv', '--without-pip', home]);
    // Debian's own Python has this module in a package of its own.
    if (made.code !== 0) expect(made.stderr + made.stdout).toContain('ensurepip');
    const python = made.code === 0 ? join(home, 'bin/python') : path;
    const { summary } = await record(folder.path, [], [python, WORD_COUNT]);
    expect(summary.tasks.find((each) => each.function === 'count_words')?.count).toBe(20);
  },
);

test('a task’s samples are those of its lane while it ran', async () => {
  const source = program(
    'busy.py',
    `import multiprocessing, time
def busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end: pass
if __name__ == "__main__":
    with multiprocessing.Pool(1) as pool: pool.map(busy, [0.8, 0.8], chunksize=1)
`,
  );
  const { summary } = await record(folder.path, ['-r', '200'], [PYTHON, source]);
  const [task] = summary.tasks;
  const worker = summary.lanes.find((lane) => lane.role === 'worker');
  expect(task).toMatchObject({ function: 'busy', count: 2 });
  expect(worker?.name).toBe('ForkPoolWorker-1');
  const busy = summary.functions.find((each) => each.name === 'busy');
  // On a CPU that it shares it has less than its wall time, never more.
  expect(busy?.totalWallSeconds).toBeLessThanOrEqual((task?.runSeconds ?? 0) * 1.05);
  expect(busy?.totalWallSeconds).toBeGreaterThan((task?.runSeconds ?? 0) * 0.9);
});
