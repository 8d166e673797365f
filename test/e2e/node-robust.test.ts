import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import { type Ended, nodes, PYTHON, perfscope, record, run, temporaryFolder } from '../harness/perfscope.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());
let files = 0;

function program(text: string, extension = 'cjs'): string {
  const path = join(folder.path, `${files++}.${extension}`);
  writeFileSync(path, text);
  return path;
}

/** Spins for that many milliseconds of the process's CPU time. */
const BURN = `
function burn(ms) {
  const until = process.cpuUsage().user + ms * 1000;
  let sum = 0;
  while (process.cpuUsage().user < until) for (let i = 0; i < 1e5; i++) sum += Math.sqrt(i);
  return sum;
}
`;

const nodeHealth = (summary: Summary) => {
  const health = summary.collectors.find(({ id }) => id === 'node');
  if (!health) throw new Error('no health of Node');
  return health;
};
const totalOf = (summary: Summary, name: string): number =>
  summary.functions.find((each) => each.name === name)?.totalSeconds ?? 0;
/** Warnings of Node name the process. */
const withoutPids = (text: string): string => text.replaceAll(/\(node:\d+\)/g, '');

describe.each(nodes())('Node $version under the permission model', ({ path, version }) => {
  const file = program(
    `${BURN} burn(250); console.log(process.env.NODE_OPTIONS, Object.keys(process.env).filter((name) => name.startsWith('PERFSCOPE_NODE')), process.execArgv);`,
  );
  const permission = version === '20' ? '--experimental-permission' : '--permission';
  const canTell = Number(version) >= 24;
  const all = ['--allow-fs-read=*', '--allow-fs-write=*'];
  const cases: { flags: string[]; isRecorded: boolean }[] = [
    { flags: [`--allow-fs-read=${folder.path}/*`], isRecorded: false },
    { flags: ['--allow-fs-read=*', '--allow-worker'], isRecorded: false },
    { flags: all, isRecorded: canTell },
    { flags: [...all, '--allow-worker'], isRecorded: canTell },
    ...(canTell
      ? [
          { flags: [...all, '--allow-inspector'], isRecorded: true },
          { flags: [...all, '--allow-inspector', '--allow-worker'], isRecorded: true },
        ]
      : []),
  ];

  test.each(cases)('does the same with $flags, and is recorded or named', async ({ flags, isRecorded }) => {
    const args = [permission, ...flags, file];
    const alone = await run(path, args);
    expect(alone.code).toBe(0);
    for (const command of [
      [path, ...args],
      ['sh', '-c', `"${path}" ${args.join(' ')}; exit $?`],
    ]) {
      const { ended, summary } = await record(folder.path, [], command);
      expect([ended.code, ended.stdout]).toEqual([alone.code, alone.stdout]);
      expect(withoutPids(ended.stderr)).toContain(withoutPids(alone.stderr));
      const { figures, warnings } = nodeHealth(summary);
      expect([figures.processes, figures.unreachedProcesses]).toEqual(isRecorded ? [1, 0] : [0, 1]);
      expect(totalOf(summary, 'burn') > 0.05).toBe(isRecorded);
      if (!isRecorded) expect(warnings[0]).toMatch(/JavaScript of 1 Node process is not recorded \(\d+\)/);
    }
  });
});

test('what a Node program starts under the permission model does the same', async () => {
  const child = program('console.log("child", process.env.NODE_OPTIONS)');
  const file = program(`
const { execFileSync, execSync, spawn } = require('node:child_process');
const flags = ['--no-warnings', '${process.versions.node.startsWith('20.') ? '--experimental-permission' : '--permission'}', '--allow-fs-read=${folder.path}/*', '${child}'];
process.stdout.write(execFileSync(process.execPath, flags));
process.stdout.write(execSync([process.execPath, ...flags].join(' ')));
spawn(process.execPath, flags, { stdio: 'inherit' }).on('exit', (code) => console.log(code));
`);
  const alone = await run(process.execPath, [file]);
  expect(alone.stdout).toBe(`${'child undefined\n'.repeat(3)}0\n`);
  const { ended, summary } = await record(folder.path, [], [process.execPath, file]);
  expect(ended.stdout).toBe(alone.stdout);
  expect(nodeHealth(summary).figures).toMatchObject({ processes: 1, unreachedProcesses: 3 });
});

test('a program that clears NODE_OPTIONS is named, and what runs no JavaScript is not', async () => {
  const file = program(`${BURN} burn(50)`);
  const script = `env -u NODE_OPTIONS "${process.execPath}" ${file}; "${process.execPath}" --version; "${process.execPath}" ${file}`;
  const { summary } = await record(folder.path, [], ['sh', '-c', script]);
  const { status, figures, warnings } = nodeHealth(summary);
  expect([status, figures.processes, figures.unreachedProcesses]).toEqual(['partial', 1, 1]);
  expect(warnings[0]).toContain('NODE_OPTIONS');
});

const ENDS = `${BURN}
const { Worker, isMainThread, workerData, parentPort } = require('node:worker_threads');
const { spawnSync } = require('node:child_process');
const ways = {
  terminate: (worker) => worker.terminate(),
  SIGKILL: () => spawnSync('kill', ['-9', String(process.pid)]),
  SIGTERM: () => spawnSync('kill', ['-15', String(process.pid)]),
  abort: () => process.abort(),
};
if (isMainThread) {
  const worker = new Worker(__filename, { workerData: process.argv[2] });
  worker.on('message', () => ways[process.argv[2]]?.(worker));
} else {
  for (let i = 0; i < 6; i++) burn(100);
  parentPort.postMessage(0);
  if (workerData !== 'nothing') for (;;) burn(100);
}
`;

describe.each(nodes())('Node $version: what is missing at a sudden end is said', ({ path }) => {
  test.each([
    ['SIGKILL', 2],
    ['SIGTERM', 2],
    ['abort', 2],
  ])('%s', async (way, threads) => {
    const file = program(ENDS);
    const command = ['sh', '-c', `ulimit -c 0; "${path}" ${file} ${way}`];
    let { summary } = await record(folder.path, [], command);
    // A thread whose slice was written just before has told all that is seen of it from outside.
    for (let i = 0; i < 2 && nodeHealth(summary).figures.threadsCutShort !== threads; i++)
      ({ summary } = await record(folder.path, [], command));
    const { figures, warnings } = nodeHealth(summary);
    expect(figures.threadsCutShort).toBe(threads);
    const { lostSeconds = 0, lostCpuSeconds = 0 } = figures;
    expect(lostCpuSeconds).toBeGreaterThan(0);
    // A slice at most, of some: what was told is the larger part.
    expect(lostCpuSeconds).toBeLessThan(totalOf(summary, 'burn'));
    expect(lostSeconds).toBeGreaterThan(0);
    expect(lostSeconds).toBeLessThan(summary.wallSeconds);
    const [said] = warnings.filter((each) => each.includes('without a last word'));
    expect(said === undefined).toBe(lostCpuSeconds < 0.02);
  });

  test.each([
    ['end by themselves', 'nothing'],
    ['are terminated', 'terminate'],
  ])('nothing is, when threads %s', async (_, way) => {
    const { summary } = await record(folder.path, [], [path, program(ENDS), way]);
    const { status, figures, warnings } = nodeHealth(summary);
    expect([status, figures.threadsCutShort, figures.lostSeconds, warnings]).toEqual(['ok', 0, 0, []]);
  });
});

describe.each(nodes())('Node $version where nobody accounts for threads from outside', ({ path }) => {
  test('has lanes and rows by wall time, and says so', async () => {
    const child = program(`${BURN} function inChild() { burn(150); } inChild();`);
    const file = program(`${BURN}
const { Worker, isMainThread } = require('node:worker_threads');
const { execFileSync, fork } = require('node:child_process');
function inWorker() { burn(300); }
function waits() { execFileSync('sleep', ['0.3']); }
if (isMainThread) {
  new Worker(__filename, { name: 'parser' }).on('exit', () => {
    setTimeout(() => { waits(); fork('${child}'); }, 300);
  });
} else inWorker();
`);
    const { ended, summary } = await record(folder.path, ['--python-agent', 'on'], [path, file]);
    expect(ended.code).toBe(0);
    const { figures, warnings } = nodeHealth(summary);
    expect(figures).toMatchObject({ processes: 2, threads: 3, threadsCutShort: 0 });
    expect(warnings).toEqual([expect.stringContaining('CPU time of JavaScript is wall time')]);
    const threads = summary.lanes.filter(({ kind }) => kind === 'thread');
    expect(threads.map(({ role }) => role)).toEqual(['main', 'worker', 'worker']);
    expect(new Set(threads.map(({ process }) => process)).size).toBe(2);
    const [worker, inChild] = [totalOf(summary, 'inWorker'), totalOf(summary, 'inChild')];
    expect(worker).toBeGreaterThan(0.2);
    expect(inChild).toBeGreaterThan(0.1);
    // Neither the timer nor the wait for a child is CPU time.
    expect(totalOf(summary, 'waits')).toBeLessThan(0.5 * worker);
    expect(totalOf(summary, '[idle]')).toBe(0);
    // No other collector is said to have failed.
    expect(summary.warnings.filter((each) => each.includes('python-agent'))).toEqual([]);
  });
});

describe('doctor', () => {
  const checkOf = async (environment: NodeJS.ProcessEnv) => {
    const { stdout }: Ended = await perfscope(['doctor', '--json'], { environment });
    const { collectors } = JSON.parse(stdout) as {
      collectors: { id: string; available: boolean; reason: string; note: string }[];
    };
    return collectors.find(({ id }) => id === 'node');
  };
  const fakeNode = (script: string): string => {
    const directory = join(folder.path, `bin-${files++}`);
    mkdirSync(directory);
    writeFileSync(join(directory, 'node'), `#!/bin/sh\n${script}\n`);
    chmodSync(join(directory, 'node'), 0o755);
    return directory;
  };

  test('records a tiny program of the node on the path', async () => {
    const check = await checkOf({ ...process.env, PATH: dirname(process.execPath) });
    expect(check).toMatchObject({ available: true, note: expect.stringContaining(process.version) });
  });

  test.each([
    ['is not there', '/nonexistent', 'no node can be run'],
    ['is old', fakeNode('echo v16.20.2'), 'v16.20.2'],
    ['records nothing', fakeNode('echo v22.0.0'), 'recorded nothing'],
  ])('says that the node on the path %s', async (_what, directory, reason) => {
    const check = await checkOf({ ...process.env, PATH: directory });
    expect(check).toMatchObject({ available: false, reason: expect.stringContaining(reason) });
  });
});

const PYTHON_POOL = `
import multiprocessing, os, time
def square(number):
    until = time.process_time() + 0.05
    while time.process_time() < until: pass
    return number * number
if __name__ == '__main__':
    with multiprocessing.Pool(2) as pool: print(sum(pool.map(square, range(6))), 'PYTHONPATH' in os.environ)
`;

describe('a run of both languages has the stacks and pools of both', () => {
  const python = program(PYTHON_POOL, 'py');
  const expectBoth = (summary: Summary) => {
    expect(totalOf(summary, 'inNode')).toBeGreaterThan(0.1);
    expect(totalOf(summary, 'square')).toBeGreaterThan(0.1);
    expect(summary.collectors.find(({ id }) => id === 'pools')?.figures).toMatchObject({ pools: 1 });
    expect(nodeHealth(summary)).toMatchObject({ status: 'ok', figures: { unreachedProcesses: 0 } });
  };

  test.each([
    ['its own environment', ''],
    ['an environment made from its own', ', env: { ...process.env, MORE: "1" }'],
    ['an environment of nothing but a path', ', env: { PATH: process.env.PATH }'],
  ])('Node that starts Python with %s', async (_what, option) => {
    const file = program(`${BURN}
function inNode() { burn(200); }
inNode();
require('node:child_process').spawn('${PYTHON}', ['${python}'], { stdio: 'inherit'${option} });
`);
    const { ended, summary } = await record(folder.path, [], [process.execPath, file]);
    expect([ended.stdout, ended.code]).toEqual(['55 False\n', 0]);
    expectBoth(summary);
  });

  test.each([
    ['its own environment', ''],
    ['an environment made from its own', ', env=dict(os.environ, MORE="1")'],
    ['an environment of nothing but a path', ', env={"PATH": os.environ["PATH"]}'],
  ])('Python that starts Node with %s', async (_what, option) => {
    const node = program(`${BURN}
function inNode() { burn(200); }
inNode();
console.log(process.env.NODE_OPTIONS, process.env.PYTHONPATH);
`);
    const file = program(
      `import os, runpy, subprocess\nif __name__ == '__main__':\n    subprocess.run(['node', '${node}']${option}, check=True)\n    subprocess.run(['${PYTHON}', '${python}'], check=True)\n`,
      'py',
    );
    const { ended, summary } = await record(folder.path, [], [PYTHON, file]);
    expect([ended.stdout, ended.code]).toEqual(['undefined undefined\n55 False\n', 0]);
    expectBoth(summary);
  });
});
