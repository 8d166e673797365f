import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Milliseconds: finding a package reads the folders of `sys.path`, which may lie on a network. */
const LIMIT = 10_000;
/** Finds PyTorch without importing it, which takes seconds. `-c` puts the current folder on the path, as `python file` does not. */
const QUERY = `
import importlib.util, os, sys
sys.path[:] = [entry for entry in sys.path if entry]
found = importlib.util.find_spec("torch")
print(os.path.dirname(os.path.realpath(found.origin)) if found and found.origin else "")
`;

/** What a constructor that takes a string is called where strings are those from before C++11, as in wheels up to PyTorch 2.5. */
const OLD_STRINGS = ['C1', 'C2'].map((kind) => `_ZN3c105Error${kind}ENS_14SourceLocationESs`);

/** A PyTorch that can be compiled against. `cxx11`: whether it was built with the strings of C++11. */
export interface TorchInstallation {
  readonly folder: string;
  readonly version: string;
  readonly major: number;
  readonly minor: number;
  readonly cxx11: boolean;
}

/** Without it there is no reason to look further. */
export type FoundTorch =
  | { readonly installation: TorchInstallation }
  | { readonly installation: null; readonly reason: string };

const none = (reason: string): FoundTorch => ({ installation: null, reason });

/** The PyTorch that `python`, a path, would import in that environment. Never rejects. */
export async function findTorch(python: string, env: NodeJS.ProcessEnv): Promise<FoundTorch> {
  let folder: string;
  try {
    const { stdout } = await run(python, ['-c', QUERY], { env, timeout: LIMIT, killSignal: 'SIGKILL' });
    folder = stdout.trim();
  } catch (error) {
    return none(
      `${python} could not be asked for its PyTorch (${error instanceof Error ? error.message.slice(0, 200) : error})`,
    );
  }
  if (folder === '') return none(`${python} has no PyTorch`);
  return inspectTorch(folder);
}

/** What lies in the folder of a PyTorch. */
export function inspectTorch(folder: string): FoundTorch {
  try {
    const text = readFileSync(join(folder, 'version.py'), 'utf8');
    const match = /^__version__\s*(?::[^=]*)?=\s*['"]((\d+)\.(\d+)[^'"]*)['"]/m.exec(text);
    if (!match) return none(`the version of the PyTorch in ${folder} is not known`);
    const [, version = '', major = '', minor = ''] = match;
    if (!existsSync(join(folder, 'include', 'ATen', 'record_function.h'))) {
      return none(`the PyTorch in ${folder} comes without its C++ headers (on Debian: libtorch-dev)`);
    }
    const library = readFileSync(join(folder, 'lib', 'libc10.so'));
    return {
      installation: {
        folder,
        version,
        major: Number(major),
        minor: Number(minor),
        cxx11: !OLD_STRINGS.some((symbol) => library.includes(symbol)),
      },
    };
  } catch (error) {
    return none(
      `the PyTorch in ${folder} could not be read (${error instanceof Error ? error.message : error})`,
    );
  }
}
