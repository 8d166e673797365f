import type { Schema } from './table.ts';

/** What a span is; the order is the stored value. */
export const SPAN_KINDS = ['task', 'kernel', 'api', 'wait', 'gc', 'step', 'range'] as const;
export type SpanKind = (typeof SPAN_KINDS)[number];

/** Which way a transfer went; the order is the stored value. */
export const DIRECTIONS = [
  'H2D',
  'D2H',
  'D2D',
  'P2P',
  'pickle-out',
  'pickle-in',
  'clone-out',
  'clone-in',
  'message',
] as const;
export type Direction = (typeof DIRECTIONS)[number];

/**
 * Something with a start and an end on a lane. `name`: row of `strings`. `start`, `end`: Nanos, `end >= start`. `stack`:
 * the code it was started from, -1 when unknown.
 */
export const spansSchema = {
  lane: 'u32',
  kind: 'u8',
  name: 'u32',
  start: 'i64',
  end: 'i64',
  stack: 'i32',
} as const satisfies Schema;

/**
 * A span that moved `bytes` (a double: a run may move more than 4 GiB at once) in `direction`. `lane`, `start`, `end`: who
 * sent, and when (Nanos); for a message, when it was serialised. `toLane`, `toStart`, `toEnd`: where and when it arrived,
 * -1 when that was not seen; for a message, when it was deserialised. `stack`: the code that sent it, -1 when unknown.
 * `weight`: transfers that this row stands for, 1 unless there were too many to record each. `estimated`: 1 where `bytes` was told from
 * a look at the value and not by what serialised it, 0 where it is exact.
 *
 * What a task carries to its worker and back is in `tasks` and not repeated here.
 */
export const transfersSchema = {
  lane: 'u32',
  direction: 'u8',
  start: 'i64',
  end: 'i64',
  bytes: 'f64',
  stack: 'i32',
  toLane: 'i32',
  toStart: 'i64',
  toEnd: 'i64',
  weight: 'u32',
  estimated: 'u8',
} as const satisfies Schema;

/**
 * A number over time, on a lane of kind `counter` whose name is `<quantity> (<unit>)`, such as `core 0 load (%)` or
 * `memory used (B)`. The value holds until the lane's next row.
 */
export const countersSchema = { lane: 'u32', time: 'i64', value: 'f64' } as const satisfies Schema;
