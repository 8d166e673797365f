import { readText, statFields } from '../process/procfs.ts';

/** Clock ticks a second in `/proc`: USER_HZ, fixed at 100 by the kernel's ABI on every architecture Node runs on. */
const USER_HZ = 100;
/** Of `/proc/PID/stat` behind the name: CPU of the process in user and kernel mode, the same of children that it waited for. */
const TIMES = [11, 12, 13, 14] as const;
const START = 19;
/** Ticks by which a run's first process may have started before anybody looks. */
const EARLIER = 100;

/**
 * CPU time of a run's processes together, by the kernel's counters. A child that ends gives its time to the process that waits for it, so
 * that the sum over the living has also what the dead used, be it that nobody saw them.
 */
export class RunTime {
  private readonly processes: () => Iterable<number>;
  /** Ticks that do not belong to the time since `start`, of processes that ran before. */
  private readonly before = new Map<number, number>();
  /** Ticks since the machine's own start. */
  private startedAt = 0;
  private last = 0;

  /** `processes`: ids of the run's live processes, as far as they are known. */
  constructor(processes: () => Iterable<number>) {
    this.processes = processes;
  }

  start(): void {
    this.startedAt = USER_HZ * Number((readText('/proc/uptime') ?? '').split(' ')[0]);
    this.last = this.sum();
  }

  /** Seconds of CPU since the last call, or since the start. */
  since(): number {
    const sum = this.sum();
    const ticks = Math.max(0, sum - this.last);
    this.last = sum;
    return ticks / USER_HZ;
  }

  private sum(): number {
    let sum = 0;
    for (const pid of this.processes()) {
      const stat = readText(`/proc/${pid}/stat`);
      if (stat === null) continue;
      const fields = statFields(stat);
      const ticks = TIMES.reduce((total, at) => total + (Number(fields[at]) || 0), 0);
      let before = this.before.get(pid);
      if (before === undefined) {
        before = Number(fields[START]) > this.startedAt - EARLIER ? 0 : ticks;
        this.before.set(pid, before);
      }
      sum += ticks - before;
    }
    return sum;
  }
}
