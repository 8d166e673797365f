import type { NearestStack, NearestStacks } from '../gpu/nearestStack.ts';
import type { Calls } from './calls.ts';
import type { CaptureClock } from './captureClock.ts';
import type { PythonStacks } from './pythonStacks.ts';
import type { DeviceRows } from './rows.ts';

/** Nanos that work waits for its call, and a call for the samples around it: CUPTI flushes every half second. */
const PATIENCE = 1.5e9;

/** Percent, of a stack that was taken inside the call. */
const EXACT = 100;

/** Who asked for work. Times are Nanos. */
export interface Launch extends NearestStack {
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  readonly name: number;
}

/** The launch of work whose call was not seen. `name`: row of strings of the empty text. */
const unknownLaunch = (name: number): Launch => ({
  lane: -1,
  start: -1,
  end: -1,
  name,
  stack: -1,
  certainty: 0,
});

/** From the number that work and call have in common to thread, time and stack of who called. */
export class Attribution {
  private readonly calls: Calls;
  private readonly clock: CaptureClock;
  private readonly rows: DeviceRows;
  private readonly stacks: NearestStacks;
  private readonly exact: PythonStacks;
  private readonly process: number;
  private readonly unknown: Launch;
  /** The last answer: a graph is one call and many kernels. */
  private lastCorrelation = 0;
  private lastLaunch: Launch;

  constructor(
    calls: Calls,
    clock: CaptureClock,
    rows: DeviceRows,
    stacks: NearestStacks,
    exact: PythonStacks,
    process: number,
  ) {
    this.calls = calls;
    this.clock = clock;
    this.rows = rows;
    this.stacks = stacks;
    this.exact = exact;
    this.process = process;
    this.unknown = unknownLaunch(rows.name(''));
    this.lastLaunch = this.unknown;
  }

  /** Null while more may become known. `arrived`: Nanos when the work was handed out. `isLast`: nothing more comes. */
  launchOf(correlation: number, arrived: number, now: number, isLast: boolean): Launch | null {
    if (correlation === 0) return this.unknown;
    if (correlation === this.lastCorrelation) return this.lastLaunch;
    const isLate = isLast || now - arrived > PATIENCE;
    const call = this.calls.find(correlation);
    if (call < 0) return isLate ? this.unknown : null;
    const { calls, clock, process } = this;
    const thread = calls.threadOf(call);
    const end = clock.toMonotonic(calls.endOf(call));
    const exact = this.exact.of(correlation);
    if (!isLate && exact < 0 && !this.stacks.knows(process, thread, end)) return null;
    calls.use(call);
    const start = clock.toMonotonic(calls.startOf(call));
    const { stack, certainty } =
      exact < 0 ? this.stacks.find(process, thread, start, end) : { stack: exact, certainty: EXACT };
    const lane = this.rows.thread(process, thread, start);
    this.lastCorrelation = correlation;
    this.lastLaunch = { lane, start, end, name: calls.nameOf(call), stack, certainty };
    return this.lastLaunch;
  }
}
