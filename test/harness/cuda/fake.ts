import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Ended, ROOT, run } from '../perfscope.ts';

export const AGENT = join(ROOT, 'analyzer/agents/native');
const HERE = import.meta.dirname;
const STRICT = ['-std=gnu11', '-g', '-Wall', '-Wextra', '-Werror'];
const SHARED = ['-fPIC', '-shared', '-fvisibility=hidden', '-Wl,-z,nodelete'];
const LIBRARIES = ['-lpthread', '-ldl'];

export const hasCompiler = (compiler: string): boolean =>
  spawnSync(compiler, ['--version'], { stdio: 'ignore' }).status === 0;

/** Throws with what the compiler said. */
function compile(compiler: string, flags: readonly string[], sources: readonly string[], to: string): void {
  const { status, stderr } = spawnSync(compiler, [...STRICT, ...flags, '-o', to, ...sources, ...LIBRARIES], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
}

/** The agent, a libcupti without a device, and a program that uses it, compiled alike. */
export interface Fake {
  readonly agent: string;
  readonly cupti: string;
  readonly program: string;
}

/** `flags`: such as `-O2` or of a sanitizer. */
export function compileFake(folder: string, compiler = 'cc', flags: readonly string[] = ['-O2']): Fake {
  const to = mkdtempSync(join(folder, 'fake-'));
  const fake = {
    agent: join(to, 'agent.so'),
    cupti: join(to, 'libfakecupti.so'),
    program: join(to, 'program'),
  };
  const sources = readdirSync(AGENT)
    .filter((file) => file.endsWith('.c'))
    .map((file) => join(AGENT, file));
  compile(compiler, [...flags, ...SHARED], sources, fake.agent);
  compile(compiler, [...flags, ...SHARED], [join(HERE, 'fakeCupti.c')], fake.cupti);
  compile(compiler, flags, [join(HERE, 'fakeProgram.c')], fake.program);
  return fake;
}

export interface FakeRun {
  readonly ended: Ended;
  /** What was written, by process and then by segment. */
  readonly captures: readonly Buffer[];
}

/** Runs the program with the agent and without perfscope. `words`: see `fakeProgram.c`. */
export async function runFake(
  fake: Fake,
  folder: string,
  words: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<FakeRun> {
  const records = mkdtempSync(join(folder, 'records-'));
  mkdirSync(records, { recursive: true });
  const environment = {
    ...process.env,
    CUDA_INJECTION64_PATH: fake.agent,
    PERFSCOPE_CUPTI: fake.cupti,
    PERFSCOPE_CUDA_DIR: records,
    ...more,
  };
  const ended = await run(fake.program, words, { environment });
  const captures = readdirSync(records)
    .sort()
    .map((file) => readFileSync(join(records, file)));
  return { ended, captures };
}
