/**
 * Layouts of CUPTI's activity records on 64-bit machines, CUDA 11.0 to 13, from `cupti_activity.h` and
 * `cupti_activity_deprecated.h`. Within these versions a record only grows at its end, so a field is there when the record
 * is long enough; how long it is the capture says. Fields of version 13 that a view has no use for are left out.
 */
export const KINDS = {
  memcpy: 1,
  memset: 2,
  kernel: 3,
  driver: 4,
  runtime: 5,
  device: 8,
  context: 9,
  concurrentKernel: 10,
  name: 11,
  marker: 12,
  overhead: 17,
  peerCopy: 22,
  unifiedMemory: 25,
  stream: 37,
  synchronization: 38,
} as const;

export interface RecordLayout {
  /** Bytes that hold every field without which a record is of no use. */
  readonly least: number;
  /** Lengths that known versions have. */
  readonly known: readonly number[];
}

/** Kernel4 (CUDA 9) to Kernel10 (13.0). */
const KERNEL: RecordLayout = { least: 112, known: [144, 160, 168, 176, 200, 208, 216] };

/** By kind. Each is noted with the number of the structure that has each length. */
export const LAYOUTS: Readonly<Record<number, RecordLayout>> = {
  [KINDS.kernel]: KERNEL,
  [KINDS.concurrentKernel]: KERNEL,
  // Memcpy, 3, 4, 5, 6
  [KINDS.memcpy]: { least: 48, known: [64, 72, 80, 88, 96] },
  // MemcpyPtoP, 2, 3, 4
  [KINDS.peerCopy]: { least: 64, known: [72, 80, 88, 96] },
  // Memset, 2, 3, 4
  [KINDS.memset]: { least: 48, known: [64, 72, 80, 88] },
  [KINDS.driver]: { least: 40, known: [40] },
  [KINDS.runtime]: { least: 40, known: [40] },
  // Device2, 3, 4, 5
  [KINDS.device]: { least: 144, known: [144, 152, 176, 184] },
  // Context, 2, 3
  [KINDS.context]: { least: 12, known: [16, 24, 32] },
  [KINDS.name]: { least: 32, known: [32] },
  // Marker2
  [KINDS.marker]: { least: 48, known: [56] },
  // Overhead, 2, 3
  [KINDS.overhead]: { least: 40, known: [40, 48, 56] },
  // UnifiedMemoryCounter2, 3
  [KINDS.unifiedMemory]: { least: 60, known: [64, 104] },
  [KINDS.stream]: { least: 16, known: [24] },
  // Synchronization, 2
  [KINDS.synchronization]: { least: 40, known: [40, 56] },
};

/** Offsets of 32-bit fields, in words; of 64-bit ones, of their low word. `word`, `byte`: of narrower ones. */
export const KERNEL_FIELDS = {
  registersByte: 6,
  start: 4,
  end: 6,
  device: 10,
  context: 11,
  stream: 12,
  grid: 13,
  block: 16,
  staticShared: 19,
  dynamicShared: 20,
  correlation: 23,
  name: 26,
  queued: 30,
  submitted: 32,
  graph: 39,
} as const;

export const MEMCPY_FIELDS = {
  /** One byte each: which way, memory of the source, of the destination, flags. */
  kinds: 1,
  bytes: 2,
  start: 4,
  end: 6,
  device: 8,
  context: 9,
  stream: 10,
  correlation: 11,
  graph: 18,
} as const;

export const PEER_FIELDS = { from: 11, to: 13, correlation: 15, graph: 20 } as const;

export const MEMSET_FIELDS = { graph: 18 } as const;

export const API_FIELDS = { callback: 1, start: 2, end: 4, process: 6, thread: 7, correlation: 8 } as const;

/** CUDA Toolkit that brought each version of CUPTI, from `cupti_version.h`. */
const TOOLKITS: Readonly<Record<number, string>> = {
  13: '11.0',
  14: '11.1',
  15: '11.2',
  16: '11.5',
  17: '11.6',
  18: '11.8',
  19: '12.0',
  20: '12.2',
  21: '12.3',
  22: '12.4',
  23: '12.5',
  24: '12.6',
  26: '12.8',
  27: '12.9',
  28: '12.9.1',
};

/** `13.0` for 130001; a number that is not known as `version 25`. */
export function toolkitOf(cupti: number): string {
  if (cupti >= 130000) return `${Math.floor(cupti / 10000)}.${Math.floor((cupti % 10000) / 100)}`;
  return TOOLKITS[cupti] ?? `version ${cupti}`;
}
