import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { attachPython, type PythonRuntime } from '../../../../../analyzer/collect/cpython/runtime/runtime.ts';
import { Interner } from '../../../../../analyzer/model/index.ts';

export const TARGETS = join(import.meta.dirname, 'targets');
export const ROOT = resolve(import.meta.dirname, '../../../../..');

export interface Python {
  readonly path: string;
  /** Such as `3.11.7`. */
  readonly version: string;
  readonly minor: number;
}

const ASK = 'import sys; print("%d.%d.%d" % sys.version_info[:3], sys.implementation.name)';

function ask(path: string): Python[] {
  try {
    const [version = '', kind] = execFileSync(path, ['-c', ASK], { encoding: 'utf8' }).trim().split(' ');
    const minor = Number(version.split('.')[1]);
    return kind === 'cpython' && version.startsWith('3.') && minor >= 8 && minor <= 15
      ? [{ path, version, minor }]
      : [];
  } catch {
    return [];
  }
}

function find(): Python[] {
  const versions = join(homedir(), '.pyenv/versions');
  const folders = [
    ...(existsSync(versions) ? readdirSync(versions).map((name) => join(versions, name, 'bin')) : []),
    '/usr/bin',
    ...(process.env.PATH ?? '').split(':').filter((folder) => !folder.includes('.pyenv/shims')),
  ];
  const found = new Map<string, Python>();
  for (const folder of folders) {
    const path = join(folder, 'python3');
    if (!existsSync(path) || found.has(realpathSync(path))) continue;
    for (const python of ask(path)) found.set(realpathSync(path), python);
  }
  return [...found.values()].sort((a, b) => a.minor - b.minor);
}

/** Every CPython on this machine that we claim to read. */
export const PYTHONS: readonly Python[] = find();

/** A frame of a sample: `name:line`, and its file. */
export interface Place {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Turns stack numbers back into frames. */
export class Stacks {
  readonly interner = new Interner();
  private readonly strings: string[] = [];
  private readonly frames: Place[] = [];
  private readonly parents: number[] = [];
  private readonly tops: number[] = [];

  /** Outermost frame first. */
  places(stack: number): Place[] {
    const rows = this.interner.drain();
    this.strings.push(...rows.strings.value);
    for (let i = 0; i < rows.frames.length; i++)
      this.frames.push({
        name: this.strings[rows.frames.name[i] as number] as string,
        file: this.strings[rows.frames.file[i] as number] as string,
        line: rows.frames.line[i] as number,
      });
    this.parents.push(...rows.stacks.parent);
    this.tops.push(...rows.stacks.frame);
    const places: Place[] = [];
    for (let at = stack; at >= 0; at = this.parents[at] as number)
      places.push(this.frames[this.tops[at] as number] as Place);
    return places.reverse();
  }
}

/** A running target and what was attached to it. */
export class Target {
  readonly stacks = new Stacks();
  readonly pid: number;
  /** What it printed after `ready`. */
  readonly facts: Record<string, unknown>;
  readonly runtime: PythonRuntime;
  readonly child: ChildProcess;

  private constructor(child: ChildProcess, pid: number, facts: Record<string, unknown>) {
    this.child = child;
    this.pid = pid;
    this.facts = facts;
    const attached = attachPython(pid, this.stacks.interner);
    if (attached.kind !== 'attached') throw new Error(`not attached: ${JSON.stringify(attached)}`);
    this.runtime = attached.runtime;
  }

  /** Starts `command` and waits until it prints `ready` and an object. A `pid` in it is the process to look at. */
  static async start(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Target> {
    const [program = '', ...args] = command;
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONWARNINGS: 'ignore', ...environment },
    });
    const facts = await new Promise<Record<string, unknown>>((done, fail) => {
      let text = '';
      child.on('error', fail);
      child.on('exit', (code) =>
        fail(new Error(`the target ended with ${code} before it was ready: ${text}`)),
      );
      child.stdout?.setEncoding('utf8').on('data', (more: string) => {
        text += more;
        const line = /^ready(.*)\n/m.exec(text);
        if (line !== null) done(JSON.parse(line[1]?.trim() || '{}'));
      });
    });
    try {
      return new Target(child, Number(facts.pid ?? child.pid), facts);
    } catch (error) {
      child.kill('SIGKILL');
      throw error;
    }
  }

  tids(): number[] {
    return readdirSync(`/proc/${this.pid}/task`).map(Number);
  }

  /** One look at every thread: tid to stack, outermost frame first. */
  look(): Map<number, Place[]> {
    const result = new Map<number, Place[]>();
    for (const [tid, state] of this.runtime.threads(this.tids())) {
      const stack = this.runtime.walk(state, tid);
      result.set(tid, stack < 0 ? [] : this.stacks.places(stack));
    }
    return result;
  }

  /** Looks until a thread is at `name:line`: the target says that it is ready just before it comes there. */
  async lookUntil(name: string, line: number): Promise<Place[]> {
    for (let tries = 0; tries < 20_000; tries++) {
      for (const places of this.look().values()) {
        const leaf = places.at(-1);
        if (leaf?.name === name && leaf.line === line) return places;
      }
      await new Promise((done) => setImmediate(done));
    }
    throw new Error(`no thread came to ${name}:${line}: ${JSON.stringify([...this.look()])}`);
  }

  async end(): Promise<void> {
    this.runtime.close();
    const ended = new Promise((done) => this.child.on('close', done));
    if (this.pid !== this.child.pid) kill(this.pid);
    this.child.kill('SIGKILL');
    await ended;
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

/** Line of the comment `# marker` in a target. */
export function lineOf(target: string, marker: string): number {
  const lines = readFileSync(join(TARGETS, target), 'utf8').split('\n');
  return lines.findIndex((line) => line.endsWith(`# ${marker}`)) + 1;
}
