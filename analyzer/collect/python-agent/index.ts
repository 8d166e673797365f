import type { CollectorHealth } from '../../model/index.ts';
import type { Batch, Collector, RunContext, SessionBatch } from '../collector.ts';
import { agentHealth } from './health.ts';
import { AgentRows } from './rows.ts';
import { AgentTail } from './tail.ts';

export { agentEnvironment } from './environment.ts';
export { outsideObstacle, type PythonProbe, probePython, pythonPath } from './probe.ts';

/** Milliseconds between two looks at the files, and polls between two deliveries. The agent writes four times a second. */
const POLL_PERIOD = 100;
const POLLS_PER_BATCH = 2;

/**
 * Records Python from inside its processes, where sampling from outside cannot work. The command must have been started
 * with `agentEnvironment` for the same folder, which must be empty before the run.
 */
export class PythonAgentCollector implements Collector {
  readonly id = 'python-agent';
  private readonly folder: string;
  private readonly rows = new AgentRows();
  private tail: AgentTail | null = null;
  /** Whether the command is known to be another program than Python. */
  private isOther = false;
  private root = 0;
  private requestedHz: number | null = null;
  private deliver: (batch: Batch) => void = () => {};
  private timer: NodeJS.Timeout | null = null;

  constructor(folder: string) {
    this.folder = folder;
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    this.tail = new AgentTail(this.folder, this.rows, run.pid);
    this.requestedHz = run.rate;
    this.root = run.pid;
    this.deliver = deliver;
    let polls = 0;
    this.timer = setInterval(() => {
      this.tail?.poll();
      if (++polls % POLLS_PER_BATCH === 0) this.hand();
    }, POLL_PERIOD);
  }

  notice({ processes }: SessionBatch): void {
    for (let i = 0; i < processes.length; i++)
      if (processes.process[i] === this.root)
        this.isOther = !/^(?:CPython|PyPy|)(?:\s|$)/.test(processes.runtime[i] as string);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.tail?.finish();
    this.hand();
  }

  health(): CollectorHealth {
    return agentHealth(this.tail?.health() ?? [], this.requestedHz, this.isOther);
  }

  private hand(): void {
    if (!this.rows.isEmpty) this.deliver(this.rows.drain());
  }
}
