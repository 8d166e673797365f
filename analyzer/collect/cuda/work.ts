import type { Schema } from '../../model/index.ts';

/** What a row of work is; the order is the stored value. */
export const WORK_KERNEL = 0;
export const WORK_MEMSET = 1;
export const WORK_COPY = 2;
/** Pages of managed memory that moved by themselves. */
export const WORK_MIGRATION = 3;

/**
 * Work of a device as CUPTI's records tell it, until it is known who asked for it. `start`, `end`, `queued`, `submitted`: on CUPTI's
 * clock from the capture's base on, the last two -1 when unknown. `correlation`: number of the call, 0 for none. `name`: row of
 * strings. `direction`, `from`, `to`: as `transfers` has them. `arrived`: Nanos when it was handed out.
 */
export const workSchema = {
  kind: 'u8',
  start: 'f64',
  end: 'f64',
  queued: 'f64',
  submitted: 'f64',
  device: 'u32',
  peer: 'i32',
  context: 'u32',
  stream: 'u32',
  correlation: 'u32',
  name: 'u32',
  graph: 'u32',
  bytes: 'f64',
  direction: 'u8',
  from: 'u8',
  to: 'u8',
  asynchronous: 'u8',
  gridX: 'u32',
  gridY: 'u32',
  gridZ: 'u32',
  blockX: 'u32',
  blockY: 'u32',
  blockZ: 'u32',
  registers: 'u32',
  staticShared: 'u32',
  dynamicShared: 'u32',
  arrived: 'f64',
} as const satisfies Schema;
