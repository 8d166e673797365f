import type { Tables } from '../../model/index.ts';
import { agentFiles } from '../agentFiles.ts';

const EXTENSION = '.reached';
/** A process without a name for its interpreter runs no Python, or ended before that was known. */
const PYTHON = /^(?:CPython|PyPy) /;
/** Interpreters that the hooks are made for. */
const HOOKED = /^CPython 3\.(?:[89]|\d\d)(?:\.(?!.*free-threaded)|$)/;

/** Forks of forks; process ids that are used again could otherwise lead in a circle. */
const MOST_GENERATIONS = 64;

interface Seen {
  readonly parent: number;
  readonly command: string;
  readonly runtime: string;
}

/**
 * Which Python processes of a run have the agent. `python -I`, `-E` and `-S` leave it out, and so does a program that clears
 * PYTHONPATH for those that it starts; their pools are not recorded, which must be said.
 */
export class Reach {
  private readonly folder: string;
  private readonly seen = new Map<number, Seen>();

  constructor(folder: string) {
    this.folder = folder;
  }

  notice(processes: Tables['processes']): void {
    for (let i = 0; i < processes.length; i++) {
      this.seen.set(processes.process[i] as number, {
        parent: processes.parent[i] as number,
        command: processes.command[i] as string,
        runtime: processes.runtime[i] as string,
      });
    }
  }

  /** Interpreters without hooks that were seen, such as `PyPy 7.3.11 (Python 3.9.16)`. */
  unhooked(): string[] {
    const runtimes = [...this.seen.values()].map(({ runtime }) => runtime);
    return [...new Set(runtimes.filter((runtime) => PYTHON.test(runtime) && !HOOKED.test(runtime)))];
  }

  /** Processes that run a Python with hooks, without the agent. */
  missed(): number[] {
    const reached = new Set(
      agentFiles(this.folder, EXTENSION).map((name) => Number(name.slice(0, -EXTENSION.length))),
    );
    const isReached = (process: number, generations = 0): boolean => {
      if (reached.has(process)) return true;
      if (generations > MOST_GENERATIONS) return false;
      // A process that was forked has what its parent has, and tells nobody.
      const own = this.seen.get(process);
      const parent = own && this.seen.get(own.parent);
      return (
        parent !== undefined && parent.command === own?.command && isReached(own.parent, generations + 1)
      );
    };
    return [...this.seen]
      .filter(([process, { runtime }]) => HOOKED.test(runtime) && !isReached(process))
      .map(([process]) => process);
  }
}
