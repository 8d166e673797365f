import type { Schema } from './table.ts';

/** What a thread was doing when it was looked at; the order is the stored value. */
export const STATES = ['running', 'ready', 'waiting', 'gil'] as const;
export type State = (typeof STATES)[number];
export const RUNNING = 0;
export const READY = 1;
export const WAITING = 2;
export const GIL_WAIT = 3;

/** What a waiting thread waits for; the order is the stored value. */
export const WAITS = [
  'none',
  'gil',
  'lock',
  'pipe',
  'socket',
  'file',
  'poll',
  'sleep',
  'child',
  'other',
] as const;
export type Wait = (typeof WAITS)[number];

/** The stack could not be read consistently; it was kept, because dropping such samples biases against call-heavy code. */
export const TORN = 1;
/** The thread held the GIL at `time`; only known where the GIL was asked for. */
export const HOLDS_GIL = 2;

/**
 * Samples. The rows of one lane are in order of time; lanes take turns in blocks of about a quarter second, which keeps
 * equal values together and the file small.
 *
 * A row says what its lane did **from the previous row of that lane (or the lane's start) to `time`**. Storing the end
 * and not a duration keeps rows from overlapping or leaving holes by construction, and costs one column less: a tick that
 * was missed makes the next row longer, as it should.
 *
 * Neighbouring observations with the same stack and state are one row: `count` says how many. A thread that sleeps for
 * an hour is a few rows, not 3.6 million.
 *
 * `lane`: row of `lanes`. `time`: Nanos. `cpu`: Nanos the thread was on a CPU in the interval, from the kernel's counter
 * and not from the number of samples, so totals stay exact when the sampler is starved. `ready`: Nanos it was runnable
 * and had no CPU. `stack`: row of `stacks`, -1 when there is none. `state`, `wait`: indexes into `STATES` and `WAITS`,
 * as seen at `time`. `flags`: bits, `TORN` and `HOLDS_GIL`.
 *
 *     lane start 100   row 1: time 110, cpu 10, running   row 2: time 150, cpu 0, waiting (count 4)
 *     |=== running ===|------------------ waiting ------------------|
 *     100            110                                           150
 */
export const samplesSchema = {
  lane: 'u32',
  time: 'i64',
  cpu: 'u32',
  ready: 'u32',
  stack: 'i32',
  count: 'u16',
  state: 'u8',
  wait: 'u8',
  flags: 'u8',
} as const satisfies Schema;
