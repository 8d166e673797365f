import type { FrameId, StackId } from '../../model/index.ts';
import type { ImportedProfile } from '../importedProfile.ts';
import { isObject, type Json, numberOf, stringOf, u32Of } from '../json.ts';
import { languageOf } from '../sourceLanguage.ts';

/** `solve (app.py:12)`, as viztracer and others name functions. */
const PLACED = /^(.+) \((.+?):(\d+)\)$/;
/** Of what neither begins nor ends anything on a thread: metadata, marks, counters, flows, and what overlaps freely. */
const SLICES = new Set(['X', 'B', 'E']);
/** Microseconds since 1970 of the year 2000: earlier ones count from an unknown beginning. */
const EPOCH = 946684800e6;

/** A thread with what is open on it. */
interface Thread {
  readonly process: string;
  readonly thread: string;
  readonly open: { readonly frame: FrameId; readonly start: number }[];
}

/** Slices in columns, 28 bytes each: a long trace has millions. */
class SliceColumns {
  length = 0;
  thread = new Uint32Array(1024);
  frame = new Uint32Array(1024);
  /** Microseconds as the trace counts them. */
  start = new Float64Array(1024);
  end = new Float64Array(1024);

  push(thread: number, frame: number, start: number, end: number): void {
    if (this.length === this.thread.length) this.grow();
    this.thread[this.length] = thread;
    this.frame[this.length] = frame;
    this.start[this.length] = start;
    this.end[this.length++] = end;
  }

  private grow(): void {
    const size = 2 * this.length;
    const grown = <T extends Uint32Array | Float64Array>(larger: T, old: T): T => {
      larger.set(old);
      return larger;
    };
    this.thread = grown(new Uint32Array(size), this.thread);
    this.frame = grown(new Uint32Array(size), this.frame);
    this.start = grown(new Float64Array(size), this.start);
    this.end = grown(new Float64Array(size), this.end);
  }
}

/** What a trace tells of threads: slices, which lie within each other, become the stacks of a lane each. */
export class TraceSlices {
  private readonly slices = new SliceColumns();
  private readonly threads: Thread[] = [];
  private readonly threadIds = new Map<string, number>();
  private readonly names = new Map<string, string>();
  private readonly frames = new Map<string, FrameId>();
  private readonly profile: ImportedProfile;
  private last = Number.NEGATIVE_INFINITY;
  /** Events that made no sense, and those that are of another kind. */
  damaged = 0;
  others = 0;

  constructor(profile: ImportedProfile) {
    this.profile = profile;
  }

  get count(): number {
    return this.slices.length;
  }

  add(event: Json): void {
    const phase = stringOf(event.ph);
    if (phase === 'M') this.learnName(event);
    else if (!SLICES.has(phase)) this.others++;
    else this.addSlice(event, phase);
  }

  /** Makes the lanes. Gives the times of the trace's beginning (ms since 1970, 0 when not known) and end (Nanos). */
  finish(): { readonly startEpochMs: number; readonly end: number } {
    for (const [id, { open }] of this.threads.entries())
      for (const { frame, start } of open) this.slices.push(id, frame, start, Math.max(start, this.last));
    const { length, start, end } = this.slices;
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < length; i++) {
      first = Math.min(first, start[i] as number);
      last = Math.max(last, end[i] as number);
    }
    if (length === 0) return { startEpochMs: 0, end: 0 };
    const processes = new Set<string>();
    for (const [id, order] of this.byThread().entries()) {
      const thread = this.threads[id] as Thread;
      if (order.length === 0) continue;
      if (!processes.has(thread.process)) this.addProcess(thread.process);
      this.addLane(thread, order, first, !processes.has(thread.process));
      processes.add(thread.process);
    }
    return { startEpochMs: first > EPOCH ? first / 1e3 : 0, end: (last - first) * 1e3 };
  }

  private addSlice(event: Json, phase: string): void {
    const time = numberOf(event.ts);
    const duration = phase === 'X' ? numberOf(event.dur ?? 0) : 0;
    const id = this.threadOf(event);
    const { open } = this.threads[id] as Thread;
    if (Number.isNaN(time) || !(duration >= 0)) {
      this.damaged++;
      return;
    }
    this.last = Math.max(this.last, time + duration);
    if (phase === 'X') this.slices.push(id, this.frameOf(stringOf(event.name)), time, time + duration);
    else if (phase === 'B') open.push({ frame: this.frameOf(stringOf(event.name)), start: time });
    else {
      const begun = open.pop();
      if (begun && begun.start <= time) this.slices.push(id, begun.frame, begun.start, time);
      else this.damaged++;
    }
  }

  private threadOf({ pid, tid }: Json): number {
    const [process, thread] = [wordOf(pid), wordOf(tid)];
    const key = `${process} ${thread}`;
    const known = this.threadIds.get(key);
    if (known !== undefined) return known;
    const id = this.threads.push({ process, thread, open: [] }) - 1;
    this.threadIds.set(key, id);
    return id;
  }

  private frameOf(name: string): FrameId {
    const known = this.frames.get(name);
    if (known !== undefined) return known;
    const [, code = '', file = '', line] = PLACED.exec(name) ?? [];
    const frame =
      file === ''
        ? this.profile.frame(name || '(no name)', '', 0, 0, 'native')
        : this.profile.frame(code, file, 0, u32Of(line), languageOf(file));
    this.frames.set(name, frame);
    return frame;
  }

  private learnName({ name, pid, tid, args }: Json): void {
    const its = isObject(args) ? stringOf(args.name) : '';
    if (its === '') return;
    if (name === 'process_name') this.names.set(wordOf(pid), its);
    if (name === 'thread_name') this.names.set(`${wordOf(pid)} ${wordOf(tid)}`, its);
  }

  /** The slices of each thread, in the order in which they begin, the longer of two first. */
  private byThread(): Uint32Array[] {
    const { length, thread, start, end } = this.slices;
    const counts = new Uint32Array(this.threads.length);
    for (let i = 0; i < length; i++)
      counts[thread[i] as number] = (counts[thread[i] as number] as number) + 1;
    const orders = Array.from(counts, (count) => new Uint32Array(count));
    counts.fill(0);
    for (let i = 0; i < length; i++) {
      const id = thread[i] as number;
      const at = counts[id] as number;
      (orders[id] as Uint32Array)[at] = i;
      counts[id] = at + 1;
    }
    for (const order of orders)
      order.sort(
        (a, b) => (start[a] as number) - (start[b] as number) || (end[b] as number) - (end[a] as number),
      );
    return orders;
  }

  private addProcess(process: string): void {
    const name = this.names.get(process) ?? '';
    this.profile.process(u32Of(process), name);
  }

  private addLane({ process, thread }: Thread, order: Uint32Array, first: number, isFirst: boolean): void {
    const { start, end, frame } = this.slices;
    // Whole ones: 0.1 us and a length of 0.2 us end at 0.3 us, where the next slice begins, and not a little later.
    const nanos = (time: number): number => Math.round((time - first) * 1e3);
    const ids = { process: u32Of(process), thread: u32Of(thread) };
    const name = this.names.get(`${process} ${thread}`) ?? `thread ${thread}`;
    const role = isFirst && this.profile.laneCount === 0 ? 'main' : 'worker';
    const lane = this.profile.lane({ name, ...ids, role, start: nanos(start[order[0] as number] as number) });
    const open: { readonly end: number; readonly stack: StackId }[] = [];
    const until = (time: number): void => {
      const wall = time - this.profile.timeOf(lane);
      const stack = open.at(-1)?.stack ?? -1;
      // Between slices nothing is known of the thread, and it is not said to run.
      if (wall > 0) this.profile.add(lane, stack, { wall, count: 0, ...(stack < 0 ? { wait: 'none' } : {}) });
    };
    const close = (time: number): void => {
      for (let top = open.at(-1); top && top.end <= time; top = open.at(-1)) {
        until(top.end);
        open.pop();
      }
    };
    for (const slice of order) {
      const begin = nanos(start[slice] as number);
      close(begin);
      until(begin);
      const above = open.at(-1);
      const stack = this.profile.stack(above?.stack ?? -1, frame[slice] as FrameId);
      // What outlasts the slice that it began in is cut off with it.
      open.push({
        end: Math.min(nanos(end[slice] as number), above?.end ?? Number.POSITIVE_INFINITY),
        stack,
      });
    }
    close(Number.POSITIVE_INFINITY);
  }
}

const wordOf = (value: unknown): string =>
  typeof value === 'number' || typeof value === 'string' ? String(value).slice(0, 200) : '';
