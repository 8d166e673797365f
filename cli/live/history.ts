/** Nanos of one bin, the finest step of a sparkline: as often as batches come. */
export const BIN = 250e6;
/** Bins that a picture may show: 30 seconds. */
export const SHOWN_BINS = 120;
/** Bins that are kept: a lane's data may come some seconds late. */
const KEPT = 144;

/** Shares of a span of time: of the whole, from 0 to 1. */
export interface Shares {
  cpu: number;
  ready: number;
  gil: number;
  lock: number;
}

/** What a lane did in the last 30 seconds, in bins of a quarter of a second. Its size never changes. */
export class History {
  private readonly cpu = new Float32Array(KEPT);
  private readonly ready = new Float32Array(KEPT);
  private readonly gil = new Float32Array(KEPT);
  private readonly lock = new Float32Array(KEPT);
  /** Number of the newest bin, counted from the run's start; -1 while there is none. */
  private newest = -1;

  /** Spreads what was done from `from` to `to` (Nanos since the run's start) evenly over the bins between. */
  add(from: number, to: number, cpu: number, ready: number, gil: number, lock: number): void {
    const last = Math.floor(to / BIN);
    if (last <= this.newest - KEPT || last < 0) return;
    this.advance(last);
    const span = to - from;
    if (span <= 0) {
      this.deposit(last, cpu, ready, gil, lock);
      return;
    }
    const first = Math.max(Math.floor(from / BIN), this.newest - KEPT + 1, 0);
    for (let bin = first; bin <= last; bin++) {
      const share = (Math.min(to, (bin + 1) * BIN) - Math.max(from, bin * BIN)) / span;
      if (share > 0) this.deposit(bin, cpu * share, ready * share, gil * share, lock * share);
    }
  }

  /** Shares of the time from `from` to `to`, both Nanos since the run's start, whole bins at either end. */
  shares(from: number, to: number, into: Shares): Shares {
    into.cpu = 0;
    into.ready = 0;
    into.gil = 0;
    into.lock = 0;
    const span = to - from;
    if (span <= 0) return into;
    const first = Math.max(Math.floor(from / BIN), this.newest - KEPT + 1, 0);
    const last = Math.min(Math.ceil(to / BIN) - 1, this.newest);
    for (let bin = first; bin <= last; bin++) {
      const slot = bin % KEPT;
      into.cpu += this.cpu[slot] as number;
      into.ready += this.ready[slot] as number;
      into.gil += this.gil[slot] as number;
      into.lock += this.lock[slot] as number;
    }
    into.cpu = Math.min(1, into.cpu / span);
    into.ready = Math.min(1, into.ready / span);
    into.gil = Math.min(1, into.gil / span);
    into.lock = Math.min(1, into.lock / span);
    return into;
  }

  private deposit(bin: number, cpu: number, ready: number, gil: number, lock: number): void {
    const slot = bin % KEPT;
    this.cpu[slot] = (this.cpu[slot] as number) + cpu;
    this.ready[slot] = (this.ready[slot] as number) + ready;
    this.gil[slot] = (this.gil[slot] as number) + gil;
    this.lock[slot] = (this.lock[slot] as number) + lock;
  }

  private advance(bin: number): void {
    for (let next = Math.max(this.newest + 1, bin - KEPT + 1); next <= bin; next++) {
      const slot = next % KEPT;
      this.cpu[slot] = 0;
      this.ready[slot] = 0;
      this.gil[slot] = 0;
      this.lock[slot] = 0;
    }
    if (bin > this.newest) this.newest = bin;
  }
}
