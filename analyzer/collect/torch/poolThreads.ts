import { LANE_KINDS } from '../../model/index.ts';
import type { SessionBatch } from '../collector.ts';

const THREAD = LANE_KINDS.indexOf('thread');
/** What the system calls a thread that nobody has named: as its program. */
const UNNAMED = /^(?:python[\d.]*|)$/;
/** Operators that may have started threads: shorter ones have not. Nanos. */
const SHORTEST = 20_000;
/** Operators of a process that are kept until the threads that they started have been seen. */
const MOST_RECENT = 8192;
/** Threads that wait to be named; a program has no more at once. */
const MOST_WAITING = 1024;
/** Nanos after which a thread that no operator started is given up. */
const PATIENCE = 3e9;
/** Share of the longest overlap from which on an inner operator is the more exact answer. */
const ENOUGH = 0.5;

interface NewThread {
  readonly process: number;
  readonly thread: number;
  /** Nanos at which it was first seen. */
  readonly start: number;
}

interface RecentOperator {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Names threads that PyTorch's operators start for themselves, those of OpenMP, of BLAS and of its own pools, which have no name of their
 * own: a thread without one that was first seen while an operator ran, or just after, is a worker of it. `window`: Nanos that a new
 * thread may go unseen.
 */
export class PoolThreads {
  private readonly window: number;
  private readonly recent = new Map<number, RecentOperator[]>();
  private readonly known = new Set<number>();
  private waiting: NewThread[] = [];

  constructor(window: number) {
    this.window = window;
  }

  notice({ lanes }: Pick<SessionBatch, 'lanes'>): void {
    for (let i = 0; i < lanes.length; i++) {
      const [id, process, thread] = [lanes.id[i], lanes.process[i], lanes.thread[i]] as [
        number,
        number,
        number,
      ];
      const isNew = lanes.kind[i] === THREAD && thread !== process && !this.known.has(id);
      if (!isNew || !UNNAMED.test(lanes.name[i] as string) || this.waiting.length >= MOST_WAITING) continue;
      this.known.add(id);
      this.waiting.push({ process, thread, start: lanes.start[i] as number });
    }
  }

  operator(process: number, name: string, start: number, end: number): void {
    if (end - start < SHORTEST) return;
    const its = this.recent.get(process) ?? [];
    this.recent.set(process, its);
    its.push({ name, start, end });
    // Not at each one: the oldest half goes when there are twice as many.
    if (its.length > 2 * MOST_RECENT) its.splice(0, MOST_RECENT);
  }

  /** Threads that can be named by now, each once. `time`: Nanos now. */
  named(time: number): (NewThread & { readonly name: string })[] {
    const found: (NewThread & { name: string })[] = [];
    this.waiting = this.waiting.filter((thread) => {
      const starter = this.starter(thread);
      if (starter !== null) found.push({ ...thread, name: `worker of ${starter}` });
      return starter === null && time - thread.start < PATIENCE;
    });
    return found;
  }

  /** The operator that most likely started it; null while none is known that did. */
  private starter({ process, start }: NewThread): string | null {
    const from = start - this.window;
    const overlap = (each: RecentOperator): number => Math.min(start, each.end) - Math.max(from, each.start);
    const candidates = (this.recent.get(process) ?? []).filter((each) => overlap(each) > 0);
    const most = candidates.reduce((longest, each) => Math.max(longest, overlap(each)), 0);
    const [first] = candidates
      .filter((each) => overlap(each) >= ENOUGH * most)
      .sort((a, b) => a.end - a.start - (b.end - b.start));
    return first?.name ?? null;
  }
}
