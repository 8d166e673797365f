import { join } from 'node:path';
import type { CollectorHealth } from '../../model/index.ts';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext, SessionBatch } from '../collector.ts';
import { Guard } from '../guard.ts';
import { operatorHealth } from './health.ts';
import { PoolThreads } from './poolThreads.ts';
import { OperatorRows } from './rows.ts';
import { OperatorTail } from './tail.ts';

export { type TorchHook, torchHook } from './hook.ts';

/** Milliseconds between two looks at the logs, and polls between two deliveries. */
const POLL_PERIOD = 100;
const POLLS_PER_BATCH = 2;
/** Nanos by which a look at the threads of a process may be late. */
const LATENESS = 5e6;
/** `PID.torch-note`: why operators of a process are not recorded. */
const NOTE = '.torch-note';
const LONGEST_NOTE = 1000;
const MOST_NOTES = 20;

/**
 * Records the operators of PyTorch. The command must have been started with `TorchHook.environment` and an agent for the
 * same folder, which must be empty before the run. `obstacle`: why there is no hook, for the health.
 */
export class TorchCollector implements Collector {
  readonly id = 'torch';
  private readonly folder: string;
  private readonly obstacle: string | null;
  private readonly rows = new OperatorRows();
  private readonly notes = new Map<string, number>();
  private tail: OperatorTail | null = null;
  private pools: PoolThreads | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;
  private readonly guard = new Guard('operators');

  constructor(folder: string, obstacle: string | null) {
    this.folder = folder;
    this.obstacle = obstacle;
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    // A new thread is seen at the next look, or at the one after where that comes late.
    const pools = new PoolThreads(2e9 / run.rate + LATENESS);
    const tail = new OperatorTail(this.folder, this.rows, pools, run.children ? null : run.pid);
    this.pools = pools;
    this.tail = tail;
    this.deliver = deliver;
    let polls = 0;
    this.timer = setInterval(() => {
      this.guard.run(() => {
        tail.poll();
        if (++polls % POLLS_PER_BATCH === 0) this.hand();
      });
    }, POLL_PERIOD);
  }

  notice(batch: SessionBatch): void {
    this.pools?.notice(batch);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.guard.run(() => {
      this.tail?.finish();
      this.hand();
      this.readNotes();
    });
  }

  health(): CollectorHealth {
    const logs = this.tail?.health();
    const none = { threads: 0, processes: 0, operators: 0, ranges: 0, lost: 0, damaged: 0 };
    return this.guard.told(operatorHealth(logs ?? none, this.notes, this.obstacle));
  }

  private hand(): void {
    const time = now();
    for (const { process, thread, start, name } of this.pools?.named(time) ?? [])
      this.rows.nameThread(process, thread, start, name);
    const batch = this.rows.drain();
    if (batch) this.deliver(batch);
  }

  private readNotes(): void {
    const chunk = new Uint8Array(LONGEST_NOTE);
    for (const name of agentFiles(this.folder, NOTE)) {
      let note = '';
      readAgentFile(join(this.folder, name), 0, LONGEST_NOTE, chunk, (bytes) => {
        note = new TextDecoder().decode(bytes);
        return bytes.length;
      });
      if (this.notes.size < MOST_NOTES || this.notes.has(note))
        this.notes.set(note, (this.notes.get(note) ?? 0) + 1);
    }
  }
}
