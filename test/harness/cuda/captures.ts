import type { NumberedBatch } from '../../../analyzer/collect/collector.ts';
import { readChunks, readHeader } from '../../../analyzer/collect/cuda/capture.ts';
import { ProcessCapture } from '../../../analyzer/collect/cuda/processCapture.ts';
import { DeviceRows } from '../../../analyzer/collect/cuda/rows.ts';
import { NearestStacks } from '../../../analyzer/collect/gpu/nearestStack.ts';
import { Numbering, RecordingCounts } from '../../../analyzer/collect/numbering.ts';

/** CUPTI's clock in synthetic captures is ahead of CLOCK_MONOTONIC by this. */
export const AHEAD = 1_790_000_000_000_000_000n;
export const PROCESS = 4321;
const TYPES = {
  meta: 1,
  clock: 2,
  text: 3,
  buffer: 4,
  strides: 5,
  dropped: 6,
  end: 7,
  function: 8,
  copies: 9,
  note: 10,
  code: 11,
  stack: 12,
  launches: 13,
};

/** Offset to value and bytes of a field: `[16, 5n, 8]`. */
export type Field = readonly [number, number | bigint, 1 | 2 | 4 | 8];

/** A record of CUPTI of `stride` bytes. */
export function recordOf(kind: number, stride: number, fields: readonly Field[]): Buffer {
  const record = Buffer.alloc(stride);
  record.writeUInt32LE(kind, 0);
  for (const [at, value, bytes] of fields) {
    if (at + bytes > stride) continue;
    if (bytes === 8) record.writeBigUInt64LE(BigInt(value), at);
    else record.writeUIntLE(Number(value), at, bytes);
  }
  return record;
}

/** A time on CUPTI's clock, `nanoseconds` after 1000 s of CLOCK_MONOTONIC. */
export const cuptiTime = (nanoseconds: number): bigint => AHEAD + 1_000_000_000_000n + BigInt(nanoseconds);
/** The same on CLOCK_MONOTONIC. */
export const monotonic = (nanoseconds: number): number => 1e12 + nanoseconds;

export function headerOf(cupti = 130001): Buffer {
  const header = Buffer.alloc(64);
  header.write('PSCUPTI2', 'latin1');
  words32(0x01020304, 64, cupti, 13000, PROCESS, 0).copy(header, 8);
  header.writeUInt32LE(8, 48);
  return header;
}

export function chunkOf(
  type: keyof typeof TYPES,
  ...parts: readonly (Buffer | string)[]
): Buffer<ArrayBuffer> {
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const chunk = Buffer.alloc(16 + Math.ceil(payload.length / 8) * 8);
  chunk.writeUInt32LE(TYPES[type], 0);
  chunk.writeUInt32LE(payload.length, 8);
  payload.copy(chunk, 16);
  return chunk;
}

export function words(...values: readonly (number | bigint)[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  for (const [i, value] of values.entries()) bytes.writeBigUInt64LE(BigInt(value), 8 * i);
  return bytes;
}

export function words32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32LE(value, 4 * i);
  return bytes;
}

/** A pair of clocks at a time, with CUPTI's `off` by that. */
export const clockOf = (nanoseconds: number, off = 0): Buffer<ArrayBuffer> =>
  chunkOf(
    'clock',
    words(
      monotonic(nanoseconds) - 50,
      cuptiTime(nanoseconds) + BigInt(off),
      monotonic(nanoseconds) + 50,
      cuptiTime(nanoseconds),
    ),
  );

export const textAt = (address: number, text: string): Buffer => chunkOf('text', words(address), text);

export const functionOf = (domain: number, callback: number, name: string): Buffer =>
  chunkOf('function', words32(domain, callback), name);

/** The chunks of a buffer of records: how long each kind is, then the records. */
export function bufferOf(...records: readonly Buffer[]): Buffer {
  const strides = new Array<number>(128).fill(0);
  for (const record of records) strides[record.readUInt32LE(0)] = record.length;
  return Buffer.concat([
    chunkOf('strides', words32(...strides)),
    chunkOf('buffer', words(records.length, monotonic(0)), ...records),
  ]);
}

/** A call of the runtime's on thread 77. */
export const callOf = (callback: number, correlation: number, start: number, end: number): Buffer =>
  recordOf(5, 40, [
    [4, callback, 4],
    [8, cuptiTime(start), 8],
    [16, cuptiTime(end), 8],
    [24, PROCESS, 4],
    [28, 77, 4],
    [32, correlation, 4],
  ]);

export interface Decoded {
  readonly capture: ProcessCapture;
  /** The batch, with the numbers of a recording of its own. */
  readonly batch: NumberedBatch | null;
  readonly isDamaged: boolean;
  string(row: number | undefined): string | undefined;
}

/** What the collector makes of a whole capture. */
export function decode(bytes: Buffer): Decoded {
  // As files are read: to memory that begins at a multiple of 8.
  const whole = new Uint8Array(bytes.length);
  whole.set(bytes);
  const header = readHeader(whole);
  if (!header) throw new Error('no header');
  const rows = new DeviceRows();
  const capture = new ProcessCapture(header, rows, new NearestStacks());
  const { isDamaged } = readChunks(whole.subarray(64), (chunk) => capture.take(chunk));
  capture.settle(monotonic(10e9), true);
  const delivered = rows.drain();
  const batch = delivered && new Numbering(new RecordingCounts()).apply(delivered);
  return { capture, batch, isDamaged, string: (row) => batch?.strings.value[row ?? -1] };
}
