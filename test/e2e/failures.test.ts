import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { CLI, PYTHON, perfscope, record, run, summaryOf, temporaryFolder } from '../harness/perfscope.ts';

/** What was recorded survives: kills, full disks, folders that cannot be written. */
const folder = temporaryFolder();
afterAll(folder.remove);
const path = (name: string) => join(folder.path, name);
/** A program that is seldom seen twice at the same place, so that its recording grows. */
const spin = (seconds: number) => {
  const steps = Array.from({ length: 40 }, (_, i) => `def step${i}():\n  for j in range(4000): j * j`).join(
    '\n',
  );
  const calls = Array.from({ length: 40 }, (_, i) => `    step${i}()`).join('\n');
  const code = `import time\n${steps}\ndef spin():\n  end = time.perf_counter() + ${seconds}\n  while time.perf_counter() < end:\n${calls}\nprint("go", flush=True)\nspin()\nprint("done")`;
  const file = path(`spin${seconds}.py`);
  writeFileSync(file, code);
  return file;
};

const until = async (condition: () => boolean, what: string) => {
  for (const end = Date.now() + 30_000; !condition(); await new Promise((next) => setTimeout(next, 20))) {
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
  }
};

/** Records a program at 500 Hz and leaves perfscope running. */
const startRecording = (file: string, program: string) =>
  spawn(process.execPath, [CLI, 'record', '-q', '-r', '500', '-o', file, '--', PYTHON, program]);

test('SIGKILL of perfscope leaves a spool that opens, and the program goes on', async () => {
  const file = path('killed.perfscope');
  const child = startRecording(file, spin(3));
  let printed = '';
  child.stdout.on('data', (text: Buffer) => {
    printed += text.toString();
  });
  const spool = `${file}.spool`;
  await until(() => existsSync(spool) && readFileSync(spool).length > 8000, 'a spool with samples');
  child.kill('SIGKILL');
  await new Promise((ended) => child.on('exit', ended));
  const summary = await summaryOf(spool);
  expect(summary.complete).toBe(false);
  expect(summary.warnings.join()).toContain('perfscope was stopped before the run was finished');
  expect(summary.functions.find((each) => each.name === 'spin')?.totalSeconds).toBeGreaterThan(0.1);
  expect(summary.cpuSeconds).toBeLessThanOrEqual(summary.wallSeconds * 1.05);
  const report = await perfscope(['report', spool, '-o', path('killed.html')]);
  expect(report.code).toBe(0);
  await until(() => printed.includes('done'), 'the program to end by itself');
});

test('a spool that was cut in the middle opens up to its last whole part', async () => {
  const file = path('cut.perfscope');
  const child = startRecording(file, spin(2));
  const spool = `${file}.spool`;
  await until(() => existsSync(spool) && readFileSync(spool).length > 12000, 'a spool with samples');
  child.kill('SIGKILL');
  await new Promise((ended) => child.on('exit', ended));
  truncateSync(spool, readFileSync(spool).length - 7);
  const summary = await summaryOf(spool);
  expect(summary.warnings.join()).toMatch(/\d+ bytes at its end were cut off/);
  expect(summary.cpuSeconds).toBeGreaterThan(0);
});

test('SIGKILL of the target gives a whole recording with exit code 137', async () => {
  const code =
    'import os, signal, time\nend = time.perf_counter() + 0.5\nwhile time.perf_counter() < end: pass\nos.kill(os.getpid(), signal.SIGKILL)';
  const { ended, summary } = await record(folder.path, ['-r', '500'], [PYTHON, '-c', code]);
  expect(ended.code).toBe(137);
  expect(summary).toMatchObject({ exitCode: 137, signal: 'SIGKILL', complete: true });
  expect(summary.cpuSeconds).toBeGreaterThan(0.2);
});

test('a full disk costs the rest of the recording and nothing else', async () => {
  const disk = path('disk');
  mkdirSync(disk);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', disk]);
  if (mounted.status !== 0) {
    // Without the right to mount, the same is had from a limit on file size: the write fails half way.
    const file = path('limited.perfscope');
    const limit = `ulimit -f 16; trap '' XFSZ; exec "$0" "$@"`;
    const ended = await run('bash', [
      '-c',
      limit,
      process.execPath,
      CLI,
      'record',
      '-r',
      '1000',
      '-o',
      file,
      '--',
      PYTHON,
      spin(2),
    ]);
    expect(ended.stdout).toBe('go\ndone\n');
    return;
  }
  try {
    const file = join(disk, 'full.perfscope');
    const ended = await perfscope(['record', '-r', '1000', '-o', file, '--', PYTHON, spin(3)]);
    expect(ended.stdout).toBe('go\ndone\n');
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('the recording ends early');
    const left = readdirSync(disk).filter((name) => !name.endsWith('.partial'));
    expect(left).toHaveLength(1);
    const summary = await summaryOf(join(disk, left[0] as string));
    expect(summary.cpuSeconds).toBeGreaterThan(0.1);
    expect(summary.complete).toBe(false);
  } finally {
    spawnSync('umount', [disk]);
  }
});

test('a folder that cannot be written does not keep the program from running', async () => {
  const closed = path('closed');
  mkdirSync(closed);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'ro', 'none', closed]);
  if (mounted.status !== 0) chmodSync(closed, 0o500);
  try {
    const ended = await perfscope([
      'record',
      '-o',
      join(closed, 'x.perfscope'),
      '--',
      PYTHON,
      '-c',
      'print(1)',
    ]);
    expect(ended.stdout).toBe('1\n');
    expect(ended.code).toBe(0);
    const instead = /cannot be written; the recording goes to (\S+)\./.exec(ended.stderr)?.[1] ?? '';
    expect((await summaryOf(instead)).command).toContain('print(1)');
    spawnSync('rm', ['-f', instead]);
  } finally {
    if (mounted.status === 0) spawnSync('umount', [closed]);
  }
});

test('a folder that is not there is said before the program runs', async () => {
  const ended = await perfscope(['record', '-o', path('no/such/x.perfscope'), '--', 'echo', 'ran']);
  expect(ended).toMatchObject({ code: 2, stdout: '' });
  expect(ended.stderr).toContain('there is no folder');
});

test('a recording whose bytes were changed is refused with a sentence, or opens', async () => {
  const { file } = await record(folder.path, [], [PYTHON, '-c', 'sum(range(10**6))']);
  const whole = readFileSync(file);
  const broken = path('broken.perfscope');
  for (const at of [3, 200, Math.floor(whole.length / 2), whole.length - 30]) {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] as number) ^ 0xff;
    writeFileSync(broken, bytes);
    const { code, stderr } = await perfscope(['summary', broken]);
    expect([0, 3]).toContain(code);
    expect(stderr).not.toContain('bug');
  }
  writeFileSync(broken, whole.subarray(0, whole.length / 2));
  const cut = await perfscope(['summary', broken]);
  expect(cut.code).toBe(3);
  expect(cut.stderr).toContain('broken.perfscope');
});

test('--duration ends the recording and not the program', async () => {
  const { ended, summary } = await record(folder.path, ['-d', '500ms', '-r', '500'], [PYTHON, spin(1.5)]);
  expect(ended.stdout).toBe('go\ndone\n');
  expect(ended.code).toBe(0);
  expect(summary.wallSeconds).toBeGreaterThan(0.4);
  expect(summary.wallSeconds).toBeLessThan(1.2);
  expect(summary.exitCode).toBeNull();
});

test('attach joins a running process and its children, and leaves them running', async () => {
  const code =
    'import multiprocessing, os, sys\ndef joined():\n  t = 0\n  while True:\n    for i in range(10**5): t += i\nif __name__ == "__main__":\n  p = multiprocessing.Process(target=joined, daemon=True); p.start()\n  print("up", flush=True); sys.stdin.read()';
  const child = spawn(PYTHON, ['-c', code]);
  try {
    await new Promise((ready) => child.stdout.once('data', ready));
    const file = path('attached.perfscope');
    const ended = await perfscope(['attach', '-p', String(child.pid), '-d', '1', '-r', '500', '-o', file]);
    expect(ended.code).toBe(0);
    expect(ended.stderr).toContain('wall');
    const summary = await summaryOf(file);
    expect(summary.functions.find((each) => each.name === 'joined')?.totalSeconds).toBeGreaterThan(0.2);
    expect(summary.cpuSeconds).toBeLessThan(1.6);
    expect(child.exitCode).toBeNull();
  } finally {
    child.stdin.end();
    await new Promise((ended) => child.on('exit', ended));
  }
});
