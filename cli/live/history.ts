import { Series } from './series.ts';

/** Shares of a span of time: of the whole, from 0 to 1. */
export interface Shares {
  cpu: number;
  ready: number;
  gil: number;
  lock: number;
}

/** What a lane did in the last 30 seconds. Its size never changes. */
export class History {
  private readonly cpu = new Series();
  private readonly ready = new Series();
  private readonly gil = new Series();
  private readonly lock = new Series();

  /** Spreads what was done from `from` to `to` (Nanos since the run's start) evenly over the time between. */
  add(from: number, to: number, cpu: number, ready: number, gil: number, lock: number): void {
    // Most of what a lane does is one of them.
    if (cpu !== 0) this.cpu.add(from, to, cpu);
    if (ready !== 0) this.ready.add(from, to, ready);
    if (gil !== 0) this.gil.add(from, to, gil);
    if (lock !== 0) this.lock.add(from, to, lock);
  }

  /** Shares of the time from `from` to `to`, both Nanos since the run's start, whole bins at either end. */
  shares(from: number, to: number, into: Shares): Shares {
    const span = to - from;
    const share = (of: Series): number => (span > 0 ? Math.min(1, of.sum(from, to) / span) : 0);
    into.cpu = share(this.cpu);
    into.ready = share(this.ready);
    into.gil = share(this.gil);
    into.lock = share(this.lock);
    return into;
  }
}
