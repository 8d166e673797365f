import type { CollectorHealth } from '../../model/index.ts';
import type { Batch, Collector, RunContext } from '../collector.ts';
import { isNode } from '../nodeCommand.ts';
import { nodeHealth } from './health.ts';
import { NodeRows } from './rows.ts';
import { ProfileStacks } from './stacks.ts';
import { NodeTail } from './tail.ts';

export { NODE_RATE, nodeEnvironment, type TickShims } from './environment.ts';

/** Milliseconds between two looks at the files: threads should be known before their first rows are written. */
const POLL_PERIOD = 50;

/**
 * Takes the stacks of JavaScript that Node's threads tell of themselves. The command must have been started with
 * `nodeEnvironment` for the same folder, which must be empty before the run. Their time is accounted for by whoever sees them
 * from outside.
 */
export class NodeCollector implements Collector {
  readonly id = 'node';
  private readonly folder: string;
  private readonly profiles: boolean;
  private readonly rows: NodeRows;
  private readonly stacks: ProfileStacks;
  private tail: NodeTail | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;
  private failure: string | null = null;

  /**
   * `agents`: folder of the agent, for its own functions to be told from the program's. `profiles`: whether the agent takes
   * profiles; where it does not, threads only tell who they are.
   */
  constructor(folder: string, agents: string, profiles = true) {
    this.folder = folder;
    this.profiles = profiles;
    this.rows = new NodeRows(profiles);
    this.stacks = new ProfileStacks(this.rows.interner, agents);
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    const tail = new NodeTail(this.folder, this.rows, this.stacks, run.children ? null : run.pid);
    this.tail = tail;
    this.deliver = deliver;
    this.timer = setInterval(() => this.guarded(() => tail.poll()), POLL_PERIOD);
  }

  tellsStacksOf(command: string): boolean {
    return this.profiles && isNode(command);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.guarded(() => this.tail?.finish());
  }

  health(): CollectorHealth {
    return nodeHealth(this.tail?.health() ?? null, this.failure, this.profiles);
  }

  /** A failure of ours costs what is left of the stacks, and no more. */
  private guarded(action: () => void): void {
    if (this.failure !== null) return;
    try {
      action();
      const batch = this.rows.drain();
      if (batch) this.deliver(batch);
    } catch (error) {
      this.failure = `stacks of JavaScript are missing from here on: ${error instanceof Error ? error.message : error}.`;
    }
  }
}
