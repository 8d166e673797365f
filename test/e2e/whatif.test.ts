import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
/** With a pool of four workers that render rows, and one without tasks. */
const POOLS = join(ROOT, 'fixtures/recordings/version-4.perfscope');
const NO_POOLS = join(ROOT, 'fixtures/recordings/version-1.perfscope');

function whatif(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('node', [join(ROOT, 'dist/cli.js'), 'whatif', ...args], {
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test('without options a few changes are tried, and with several each alone and all together', () => {
  const { status, stdout } = whatif(POOLS);
  expect(status).toBe(0);
  expect(stdout).toMatch(/replayed as it was/);
  expect(stdout).toMatch(/workers/);
  expect(whatif(POOLS, '--chunksize', '4', '--workers', '2', '--faster', 'render_row=2x').stdout).toMatch(
    /all together/,
  );
});

test('what cannot be answered is a sentence and the exit code 2', () => {
  const refused = (...args: string[]) => {
    const { status, stderr } = whatif(...args);
    expect(status).toBe(2);
    return stderr;
  };
  expect(refused(NO_POOLS)).toMatch(/neither tasks of pools nor work of devices/);
  expect(refused(POOLS, '--pinned')).toMatch(/no device did anything/);
  expect(refused(POOLS, '--without-copies', 'up')).toMatch(/all, H2D, D2H/);
  expect(refused(POOLS, '--faster', 'rendr_row=2x')).toMatch(
    /no function rendr_row was seen\. Did you mean .*render_row/,
  );
  expect(refused(POOLS, '--faster', 'render_row')).toMatch(/such as solve=2x/);
  expect(refused(POOLS, '--chunksize', '0')).toMatch(/whole number from 1/);
  expect(refused(POOLS, '--workers', 'two')).toMatch(/whole number from 1/);
  expect(refused(POOLS, '--order', 'shortest')).toMatch(/longest, recorded/);
  expect(refused(POOLS, '--pool', '99')).toMatch(/there is no pool 99 with tasks/);
});
