import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { CLI, PYTHON, perfscope, record, run, summaryOf, temporaryFolder } from '../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const path = (name: string) => join(folder.path, name);

test.each([
  ['no command at all', [], 2, 'Usage'],
  ['an unknown command', ['frobnicate'], 2, 'unknown command'],
  ['record without a command', ['record'], 2, 'missing required argument'],
  ['an unknown option', ['record', '--frob', '--', 'true'], 2, 'unknown option'],
  ['a rate that is none', ['record', '-r', '0', '--', 'true'], 2, 'from 1 to 10000'],
  ['a rate that is too high', ['record', '-r', '20000', '--', 'true'], 2, 'from 1 to 10000'],
  ['a duration that is none', ['record', '-d', 'soon', '--', 'true'], 2, 'duration'],
  ['a program that is missing', ['record', '--', 'no-such-program-here'], 127, 'no such program'],
  ['a program that is not executable', ['record', '--', '/etc/passwd'], 126, 'not executable'],
  ['a file that is missing', ['summary', 'missing.perfscope'], 3, 'there is no file missing.perfscope'],
  ['a folder in place of a file', ['summary', '.'], 3, 'folder'],
  ['a foreign file', ['summary', 'package.json'], 3, 'not a perfscope recording'],
  ['an unknown format', ['export', '-f', 'svg', 'x'], 2, 'Allowed choices'],
  ['a process that is not there', ['attach', '-p', '4194305'], 1, 'there is no process'],
])('%s is answered with one clear sentence', async (_name, args, code, words) => {
  const ended = await perfscope(args, {
    directory: args.includes('package.json') ? process.cwd() : folder.path,
  });
  expect(ended.stderr).toContain(words);
  expect(ended.stderr).not.toContain('    at ');
  expect(ended.code).toBe(code);
  expect(ended.stdout).toBe('');
});

test('--help and --version answer on standard output', async () => {
  const help = await perfscope(['--help']);
  expect(help.code).toBe(0);
  for (const name of ['record', 'attach', 'report', 'summary', 'export', 'doctor'])
    expect(help.stdout).toContain(name);
  const version = await perfscope(['--version']);
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(version.stdout).toBe(`${manifest.version}\n`);
});

test('a recording is never overwritten unless it is asked for', async () => {
  const file = path('kept.perfscope');
  writeFileSync(file, 'mine');
  const refused = await perfscope(['record', '-o', file, '--', 'true']);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('exists already');
  expect(readFileSync(file, 'utf8')).toBe('mine');
  const forced = await perfscope(['record', '-q', '--force', '-o', file, '--', 'true']);
  expect(forced.code).toBe(0);
  expect((await summaryOf(file)).command).toEqual(['true']);
});

test('without -o each recording gets a name of its own', async () => {
  const directory = path('names');
  mkdirSync(directory);
  for (const name of ['run.perfscope', 'run-2.perfscope']) {
    const { stderr } = await perfscope(['record', '--', 'true'], { directory });
    expect(stderr).toContain(join(directory, name));
  }
});

test('record --json prints one document on standard output, apart from what the program prints', async () => {
  const file = path('json.perfscope');
  const ended = await perfscope(['record', '--json', '-o', file, '--', 'sh', '-c', 'echo noise >&2']);
  expect(JSON.parse(ended.stdout)).toMatchObject({ version: 1, exitCode: 0 });
});

test('the summary has the fields of the contract', async () => {
  const { summary } = await record(folder.path, ['-r', '500'], [PYTHON, '-c', 'sum(range(10**7))']);
  expect(summary).toMatchObject({ version: 1, exitCode: 0, command: [PYTHON, '-c', 'sum(range(10**7))'] });
  expect(summary.wallSeconds).toBeGreaterThan(0);
  expect(summary.cpuSeconds).toBeGreaterThan(0);
  const sampler = summary.collectors.find((each) => each.id === 'cpython');
  expect(sampler).toMatchObject({ requestedHz: 500, dropped: 0 });
  expect(sampler?.achievedHz).toBeGreaterThan(0);
  expect(summary.lanes.filter((lane) => lane.role === 'main')).toMatchObject([{ kind: 'thread' }]);
  expect(summary.functions[0]).toMatchObject({ name: '<module>', file: '<string>', language: 'python' });
  for (const key of ['kernels', 'transfers', 'tasks', 'findings']) expect(summary).toHaveProperty(key);
  expect(summary.host.cores).toBeGreaterThan(0);
});

test('export writes speedscope and collapsed stacks whose weights are the CPU time of the recording', async () => {
  const { summary, file } = await record(
    folder.path,
    ['-r', '1000'],
    [PYTHON, '-c', 'sum(i*i for i in range(3*10**6))'],
  );
  const speedscope = await perfscope(['export', '-f', 'speedscope', file]);
  const document = JSON.parse(speedscope.stdout) as {
    profiles: { weights: number[]; samples: number[][] }[];
  };
  const weights = document.profiles.flatMap((profile) => profile.weights);
  expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(summary.cpuSeconds, 3);
  const collapsed = await perfscope(['export', '-f', 'collapsed', file]);
  const lines = collapsed.stdout.trim().split('\n');
  for (const line of lines) expect(line).toMatch(/^[^;]+(;[^;]+)* \d+$/);
  const micros = lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
  expect(micros / 1e6).toBeCloseTo(summary.cpuSeconds, 2);
  expect(collapsed.stdout).toContain('<module>;');
});

test('doctor says of each collector whether it can work here', async () => {
  const { stdout, code } = await perfscope(['doctor', '--json']);
  expect(code).toBe(0);
  const document = JSON.parse(stdout) as {
    version: number;
    collectors: { id: string; available: boolean }[];
  };
  expect(document.version).toBe(1);
  expect(document.collectors.find((each) => each.id === 'cpython')).toMatchObject({ available: true });
  expect((await perfscope(['doctor'])).stdout).toContain('cpython');
});

test('a reader that closes the pipe early is no error', async () => {
  const { file } = await record(folder.path, [], [PYTHON, '-c', 'sum(range(10**6))']);
  const ended = await run('sh', [
    '-c',
    `"$0" "$1" export -f speedscope "$2" | head -c 1`,
    process.execPath,
    CLI,
    file,
  ]);
  expect(ended.stdout).toBe('{');
  expect(ended.stderr).toBe('');
});
