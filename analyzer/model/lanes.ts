import type { Schema } from './table.ts';

/** The order is the stored value. */
export const LANE_KINDS = ['thread', 'rank', 'stream', 'copy-engine', 'counter'] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

/**
 * What a lane does in the program; the order is the stored value. `main`: the first thread of the command. `worker`:
 * does the parallel work. `helper`: serves others (a pool's handler threads, a runtime's service thread). `device`: not
 * on the CPU.
 */
export const LANE_ROLES = ['main', 'worker', 'helper', 'device'] as const;
export type LaneRole = (typeof LANE_ROLES)[number];

/**
 * A row of the timeline. A lane may be written more than once while a run goes on (a name becomes known, the thread
 * ends): rows with the same `id` are versions of one lane and the last one counts. A decoded recording holds one row a
 * lane, and its row number is its id.
 *
 * `process`, `thread`: system ids, 0 where there is none. `start`, `end`: Nanos; `end` is -1 while the lane lives.
 * `cpu`: Nanos of CPU time by the kernel's own accounting (or the device's), from `start` to `end`; -1 when unknown.
 */
export const lanesSchema = {
  id: 'u32',
  kind: 'u8',
  role: 'u8',
  process: 'u32',
  thread: 'u32',
  name: 'utf8',
  start: 'i64',
  end: 'i64',
  cpu: 'i64',
} as const satisfies Schema;

/**
 * A process of the run; versions and `end` as in `lanes`, with `process` as the key together with `start` (system ids are
 * reused). `parent`: the process that started it, 0 for the command itself. `command`: arguments joined by a space.
 * `runtime`: what runs in it, such as `CPython 3.11.7`, empty when unknown.
 */
export const processesSchema = {
  process: 'u32',
  parent: 'u32',
  start: 'i64',
  end: 'i64',
  name: 'utf8',
  command: 'utf8',
  runtime: 'utf8',
} as const satisfies Schema;
