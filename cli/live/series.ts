/** Nanos of one bin, the finest step of a sparkline: as often as batches come. */
export const BIN = 250e6;
/** Bins that a picture may show: 30 seconds. */
export const SHOWN_BINS = 120;
/** Bins that are kept: data may come some seconds late. */
const KEPT = 144;

/** Amounts of one quantity in the last 30 seconds, in bins of a quarter of a second. Its size never changes. */
export class Series {
  private readonly sums = new Float32Array(KEPT);
  /** Number of the newest bin, counted from the run's start; -1 while there is none. */
  private newest = -1;

  /** Spreads `amount` evenly over the time from `from` to `to`, both Nanos since the run's start; they may be the same. */
  add(from: number, to: number, amount: number): void {
    const last = Math.floor(to / BIN);
    if (last <= this.newest - KEPT || last < 0) return;
    this.advance(last);
    const span = to - from;
    if (span <= 0) {
      this.deposit(last, amount);
      return;
    }
    const first = Math.max(Math.floor(from / BIN), this.newest - KEPT + 1, 0);
    for (let bin = first; bin <= last; bin++) {
      const share = (Math.min(to, (bin + 1) * BIN) - Math.max(from, bin * BIN)) / span;
      if (share > 0) this.deposit(bin, amount * share);
    }
  }

  /** What was added from `from` to `to`, whole bins at either end. */
  sum(from: number, to: number): number {
    const first = Math.max(Math.floor(from / BIN), this.newest - KEPT + 1, 0);
    const last = Math.min(Math.ceil(to / BIN) - 1, this.newest);
    let sum = 0;
    for (let bin = first; bin <= last; bin++) sum += this.sums[bin % KEPT] as number;
    return sum;
  }

  private deposit(bin: number, amount: number): void {
    const slot = bin % KEPT;
    this.sums[slot] = (this.sums[slot] as number) + amount;
  }

  private advance(bin: number): void {
    for (let next = Math.max(this.newest + 1, bin - KEPT + 1); next <= bin; next++)
      this.sums[next % KEPT] = 0;
    if (bin > this.newest) this.newest = bin;
  }
}

/** A number that holds until it is set anew, such as the length of a queue, and its last 30 seconds. */
export class Gauge {
  /** Null until it is set. */
  value: number | null = null;
  /** Nanos since the run's start at which it was set for the first time. */
  since = 0;
  private at = 0;
  /** The value times how long it held. */
  private readonly held = new Series();

  set(time: number, value: number): void {
    if (this.value === null) {
      this.since = time;
      this.at = time;
    }
    if (time > this.at) {
      this.held.add(this.at, time, (this.value ?? 0) * (time - this.at));
      this.at = time;
    }
    this.value = value;
  }

  /** The mean from `from` to `to`, whole bins at either end; the value of now goes on. */
  mean(from: number, to: number): number {
    const start = Math.max(this.since, Math.floor(from / BIN) * BIN);
    const end = Math.max(start, Math.ceil(to / BIN) * BIN);
    if (end === start || this.value === null) return this.value ?? 0;
    const goesOn = Math.max(0, end - Math.max(start, this.at)) * this.value;
    return (this.held.sum(start, Math.min(end, this.at)) + goesOn) / (end - start);
  }
}
