import type { SessionBatch } from '../collector.ts';

/** What is missing at the ends of threads. */
export interface Lost {
  /** Threads whose last slice never came. */
  readonly threads: number;
  /** Seconds between what they told last and their ends, of all together; null when their ends are not known. */
  readonly seconds: number | null;
  /** Seconds of CPU in these, by the kernel; null when nobody counts. */
  readonly cpuSeconds: number | null;
}

interface Thread {
  readonly process: number;
  readonly tid: number;
  readonly begun: number;
  /** Nanos until which its stacks are known. */
  told: number;
  hasEnded: boolean;
  /** Nanos at which its lane ended, as seen from outside; -1 before. */
  end: number;
  /** Nanos of CPU after `told`. */
  cpu: number;
}

/** Nanos by which a lane that is seen from outside may begin after the thread has spoken. */
const SLACK = 50e6;
/** Thread ids go up to 2^22. */
const THREADS = 2 ** 22;

/**
 * Threads that are killed, or end without a word, have not told their last slice. What outside knows of them after what they
 * told last is what is missing.
 */
export class LastSlices {
  /** By the collector's number. */
  private readonly threads = new Map<number, Thread>();
  /** The last thread that had these system ids. */
  private readonly bySystem = new Map<number, Thread>();
  /** By the recording's number. */
  private readonly lanes = new Map<number, Thread>();

  begin(lane: number, process: number, tid: number, time: number): void {
    const thread = { process, tid, begun: time, told: time, hasEnded: false, end: -1, cpu: 0 };
    this.threads.set(lane, thread);
    this.bySystem.set(process * THREADS + tid, thread);
  }

  told(lane: number, time: number): void {
    const thread = this.threads.get(lane);
    if (thread && time > thread.told) thread.told = time;
  }

  end(lane: number): void {
    const thread = this.threads.get(lane);
    if (thread) thread.hasEnded = true;
  }

  /** Rows of a thread come after what it tells of them. Those that come without are what is missing. */
  notice({ lanes, samples }: SessionBatch): void {
    for (let i = 0; i < lanes.length; i++) {
      const id = lanes.id[i] as number;
      const end = lanes.end[i] as number;
      const thread = this.bySystem.get((lanes.process[i] as number) * THREADS + (lanes.thread[i] as number));
      if (!thread || (end >= 0 && end + SLACK < thread.begun)) continue;
      this.lanes.set(id, thread);
      thread.end = end;
    }
    if (this.lanes.size === 0) return;
    for (let i = 0; i < samples.length; i++) {
      const thread = this.lanes.get(samples.lane[i] as number);
      if (thread && (samples.time[i] as number) > thread.told) thread.cpu += samples.cpu[i] as number;
    }
  }

  lost(): Lost {
    const cut = [...this.threads.values()].filter(
      ({ hasEnded, end, told }) => !hasEnded && end >= 0 && end > told,
    );
    const sum = (of: (thread: Thread) => number): number =>
      cut.reduce((total, thread) => total + of(thread), 0);
    return {
      threads: cut.length,
      seconds: sum(({ end, told }) => end - told) / 1e9,
      cpuSeconds: sum(({ cpu }) => cpu) / 1e9,
    };
  }
}
