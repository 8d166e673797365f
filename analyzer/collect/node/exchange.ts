import type { End } from './channels.ts';
import type { Received, Sent } from './events.ts';

/** A thread by its number in its process, and its lane. */
export interface Side {
  readonly thread: number;
  readonly lane: number;
}

/** A message as both of its threads tell of it. */
export interface Message {
  readonly from: Side;
  readonly sent: Sent;
  /** The end that it was sent at; null when that is not known. */
  readonly end: End | null;
  /** What its pool says of the task that it carries, if it does: when it was submitted (-1 when unknown), and the code that did. */
  readonly submit: number;
  readonly stack: number;
  /** Where and when it arrived; null when that was not seen. */
  to: Side | null;
  received: Received | null;
}

/** Messages that wait for their other half; of more, the oldest are given up. */
const MOST_WAITING = 100_000;

/**
 * Brings the two halves of messages together: the n-th that is sent at one end of a channel is the n-th that is received at the other.
 * `arrived` is called for each message once both are known, `lost` for those that nobody was seen to receive.
 */
export class Exchange {
  private readonly sent = new Map<string, Message>();
  private readonly early = new Map<string, { to: Side; received: Received }>();
  private readonly arrived: (message: Message) => void;
  private readonly lost: (message: Message) => void;

  constructor(arrived: (message: Message) => void, lost: (message: Message) => void) {
    this.arrived = arrived;
    this.lost = lost;
  }

  send(message: Message): void {
    const { end } = message;
    if (end === null) {
      this.lost(message);
      return;
    }
    const key = keyOf(end, end.side, message.sent.index);
    const early = this.early.get(key);
    if (early) {
      this.early.delete(key);
      this.complete(message, early.to, early.received);
      return;
    }
    this.sent.set(key, message);
    if (this.sent.size > MOST_WAITING) this.giveUp(1);
  }

  receive(end: End, to: Side, received: Received): void {
    const key = keyOf(end, 1 - end.side, received.index);
    const message = this.sent.get(key);
    if (message) {
      this.sent.delete(key);
      this.complete(message, to, received);
    } else if (this.early.size < MOST_WAITING) this.early.set(key, { to, received });
  }

  /** No more will be known. */
  finish(): void {
    this.giveUp(this.sent.size);
  }

  private complete(message: Message, to: Side, received: Received): void {
    message.received = received;
    message.to = to;
    this.arrived(message);
  }

  private giveUp(count: number): void {
    let left = count;
    for (const [key, message] of this.sent) {
      if (left-- <= 0) return;
      this.sent.delete(key);
      this.lost(message);
    }
  }
}

const keyOf = (end: End, sender: number, index: number): string => `${end.channel} ${sender} ${index}`;
