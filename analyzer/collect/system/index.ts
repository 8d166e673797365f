import type { CollectorHealth } from '../../model/index.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext } from '../collector.ts';
import { CounterRows } from '../counterRows.ts';
import { ProcFile } from '../process/procfs.ts';
import { Others } from './others.ts';
import { RunTime } from './runTime.ts';

const PERIOD_MS = 100;
const DELIVER_EVERY = 5;

const MEMORY_TOTAL = /^MemTotal:\s*(\d+)/m;
const MEMORY_AVAILABLE = /^MemAvailable:\s*(\d+)/m;

interface CoreTimes {
  readonly busy: number;
  readonly total: number;
}

/**
 * Load of each core, memory in use, and the CPU that other processes take, ten times a second from `/proc`. A prediction
 * about a run is worth nothing when somebody else used the cores meanwhile.
 */
export class SystemCollector implements Collector {
  readonly id = 'system';
  private readonly rows = new CounterRows();
  private readonly stat = ProcFile.open('/proc/stat');
  private readonly meminfo = ProcFile.open('/proc/meminfo');
  private timer: NodeJS.Timeout | null = null;
  private cores: readonly CoreTimes[] = [];
  private readonly runTime: RunTime;
  private readonly others = new Others();
  private lastTime = 0;
  private ticks = 0;
  private failed = false;
  private startedAt = 0;
  private deliver: (batch: Batch) => void = () => {};

  /** `processes`: ids of the run's live processes, as far as they are known; perfscope's own belongs to them. */
  constructor(processes: () => Iterable<number>) {
    this.runTime = new RunTime(processes);
  }

  start(_run: RunContext, deliver: (batch: Batch) => void): void {
    this.deliver = deliver;
    this.startedAt = now();
    this.cores = readCores(this.stat);
    if (this.cores.length === 0) {
      this.failed = true;
      return;
    }
    this.runTime.start();
    this.lastTime = now();
    this.timer = setInterval(() => this.tick(), PERIOD_MS);
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    this.stat?.close();
    this.meminfo?.close();
    this.hand(0);
  }

  health(): CollectorHealth {
    const seconds = (now() - this.startedAt) / 1e9;
    return {
      id: this.id,
      status: this.failed ? 'unavailable' : 'ok',
      requestedHz: 1000 / PERIOD_MS,
      achievedHz: this.ticks > 0 ? this.ticks / seconds : null,
      samples: this.ticks,
      missed: 0,
      dropped: 0,
      torn: 0,
      figures: {},
      warnings: this.failed ? ['no load counters: /proc/stat is not there'] : [],
    };
  }

  private tick(): void {
    const time = now();
    const cores = readCores(this.stat);
    let busyCores = 0;
    for (let i = 0; i < cores.length; i++) {
      const core = cores[i];
      const before = this.cores[i];
      if (!core || !before) continue;
      const total = core.total - before.total;
      const load = total > 0 ? (core.busy - before.busy) / total : 0;
      busyCores += load;
      this.count(`core ${i} load (%)`, time, load * 100);
    }
    this.cores = cores;
    const memory = this.meminfo?.text() ?? '';
    const kilobytes = (line: RegExp) => Number(line.exec(memory)?.[1] ?? Number.NaN);
    const used = (kilobytes(MEMORY_TOTAL) - kilobytes(MEMORY_AVAILABLE)) * 1024;
    if (Number.isFinite(used)) this.count('memory used (B)', time, used);
    const seconds = (time - this.lastTime) / 1e9;
    this.others.add(time, seconds, busyCores * seconds - this.runTime.since());
    this.lastTime = time;
    this.ticks++;
    if (this.ticks % DELIVER_EVERY === 0) this.hand(DELIVER_EVERY);
  }

  private count(name: string, time: number, value: number): void {
    this.rows.count(name, this.startedAt, time, value);
  }

  /** `kept`: periods whose others may still turn out to have been the run. */
  private hand(kept: number): void {
    for (const { time, cores } of this.others.settled(kept))
      this.count('other processes (cores)', time, cores);
    const batch = this.rows.drain();
    if (batch) this.deliver(batch);
  }
}

function readCores(stat: ProcFile | null): CoreTimes[] {
  const cores: CoreTimes[] = [];
  for (const line of (stat?.text() ?? '').split('\n')) {
    if (!line.startsWith('cpu')) break;
    if (line.startsWith('cpu ')) continue;
    // user nice system idle iowait irq softirq steal; guest time is part of user already
    const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = line
      .split(' ')
      .slice(1)
      .map(Number);
    const busy = user + nice + system + irq + softirq + steal;
    cores.push({ busy, total: busy + idle + iowait });
  }
  return cores;
}
