import type { CollectorHealth } from '../../model/index.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext, SessionBatch } from '../collector.ts';
import { NearestStacks } from '../gpu/nearestStack.ts';
import { Guard } from '../guard.ts';
import { cudaHealth } from './health.ts';
import { DeviceRows } from './rows.ts';
import { CudaTail } from './tail.ts';

export { cudaAvailability, hasCuda, injectionTaken } from './availability.ts';
export { cudaEnvironment, otherInjection } from './environment.ts';

/** Milliseconds between two looks at the captures, and polls between two deliveries. */
const POLL_PERIOD = 100;
const POLLS_PER_BATCH = 2;

/**
 * Records what CUDA programs have their devices do, and which code had it done. The command must have been started with
 * `cudaEnvironment` for the same folder.
 */
export class CudaCollector implements Collector {
  readonly id = 'cuda';
  /** The last samples are needed to tell which code made the last calls. */
  readonly stopsLast = true;
  private readonly rows = new DeviceRows();
  private readonly stacks = new NearestStacks();
  private readonly folder: string;
  private readonly exactStacks: boolean;
  private tail: CudaTail | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;
  private readonly guard = new Guard('kernels and copies');

  /** `exactStacks`: whether the agent was asked for stacks inside calls. */
  constructor(folder: string, exactStacks = false) {
    this.folder = folder;
    this.exactStacks = exactStacks;
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    const tail = new CudaTail(this.folder, this.rows, this.stacks, run.children ? null : run.pid);
    this.tail = tail;
    this.deliver = deliver;
    let polls = 0;
    this.timer = setInterval(() => {
      this.guard.run(() => {
        tail.poll(now());
        if (++polls % POLLS_PER_BATCH === 0) this.hand();
      });
    }, POLL_PERIOD);
  }

  notice(batch: SessionBatch): void {
    this.stacks.notice(batch);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.guard.run(() => {
      this.tail?.finish(now(), () => this.hand());
      this.hand();
    });
  }

  health(): CollectorHealth {
    return this.guard.told(
      cudaHealth(this.tail?.captures ?? [], this.tail?.damagedFiles ?? 0, this.exactStacks),
    );
  }

  private hand(): void {
    const batch = this.rows.drain();
    if (batch) this.deliver(batch);
  }
}

/** Stands for the collector where it cannot work, and says why in the recording. */
export class WithoutCuda implements Collector {
  readonly id = 'cuda';
  private readonly why: string;

  /** `why`: a sentence. */
  constructor(why: string) {
    this.why = why;
  }

  start(): void {}

  async stop(): Promise<void> {}

  health(): CollectorHealth {
    return { ...cudaHealth([], 0), status: 'unavailable', figures: {}, warnings: [this.why] };
  }
}
