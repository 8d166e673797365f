import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findTorch, type TorchInstallation } from './installation.ts';

const run = promisify(execFile);
/** Milliseconds that compiling may take on a machine that is busy: it takes five seconds of CPU. */
const LIMIT = 120_000;
/** What the headers are written in: older versions are no C++20, and newer ones may need it. */
const STANDARDS = ['c++17', 'c++20'];
const FLAGS = ['-O2', '-DNDEBUG', '-fPIC', '-shared', '-fvisibility=hidden', '-Wl,-z,nodelete'];
/** Characters of its first error that a sentence can hold. */
const MOST_SAID = 300;

/** What the command's environment needs for its PyTorch to load the hook; or why there is none. */
export type TorchHook =
  | { readonly environment: Readonly<Record<string, string>> }
  | { readonly environment: null; readonly obstacle: string };

const none = (reason: string, remedy: string): TorchHook => ({
  environment: null,
  obstacle: `operators are not recorded: ${reason}. ${remedy}`,
});

/**
 * The hook for the PyTorch of a command, compiled unless an earlier run left it in `cache`. `python`: path of the interpreter that
 * the command starts, null where that is not known. `source`: operators.cpp. `env`: of the command. `onCompile` is called before what
 * takes seconds. Never rejects.
 */
export async function torchHook(
  python: string | null,
  source: string,
  cache: string,
  env: NodeJS.ProcessEnv,
  onCompile: () => void = () => {},
): Promise<TorchHook> {
  if (python === null)
    return none(
      'the command starts no Python',
      'Put the Python itself behind --, such as -- python train.py.',
    );
  const found = await findTorch(python, env);
  if (found.installation === null) return none(found.reason, 'Nothing else is missing.');
  const { installation } = found;
  try {
    const path = join(cache, `operators-${digestOf(source, installation)}.so`);
    if (!existsSync(path)) {
      mkdirSync(cache, { recursive: true, mode: 0o700 });
      onCompile();
      // Several runs may compile at once: each gives its own file the name, and all are the same.
      const own = `${path}.${process.pid}`;
      const failure = await compile(source, own, installation, env);
      if (failure !== null) {
        rmSync(own, { force: true });
        return failure;
      }
      renameSync(own, path);
    }
    return {
      environment: { PERFSCOPE_AGENT_TORCH: path, PERFSCOPE_AGENT_TORCH_FOLDER: installation.folder },
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return none(
      `the hook could not be written (${why})`,
      'Set XDG_CACHE_HOME to a folder that can be written to.',
    );
  }
}

/** Names what a hook was made from: this source and these libraries. */
function digestOf(source: string, { folder, version }: TorchInstallation): string {
  const { size, mtimeMs } = statSync(join(folder, 'lib', 'libtorch_cpu.so'));
  return createHash('sha256')
    .update([process.arch, folder, version, size, mtimeMs, ...FLAGS, ''].join('\0'))
    .update(readFileSync(source))
    .digest('hex')
    .slice(0, 16);
}

/** Null when one of the compilers did it. */
async function compile(
  source: string,
  target: string,
  installation: TorchInstallation,
  env: NodeJS.ProcessEnv,
): Promise<Extract<TorchHook, { environment: null }> | null> {
  let said = '';
  for (const compiler of new Set([env.CXX || 'c++', 'c++', 'g++', 'clang++'])) {
    for (const standard of STANDARDS) {
      try {
        await run(compiler, compilerArguments(source, target, standard, installation), {
          timeout: LIMIT,
          env,
        });
        return null;
      } catch (error) {
        const { code, stderr } = error as { code?: unknown; stderr?: string };
        if (code === 'ENOENT') break;
        said ||= `${compiler} failed: ${firstError(stderr ?? String(error))}`;
      }
    }
  }
  const failure =
    said === ''
      ? none(
          'no C++ compiler was found to build the hook with',
          'Install one, such as g++; it is needed once.',
        )
      : none(said, 'Set CXX to a C++ compiler that fits this PyTorch.');
  return failure as Extract<TorchHook, { environment: null }>;
}

function compilerArguments(
  source: string,
  target: string,
  standard: string,
  { folder, major, minor, cxx11 }: TorchInstallation,
): string[] {
  const include = join(folder, 'include');
  const library = join(folder, 'lib');
  const defines = {
    _GLIBCXX_USE_CXX11_ABI: cxx11 ? 1 : 0,
    PERFSCOPE_TORCH_MAJOR: major,
    PERFSCOPE_TORCH_MINOR: minor,
  };
  return [
    ...[`-std=${standard}`, ...FLAGS, '-Wall', '-Wextra'],
    ...Object.entries(defines).map(([name, value]) => `-D${name}=${value}`),
    ...['-isystem', include, '-isystem', join(include, 'torch/csrc/api/include')],
    ...['-o', target, source, `-L${library}`, '-ltorch_cpu', '-lc10'],
  ];
}

function firstError(text: string): string {
  const line = text.split('\n').find((each) => /\berror\b/.test(each)) ?? text.trim();
  return line.trim().slice(0, MOST_SAID);
}
