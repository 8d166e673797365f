import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { perfscope, run, temporaryFolder } from '../harness/perfscope.ts';

const folder = temporaryFolder();
const script = join(folder.path, 'perfscope.bash');
beforeAll(async () => {
  writeFileSync(script, (await perfscope(['completion', 'bash'])).stdout);
  writeFileSync(join(folder.path, 'first run.perfscope'), '');
});
afterAll(folder.remove);

/** What bash offers for the last of the words. */
async function offered(...words: string[]): Promise<string[]> {
  const typed = words.map((word) => `'${word}'`).join(' ');
  const program = `. ${script}; COMP_WORDS=(perfscope ${typed}); COMP_CWORD=${words.length}; _perfscope; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await run('bash', ['--norc', '-uc', program], { directory: folder.path });
  expect([code, stderr]).toEqual([0, '']);
  return stdout.split('\n').filter(Boolean);
}

test('bash completes every command that the help lists', async () => {
  const { stdout } = await perfscope(['--help']);
  const listed = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[options\])?(?: [<[]|\s{2})/gm)].map(
    (match) => match[1] as string,
  );
  expect(listed.length).toBeGreaterThan(10);
  expect(await offered('')).toEqual(expect.arrayContaining(listed.filter((name) => name !== 'help')));
  expect(await offered('comp')).toEqual(['compare', 'completion']);
});

test('bash completes options, their choices, and files', async () => {
  expect(await offered('record', '--py')).toEqual(['--python-agent']);
  expect(await offered('record', '--python-agent', '')).toEqual(['auto', 'on', 'off']);
  expect(await offered('export', '-f', 'sp')).toEqual(['speedscope']);
  expect(await offered('check', '--max-f')).toEqual(['--max-finding']);
  expect(await offered('completion', '')).toEqual(['bash', 'zsh', 'fish']);
  expect(await offered('summary', 'fir')).toEqual(['first run.perfscope']);
  expect(await offered('record', '--rate', '')).toEqual([]);
});

test('what is recorded is completed as a command', async () => {
  expect(await offered('record', '--', 'bas')).toContain('bash');
  expect(await offered('record', '-q', '--', 'bash', 'perf')).toEqual(['perfscope.bash']);
});

test.each(['zsh', 'fish'])('the script for %s holds every command and option', async (shell) => {
  const { code, stdout } = await perfscope(['completion', shell]);
  expect(code).toBe(0);
  for (const command of ['record', 'attach', 'import', 'merge', 'mcp']) expect(stdout).toContain(command);
  const long = shell === 'zsh' ? (name: string) => `--${name}` : (name: string) => `-l ${name}`;
  for (const option of ['python-agent', 'no-live', 'chunksize', 'sarif'])
    expect(stdout).toContain(long(option));
});

test('another shell is a sentence', async () => {
  const { code, stderr } = await perfscope(['completion', 'tcsh']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('bash, zsh, fish')]);
});
