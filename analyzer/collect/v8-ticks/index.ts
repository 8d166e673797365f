import { Worker } from 'node:worker_threads';
import type { CollectorHealth } from '../../model/index.ts';
import { agentFiles } from '../agentFiles.ts';
import type { Batch, Collector, RunContext } from '../collector.ts';
import { TickHealth } from './health.ts';
import type { LogMessage, LogsToRead } from './protocol.ts';

export { TICK_RATE, tickFlags, withFlags } from './flags.ts';
export { checkFlags, writeShim } from './shim.ts';
export { TraceSink } from './traceSink.ts';
export { isZeroXFolder, openZeroXFolder } from './zeroXFolder.ts';

/** Milliseconds that one log may take: V8 itself processes some MB a second. */
const PATIENCE = 300_000;

/**
 * Reads, after the run, what V8 has logged of each isolate: where it was at each tick, in which tier, and what was deoptimised. The
 * command must have been started with `tickFlags` for the same folder of logs, which must be empty before the run.
 */
export class V8TicksCollector implements Collector {
  readonly id = 'v8-ticks';
  readonly tellsAfterwards = true;
  private readonly found: TickHealth;
  private deliver: (batch: Batch) => void = () => {};
  private run: RunContext | null = null;
  private failure: string | null = null;
  private readonly script: URL;
  private readonly logs: string;
  private readonly records: string;
  private readonly agents: string;
  private readonly rate: number;

  /**
   * `script`: URL of the bundled thread (`worker.ts`). `logs`, `records`: folders of the run, where V8 writes and where the agent
   * does. `agents`: folder of the agent. `rate`: ticks a second.
   */
  constructor(script: URL, logs: string, records: string, agents: string, rate: number) {
    this.script = script;
    this.logs = logs;
    this.records = records;
    this.agents = agents;
    this.rate = rate;
    this.found = new TickHealth(rate);
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    this.run = run;
    this.deliver = deliver;
  }

  async stop(): Promise<void> {
    if (!this.run) return;
    const only = this.run.children ? null : this.run.pid;
    this.run = null;
    for (const name of agentFiles(this.records, '.node')) this.found.seen.add(Number.parseInt(name, 10));
    const worker = new Worker(this.script);
    this.failure = await this.read(worker, {
      folder: this.logs,
      agents: this.agents,
      interval: 1e9 / this.rate,
      only,
    });
    await worker.terminate();
  }

  health(): CollectorHealth {
    return this.found.health(this.failure);
  }

  /** Resolves when all logs are read, with why that ended early, or null. */
  private read(worker: Worker, request: LogsToRead): Promise<string | null> {
    return new Promise((resolve) => {
      const end = (why: string | null) => {
        clearTimeout(timer);
        resolve(why && `V8's logs are missing from there on: ${why}.`);
      };
      const tooLong = () => end(`one took more than ${PATIENCE / 60_000} minutes`);
      let timer = setTimeout(tooLong, PATIENCE);
      worker.on('error', ({ message }) => end(message));
      worker.on('message', (message: LogMessage) => {
        clearTimeout(timer);
        timer = setTimeout(tooLong, PATIENCE);
        if (message.kind === 'done') end(null);
        else this.take(message);
      });
      worker.postMessage(request);
    });
  }

  private take(message: Exclude<LogMessage, { kind: 'done' }>): void {
    const { found } = this;
    if (message.kind === 'unread') {
      found.unread.set(message.why, (found.unread.get(message.why) ?? 0) + 1);
      return;
    }
    found.logs++;
    if (!message.isOfThread) found.threadless++;
    found.ticks += message.ticks;
    found.deopts += message.deopts;
    found.damaged += message.damaged;
    found.logged.add(message.process);
    this.deliver(message.batch);
  }
}
