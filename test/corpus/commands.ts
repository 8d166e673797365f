import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Program } from './workloads.ts';

/** How to run a program, or why it cannot be. */
export type Command = { readonly argv: readonly string[] } | { readonly missing: string };

/** Tried in this order: the one that a user's shell finds, and the distribution's, which has more modules. */
const PYTHONS = ['python3', '/usr/bin/python3', 'python3.12', 'python3.11'];

/** Makes commands of programs; what is compiled goes to `folder`. */
export class Commands {
  private readonly folder: string;
  private readonly pythons = new Map<string, string | null>();
  private compiled = 0;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The interpreter, or the compiled program. Throws when a program does not compile. */
  of(program: Program): Command {
    switch (program.language) {
      case 'javascript':
        return { argv: [process.execPath, program.path] };
      case 'python':
        return this.python(program);
      case 'c':
        return this.compile(program);
    }
  }

  private python(program: Program): Command {
    const modules = modulesOf(program).join(' ');
    let found = this.pythons.get(modules);
    if (found === undefined) {
      found = PYTHONS.find((python) => hasModules(python, modules)) ?? null;
      this.pythons.set(modules, found);
    }
    return found === null
      ? { missing: `no python3 here has ${modules || 'a working installation'}` }
      : { argv: [found, program.path] };
  }

  private compile({ path }: Program): Command {
    const output = join(this.folder, `program-${this.compiled++}`);
    const { error, status, stderr } = spawnSync('gcc', ['-O2', '-g', '-fopenmp', '-o', output, path, '-lm'], {
      encoding: 'utf8',
    });
    if (error) return { missing: 'there is no gcc here' };
    if (status !== 0) throw new Error(`${path} does not compile: ${stderr}`);
    return { argv: [output] };
  }
}

/** Modules that a Python program imports and that do not lie beside it, sorted. */
export function modulesOf({ path, text }: Program): string[] {
  const names = new Set<string>();
  for (const [, name = ''] of text.matchAll(/^\s*(?:import|from)\s+([A-Za-z_]\w*)/gm)) names.add(name);
  const beside = (name: string) =>
    existsSync(join(dirname(path), `${name}.py`)) || existsSync(join(dirname(path), name));
  return [...names].filter((name) => name !== '__future__' && !beside(name)).sort();
}

const ASK = `import sys, importlib.util as u
sys.exit(any(u.find_spec(name) is None for name in sys.argv[1:]))`;

function hasModules(python: string, modules: string): boolean {
  return spawnSync(python, ['-c', ASK, ...modules.split(' ').filter(Boolean)]).status === 0;
}
