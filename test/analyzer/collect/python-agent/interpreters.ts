import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, test } from '@jest/globals';
import type { Batch } from '../../../../analyzer/collect/collector.ts';
import { agentEnvironment } from '../../../../analyzer/collect/python-agent/environment.ts';
import { agentHealth } from '../../../../analyzer/collect/python-agent/health.ts';
import { AgentRows } from '../../../../analyzer/collect/python-agent/rows.ts';
import { AgentTail } from '../../../../analyzer/collect/python-agent/tail.ts';
import type { CollectorHealth } from '../../../../analyzer/model/index.ts';

export const AGENTS = new URL('../../../../analyzer/agents/python', import.meta.url).pathname;

const scratch = mkdtempSync(join(tmpdir(), 'perfscope-agent-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
let folders = 0;
export function newFolder(): string {
  const folder = join(scratch, String(folders++));
  mkdirSync(folder);
  return folder;
}

/** Path of an interpreter: `3.7` from pyenv, `pypy3` and the like from PATH; null when it is not installed. */
export function interpreter(name: string): string | null {
  const versions = join(homedir(), '.pyenv', 'versions');
  if (/^3\./.test(name) && existsSync(versions)) {
    const version = readdirSync(versions).find((entry) => entry.startsWith(`${name}.`));
    if (version !== undefined) return join(versions, version, 'bin', 'python');
  }
  const candidates = /^3\./.test(name) ? [`python${name}`] : [name];
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const candidate of candidates)
      if (existsSync(join(folder, candidate))) return join(folder, candidate);
  }
  return null;
}

/** A test that needs an interpreter, skipped with the reason where it is not installed. */
export function testOn(name: string, sentence: string, body: (python: string) => Promise<void>): void {
  const python = interpreter(name);
  if (python === null) test.skip(`${sentence} (skipped: ${name} is not installed)`, () => {});
  else test(sentence, () => body(python), 60_000);
}

export interface Run {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface AgentRun extends Run {
  readonly batch: Batch;
  readonly health: CollectorHealth;
  /** The records of each process as they were written. */
  readonly files: readonly Buffer[];
}

export interface RunOptions {
  readonly args?: readonly string[];
  readonly hz?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly directory?: string;
  /** Sends this signal when the program has written a line. */
  readonly signal?: NodeJS.Signals;
}

export function baseEnvironment(): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && !name.startsWith('PYTHON')) env[name] = value;
  }
  return env;
}

/** Writes a program and runs it with that environment and no other. */
export function start(python: string, source: string, options: RunOptions, env: Record<string, string>) {
  const directory = options.directory ?? newFolder();
  const program = join(directory, 'program.py');
  writeFileSync(program, source);
  return new Promise<Run & { pid: number }>((resolve, reject) => {
    const args = [...(options.args ?? []), program];
    const child = spawn(python, args, {
      env,
      cwd: directory,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    // A program that hangs fails its test by the signal, and its children do not outlive it.
    const limit = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), 20_000);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
      if (options.signal && stdout.includes('\n')) child.kill(options.signal);
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      resolve({ code, signal, stdout, stderr, pid: child.pid ?? 0 });
    });
  });
}

/** Runs a program as a user would. */
export function runPlain(python: string, source: string, options: RunOptions = {}): Promise<Run> {
  return start(python, source, options, { ...baseEnvironment(), ...options.env });
}

/** Runs a program with the agent, and decodes what it left. */
export async function runWithAgent(
  python: string,
  source: string,
  options: RunOptions = {},
): Promise<AgentRun> {
  const records = newFolder();
  const env = { ...baseEnvironment(), ...options.env };
  const additions = agentEnvironment(env, AGENTS, records, { hz: options.hz ?? 100, pools: false });
  // A program cannot see where the agent's records go; one of these tests removes them.
  const run = await start(python, source, options, { ...env, ...additions, TEST_RECORDS: records });
  const rows = new AgentRows();
  const tail = new AgentTail(records, rows, run.pid);
  tail.finish();
  const names = existsSync(records) ? readdirSync(records).filter((name) => name.endsWith('.pyagent')) : [];
  return {
    ...run,
    batch: rows.drain(),
    health: agentHealth(tail.health(), options.hz ?? 100),
    files: names.map((name) => readFileSync(join(records, name))),
  };
}

/** CPU nanoseconds by the name of the innermost of the given functions that a stack holds. */
export function cpuByFunction(batch: Batch, functions: readonly string[]): Map<string, number> {
  const { samples, interned } = batch;
  const owner: (string | null)[] = [];
  for (let i = 0; i < interned.stacks.length; i++) {
    const frame = interned.stacks.frame[i] as number;
    const name = interned.strings.value[interned.frames.name[frame] as number] as string;
    const parent = interned.stacks.parent[i] as number;
    owner.push(functions.includes(name) ? name : parent < 0 ? null : (owner[parent] ?? null));
  }
  const cpu = new Map<string, number>();
  for (let i = 0; i < samples.length; i++) {
    const name = owner[samples.stack[i] as number] ?? 'elsewhere';
    cpu.set(name, (cpu.get(name) ?? 0) + (samples.cpu[i] as number));
  }
  return cpu;
}

/** Last version of each lane, by id. */
export function lanesById(batch: Batch) {
  const { lanes } = batch;
  const byId = new Map<
    number,
    { name: string; process: number; role: number; start: number; end: number; cpu: number }
  >();
  for (let i = 0; i < lanes.length; i++) {
    byId.set(lanes.id[i] as number, {
      name: lanes.name[i] as string,
      process: lanes.process[i] as number,
      role: lanes.role[i] as number,
      start: lanes.start[i] as number,
      end: lanes.end[i] as number,
      cpu: lanes.cpu[i] as number,
    });
  }
  return byId;
}
