import type { Tables } from '../../model/index.ts';
import { agentFiles } from '../agentFiles.ts';
import { hasAgent, type SeenProcess } from '../forks.ts';

const EXTENSION = '.reached';
/** A process without a name for its interpreter runs no Python, or ended before that was known. */
const PYTHON = /^(?:CPython|PyPy) /;
/** Interpreters that the hooks are made for. */
const HOOKED = /^CPython 3\.(?:[89]|\d\d)(?:\.(?!.*free-threaded)|$)/;

interface Seen extends SeenProcess {
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
    return [...this.seen]
      .filter(([process, { runtime }]) => HOOKED.test(runtime) && !hasAgent(process, reached, this.seen))
      .map(([process]) => process);
  }
}
