import type { CollectorHealth } from '../../model/index.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext, SessionBatch } from '../collector.ts';
import { NearestStacks } from '../gpu/nearestStack.ts';
import { Guard } from '../guard.ts';
import { openClHealth } from './health.ts';
import { Reach } from './reach.ts';
import { OpenClRows } from './rows.ts';
import { NO_LOGS, OpenClTail } from './tail.ts';

export { openClAvailability } from './availability.ts';
export { openClEnvironment } from './environment.ts';

/** Milliseconds between two looks at the logs, and looks between two deliveries. */
const POLL_PERIOD = 100;
const POLLS_PER_BATCH = 2;

/**
 * Records what programs do through OpenCL: kernels, copies, and the calls that wait for them. The command must have been started
 * with `openClEnvironment` for the same folder, which must hold no logs before the run.
 */
export class OpenClCollector implements Collector {
  readonly id = 'opencl';
  /** The code that made a call is told from samples, which others deliver. */
  readonly stopsLast = true;
  private readonly nearest = new NearestStacks();
  private readonly rows = new OpenClRows(this.nearest);
  private readonly reach = new Reach();
  private readonly folder: string;
  private readonly obstacle: string | null;
  private tail: OpenClTail | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;
  private readonly guard = new Guard('commands of OpenCL');

  /** `obstacle`: why programs have no layer and what to do about it, to be said of those that use OpenCL; null when they have. */
  constructor(folder: string, obstacle: string | null = null) {
    this.folder = folder;
    this.obstacle = obstacle;
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    const tail = new OpenClTail(this.folder, this.rows, run.children ? null : run.pid);
    this.tail = tail;
    this.deliver = deliver;
    let polls = 0;
    this.timer = setInterval(() => {
      this.guard.run(() => {
        tail.poll();
        if (++polls % POLLS_PER_BATCH !== 0) return;
        this.reach.look(now());
        this.hand(now());
      });
    }, POLL_PERIOD);
  }

  notice(batch: SessionBatch): void {
    const { processes } = batch;
    this.nearest.notice(batch);
    this.reach.notice(processes);
    for (let i = 0; i < processes.length; i++) {
      const end = processes.end[i] as number;
      if (end >= 0) this.rows.endQueues(processes.process[i] as number, end);
    }
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.guard.run(() => {
      // Piece by piece: what is left may be more than fits into memory.
      while (this.tail?.poll()) this.hand(Number.POSITIVE_INFINITY);
      this.tail?.finish();
      this.hand(Number.POSITIVE_INFINITY);
    });
  }

  health(): CollectorHealth {
    const missed = this.reach.missed(this.tail?.processes ?? new Set());
    return this.guard.told(openClHealth(this.tail?.health() ?? NO_LOGS, { obstacle: this.obstacle, missed }));
  }

  private hand(time: number): void {
    const batch = this.rows.drain(time);
    if (batch) this.deliver(batch);
  }
}
