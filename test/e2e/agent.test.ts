import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PYTHON, ROOT, record, temporaryFolder } from '../harness/perfscope.ts';

/** Interpreters that cannot be read from outside are recorded from inside, and the summary says so. */
const SPLIT = join(ROOT, 'fixtures/workloads/truth/split.py');
const folder = temporaryFolder();
afterAll(folder.remove);

const old = (() => {
  const versions = join(homedir(), '.pyenv/versions');
  const names = existsSync(versions) ? readdirSync(versions) : [];
  const name = names.find((each) => each.startsWith('3.7.'));
  return name === undefined ? null : join(versions, name, 'bin/python');
})();
const pypy = '/usr/bin/pypy3';

const outside: [string, string][] = [];
if (existsSync(pypy)) outside.push(['PyPy', pypy]);
if (old !== null) outside.push(['CPython 3.7', old]);
if (outside.length === 0) test.skip('neither PyPy nor an old CPython is on this machine', () => {});

test.each(outside)('%s is recorded by the agent inside it, with its pool', async (_name, python) => {
  const units = python === pypy ? '60000' : '2400';
  const { ended, summary } = await record(
    folder.path,
    ['-r', '200'],
    [python, SPLIT, units, 'processes', '2'],
  );
  expect(ended.code).toBe(0);
  expect(summary.warnings.join()).toContain('sampled by the agent inside the program');
  const sampler = summary.collectors.find((each) => each.id === 'python-agent');
  expect(sampler?.samples).toBeGreaterThan(50);
  expect(summary.functions[0]).toMatchObject({ name: 'heavy', file: SPLIT });
  expect(summary.lanes.filter((lane) => lane.role === 'worker')).toHaveLength(2);
});

test('--python-agent on records from inside what could be read from outside', async () => {
  const command = [PYTHON, SPLIT, '1200', 'single', '1'];
  const { summary } = await record(folder.path, ['--python-agent', 'on', '--no-gpu', '-r', '200'], command);
  expect(summary.collectors.map((each) => each.id).sort()).toEqual([
    'node',
    'pools',
    'python-agent',
    'system',
  ]);
  expect(summary.functions[0]?.name).toBe('heavy');
});
