import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import { DIRECTIONS } from '../../analyzer/model/index.ts';
import { BIN, Series } from './series.ts';

/** Messages through queues and pipes: all of them, and those of the last seconds. */
export interface MessagesView {
  readonly count: number;
  readonly bytes: number;
  /** Of the last two seconds. */
  readonly perSecond: number;
  readonly bytesPerSecond: number;
}

const MESSAGE = DIRECTIONS.indexOf('message');
const SECOND = 1e9;
const RECENT = 2 * SECOND;

export class LiveMessages {
  private readonly start: number;
  private readonly sent = new Series();
  private readonly volume = new Series();
  private count = 0;
  private bytes = 0;
  private first = Number.POSITIVE_INFINITY;

  /** `start`: Nanos when the run started. */
  constructor(start: number) {
    this.start = start;
  }

  take({ direction, end, bytes, weight, length }: SessionBatch['transfers']): void {
    for (let i = 0; i < length; i++) {
      if (direction[i] !== MESSAGE) continue;
      const time = (end[i] ?? this.start) - this.start;
      const count = weight[i] ?? 1;
      const size = count * Math.max(0, bytes[i] ?? 0);
      this.count += count;
      this.bytes += size;
      this.first = Math.min(this.first, time);
      this.sent.add(time, time, count);
      this.volume.add(time, time, size);
    }
  }

  /** `now`: Nanos since the run's start up to which there is data. Null when there was no message. */
  view(now: number): MessagesView | null {
    if (this.count === 0) return null;
    const to = Math.floor(now / BIN) * BIN;
    const from = Math.max(Math.floor(this.first / BIN) * BIN, to - RECENT);
    const rate = (series: Series): number => (to > from ? (series.sum(from, to) * SECOND) / (to - from) : 0);
    return {
      count: this.count,
      bytes: this.bytes,
      perSecond: rate(this.sent),
      bytesPerSecond: rate(this.volume),
    };
  }
}
