import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { PYTHON, ROOT, run, temporaryFolder } from '../harness/perfscope.ts';

/** The script for machines with a GPU, on one without: what it checks there cannot be checked here, but that it works can. */
const folder = temporaryFolder();
afterAll(folder.remove);
const SCRIPT = join(ROOT, 'test/gpu/run.sh');
const withCompiler = spawnSync('cc', ['--version']).status === 0 ? test : test.skip;
const NODE = dirname(process.execPath);

interface Row {
  readonly part: string;
  readonly check: string;
  readonly verdict: string;
  readonly measured: string;
}

const rowsIn = (out: string): Row[] => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as Row[];

withCompiler('the script for machines with a GPU passes its own checks without a device', async () => {
  const out = join(folder.path, 'dry');
  const environment = { ...process.env, XDG_CACHE_HOME: join(folder.path, 'cache') };
  const ended = await run('bash', [SCRIPT, '--node', NODE, '--out', out, 'dry'], { environment });
  expect(rowsIn(out).filter(({ verdict }) => verdict === 'FAIL')).toEqual([]);
  expect(ended.code).toBe(0);
  expect(rowsIn(out).find(({ check }) => check === 'kernels')).toMatchObject({
    verdict: 'pass',
    measured: '1000',
  });
});

test('parts that need a GPU are skipped with the reason where there is none, and are done when there is one', async () => {
  const out = join(folder.path, 'skips');
  const environment = { ...process.env, PATH: '/usr/bin:/bin' };
  const words = [SCRIPT, '--node', NODE, '--out', out, 'exact', 'copies'];
  for (let again = 0; again < 2; again++) {
    const ended = await run('bash', words, { environment });
    expect(ended).toMatchObject({ code: 0, stdout: expect.stringContaining('2 skipped') });
    expect(rowsIn(out).map(({ measured }) => measured)).toEqual(
      new Array(2).fill(expect.stringContaining('there is no NVIDIA GPU')),
    );
  }
});

test('all of its programs are Python that compiles', async () => {
  const cache = join(folder.path, 'pycache');
  const environment = { ...process.env, PYTHONPYCACHEPREFIX: cache };
  const ended = await run(PYTHON, ['-m', 'compileall', '-q', join(ROOT, 'test/gpu')], { environment });
  expect(ended).toMatchObject({ code: 0, stdout: '' });
});
