import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from '@jest/globals';
import { PYTHON, perfscope, ROOT, record, summaryOf, temporaryFolder } from '../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const write = (name: string, content: string | Uint8Array): string => {
  const path = join(folder.path, name);
  writeFileSync(path, content);
  return path;
};
const FOLDED = 'main;solve;dot 120\nmain;load 30\n';
const TORCH = `
import json, sys, torch
from torch.profiler import profile, ProfilerActivity
a = torch.rand(64, 64, requires_grad=True)
def step():
    return ((a @ a).relu() + a).sum()
step().backward()
with profile(activities=[ProfilerActivity.CPU]) as seen:
    for _ in range(5):
        step().backward()
seen.export_chrome_trace(sys.argv[1])
print(json.dumps({each.key: [each.count, each.self_cpu_time_total] for each in seen.key_averages()}))
`;
const POOLS = join(ROOT, 'fixtures/recordings/version-4.perfscope');

test('import writes a recording that every command takes, and tells what is not known', async () => {
  const file = write('app.folded', FOLDED);
  const { code, stderr } = await perfscope(['import', file], { directory: folder.path });
  expect([code, stderr]).toEqual([0, expect.stringMatching(/not when[\s\S]*written to app\.perfscope/)]);
  const recording = join(folder.path, 'app.perfscope');
  expect(readFileSync(recording).subarray(0, 2).toString()).toBe('PK');
  const summary = await summaryOf(recording);
  expect([summary.origin, summary.mode, summary.timeless]).toEqual(['import', 'samples', true]);
  expect(
    summary.functions.map(({ name, samples, totalSamples }) => [name, samples, totalSamples]).sort(),
  ).toEqual([
    ['dot', 120, 120],
    ['load', 30, 30],
    ['main', 0, 150],
    ['solve', 0, 120],
  ]);
  const again = await perfscope(['import', file], { directory: folder.path });
  expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('exists already')]);
  for (const each of [file, recording]) {
    const text = await perfscope(['summary', each]);
    expect(text.stdout).toMatch(/150 samples, no times/);
    expect(text.stdout).not.toMatch(/CPU|wall|sampled at/);
    expect((await perfscope(['advise', '--json', each])).stdout).toBe('{"version":1,"findings":[]}\n');
    expect((await perfscope(['compare', '--json', each, each])).code).toBe(0);
    expect((await perfscope(['export', '-f', 'collapsed', each])).stdout).toBe(
      'main;solve;dot 120\nmain;load 30\n',
    );
    expect((await perfscope(['report', each, '--force', '-o', join(folder.path, 'r.html')])).code).toBe(0);
  }
});

test('formats are told by what is inside, packed or not, and whatever they are called', async () => {
  const profile = join(folder.path, 'noname');
  const program = write('squares.py', 'sum(i * i for i in range(200000))');
  expect(spawnSync(PYTHON, ['-m', 'cProfile', '-o', profile, program]).status).toBe(0);
  const idOf = async (path: string) => (await summaryOf(path)).collectors[0]?.id;
  expect(await idOf(profile)).toBe('pstats');
  expect(await idOf(write('packed', gzipSync(readFileSync(profile))))).toBe('pstats');
  expect(await idOf(write('a.txt', FOLDED))).toBe('collapsed');
  const exported = async (format: string) => {
    const path = join(folder.path, `as-${format}`);
    expect((await perfscope(['export', '-f', format, '-o', path, POOLS])).code).toBe(0);
    return idOf(path);
  };
  expect(await exported('pprof')).toBe('pprof');
  expect(await exported('cpuprofile')).toBe('cpuprofile');
  expect(await exported('speedscope')).toBe('speedscope');
  expect(await exported('chrome-trace')).toBe('chrome-trace');
});

test('a trace of torch.profiler has the own times that its key_averages tell', async () => {
  const trace = join(folder.path, 'torch.json');
  const { status, stdout, stderr } = spawnSync(PYTHON, ['-c', TORCH, trace], { encoding: 'utf8' });
  expect([status, status === 0 ? '' : stderr]).toEqual([0, '']);
  const told = JSON.parse(stdout) as Record<string, [count: number, microseconds: number]>;
  const { functions, operators } = await summaryOf(trace);
  // Newer versions write Kineto's trace, whose operators are known as such; older ones slices of a thread.
  const own = (name: string): number =>
    1e6 *
    (operators.length > 0
      ? operators.filter((each) => each.name === name).reduce((sum, each) => sum + each.selfSeconds, 0)
      : functions.filter((each) => each.name === name).reduce((sum, each) => sum + each.selfWallSeconds, 0));
  const names = Object.keys(told).filter((name) => name.startsWith('aten::'));
  expect(names.length).toBeGreaterThan(10);
  // The trace has whole microseconds: a call may be one off on either side.
  for (const name of names) {
    const [count, microseconds] = told[name] as [number, number];
    expect([name, Math.abs(own(name) - microseconds) <= 2 * count + 0.01 * microseconds]).toEqual([
      name,
      true,
    ]);
  }
}, 60_000);

test('what is no profile, or a damaged one, is a sentence with the exit code 3', async () => {
  for (const [content, words] of [
    ['hello', /is not a perfscope recording, nor one of .*cProfile.*collapsed stacks/],
    ['', /is not a perfscope recording/],
    ['{"nodes":[', /damaged: it is no JSON/],
    [gzipSync(FOLDED).subarray(0, 20), /damaged: it cannot be unpacked/],
    [Uint8Array.of(0xfb, 0xa9, 0x03), /damaged: it is cut off/],
  ] as const) {
    const { code, stderr } = await perfscope(['summary', write('bad', content)]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(words)]);
    expect(stderr).not.toContain('bug');
  }
  const missing = await perfscope(['import', join(folder.path, 'nowhere'), '-o', join(folder.path, 'x')]);
  expect([missing.code, missing.stderr]).toEqual([3, expect.stringContaining('there is no file')]);
});

test('two recordings of one run are merged on one axis, with the processes and the health of both', async () => {
  const program =
    'import time\ndef rank(n):\n    end = time.monotonic() + 0.4\n    while time.monotonic() < end: sum(range(1000))\nrank(0)';
  const [a, b] = await Promise.all([
    record(folder.path, ['--no-pools'], [PYTHON, '-c', program]),
    record(folder.path, ['--no-pools'], [PYTHON, '-c', program]),
  ]);
  const output = join(folder.path, 'both.perfscope');
  const { code, stderr } = await perfscope(['merge', a.file, b.file, '-o', output]);
  expect([code, stderr]).toEqual([0, expect.stringMatching(/one machine.*exact[\s\S]*2 recordings merged/)]);
  const both = await summaryOf(output);
  expect(both.cpuSeconds).toBeCloseTo(a.summary.cpuSeconds + b.summary.cpuSeconds, 6);
  expect(both.wallSeconds).toBeGreaterThanOrEqual(Math.max(a.summary.wallSeconds, b.summary.wallSeconds));
  // They ran at the same time, and not one after the other.
  expect(both.wallSeconds).toBeLessThan(a.summary.wallSeconds + b.summary.wallSeconds);
  expect(both.collectors.length).toBe(a.summary.collectors.length + b.summary.collectors.length);
  const working = both.lanes.filter(({ kind, runningSeconds }) => kind === 'thread' && runningSeconds > 0);
  expect(new Set(working.map((lane) => lane.process)).size).toBe(2);
  expect(both.functions.find(({ name }) => name === 'rank')?.totalSeconds).toBeGreaterThan(0);
});

test('merge of one recording is refused', async () => {
  const { code, stderr } = await perfscope(['merge', POOLS, '-o', join(folder.path, 'one')]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('two recordings')]);
});
