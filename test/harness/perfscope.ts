import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Summary } from '../../analyzer/analysis/summary.ts';

export const ROOT = resolve(import.meta.dirname, '../..');
export const CLI = join(ROOT, 'dist/cli.js');
const LIMIT_MS = 60_000;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** One character a byte. */
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly directory?: string;
  readonly environment?: NodeJS.ProcessEnv;
  readonly input?: string;
  /** Called once the program has printed something on stdout. */
  readonly onOutput?: (pid: number) => void;
}

/** Runs a program without a terminal and waits for it. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(program, args, {
      cwd: options.directory ?? ROOT,
      env: options.environment ?? process.env,
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('latin1').on('data', (text: string) => {
      if (stdout === '' && child.pid !== undefined) options.onOutput?.(child.pid);
      stdout += text;
    });
    child.stderr.setEncoding('latin1').on('data', (text: string) => {
      stderr += text;
    });
    // A program that never reads may be gone before all of it is written.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, stdout, stderr }));
  });
}

/** Runs the built perfscope. */
export const perfscope = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  run(process.execPath, [CLI, ...args], options);

/** Records a command and gives its end together with the summary of the recording. */
export async function record(
  folder: string,
  flags: readonly string[],
  command: readonly string[],
  options: RunOptions = {},
): Promise<{ ended: Ended; summary: Summary; file: string }> {
  const file = join(folder, `${Math.random().toString(36).slice(2)}.perfscope`);
  const ended = await perfscope(['record', '-q', '-o', file, ...flags, '--', ...command], options);
  return { ended, summary: await summaryOf(file), file };
}

export async function summaryOf(file: string): Promise<Summary> {
  const { code, stdout, stderr } = await perfscope(['summary', '--json', file]);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(Buffer.from(stdout, 'latin1').toString('utf8')) as Summary;
}

/** Makes a folder for one test file; `remove` it at the end. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'perfscope-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface Interpreter {
  readonly path: string;
  /** Such as `3.11`. */
  readonly version: string;
}

/** Every CPython 3.8 or newer on this machine: those under ~/.pyenv and /usr/bin. */
export function interpreters(): Interpreter[] {
  const versions = join(homedir(), '.pyenv/versions');
  const pyenv = existsSync(versions)
    ? readdirSync(versions).map((name) => join(versions, name, 'bin/python'))
    : [];
  const found: Interpreter[] = [];
  for (const path of [...pyenv, '/usr/bin/python3']) {
    if (!existsSync(path)) continue;
    const asked = spawnSync(path, ['-c', 'import sys; print("%d.%d" % sys.version_info[:2])'], {
      encoding: 'utf8',
    });
    const version = asked.stdout.trim();
    const minor = Number(version.split('.')[1]);
    if (asked.status === 0 && version.startsWith('3.') && minor >= 8) found.push({ path, version });
  }
  return found;
}

export const PYTHON = '/usr/bin/python3';

/** Every Node that the collector is for on this machine: the one that runs the tests, and those that test/setup installs. */
export function nodes(): Interpreter[] {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'perfscope-test');
  const binary = `node_modules/node-${process.platform}-${process.arch}/bin/node`;
  const installed = ['22', '24', '26'].map((version) => ({
    version,
    path: join(cache, `node-${version}`, binary),
  }));
  const own = { version: process.versions.node.split('.')[0] as string, path: process.execPath };
  return [own, ...installed.filter(({ version }) => version !== own.version)];
}
