/** How far the clocks of a device and of the host drift apart, at most: Nanos each Nano. */
const DRIFT = 1e-4;
/** Nanos that a device's time may lie from the first one seen; more is damage. */
const MOST = 2 ** 52;

/**
 * What a device's clock must have added to give Nanos of the host, told from moments that are known to lie between two of the
 * host's: the device was asked while the host waited, or a command was queued while the host's call lasted.
 *
 *     host      before ........... after        offset from before - device to after - device
 *     device           * device
 *
 * Each such moment narrows what the offset can be; since the clocks drift, what was known widens with time. The offset is
 * only moved when it must be, so that commands in a row stay in a row.
 */
export class DeviceClock {
  private base: bigint | null = null;
  private low = Number.NEGATIVE_INFINITY;
  private high = Number.POSITIVE_INFINITY;
  /** NaN before anything is known. */
  private offset = Number.NaN;
  private at = 0;

  /** Nanos that the conversion may be wrong by, either way; infinite before anything is known. */
  get uncertainty(): number {
    return (this.high - this.low) / 2;
  }

  /** The device's clock read `device` no earlier than `before` and no later than `after` (Nanos, infinite when not known). */
  learn(device: bigint, before: number, after: number): void {
    const time = this.sinceBase(device);
    if (time === null || !(before <= after)) return;
    const [low, high] = [before - time, after - time];
    const passed = Math.max(0, before - this.at);
    this.at = Math.max(this.at, before);
    this.low -= passed * DRIFT;
    this.high += passed * DRIFT;
    // Moments that contradict what is known: the clock was set, or drifts more than it should.
    const width = this.high - this.low;
    if (low > this.high) [this.low, this.high] = [low, Math.min(high, low + width)];
    else if (high < this.low) [this.low, this.high] = [Math.max(low, high - width), high];
    else [this.low, this.high] = [Math.max(low, this.low), Math.min(high, this.high)];
    this.settle();
  }

  /** Nanos of the host at a time of the device; null for one that cannot be. */
  toHost(device: bigint): number | null {
    const time = this.sinceBase(device);
    if (time === null || Number.isNaN(this.offset)) return null;
    return Math.round(time + this.offset);
  }

  /** Keeps the offset in the middle half of what it can be. */
  private settle(): void {
    const margin = (this.high - this.low) / 4;
    if (!Number.isFinite(margin)) return;
    if (Number.isNaN(this.offset)) this.offset = this.low + 2 * margin;
    this.offset = Math.min(Math.max(this.offset, this.low + margin), this.high - margin);
  }

  private sinceBase(device: bigint): number | null {
    this.base ??= device;
    const time = Number(device - this.base);
    return Math.abs(time) < MOST ? time : null;
  }
}
