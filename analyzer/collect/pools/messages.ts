import { DIRECTIONS, WITHOUT_DEVICE } from '../../model/index.ts';
import type { PoolRows } from './rows.ts';

const MESSAGE = DIRECTIONS.indexOf('message');
/** Messages that wait for their receiver; beyond, the oldest are written without. */
const MOST_WAITING = 50_000;
/** A receiver that is not known after this many Nanos does not write a log. */
const PATIENCE = 5e9;

export interface SentMessage {
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
  readonly stack: number;
  readonly weight: number;
}

interface Received {
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
}

/**
 * Brings the two ends of messages together. A pipe hands them on in order, and both ends know it by the number of its inode;
 * who wrote first among several senders is told by when each had pickled, so sizes must agree, too.
 */
export class Messages {
  sent = 0;
  private readonly rows: PoolRows;
  private readonly waiting = new Map<number, SentMessage[]>();
  /** Received before the log of the sender was read. */
  private readonly early = new Map<number, Received[]>();
  private count = 0;

  constructor(rows: PoolRows) {
    this.rows = rows;
  }

  send(channel: number, message: SentMessage): void {
    this.sent += message.weight;
    if (channel === 0) {
      this.write(message, null);
      return;
    }
    const early = this.early.get(channel);
    const at = early?.findIndex((each) => each.bytes === message.bytes && each.start >= message.start) ?? -1;
    const received = at >= 0 ? early?.splice(at, 1)[0] : undefined;
    if (received) {
      this.write(message, received);
      return;
    }
    const queue = this.waiting.get(channel);
    if (queue) queue.push(message);
    else this.waiting.set(channel, [message]);
    if (++this.count > MOST_WAITING) this.flush(Number.POSITIVE_INFINITY);
  }

  receive(channel: number, message: Received): void {
    const queue = this.waiting.get(channel) ?? [];
    const at = queue.findIndex((each) => each.bytes === message.bytes && each.start <= message.start);
    const sent = at >= 0 ? queue.splice(at, 1)[0] : undefined;
    if (sent) {
      this.count--;
      this.write(sent, message);
      return;
    }
    const early = this.early.get(channel) ?? [];
    this.early.set(channel, early);
    // Its sender may be a program that nobody records.
    if (channel !== 0 && early.length < 1000) early.push(message);
  }

  /** Writes what was sent before `time` (Nanos) and found no receiver. */
  flush(time: number): void {
    for (const [channel, queue] of this.waiting) {
      const late = queue.filter((each) => each.end < time - PATIENCE || time === Number.POSITIVE_INFINITY);
      if (late.length === 0) continue;
      for (const each of late) this.write(each, null);
      this.count -= late.length;
      const rest = queue.filter((each) => !late.includes(each));
      if (rest.length > 0) this.waiting.set(channel, rest);
      else this.waiting.delete(channel);
    }
  }

  private write(sent: SentMessage, received: Received | null): void {
    this.rows.transfers.push({
      ...sent,
      direction: MESSAGE,
      toLane: received?.lane ?? -1,
      estimated: 0,
      ...WITHOUT_DEVICE,
      toStart: received?.start ?? -1,
      toEnd: received?.end ?? -1,
    });
  }
}
