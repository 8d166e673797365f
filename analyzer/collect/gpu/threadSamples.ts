/** Rows that are kept of a thread; a quarter of them is let go of at once. */
const MOST = 16384;
const FIRST = 64;

/**
 * The last rows of one thread's samples, in order of time. A row stands for `count` looks that all saw `stack`, from the previous
 * row's time to its own:
 *
 *     row i-1, time 100                  row i, time 160, count 3
 *     |                                  |
 *     x           x            x         x
 *     100         ~120         ~140      160
 */
export class ThreadSamples {
  length = 0;
  /** The last lane that had the thread's number: the system uses numbers again. */
  lane = -1;
  // Most threads never launch anything, and many are short.
  private times = new Float64Array(FIRST);
  private stacks = new Int32Array(FIRST);
  private counts = new Uint16Array(FIRST);

  /** Time of the last look, Nanos; -1 when there was none. */
  get last(): number {
    return this.time(this.length - 1);
  }

  /** `time` of the look, Nanos, after those before; others are damage and left out. */
  add(time: number, stack: number, count: number): void {
    if (!(time >= this.last)) return;
    if (this.length === this.times.length) this.makeRoom();
    this.times[this.length] = time;
    this.stacks[this.length] = stack;
    this.counts[this.length] = count;
    this.length++;
  }

  /** Time of row `at`, Nanos; -1 for one that is not there. */
  time(at: number): number {
    return at < 0 || at >= this.length ? -1 : (this.times[at] as number);
  }

  /** Stack of row `at`; -1 for one that is not there. */
  stack(at: number): number {
    return at < 0 || at >= this.length ? -1 : (this.stacks[at] as number);
  }

  /** The first row whose time is not before `time`; `length` when all are. */
  firstFrom(time: number): number {
    let [low, high] = [0, this.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.times[middle] as number) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Whether row `at`, the first that does not end before `start`, has a look in `start` to `end`. When the looks of a row were
   * but its last is only known on average, so that a call must have lasted for two of them.
   */
  hasLookWithin(at: number, start: number, end: number): boolean {
    const time = this.time(at);
    if (time < start) return false;
    if (time <= end) return true;
    const count = this.counts[at] as number;
    return at > 0 && count > 1 && end - start >= (2 * (time - this.time(at - 1))) / count;
  }

  private makeRoom(): void {
    if (this.length === MOST) {
      const rows = MOST / 4;
      for (const column of [this.times, this.stacks, this.counts]) column.copyWithin(0, rows, this.length);
      this.length -= rows;
      return;
    }
    const [{ times, stacks, counts }, size] = [this, this.length * 2];
    this.times = new Float64Array(size);
    this.stacks = new Int32Array(size);
    this.counts = new Uint16Array(size);
    this.times.set(times);
    this.stacks.set(stacks);
    this.counts.set(counts);
  }
}
