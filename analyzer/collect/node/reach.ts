import type { SessionBatch } from '../collector.ts';
import { hasAgent, type SeenProcess } from '../forks.ts';
import { isNode } from '../nodeCommand.ts';

/** What the kernel calls a program of Node. */
const NODE_NAME = /^node(?:js)?$/;
/** With these Node prints something or starts a script of a package, and runs no JavaScript of its own. */
const RUNS_NOTHING =
  /^\S+\s+(?:-v|--version|-h|--help|--v8-options|--completion-bash|--build-snapshot-config|--run)(?=[\s=]|$)/;
/** Nanos that a process has to load the agent, before its recording ends. */
const STARTING = 300e6;

interface Seen extends SeenProcess {
  readonly name: string;
  readonly start: number;
}

/** Which processes of a run are Node and have no agent: their JavaScript is not recorded, which must be said. */
export class Reach {
  private readonly seen = new Map<number, Seen>();

  notice({ processes }: SessionBatch): void {
    for (let i = 0; i < processes.length; i++) {
      this.seen.set(processes.process[i] as number, {
        parent: processes.parent[i] as number,
        command: processes.command[i] as string,
        name: processes.name[i] as string,
        start: processes.start[i] as number,
      });
    }
  }

  /**
   * Processes that run Node without the agent, in the order in which they were seen. `reached`: those that have it. `now`: Nanos
   * of the recording's end, when the youngest of those that live may still be loading it.
   */
  missed(reached: ReadonlySet<number>, now: number, isAlive: (process: number) => boolean): number[] {
    return [...this.seen]
      .filter(([process, each]) => runsNode(each) && !hasAgent(process, reached, this.seen))
      .filter(([process, { start }]) => start < now - STARTING || !isAlive(process))
      .map(([process]) => process);
  }
}

const runsNode = ({ command, name }: Seen): boolean =>
  (isNode(command) || NODE_NAME.test(name)) && !RUNS_NOTHING.test(command);
