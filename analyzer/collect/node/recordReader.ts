import { parseEvents } from './events.ts';
import { type Announcement, type NodeRecord, parseRecord } from './records.ts';

/** A line that is longer is damage: a slice of a large program has some hundred kilobytes. */
const LONGEST_LINE = 1 << 26;
const NEWLINE = 10;

/** The bytes of an agent's file, piece by piece, as records: lines, and the events that some lines announce. */
export class RecordReader {
  private readonly take: (record: NodeRecord | null) => void;
  private readonly decoder = new TextDecoder();
  /** The beginning of a line, or of announced bytes, whose end is not there yet. */
  private rest: Uint8Array[] = [];
  private restBytes = 0;
  private announced: Announcement | null = null;

  /** `take`: gets each record; null for a line that makes no sense. */
  constructor(take: (record: NodeRecord | null) => void) {
    this.take = take;
  }

  /** Whether there is something whose end is missing. */
  get isWithin(): boolean {
    return this.restBytes > 0 || this.announced !== null;
  }

  read(bytes: Uint8Array): void {
    let from = 0;
    while (from < bytes.length) {
      const end = this.endOf(bytes, from);
      if (end < 0) {
        this.keep(bytes.slice(from));
        return;
      }
      const whole = Buffer.concat([...this.rest, bytes.subarray(from, end)]);
      this.rest = [];
      this.restBytes = 0;
      if (this.announced) {
        const { thread, left } = this.announced;
        this.announced = null;
        from = end;
        this.take({ kind: 'events', thread, left, events: parseEvents(whole) });
      } else {
        from = end + 1;
        this.line(this.decoder.decode(whole));
      }
    }
  }

  /** Where what is being read ends, -1 when that is not in `bytes`. */
  private endOf(bytes: Uint8Array, from: number): number {
    if (!this.announced) return bytes.indexOf(NEWLINE, from);
    const end = from + this.announced.bytes - this.restBytes;
    return end <= bytes.length ? end : -1;
  }

  private keep(bytes: Uint8Array): void {
    this.restBytes += bytes.length;
    if (this.restBytes > LONGEST_LINE) this.rest = [];
    else this.rest.push(bytes);
  }

  private line(text: string): void {
    const record = parseRecord(text);
    if (record?.kind !== 'announcement') this.take(record);
    // Without bytes it would wait for ever.
    else if (record.bytes > 0) this.announced = record;
    else this.take({ kind: 'events', thread: record.thread, left: record.left, events: [] });
  }
}
