import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Milliseconds that compiling may take on a machine that is busy. */
const LIMIT = 60_000;
const FLAGS = ['-std=gnu11', '-O2', '-fPIC', '-shared', '-fvisibility=hidden', '-Wl,-z,nodelete'];
const LIBRARIES = ['-lpthread', '-ldl'];
/** The end of what a compiler said that a sentence can hold. */
const MOST_SAID = 300;

/** A shared object to be loaded into programs, or why there is none and what the user can do about it. */
export type CompiledAgent =
  | { readonly path: string }
  | { readonly path: null; readonly reason: string; readonly remedy: string };

/**
 * Compiles the C files of `folder` into one shared object, unless an earlier run left the same in `cache`, a folder that is made
 * when it is missing. `name`: of the file, without an ending. Any C compiler will do: agents need no headers but those of
 * the system's C library. `environment`: where compilers are found, and which one the user wants. Never rejects.
 */
export async function compiledAgent(
  folder: string,
  name: string,
  cache: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<CompiledAgent> {
  try {
    const sources = readdirSync(folder).filter((file) => /\.[ch]$/.test(file));
    const path = join(cache, `${name}-${digestOf(folder, sources)}.so`);
    if (existsSync(path)) return { path };
    mkdirSync(cache, { recursive: true, mode: 0o700 });
    // Several runs may compile at once: each gives its own file the name, and all are the same.
    const own = `${path}.${process.pid}`;
    const files = sources.filter((file) => file.endsWith('.c')).map((file) => join(folder, file));
    const failure = await compile([...FLAGS, '-o', own, ...files, ...LIBRARIES], environment);
    if (failure === null) renameSync(own, path);
    else rmSync(own, { force: true });
    return failure ?? { path };
  } catch (error) {
    return {
      path: null,
      reason: `the agent could not be compiled into ${cache} (${error instanceof Error ? error.message : error})`,
      remedy: 'Set XDG_CACHE_HOME to a folder that can be written to.',
    };
  }
}

/** Names what a shared object was made from, and for which machine. */
function digestOf(folder: string, sources: readonly string[]): string {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch} ${FLAGS.join(' ')}`);
  for (const file of [...sources].sort()) hash.update(`\0${file}\0`).update(readFileSync(join(folder, file)));
  return hash.digest('hex').slice(0, 16);
}

/** Null when one of the compilers did it. */
async function compile(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Extract<CompiledAgent, { path: null }> | null> {
  let said = '';
  for (const compiler of compilersOf(env)) {
    try {
      await run(compiler, [...args], { timeout: LIMIT, env });
      return null;
    } catch (error) {
      const { code, stderr } = error as { code?: unknown; stderr?: string };
      if (code !== 'ENOENT')
        said ||= `${compiler} failed: ${(stderr ?? String(error)).trim().slice(-MOST_SAID)}`;
    }
  }
  if (said !== '') return { path: null, reason: said, remedy: 'Set CC to a C compiler that works.' };
  return { path: null, ...WITHOUT_COMPILER };
}

/** What there is to say where `hasCompiler` is false. */
export const WITHOUT_COMPILER = {
  reason: 'no C compiler was found to build the agent with',
  remedy: 'Install one, such as gcc; it is needed once.',
} as const;

const compilersOf = (env: NodeJS.ProcessEnv): ReadonlySet<string> =>
  new Set([env.CC || 'cc', 'cc', 'gcc', 'clang']);

/** Whether there is a C compiler that `compiledAgent` would use. */
export const hasCompiler = (env: NodeJS.ProcessEnv = process.env): boolean =>
  [...compilersOf(env)].some((name) => isOnPath(name, env));

function isOnPath(name: string, env: NodeJS.ProcessEnv): boolean {
  const folders = name.includes('/') ? [''] : (env.PATH ?? '').split(delimiter);
  return folders.some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
