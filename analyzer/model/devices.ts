import type { Schema } from './table.ts';

/**
 * A device that runs kernels. A device may be written more than once while a run goes on; rows with the same `id` are
 * versions of one device and the last one counts. A decoded recording holds one row a device, and its row number is its id.
 *
 * `kind`: through what it was driven, `cuda` or `opencl`. `name`: as its driver calls it. `ordinal`: its number there.
 * `process`: the process that saw it under that number, 0 when that is the same for all. `memoryBytes`, `computeUnits`: 0 when
 * unknown. `sharesMemory`: 1 for a device that works in the host's own memory, where a copy moves nothing over a bus.
 * `uuid`: empty when unknown; two rows with one uuid are one device.
 */
export const devicesSchema = {
  id: 'u32',
  kind: 'utf8',
  name: 'utf8',
  ordinal: 'u32',
  process: 'u32',
  memoryBytes: 'f64',
  computeUnits: 'u32',
  sharesMemory: 'u8',
  uuid: 'utf8',
} as const satisfies Schema;

/**
 * What a device did; the order is the stored value. `native`: a function of the host that a queue ran in its turn.
 * `marker`: a point or a barrier in a queue.
 */
export const KERNEL_KINDS = ['kernel', 'memset', 'native', 'marker'] as const;
export type KernelKind = (typeof KERNEL_KINDS)[number];

/**
 * What memory one end of a transfer lies in; the order is the stored value. `pageable`, `pinned`: of the host. `managed`: wherever
 * the driver has moved it. `shared`: of host and device alike.
 */
export const MEMORY_KINDS = [
  'unknown',
  'pageable',
  'pinned',
  'device',
  'array',
  'managed',
  'shared',
] as const;
export type MemoryKind = (typeof MEMORY_KINDS)[number];

/** `asynchronous` of a transfer of which it is not known. */
export const UNKNOWN_ASYNCHRONOUS = 2;

/**
 * Work of a device that moves nothing between host and device.
 *
 * `lane`: the stream or queue. `device`: row of `devices`. `kind`: index into `KERNEL_KINDS`. `name`: row of `strings`, demangled.
 * `start`, `end`: Nanos on the device, `end >= start`. `queued`, `submitted`: when the host put it into the queue and when it
 * was given to the device, -1 when unknown.
 *
 *     callStart ...... callEnd           the host calls
 *         queued ... submitted ... start ........ end      the device works
 *
 * `callLane`: the host's thread that launched it, -1 when unknown; `callStart`, `callEnd`: its call, -1 when unknown; `call`: row of
 * `strings`, the function of the API, such as `cudaLaunchKernel`. `stack`: the host's stack at launch, -1 when unknown.
 * `certainty`: how sure it is, in percent, that `stack` is the code that launched it: 100 when it was taken at the launch,
 * less for the nearest sample of that thread, 0 when unknown.
 *
 * `gridX` to `blockZ`: blocks of the grid and threads of a block (of OpenCL: groups, and items of a group), 0 when unknown.
 * `registers`: of one thread; `staticShared`, `dynamicShared`: bytes of one block. `bytes`: what a memset or fill set, else 0.
 * `graph`: number of the graph that it was a node of, 0 for none.
 */
export const kernelsSchema = {
  lane: 'u32',
  device: 'u32',
  kind: 'u8',
  name: 'u32',
  start: 'i64',
  end: 'i64',
  queued: 'i64',
  submitted: 'i64',
  callLane: 'i32',
  callStart: 'i64',
  callEnd: 'i64',
  call: 'u32',
  stack: 'i32',
  certainty: 'u8',
  gridX: 'u32',
  gridY: 'u32',
  gridZ: 'u32',
  blockX: 'u32',
  blockY: 'u32',
  blockZ: 'u32',
  registers: 'u32',
  staticShared: 'u32',
  dynamicShared: 'u32',
  bytes: 'f64',
  graph: 'u32',
} as const satisfies Schema;
