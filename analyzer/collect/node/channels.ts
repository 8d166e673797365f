import type { PortRecord } from './events.ts';

/** One end of a channel: messages that are sent at it arrive at the other one, in order. */
export interface End {
  /** Numbers both ends of a channel in a process. */
  readonly channel: string;
  readonly side: number;
}

/** A program may make ports without end; those beyond are not followed. */
const MOST = 1 << 18;

/**
 * Which ports of the threads of one process are the ends of one channel. A port that is handed to another thread is a new port there,
 * and the same end: both threads say by which message, or with which worker's data, it went.
 */
export class Channels {
  private readonly ends = new Map<string, End>();
  /** Ends on their way, and ports that arrived before it was read that they were sent. */
  private readonly moving = new Map<string, End>();
  private readonly arrived = new Map<string, string>();

  /** The end that a port of a thread is; null when that is not known, or not yet. */
  end(thread: number, port: number): End | null {
    return this.ends.get(`${thread} ${port}`) ?? null;
  }

  learn({ thread, port, channel, worker, side, by }: PortRecord): void {
    if (this.ends.size >= MOST) return;
    const key = `${thread} ${port}`;
    if (channel !== null) this.ends.set(key, { channel: `${thread}.${channel}`, side });
    else if (worker !== null) this.ends.set(key, { channel: `worker ${worker}`, side });
    else if (by !== null) {
      const way = this.wayIn(thread, by);
      if (way === null) return;
      const end = this.moving.get(way);
      if (end) this.ends.set(key, end);
      else if (this.arrived.size < MOST) this.arrived.set(way, key);
    }
  }

  moved(thread: number, port: number, by: readonly number[]): void {
    const end = this.end(thread, port);
    const way = this.wayOut(thread, by);
    if (end === null || way === null || this.moving.size >= MOST) return;
    this.moving.set(way, end);
    const key = this.arrived.get(way);
    if (key !== undefined) this.ends.set(key, end);
    this.arrived.delete(way);
  }

  /** The channel, message and place in it by which a port came; or the worker whose data it came with, and the place. */
  private wayIn(thread: number, by: readonly number[]): string | null {
    const [port, index, position] = by;
    if (position === undefined) return `data ${port} ${index}`;
    const end = this.end(thread, port as number);
    return end && `${end.channel} ${1 - end.side} ${index} ${position}`;
  }

  private wayOut(thread: number, by: readonly number[]): string | null {
    const [port, index, position] = by;
    if (position === undefined) return `data ${port} ${index}`;
    const end = this.end(thread, port as number);
    return end && `${end.channel} ${end.side} ${index} ${position}`;
  }
}
