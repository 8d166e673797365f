import { UNKNOWN_ASYNCHRONOUS } from './devices.ts';
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
 * Something with a start and an end on a lane. `api` is a call that gave a device no work of its own: it waits, allocates,
 * loads; `range` what a program marked by name. `name`: row of `strings`. `start`, `end`: Nanos, `end >= start`. `stack`: the
 * code it was started from, -1 when unknown.
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
 *
 * The other columns are those of copies to, from and on devices, and unknown for all others. `lane` is the stream then.
 * `device`: row of `devices`, and `peer` that of the other device where there are two, -1 for none. `from`, `to`: index into
 * `MEMORY_KINDS`. `asynchronous`: 1 when the call asked not to wait, 2 when unknown. `callLane`, `callStart`, `callEnd`, `call`,
 * `certainty`: as in `kernels`, but -1 for no `call`. `buffer`: the host's address, to tell whether it is the same buffer
 * again, 0 when unknown; `content`: hash of samples of what was copied, 0 when unknown.
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
  device: 'i32',
  from: 'u8',
  to: 'u8',
  asynchronous: 'u8',
  callLane: 'i32',
  callStart: 'i64',
  callEnd: 'i64',
  call: 'i32',
  certainty: 'u8',
  peer: 'i32',
  buffer: 'f64',
  content: 'u32',
} as const satisfies Schema;

/** What a transfer that no device took part in has in the columns of devices. */
export const WITHOUT_DEVICE = {
  device: -1,
  from: 0,
  to: 0,
  asynchronous: UNKNOWN_ASYNCHRONOUS,
  callLane: -1,
  callStart: -1,
  callEnd: -1,
  call: -1,
  certainty: 0,
  peer: -1,
  buffer: 0,
  content: 0,
} as const;

/**
 * A number over time, on a lane of kind `counter` whose name is `<quantity> (<unit>)`, such as `core 0 load (%)` or
 * `memory used (B)`. The value holds until the lane's next row.
 */
export const countersSchema = { lane: 'u32', time: 'i64', value: 'f64' } as const satisfies Schema;
