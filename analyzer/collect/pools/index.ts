import type { CollectorHealth } from '../../model/index.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext, SessionBatch } from '../collector.ts';
import { Guard } from '../guard.ts';
import { poolsHealth } from './health.ts';
import { RunJoin } from './join.ts';
import { Reach } from './reach.ts';
import { PoolRows } from './rows.ts';
import { NO_LOGS, PoolsTail } from './tail.ts';

/** Milliseconds between two looks at the logs, and polls between two deliveries. */
const POLL_PERIOD = 100;
const POLLS_PER_BATCH = 2;

/**
 * Records the pools of Python programs: tasks, what they carry, messages through queues and pipes. The command must have
 * been started with `agentEnvironment` for the same folder, which must be empty before the run.
 */
export class PoolsCollector implements Collector {
  readonly id = 'pools';
  private readonly rows = new PoolRows();
  private readonly join = new RunJoin(this.rows);
  private readonly folder: string;
  private readonly reach: Reach;
  private stopped = false;
  private tail: PoolsTail | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;
  private readonly guard = new Guard('tasks');

  constructor(folder: string) {
    this.folder = folder;
    this.reach = new Reach(folder);
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    const tail = new PoolsTail(this.folder, this.rows, this.join, run.children ? null : run.pid);
    this.tail = tail;
    this.deliver = deliver;
    let polls = 0;
    this.timer = setInterval(() => {
      this.guard.run(() => {
        tail.poll();
        if (++polls % POLLS_PER_BATCH !== 0) return;
        this.join.describe(now());
        this.hand();
      });
    }, POLL_PERIOD);
  }

  notice({ processes }: SessionBatch): void {
    this.reach.notice(processes);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.stopped = true;
    this.guard.run(() => {
      this.tail?.finish();
      this.join.finish();
      this.hand();
    });
  }

  health(): CollectorHealth {
    const { join } = this;
    return this.guard.told(
      poolsHealth(this.tail?.health() ?? NO_LOGS, {
        pools: join.poolCount,
        tasks: join.taskCount,
        messages: join.messages.sent,
        // A process that has just begun has not said yet that the agent is there.
        unreached: this.stopped ? this.reach.missed() : [],
        unhooked: this.reach.unhooked(),
      }),
    );
  }

  private hand(): void {
    const batch = this.rows.drain();
    if (batch) this.deliver(batch);
  }
}
