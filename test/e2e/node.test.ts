import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { type Ended, nodes, perfscope, record, run, temporaryFolder } from '../harness/perfscope.ts';

/** Node programs under perfscope: what is seen of them, and that they do not notice. */
const folder = temporaryFolder();
afterAll(folder.remove);
let files = 0;

function program(text: string, extension = 'cjs'): string {
  const path = join(folder.path, `program-${files++}.${extension}`);
  writeFileSync(path, text);
  return path;
}

/** As a shell reports it. */
const shellCode = ({ code, signal }: Ended): number | null =>
  code ?? { SIGTERM: 143, SIGKILL: 137, SIGABRT: 134 }[signal as string] ?? null;

const BURN = `
function burn(rounds) {
  let sum = 0;
  for (let round = 0; round < rounds; round++) for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i ^ round);
  return sum;
}
`;

const THREADS = `
const { Worker, isMainThread, threadId, parentPort, workerData } = require('node:worker_threads');
const { execFileSync, spawnSync, fork } = require('node:child_process');
console.log(threadId, process.env.NODE_OPTIONS, process.execArgv, Object.keys(process.env).filter((name) => /perfscope/i.test(name)));
if (isMainThread && process.argv[2] === undefined) {
  const worker = new Worker(__filename, { workerData: 1, name: 'parser' });
  console.log(worker.threadId);
  worker.on('message', (value) => console.log('got', value));
  worker.on('exit', (code) => {
    console.log('worker ended', code);
    process.stdout.write(execFileSync(process.execPath, [__filename, 'child']));
    console.log(spawnSync('sh', ['-c', '"$0" -e "console.log(process.env.NODE_OPTIONS)"', process.execPath]).stdout.toString());
    const options = { env: { ...process.env, NODE_OPTIONS: '--no-warnings' } };
    console.log(execFileSync(process.execPath, ['-p', 'process.env.NODE_OPTIONS'], options).toString());
    fork(__filename, ['child']).on('exit', (code) => console.log('fork ended', code));
  });
} else if (isMainThread) console.log('child', process.argv.slice(2));
else {
  const nested = new Worker('require("node:worker_threads").parentPort.postMessage(require("node:worker_threads").threadId)', { eval: true });
  nested.on('message', (value) => { parentPort.postMessage(['nested', value, nested.threadId, workerData]); process.exit(6); });
}
`;

const PROGRAMS: readonly { what: string; text: string; extension: string | undefined }[] = (
  [
    ['with workers and children', THREADS],
    ['that throws', 'console.log(1); setTimeout(() => { throw new Error("boom"); }, 20);'],
    ['that rejects', 'Promise.reject(new TypeError("unhandled"));'],
    [
      'that exits in a worker and its main thread',
      `const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) new Worker(__filename).on('exit', (code) => process.exit(code + 1)); else process.exit(3);`,
    ],
    [
      'whose worker is terminated',
      `const { Worker, isMainThread } = require('node:worker_threads');
if (isMainThread) { const worker = new Worker(__filename); worker.on('online', () => setTimeout(() => worker.terminate().then((code) => console.log(code)), 50)); }
else for (;;);`,
    ],
    ['that aborts', 'process.stderr.write("x\\n"); process.kill(process.pid, "SIGABRT");'],
    ['that is killed', 'console.log(2); process.kill(process.pid, "SIGKILL");'],
    [
      'that handles SIGTERM',
      'process.on("SIGTERM", () => { console.log("asked"); process.exit(4); }); process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 50);',
    ],
    [
      'of modules',
      'import { threadId } from "node:worker_threads"; console.log(import.meta.url, threadId, process.execArgv); await new Promise((done) => setTimeout(done, 10));',
      'mjs',
    ],
    [
      'that shows what is loaded',
      'console.log(Object.keys(require.cache).length, module.children.length, process.listenerCount("uncaughtException"), process.argv.length, process.getActiveResourcesInfo?.());',
    ],
    [
      'that reads its input',
      'process.stdin.on("data", (data) => process.stdout.write(String(data).toUpperCase()));',
    ],
    [
      'that has errors from its children',
      'try { require("node:child_process").execFileSync("sh", ["-c", "echo out; exit 3"]); } catch (error) { console.log(error.status, error.message, error.stack.split("\\n").slice(1, 3).length); }',
    ],
  ] as readonly [string, string, string?][]
).map(([what, text, extension]) => ({ what, text, extension }));

describe.each(nodes())('Node $version', ({ path }) => {
  test.each(PROGRAMS)('a program $what does the same', async ({ text, extension }) => {
    const file = program(text, extension);
    const alone = await run(path, [file], { input: 'some input\n' });
    const to = join(folder.path, `${files++}.perfscope`);
    const under = await perfscope(['record', '-q', '-o', to, '--', path, file], { input: 'some input\n' });
    expect(under.stdout).toBe(alone.stdout);
    // Uncaught errors name the process.
    expect(under.stderr.replaceAll(/\(node:\d+\)/g, '')).toBe(alone.stderr.replaceAll(/\(node:\d+\)/g, ''));
    expect(under.code).toBe(shellCode(alone));
  });

  test('every thread is a lane with its functions, its name and its state', async () => {
    const file = program(`${BURN}
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
function inMain() { burn(200); }
function inWorker() { burn(200); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500); }
if (isMainThread) { new Worker(__filename); inMain(); }
else inWorker();
`);
    const { summary } = await record(folder.path, [], [path, file]);
    const health = summary.collectors.find(({ id }) => id === 'node');
    expect(health).toMatchObject({
      status: 'ok',
      requestedHz: 500,
      figures: { processes: 1, threads: 2 },
      warnings: [],
    });
    const totals = Object.fromEntries(
      summary.functions.map(({ name, totalSeconds }) => [name, totalSeconds]),
    );
    const [inMain = 0, inWorker = 0] = [totals.inMain, totals.inWorker];
    expect(inMain).toBeGreaterThan(0.2);
    // They compute the same, and the time in Atomics.wait is none of the CPU's.
    expect(inWorker / inMain).toBeGreaterThan(0.6);
    expect(inWorker / inMain).toBeLessThan(1.7);
    const names = summary.lanes.map(({ name }) => name);
    // Node's own threads and perfscope's do none of the program's work.
    const workers = summary.lanes.filter(({ role }) => role === 'worker');
    expect(workers.map(({ name }) => name)).toEqual(['worker 1']);
    expect(names).toContain('worker 1');
    expect(names).toContain('perfscope');
  });

  test('what a thread did up to a quarter of a second before it was killed is there', async () => {
    const file = program(
      `${BURN} function busy() { burn(600); } busy(); process.kill(process.pid, 'SIGKILL');`,
    );
    const { summary } = await record(folder.path, [], [path, file]);
    const busy = summary.functions.find(({ name }) => name === 'busy');
    expect(busy?.totalSeconds).toBeGreaterThan(0.7);
  });
});

test('a script, a package manager and a program in between lead to the same', async () => {
  const directory = join(folder.path, 'package');
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'app.cjs'), `${BURN} function inApp() { burn(150); } inApp();`);
  writeFileSync(join(directory, 'tool'), '#!/usr/bin/env node\nrequire("./app.cjs");\n', { mode: 0o755 });
  writeFileSync(join(directory, 'package.json'), '{"scripts":{"test":"node app.cjs"}}');
  for (const command of [
    ['./tool'],
    ['npm', 'test', '--silent'],
    [
      'python3',
      '-c',
      'import subprocess, os; subprocess.run(["node", "app.cjs"], env=dict(os.environ)); print("NODE_OPTIONS" in os.environ)',
    ],
  ]) {
    const { summary, ended } = await record(folder.path, [], command, { directory });
    const inApp = summary.functions.find(({ name }) => name === 'inApp');
    expect([command[0], (inApp?.totalSeconds ?? 0) > 0.1]).toEqual([command[0], true]);
    if (command[0] === 'python3') expect(ended.stdout).toBe('False\n');
  }
});

test('without the agent Node is left alone', async () => {
  const file = program('console.log(process.env.NODE_OPTIONS)');
  const { ended, summary } = await record(folder.path, ['--no-node-agent'], [process.execPath, file]);
  expect(ended.stdout).toBe('undefined\n');
  expect(summary.collectors.map(({ id }) => id)).not.toContain('node');
});
