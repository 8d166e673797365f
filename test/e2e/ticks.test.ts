import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { nodes, perfscope, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** Node programs whose V8 logs its ticks. */
const folder = temporaryFolder();
afterAll(folder.remove);
let files = 0;

function program(text: string): string {
  const path = join(folder.path, `program-${files++}.cjs`);
  writeFileSync(path, text);
  return path;
}

/** Each part computes for a time of CPU and not of the clock, so that it has its ticks on a machine with other work, too. */
const PARTS = `
function spend(ms, work) {
  const start = process.cpuUsage();
  let spent = 0;
  while (spent < ms) {
    work();
    const { user, system } = process.cpuUsage(start);
    spent = (user + system) / 1e3;
  }
}
let sink = 0;
function arithmetic() { for (let i = 0; i < 2e6; i++) sink = (sink + i * 7) % 1009; }
function expressions() { for (let i = 0; i < 20; i++) if (/(a+)+b/.test('a'.repeat(16) + 'c' + i)) sink++; }
let kept = [];
function garbage() { for (let i = 0; i < 2e4; i++) kept.push({ value: [i, i] }); if (kept.length > 2e6) kept = []; }
function area(shape) { return shape.width * shape.height; }
function change() {
  for (let i = 0; i < 2e6; i++) sink += area({ width: i, height: 2 });
  for (let i = 0; i < 1e5; i++) sink += area({ height: 1.5, name: 'x', width: 'y' + i }) ? 1 : 0;
}
`;

const ticksOf = (summary: Summary, name: string): Record<string, number> => {
  const called = summary.functions.find((each) => each.name === name);
  return Object.fromEntries((called?.tiers ?? []).map(({ tier, ticks }) => [tier, ticks]));
};
const shareOf = (summary: Summary, name: string, tier: string): number => {
  const ticks = ticksOf(summary, name);
  return (ticks[tier] ?? 0) / Object.values(ticks).reduce((sum, each) => sum + each, 0);
};
const healthOf = (summary: Summary) => summary.collectors.find(({ id }) => id === 'v8-ticks');
const ENGINE = ['--engine', 'v8-ticks'];

describe.each(nodes())('Node $version', ({ path }) => {
  test('tiers of functions, regular expressions and deoptimisations are found', async () => {
    const file = program(
      `${PARTS} spend(400, arithmetic); spend(400, expressions); spend(400, garbage); change(); console.log('done', process.execArgv);`,
    );
    const alone = await run(path, [file]);
    const { ended, summary } = await record(folder.path, ENGINE, [path, file]);
    expect([ended.code, ended.stdout, ended.stderr]).toEqual([0, alone.stdout, alone.stderr]);
    expect(healthOf(summary)).toMatchObject({ status: 'ok', figures: { logs: 1, damagedLines: 0 } });
    expect(shareOf(summary, 'arithmetic', 'optimised')).toBeGreaterThan(0.7);
    expect(shareOf(summary, 'expressions', 'regexp')).toBeGreaterThan(0.6);
    expect(summary.tiers.find(({ tier }) => tier === 'gc')?.ticks).toBeGreaterThan(10);
    const given = summary.deopts.filter((each) => each.function === 'change' || each.function === 'area');
    expect(given.map(({ reason }) => reason).join()).toMatch(/wrong map|not a|feedback/);
    expect(given.every((each) => each.file === file && each.atFile === file && each.atLine > 0)).toBe(true);
    // The kernel's time went to the functions.
    const self = Object.fromEntries(summary.functions.map((each) => [each.name, each.selfSeconds]));
    expect((self.arithmetic ?? 0) / (self['/(a+)+b/ [regular expression]'] ?? 0)).toBeGreaterThan(0.5);
    expect((self.arithmetic ?? 0) / (self['/(a+)+b/ [regular expression]'] ?? 0)).toBeLessThan(2);
  });
});

/** A log takes seconds to be read, and there are eight: of the oldest and the newest Node. */
describe.each(nodes().filter((_, i, { length }) => i === 0 || i === length - 1))(
  'Node $version',
  ({ path }) => {
    test('the log of every isolate is read, of workers, cluster workers and children', async () => {
      const file = program(`${PARTS}
const cluster = require('node:cluster');
const { Worker, isMainThread, workerData } = require('node:worker_threads');
const { fork, execFileSync, execFile } = require('node:child_process');
// CPU of the process, which three workers use at a time.
function inWorker() { spend(900, arithmetic); }
function inCluster() { spend(200, arithmetic); }
function inChild() { spend(200, arithmetic); }
if (!isMainThread) inWorker();
else if (process.argv[2] === 'child') { inChild(); console.log(process.execArgv); }
else if (cluster.isWorker) { inCluster(); process.disconnect(); }
else {
  for (let i = 0; i < 2; i++) new Worker(__filename, { name: 'w' + i });
  new Worker(__filename, { execArgv: process.execArgv });
  cluster.fork();
  fork(__filename, ['child']).on('exit', () => {
    process.stdout.write(execFileSync(process.execPath, [__filename, 'child']));
    execFile('sh', ['-c', 'node "$0" child', __filename], (error, out) => console.log(error, out));
  });
}`);
      const { ended, summary } = await record(folder.path, ENGINE, [path, file]);
      expect([ended.code, ended.stderr, ended.stdout]).toEqual([0, '', '[]\n[]\nnull []\n\n']);
      // The main threads of the primary, of a cluster worker and of three children, and three workers, one of which has
      // options of its own, and no agent.
      expect(healthOf(summary)).toMatchObject({
        status: 'partial',
        warnings: [expect.stringContaining('1 log does not say of which thread')],
        figures: { logs: 8, processesWithoutLogs: 0 },
      });
      for (const name of ['inWorker', 'inCluster', 'inChild'])
        expect(summary.functions.find((each) => each.name === name)?.totalSeconds).toBeGreaterThan(0.1);
      // Node 20 does not tell the names of workers.
      const workers = summary.lanes.filter(
        ({ name, role }) => role === 'worker' && /^(?:w|worker )\d$/.test(name),
      );
      expect(workers).toHaveLength(2);
    });
  },
);

test('nothing is left behind, and what was killed has what its log has', async () => {
  const temporary = join(folder.path, 'temporary');
  mkdirSync(temporary);
  const file = program(`${PARTS} spend(800, arithmetic); process.kill(process.pid, 'SIGKILL');`);
  const environment = { ...process.env, TMPDIR: temporary };
  const { ended, summary } = await record(folder.path, ENGINE, ['node', file], { environment });
  expect(ended.code).toBe(137);
  expect(ticksOf(summary, 'arithmetic').optimised).toBeGreaterThan(100);
  expect(readdirSync(temporary).filter((name) => name.startsWith('perfscope'))).toEqual([]);
});

test('programs in between, packages and scripts lead to the same', async () => {
  const file = program(`${PARTS} function inApp() { spend(200, arithmetic); } inApp();`);
  const { summary } = await record(folder.path, ENGINE, [
    'python3',
    '-c',
    `import subprocess; subprocess.run(["node", ${JSON.stringify(file)}])`,
  ]);
  expect(summary.functions.find(({ name }) => name === 'inApp')?.totalSeconds).toBeGreaterThan(0.1);
  expect(healthOf(summary)).toMatchObject({ figures: { logs: 1 } });
});

test('a program without JavaScript is recorded as ever, and options that do not go together are refused', async () => {
  const { ended, summary } = await record(folder.path, ENGINE, ['sh', '-c', 'exit 5']);
  expect([ended.code, healthOf(summary)?.status]).toEqual([5, 'ok']);
  const refused = await perfscope([
    'record',
    '-o',
    join(folder.path, 'no.perfscope'),
    ...ENGINE,
    '--no-node-agent',
    '--',
    'true',
  ]);
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining('--engine v8-ticks needs the agent'),
  ]);
});

test('a Node that does not take the flags is not run with them', async () => {
  const place = join(folder.path, 'node');
  writeFileSync(place, '#!/bin/sh\necho "node: bad option: $1" >&2\nexit 9\n', { mode: 0o755 });
  const refused = await perfscope([
    'record',
    '-o',
    join(folder.path, 'no.perfscope'),
    ...ENGINE,
    '--',
    place,
    'app.cjs',
  ]);
  expect([refused.code, refused.stderr]).toEqual([
    1,
    expect.stringContaining("cannot log V8's ticks: node: bad option: --prof"),
  ]);
});
