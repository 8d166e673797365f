import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { nanos, type Recording } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { perfscope, temporaryFolder } from '../harness/perfscope.ts';
import { META, recordingOf } from '../harness/recordings.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
const SECOND = 1e9;

function write(name: string, recording: Recording): string {
  const path = join(folder.path, name);
  writeFileSync(path, encodeRecording(recording));
  return path;
}

/** Two workers that are on a CPU for a part of some seconds. */
function runOf(seconds: number, share: number, name = 'solve'): Recording {
  const end = seconds * SECOND;
  const lane = { end: META.clock.start + end };
  return recordingOf(
    [lane, lane, lane],
    [1, 2].map((id) => ({ lane: id, time: end, cpu: share * end, stack: ['main', name] })),
    { clock: { ...META.clock, end: nanos(META.clock.start + end) } },
  );
}

const busy = write('busy.perfscope', runOf(2, 0.96));
const slow = write('slow.perfscope', runOf(4, 0.48));
const hostile = write('hostile.perfscope', runOf(1, 0.9, 'evil\u001b[2J\nname'));
const empty = write('empty.perfscope', recordingOf([], []));
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const COMMANDS_OF_A_TERMINAL = /[\u0000-\u0009\u000b-\u001f\u007f]/;

test('advise says that there is nothing to change, and prints the documents of the contract', async () => {
  const text = await perfscope(['advise', busy]);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain('nothing worth changing was found: parallel efficiency 0.96 of 2 workers');
  const json = JSON.parse((await perfscope(['advise', busy, '--json'])).stdout) as unknown;
  expect(json).toEqual({ version: 1, findings: [] });
  const sarif = JSON.parse((await perfscope(['advise', busy, '--sarif'])).stdout) as unknown;
  expect(sarif).toMatchObject({
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'perfscope' } }, results: [] }],
  });
});

test('compare says what moved, and as one document too', async () => {
  const text = await perfscope(['compare', slow, busy]);
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toContain('wall 4.00 s -> 2.00 s, 2.0x faster');
  const { stdout } = await perfscope(['compare', slow, busy, '--json', '--threshold', '1%']);
  const document = JSON.parse(stdout) as Record<string, unknown>;
  expect(document).toMatchObject({
    version: 1,
    wallRatio: 2,
    predictions: [],
    newFindings: [],
    warnings: [],
  });
  for (const key of ['functions', 'transfers', 'tasks', 'efficiency']) expect(document).toHaveProperty(key);
});

test('check says a line a limit, and fails with its exit code where one is exceeded', async () => {
  const kept = await perfscope([
    'check',
    busy,
    '--min-efficiency',
    '0.7',
    '--max-wall',
    '10s',
    '--max-finding',
    'none',
  ]);
  expect(kept.code).toBe(0);
  expect(kept.stdout.trim().split('\n')).toEqual([
    'passed   efficiency 0.96, at least 0.70',
    'passed   worst finding none, at most none',
    'passed   wall time 2.00 s, at most 10.0 s',
  ]);
  const exceeded = await perfscope(['check', slow, '--min-efficiency', '70%', '--baseline', busy]);
  expect(exceeded.code).toBe(4);
  expect(exceeded.stdout).toContain('failed   efficiency 0.48, at least 0.70');
  expect(exceeded.stdout).toContain('failed   wall time beside the baseline 4.00 s, at most 2.20 s');
  const json = await perfscope(['check', slow, '--max-wall', '3s', '--json']);
  expect(json.code).toBe(4);
  expect(JSON.parse(json.stdout)).toMatchObject({
    version: 1,
    ok: false,
    checks: [{ limit: 'max-wall', allowed: 3, measured: 4, status: 'failed' }],
  });
  const sarif = await perfscope(['check', slow, '--max-wall', '3s', '--sarif']);
  expect(sarif.code).toBe(4);
  expect(JSON.parse(sarif.stdout)).toMatchObject({
    runs: [{ results: [{ ruleId: 'max-wall', level: 'error' }] }],
  });
});

test('a limit that cannot be judged fails only where that is asked for', async () => {
  const limit = ['check', empty, '--min-efficiency', '0.7'];
  const said = await perfscope(limit);
  expect(said.code).toBe(0);
  expect(said.stdout).toContain('unknown  efficiency cannot be judged');
  expect((await perfscope([...limit, '--strict'])).code).toBe(4);
});

test.each([
  ['check without a limit', ['check', busy], 2, 'needs a limit'],
  [
    'a tolerance without a baseline',
    ['check', busy, '--max-wall', '1s', '--tolerance', '5%'],
    2,
    '--baseline',
  ],
  ['an efficiency beyond 1', ['check', busy, '--min-efficiency', '7'], 2, 'at most 100%'],
  ['a volume that is none', ['check', busy, '--max-transfer', 'much'], 2, '1.5GB'],
  ['an unknown severity', ['check', busy, '--max-finding', 'huge'], 2, 'Allowed choices'],
  ['two forms at once', ['check', busy, '--max-wall', '1s', '--json', '--sarif'], 2, 'cannot be used with'],
  ['two forms of advice at once', ['advise', busy, '--json', '--sarif'], 2, 'cannot be used with'],
  ['a baseline that is missing', ['check', busy, '--baseline', 'no.perfscope'], 3, 'there is no file'],
  ['advice on what is no recording', ['advise', 'package.json'], 3, 'not a perfscope recording'],
  ['a comparison with nothing', ['compare', busy], 2, 'missing required argument'],
  ['a comparison with what is missing', ['compare', busy, 'no.perfscope'], 3, 'there is no file'],
  ['a threshold that is none', ['compare', busy, slow, '--threshold', 'x'], 2, 'share'],
])('%s is answered with one clear sentence', async (_name, args, code, words) => {
  const ended = await perfscope(args);
  expect(ended.stderr).toContain(words);
  expect(ended.stderr).not.toContain('    at ');
  expect(ended.code).toBe(code);
  expect(ended.stdout).toBe('');
});

test('names of a program cannot command the terminal, and empty recordings are no bug', async () => {
  for (const args of [
    ['advise', hostile],
    ['compare', busy, hostile],
    ['compare', hostile, empty],
    ['advise', empty],
    ['check', empty, '--max-transfer', '0'],
  ]) {
    const { stdout, stderr, code } = await perfscope(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).not.toMatch(COMMANDS_OF_A_TERMINAL);
  }
});
