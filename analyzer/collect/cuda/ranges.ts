import { SPAN_KINDS } from '../../model/index.ts';
import type { DeviceRows } from './rows.ts';

const RANGE = SPAN_KINDS.indexOf('range');
/** Ranges that are open at once; more are damage. */
const MOST_OPEN = 100_000;
const THREAD_OBJECT = 2;
const INSTANT = 1;
const START = 2;
const END = 4;

interface OpenRange {
  readonly name: number;
  readonly start: number;
  readonly lane: number;
}

/** A mark of NVTX. `time`: Nanos. `name`: row of strings, -1 for none. */
export interface Mark {
  readonly flags: number;
  readonly id: number;
  readonly time: number;
  readonly name: number;
  /** What the mark belongs to: kind, process, thread. */
  readonly object: readonly [number, number, number];
}

/** Ranges of NVTX: a mark where each begins and one where it ends. */
export class Ranges {
  private readonly rows: DeviceRows;
  private readonly process: number;
  private readonly open = new Map<number, OpenRange>();

  constructor(rows: DeviceRows, process: number) {
    this.rows = rows;
    this.process = process;
  }

  take({ flags, id, time, name, object }: Mark): void {
    const [kind, , thread] = object;
    if (flags & END) {
      const begun = this.open.get(id);
      this.open.delete(id);
      if (begun) this.write(begun, Math.max(time, begun.start));
      return;
    }
    const lane = kind === THREAD_OBJECT ? this.rows.thread(this.process, thread, time) : -1;
    if (lane < 0 || name < 0) return;
    if (flags & INSTANT) this.write({ name, start: time, lane }, time);
    else if (flags & START && this.open.size < MOST_OPEN) this.open.set(id, { name, start: time, lane });
  }

  /** Ends what is open at `time`. */
  finish(time: number): void {
    for (const range of this.open.values()) this.write(range, Math.max(time, range.start));
    this.open.clear();
  }

  private write({ name, start, lane }: OpenRange, end: number): void {
    this.rows.spans.push({ lane, kind: RANGE, name, start, end, stack: -1 });
  }
}
