import { GIL_WAIT, READY, RUNNING, samplesSchema, TableBuilder, WAITING } from '../../model/index.ts';
import { isSpace, numberEnd, ProcFile, parseDecimal, parseHex, procBuffer } from '../process/procfs.ts';
import type { Awaited } from './lockWatch.ts';

/** The batch that a sampler fills; CPU and ready times are doubles until the batch is closed. */
export class SampleBatch {
  readonly rows = new TableBuilder(samplesSchema, 1024);
  cpu = new Float64Array(1024);
  ready = new Float64Array(1024);

  /** Number of a new row. */
  add(): number {
    this.rows.reserve(1);
    if (this.rows.length >= this.cpu.length) {
      this.cpu = grown(this.cpu);
      this.ready = grown(this.ready);
    }
    const row = this.rows.length++;
    this.cpu[row] = 0;
    this.ready[row] = 0;
    return row;
  }
}

function grown(values: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** What one look at a thread found. */
export const GONE = 0;
/** Nothing happened since the last look: the thread is blocked and has not run. */
export const UNCHANGED = 1;
export const CHANGED = 2;

/** Most rows over which CPU time that arrives late is spread: more than the longest tick of a kernel at 10 kHz. */
const MAX_PENDING = 256;
const NO_SYSCALL = -1;

/**
 * One thread of the run: its counters in `/proc`, and the row of the batch that is still growing.
 *
 * The kernel's CPU counter of a running thread moves only at its own tick (1 to 10 ms) or when the thread is switched.
 * Between two moves the observations wait in `pending`; when the counter has moved, its gain is spread over them by the
 * time that each stands for. A sum over rows is therefore exact, and a share is right as soon as there are many.
 */
export class ThreadLane {
  readonly lane: number;
  readonly thread: number;
  /** Address of the interpreter's thread state; 0 for a thread that runs no Python. */
  threadState = 0;
  /** Nanos of the first row's start, and of the last row's end. */
  readonly start: number;
  lastTime: number;
  /** Nanos of the kernel's CPU time that rows account for. */
  cpu = 0;
  /** Stack and state of the last observation. */
  stack = -1;
  state = RUNNING;
  wait = 0;
  flags = 0;
  /** Blocked in this system call with this first argument. */
  syscall = NO_SYSCALL;
  argument = 0;
  /** What it sleeps for in a futex, and its last row in the table of lock waits; see `LockWatch`. */
  awaited: Awaited = 'unknown';
  lockRow = 0;
  /** Nanos before which a thread that has long been idle is not looked at again. */
  nextLook = 0;
  idleSince = 0;
  name = '';

  private readonly schedstat: ProcFile;
  private readonly syscallFile: ProcFile | null;
  private runTime = 0;
  private delay = 0;
  private slices = -1;
  private newRunTime = 0;
  private newDelay = 0;
  private blocked = false;
  private afresh = false;
  private row = -1;
  private readonly pendingRow = new Int32Array(MAX_PENDING);
  private readonly pendingWeight = new Float64Array(MAX_PENDING);
  private pending = 0;

  private constructor(
    lane: number,
    thread: number,
    start: number,
    schedstat: ProcFile,
    syscallFile: ProcFile | null,
  ) {
    this.lane = lane;
    this.thread = thread;
    this.start = start;
    this.lastTime = start;
    this.schedstat = schedstat;
    this.syscallFile = syscallFile;
  }

  /**
   * Null when the thread is gone already. `born`: its CPU time until now belongs to the run; otherwise (a process that was
   * joined) counting starts here.
   */
  static open(
    lane: number,
    process: number,
    thread: number,
    start: number,
    born: boolean,
  ): ThreadLane | null {
    const folder = `/proc/${process}/task/${thread}`;
    const schedstat = ProcFile.open(`${folder}/schedstat`);
    if (!schedstat) return null;
    const result = new ThreadLane(lane, thread, start, schedstat, ProcFile.open(`${folder}/syscall`));
    if (!born && result.readCounters()) {
      result.runTime = result.newRunTime;
      result.delay = result.newDelay;
    }
    return result;
  }

  /** Looks at the thread's state and counters; `CHANGED` asks for its stack and then `observe`. */
  look(): number {
    const length = this.syscallFile?.read() ?? 0;
    if (length < 0) {
      this.readCounters();
      return GONE;
    }
    let number = NO_SYSCALL;
    let argument = 0;
    let blocked = false;
    // "running", or the number of the call (-1 outside of one) and its arguments.
    if (length > 0 && procBuffer[0] !== 114) {
      blocked = true;
      if (procBuffer[0] !== 45) {
        number = parseDecimal(0);
        let at = numberEnd;
        while (isSpace(procBuffer[at])) at++;
        argument = parseHex(at + 2);
      } else if (isExited(length)) {
        this.readCounters();
        return GONE;
      }
    }
    const slices = this.slices;
    if (!this.readCounters()) return GONE;
    const same = blocked && this.blocked && this.slices === slices && this.newRunTime === this.runTime;
    const afresh = this.afresh;
    this.blocked = blocked;
    this.afresh = false;
    if (same && !afresh) return UNCHANGED;
    this.syscall = number;
    this.argument = argument;
    this.awaited = 'unknown';
    return CHANGED;
  }

  /** Has the next look find a change, whether or not the thread did anything. */
  lookAfresh(): void {
    this.afresh = true;
  }

  get isBlocked(): boolean {
    return this.blocked;
  }

  /** CPU nanoseconds that the last look found beyond what rows account for. */
  get newCpu(): number {
    return this.newRunTime - this.runTime;
  }

  /** Puts the observation (`stack`, `state`, `wait`, `flags` as set) into the batch, standing for the time since the last. */
  observe(batch: SampleBatch, time: number): void {
    const row = this.place(batch, time);
    const cpu = this.newRunTime - this.runTime;
    const delay = Math.max(0, this.newDelay - this.delay);
    const running = this.state === RUNNING || this.state === READY;
    // A thread that was found blocked ran for half of the interval, as far as can be told.
    this.enqueue(row, (time - this.lastTime) * (running ? 1 : 0.5));
    this.lastTime = time;
    if (cpu > 0 || delay > 0) this.spread(batch, cpu, delay);
    else if (!running) this.pending = 0;
  }

  /** The batch is about to be closed: rows of the next one start afresh. */
  endBatch(): void {
    this.row = -1;
    this.pending = 0;
  }

  close(): void {
    this.schedstat.close();
    this.syscallFile?.close();
  }

  private place(batch: SampleBatch, time: number): number {
    const columns = batch.rows.columns;
    const row = this.row;
    if (
      row >= 0 &&
      columns.stack[row] === this.stack &&
      columns.state[row] === this.state &&
      columns.wait[row] === this.wait &&
      columns.flags[row] === this.flags
    ) {
      columns.time[row] = time;
      columns.count[row] = (columns.count[row] as number) + 1;
      return row;
    }
    const added = batch.add();
    const grownColumns = batch.rows.columns;
    grownColumns.lane[added] = this.lane;
    grownColumns.time[added] = time;
    grownColumns.stack[added] = this.stack;
    grownColumns.count[added] = 1;
    grownColumns.state[added] = this.state;
    grownColumns.wait[added] = this.wait;
    grownColumns.flags[added] = this.flags;
    this.row = added;
    return added;
  }

  private enqueue(row: number, weight: number): void {
    const last = this.pending - 1;
    if (last >= 0 && this.pendingRow[last] === row) {
      this.pendingWeight[last] = (this.pendingWeight[last] as number) + weight;
    } else if (this.pending < MAX_PENDING) {
      this.pendingRow[this.pending] = row;
      this.pendingWeight[this.pending++] = weight;
    }
  }

  private spread(batch: SampleBatch, cpu: number, delay: number): void {
    let sum = 0;
    for (let i = 0; i < this.pending; i++) sum += this.pendingWeight[i] as number;
    const starved = delay > cpu;
    const states = batch.rows.columns.state;
    for (let i = 0; i < this.pending; i++) {
      const row = this.pendingRow[i] as number;
      const share = sum > 0 ? (this.pendingWeight[i] as number) / sum : 1 / this.pending;
      batch.cpu[row] = (batch.cpu[row] as number) + cpu * share;
      batch.ready[row] = (batch.ready[row] as number) + delay * share;
      const state = states[row];
      if (state === RUNNING || state === READY) states[row] = starved ? READY : RUNNING;
    }
    this.pending = 0;
    this.runTime = this.newRunTime;
    this.delay = this.newDelay;
    this.cpu += cpu;
  }

  private readCounters(): boolean {
    if (this.schedstat.read() <= 0) return false;
    this.newRunTime = parseDecimal(0);
    this.newDelay = parseDecimal(numberEnd + 1);
    this.slices = parseDecimal(numberEnd + 1);
    return true;
  }
}

/** A thread that has ended and waits to be collected reads as "-1 0x0 0x0". */
function isExited(length: number): boolean {
  return length >= 10 && procBuffer[5] === 48 && isSpace(procBuffer[6]) && procBuffer[9] === 48;
}

/** State of a thread that has a stack, from where it is blocked. */
export function stateOf(lane: ThreadLane, waitsForGil: boolean): number {
  if (!lane.isBlocked) return RUNNING;
  return waitsForGil ? GIL_WAIT : WAITING;
}
