import { kill } from 'node:process';
import type { CollectorHealth } from '../../model/index.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext, SessionBatch } from '../collector.ts';
import { Guard } from '../guard.ts';
import { isNode } from '../nodeCommand.ts';
import { EventRows } from './eventRows.ts';
import { nodeHealth } from './health.ts';
import type { Lost } from './lastSlices.ts';
import { Reach } from './reach.ts';
import { InsideRows, type ThreadRows } from './rows.ts';
import { SeenFunctions } from './seenFunctions.ts';
import { ProfileStacks } from './stacks.ts';
import { NodeTail } from './tail.ts';
import { WallRows } from './wallRows.ts';

export { nodeAvailability } from './availability.ts';
export { NODE_RATE, nodeEnvironment, type TickShims } from './environment.ts';

/** Milliseconds between two looks at the files: threads should be known before their first rows are written. */
const POLL_PERIOD = 50;
const NOTHING_LOST: Lost = { threads: 0, seconds: 0, cpuSeconds: 0 };

export interface NodeParts {
  /** Where the agent writes; empty before the run. The command must have been started with `nodeEnvironment` for the same. */
  readonly folder: string;
  /** Folder of the agent, for its own functions to be told from the program's. */
  readonly agents: string;
  /** Whether another collector accounts for the time of threads. Without, they get lanes and rows here, by wall time. */
  readonly outside: boolean;
  /** Whether the agent takes profiles; where it does not, threads only tell who they are. */
  readonly profiles: boolean;
}

/** Takes what Node's threads tell of themselves: stacks of JavaScript, messages, tasks of pools, garbage collections. */
export class NodeCollector implements Collector {
  readonly id = 'node';
  private readonly parts: NodeParts;
  private readonly reach = new Reach();
  private rows: ThreadRows | null = null;
  private events: EventRows | null = null;
  private tail: NodeTail | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;
  private readonly guard = new Guard('stacks of JavaScript');
  /** Nanos. */
  private stoppedAt: number | null = null;

  constructor(parts: NodeParts) {
    this.parts = parts;
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    const { folder, agents, outside, profiles } = this.parts;
    const rows = outside ? new InsideRows(profiles) : new WallRows(run, now);
    const events = new EventRows(rows);
    const seen = new SeenFunctions();
    const stacks = new ProfileStacks(rows.interner, seen, agents);
    const tail = new NodeTail({ folder, rows, events, stacks, seen, only: run.children ? null : run.pid });
    this.rows = rows;
    this.events = events;
    this.tail = tail;
    this.deliver = deliver;
    this.timer = setInterval(() => this.handAfter(() => tail.poll(now())), POLL_PERIOD);
  }

  tellsStacksOf(command: string): boolean {
    return this.parts.profiles && this.parts.outside && isNode(command);
  }

  notice(batch: SessionBatch): void {
    this.reach.notice(batch);
    this.rows?.notice(batch);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.stoppedAt = now();
    this.handAfter(() => this.tail?.finish());
  }

  textOf(file: string): string | null {
    return this.tail?.textOf(file) ?? null;
  }

  health(): CollectorHealth {
    const { stoppedAt } = this;
    const { profiles, outside } = this.parts;
    const files = this.tail?.health() ?? null;
    const reached = files?.processes ?? new Set<number>();
    const health = nodeHealth(files, {
      profiles,
      // A process that has just begun has not said yet that the agent is there; one that is killed may still be told of.
      unreached: stoppedAt === null ? [] : this.reach.missed(reached, stoppedAt, isAlive),
      lost: stoppedAt === null || !profiles ? NOTHING_LOST : (this.rows?.lost() ?? NOTHING_LOST),
      isWall: !outside,
    });
    return this.guard.told(health);
  }

  private handAfter(step: () => void): void {
    this.guard.run(() => {
      step();
      // What happened on a lane comes behind the lane.
      for (const batch of [this.rows?.drain(), this.events?.drain()]) if (batch) this.deliver(batch);
    });
  }
}

function isAlive(process: number): boolean {
  try {
    return kill(process, 0);
  } catch {
    return false;
  }
}
