import { wordOf } from './capture.ts';

/** Pairs that are kept: two a second, so the last hours. */
const MOST_PAIRS = 1 << 15;
/** A clock that is slewed differs by at most this from one that is not (adjtimex: 500 ppm); beyond it was set. */
const MOST_SLEW = 0.001;
/** Nanos that a bracket may be off. */
const SLACK = 50_000;

/**
 * From CUPTI's clock, which is CLOCK_REALTIME, to CLOCK_MONOTONIC, by pairs of readings. Between two pairs the offset changes evenly,
 * since the system's clock may be slewed; where it was set, a time belongs to the pair that is nearer.
 *
 * CUPTI's times are kept as doubles from `base` on: since 1970 they do not fit.
 */
export class CaptureClock {
  private baseHigh = -1;
  private readonly cupti: number[] = [];
  private readonly offset: number[] = [];
  private at = 0;

  /** High word of the time that others count from; the first pair or time decides. */
  base(high: number): number {
    if (this.baseHigh < 0) this.baseHigh = high;
    return this.baseHigh;
  }

  get isKnown(): boolean {
    return this.cupti.length > 0;
  }

  /** Takes a `clock` chunk: u64 each, CLOCK_MONOTONIC before and after CUPTI's in the middle. */
  add(payload: DataView): void {
    if (payload.byteLength < 24) return;
    const high = payload.getUint32(12, true);
    const cupti = (high - this.base(high)) * 2 ** 32 + payload.getUint32(8, true);
    const [before, after] = [wordOf(payload, 0), wordOf(payload, 16)];
    const isSound = after >= before && after < 2 ** 53 && Math.abs(cupti) < 2 ** 52;
    if (!isSound || cupti <= (this.cupti.at(-1) ?? Number.NEGATIVE_INFINITY)) return;
    if (this.cupti.length >= MOST_PAIRS) {
      this.cupti.splice(0, MOST_PAIRS / 2);
      this.offset.splice(0, MOST_PAIRS / 2);
      this.at = 0;
    }
    this.cupti.push(cupti);
    this.offset.push(Math.round((before + after) / 2 - cupti));
  }

  /** Nanos on CLOCK_MONOTONIC of a time of CUPTI from the base on. Times mostly follow each other, which makes it quick. */
  toMonotonic(time: number): number {
    const { cupti } = this;
    let at = Math.min(this.at, cupti.length - 1);
    while (at + 1 < cupti.length && (cupti[at + 1] as number) <= time) at++;
    while (at > 0 && (cupti[at] as number) > time) at--;
    this.at = Math.max(0, at);
    // Damage may claim anything; what counts times holds these.
    return Math.min(Math.max(0, time + this.offsetAt(time, this.at)), Number.MAX_SAFE_INTEGER);
  }

  private offsetAt(time: number, at: number): number {
    const [from, to] = [this.cupti[at] ?? 0, this.cupti[at + 1]];
    const offset = this.offset[at] ?? 0;
    if (to === undefined || time <= from) return offset;
    const change = (this.offset[at + 1] as number) - offset;
    const share = (time - from) / (to - from);
    if (Math.abs(change) > MOST_SLEW * (to - from) + SLACK) return share < 0.5 ? offset : offset + change;
    return Math.round(offset + change * share);
  }
}
