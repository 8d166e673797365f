import { READY, RUNNING, type samplesSchema, type TableBuilder, WAITING, WAITS } from '../../model/index.ts';

/** Neighbours that are equal become one row of at most this many nanoseconds, so that live views move. */
const LONGEST_ROW = 250e6;
/** `count` is 16 bits, `cpu` 32 bits: a row that would hold more becomes several. */
const MOST_OBSERVATIONS = 60000;
const MOST_NANOS = 4e9;
/** A row is split into this many at most; only a damaged file asks for more. */
const MOST_PARTS = 10000;
/** A thread that used at least this share of an interval was running, as far as one look can tell. */
const RUNNING_SHARE = 0.2;

export const UNKNOWN_WAIT = WAITS.indexOf('other');
/** What the agent found while a thread was idle: it could have run and got no CPU. */
export const STARVED = -1;

/** What a descriptor is that a thread reads from or writes to, by the agent's letter. */
export const WAIT_OF_LETTER: Readonly<Record<string, number>> = {
  p: WAITS.indexOf('pipe'),
  s: WAITS.indexOf('socket'),
  f: WAITS.indexOf('file'),
};

/**
 * The observations of one lane on their way to rows of `samples`.
 *
 * The agent leaves out a thread in the ticks in which it did not run; `idleUntil` makes up for them, so the rows that
 * come out are never more than twice the observations that went in, whatever the file says.
 */
export class LaneSamples {
  private readonly rows: TableBuilder<typeof samplesSchema>;
  private readonly lane: number;
  private from: number;
  private time: number;
  private stack = -1;
  private state = WAITING;
  private wait = 0;
  private cpu = 0;
  private ready = 0;
  private count = 0;
  /** Index into `WAITS`, or `STARVED`; what the thread has waited for since it last ran. */
  private idleWait = UNKNOWN_WAIT;
  /** Observations so far. */
  total = 0;

  constructor(rows: TableBuilder<typeof samplesSchema>, lane: number, start: number) {
    this.rows = rows;
    this.lane = lane;
    this.from = start;
    this.time = start;
  }

  get lastTime(): number {
    return this.time;
  }

  /** The thread was seen at `time` and had used `cpu` nanoseconds since the last observation. */
  observe(time: number, stack: number, cpu: number): void {
    if (time <= this.time) return;
    if (cpu > 0) this.idleWait = UNKNOWN_WAIT;
    const interval = time - this.time;
    if (cpu === 0 && this.idleWait === STARVED) this.add(time, stack, READY, 0, 0, interval, 1);
    else if (cpu >= interval * RUNNING_SHARE) this.add(time, stack, RUNNING, 0, cpu, 0, 1);
    else this.add(time, stack, WAITING, cpu === 0 ? this.idleWait : UNKNOWN_WAIT, cpu, 0, 1);
  }

  /** The thread did not run in `ticks` looks, the last of them at `time`. */
  idleUntil(time: number, ticks: number): void {
    if (time <= this.time || ticks <= 0) return;
    if (this.idleWait === STARVED) this.add(time, this.stack, READY, 0, 0, time - this.time, ticks);
    else this.add(time, this.stack, WAITING, this.idleWait, 0, 0, ticks);
  }

  /** What the thread, which has not run since, waits for. */
  waitsFor(wait: number): void {
    this.idleWait = wait;
    if (this.state === WAITING && this.wait === UNKNOWN_WAIT && wait !== STARVED) this.wait = wait;
  }

  /** Writes what is still open. */
  flush(): void {
    if (this.count === 0) return;
    const largest = Math.max(this.cpu, this.ready);
    const parts = Math.min(MOST_PARTS, Math.max(1, Math.ceil(largest / MOST_NANOS)));
    for (let part = 1; part <= parts; part++) {
      this.rows.push({
        lane: this.lane,
        time: part === parts ? this.time : Math.round(this.from + ((this.time - this.from) * part) / parts),
        cpu: Math.min(MOST_NANOS, Math.round(this.cpu / parts)),
        ready: Math.min(MOST_NANOS, Math.round(this.ready / parts)),
        stack: this.stack,
        count: part === parts ? this.count : 0,
        state: this.state,
        wait: this.wait,
        flags: 0,
      });
    }
    this.from = this.time;
    this.count = 0;
    this.cpu = 0;
    this.ready = 0;
  }

  private add(
    time: number,
    stack: number,
    state: number,
    wait: number,
    cpu: number,
    ready: number,
    count: number,
  ): void {
    const same = this.stack === stack && this.state === state && this.wait === wait;
    const room = time - this.from <= LONGEST_ROW && this.count + count <= MOST_OBSERVATIONS;
    if (this.count > 0 && !(same && room)) this.flush();
    this.time = time;
    this.stack = stack;
    this.state = state;
    this.wait = wait;
    this.cpu += cpu;
    this.ready += ready;
    this.count = Math.min(MOST_OBSERVATIONS, this.count + count);
    this.total += count;
  }
}
