import { execFile } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  openSync,
  readFileSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';

/**
 * What a command starts. `implementation`: `cpython`, `pypy` or the name that another one gives itself. `version`: of the
 * language, `3.13` or `3.13.1`; empty when it could not be told.
 */
export type PythonProbe =
  | {
      readonly kind: 'python';
      readonly implementation: string;
      readonly version: string;
      readonly freeThreaded: boolean;
    }
  | { readonly kind: 'other' }
  | { readonly kind: 'missing' };

type Environment = Readonly<Record<string, string | undefined>>;
type Python = Extract<PythonProbe, { kind: 'python' }>;

/** Minor versions of CPython 3 that the sampler outside the process knows the memory of. */
const OLDEST_OUTSIDE = 8;
const NEWEST_OUTSIDE = 15;
/** Scripts that run scripts: more than this many in a row are a mistake. */
const MOST_LINKS = 8;
const QUERY_MS = 3000;
/** An interpreter with everything built in is 30 to 70 MB. */
const LARGEST_EXECUTABLE = 256 << 20;
const PYTHON_NAME = /^(python|pypy)(\d+)?(?:\.(\d+))?(t)?(?:d?m?)(?:-dbg)?$/;
const QUERY =
  'import sys; print(sys.implementation.name, "%d.%d.%d" % sys.version_info[:3], "t" in getattr(sys, "abiflags", ""))';

/**
 * Tells before a run what `argv` starts, in the environment and folder that it will have: follows PATH, `env`, `#!` lines
 * and links, and reads the version from the interpreter's name, its virtual environment or the executable. Only a program
 * that is called python or pypy and is itself a script (pyenv's shims) or says nothing is asked, with a time limit.
 */
export async function probePython(
  argv: readonly string[],
  env: Environment,
  directory = process.cwd(),
): Promise<PythonProbe> {
  const program = resolveProgram(argv, env, directory);
  if (program === null) return { kind: 'other' };
  if (program === 'missing') return { kind: 'missing' };
  const { path, isShim } = program;
  return (await (isShim ? ask(path, env) : identify(path, env))) ?? { kind: 'other' };
}

/** Path of the Python that `argv` starts, to be asked for its modules; null where it starts none that is called so. */
export function pythonPath(
  argv: readonly string[],
  env: Environment,
  directory = process.cwd(),
): string | null {
  const program = resolveProgram(argv, env, directory);
  return program !== null && program !== 'missing' && PYTHON_NAME.test(basename(program.path))
    ? program.path
    : null;
}

/** The executable that a command comes down to, or a script that is called python (pyenv's shim); null where that is not known. */
function resolveProgram(
  argv: readonly string[],
  env: Environment,
  directory: string,
): { readonly path: string; readonly isShim: boolean } | 'missing' | null {
  let words = [...argv];
  let named: string | null = null;
  for (let link = 0; link < MOST_LINKS; link++) {
    const path = findProgram(words[0] ?? '', env, directory);
    if (path === null) return 'missing';
    const program = basename(path);
    if (program === 'env') {
      words = afterEnv(words);
      if (words.length === 0) return null;
      continue;
    }
    if (PYTHON_NAME.test(program)) named = path;
    const line = interpreterLine(path);
    if (line === null) return { path, isShim: false };
    if (named === path) return { path, isShim: true };
    words = [...line, path];
  }
  return null;
}

/** Why a program cannot be sampled from outside, as the end of a sentence; null where it can be, or runs no Python. */
export function outsideObstacle(probe: PythonProbe): string | null {
  if (probe.kind !== 'python') return null;
  if (probe.implementation === 'pypy') return 'PyPy keeps its stacks in another form than CPython';
  if (probe.implementation !== 'cpython') return `${probe.implementation} is not CPython`;
  if (probe.freeThreaded) return 'a free-threaded CPython lays out its objects differently';
  const [major, minor] = probe.version.split('.').map(Number);
  // Without a version nothing is known against it: the sampler finds out when it attaches.
  if (major === undefined || minor === undefined || Number.isNaN(minor)) return null;
  if (major === 3 && minor >= OLDEST_OUTSIDE && minor <= NEWEST_OUTSIDE) return null;
  return `the memory layout of CPython ${major}.${minor} is not known`;
}

function findProgram(name: string, env: Environment, directory: string): string | null {
  if (name === '') return null;
  if (name.includes('/')) return isProgram(resolve(directory, name)) ? resolve(directory, name) : null;
  // What execvp uses without a PATH.
  for (const folder of (env.PATH ?? '/bin:/usr/bin').split(delimiter)) {
    const path = resolve(directory, folder, name);
    if (isProgram(path)) return path;
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** What `env` starts: without its options and assignments. `-S` splits one argument into many, as in `#!` lines. */
function afterEnv(words: readonly string[]): string[] {
  const rest = words.slice(1);
  while (rest.length > 0) {
    const word = rest[0] as string;
    const split = /^(?:-S|--split-string=?)(.*)$/s.exec(word);
    if (split) {
      rest.shift();
      rest.unshift(...((split[1] || rest.shift()) ?? '').split(/\s+/).filter((part) => part !== ''));
    } else if (/^(-u|-C|--unset|--chdir)$/.test(word)) rest.splice(0, 2);
    else if (word.startsWith('-') || /^\w+=/.test(word)) rest.shift();
    else break;
  }
  return rest;
}

/** Words of the `#!` line, null for a file that has none. The kernel makes at most two of it. */
function interpreterLine(path: string): string[] | null {
  const head = Buffer.alloc(512);
  let length = 0;
  try {
    const descriptor = openSync(path, 'r');
    try {
      length = readSync(descriptor, head, 0, head.length, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
  const line = /^#![ \t]*([^\s]+)[ \t]*([^\n]*)/.exec(head.toString('latin1', 0, length));
  if (!line) return null;
  return [line[1] as string, (line[2] as string).trim()].filter((word) => word !== '');
}

/** What an executable is: by its name and its links' names, by what it is linked with, then by asking it. */
async function identify(path: string, env: Environment): Promise<Python | null> {
  let target = path;
  try {
    target = realpathSync(path);
  } catch {
    // Removed in between: the name that was given has to do.
  }
  const name = PYTHON_NAME.exec(basename(target)) ?? PYTHON_NAME.exec(basename(path));
  const fromFile = readExecutable(target, name !== null);
  if (!name) return fromFile;
  const [, family, major, minor, threads] = name;
  if (fromFile?.implementation === 'pypy' || family === 'pypy') {
    const version = major && minor ? `${major}.${minor}` : (fromFile?.version ?? '');
    if (version !== '') return { kind: 'python', implementation: 'pypy', version, freeThreaded: false };
  } else if (major && minor) {
    const freeThreaded = threads === 't' || (fromFile?.freeThreaded ?? false);
    return { kind: 'python', implementation: 'cpython', version: `${major}.${minor}`, freeThreaded };
  } else if (fromFile) return fromFile;
  return (await ask(path, env)) ?? fromVirtualEnvironment(path);
}

/** Searches an executable for the library it is linked with, or, where `isPython`, for the folder of its modules. */
function readExecutable(path: string, isPython: boolean): Python | null {
  let text: string;
  try {
    if (statSync(path).size > LARGEST_EXECUTABLE) return null;
    text = readFileSync(path, 'latin1');
  } catch {
    return null;
  }
  if (!text.startsWith('\x7fELF')) return null;
  const pypy = /libpypy(\d+\.\d+)?-c\.so/.exec(text);
  if (pypy) return { kind: 'python', implementation: 'pypy', version: pypy[1] ?? '', freeThreaded: false };
  const cpython = /\0libpython(\d+\.\d+)(t?)d?m?\.so/.exec(text) ?? (isPython ? MODULES.exec(text) : null);
  if (!cpython) return null;
  return {
    kind: 'python',
    implementation: 'cpython',
    version: cpython[1] as string,
    freeThreaded: cpython[2] === 't',
  };
}

const MODULES = /lib\/python(\d+\.\d+)(t?)[\0/]/;

function fromVirtualEnvironment(path: string): Python | null {
  try {
    const text = readFileSync(join(dirname(path), '..', 'pyvenv.cfg'), 'utf8');
    const version = /^version(?:_info)?\s*=\s*(\d+\.\d+(?:\.\d+)?)/m.exec(text)?.[1];
    if (version === undefined) return null;
    const implementation = (/^implementation\s*=\s*(\S+)/m.exec(text)?.[1] ?? 'cpython').toLowerCase();
    return { kind: 'python', implementation, version, freeThreaded: false };
  } catch {
    return null;
  }
}

/** Isolated, so that it runs nothing of the user's: no site, no PYTHONPATH. */
function ask(path: string, env: Environment): Promise<Python | null> {
  return new Promise((answer) => {
    const options = { env: env as NodeJS.ProcessEnv, timeout: QUERY_MS, killSignal: 'SIGKILL' as const };
    execFile(path, ['-I', '-S', '-c', QUERY], options, (error, output) => {
      const match = error ? null : /^(\S+) (\d+\.\d+\.\d+) (True|False)\s*$/.exec(output);
      if (!match) return answer(null);
      const [, implementation = '', version = '', free] = match;
      answer({ kind: 'python', implementation, version, freeThreaded: free === 'True' });
    });
  });
}
