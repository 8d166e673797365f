/**
 * The capture of one process, as `agents/native/log.h` writes it: a header and chunks, whatever the machine's byte order was.
 */
export const HEADER_BYTES = 64;
const CHUNK_HEAD = 16;
const MAGIC = 'PSCUPTI2';
const ORDER = 0x01020304;
/** Larger than any chunk that the agent writes: a buffer has at most 1 MiB. */
export const MOST_CHUNK = 2 << 20;
const TYPES = [
  'meta',
  'clock',
  'text',
  'buffer',
  'strides',
  'dropped',
  'end',
  'function',
  'copies',
  'note',
  'code',
  'stack',
  'launches',
] as const;

export interface CaptureHeader {
  /** As `cuptiGetVersion` gives it: 13 (CUDA 11.0) to 28, then 130000 and up. */
  readonly cupti: number;
  /** CUDA version of the driver, such as 13000; 0 when unknown. */
  readonly driver: number;
  readonly process: number;
}

export type ChunkType = (typeof TYPES)[number];

/** A chunk; `payload` is part of what was given to `readChunks`, and starts at a multiple of 8 in its memory if that did. */
export interface Chunk {
  readonly type: ChunkType;
  readonly payload: DataView;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Null when the bytes do not begin as a capture of this machine's byte order does. */
export function readHeader(bytes: Uint8Array): CaptureHeader | null {
  if (bytes.length < HEADER_BYTES) return null;
  const view = viewOf(bytes);
  const magic = String.fromCharCode(...bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC || view.getUint32(8, true) !== ORDER || view.getUint32(48, true) !== 8) return null;
  return {
    cupti: view.getUint32(16, true),
    driver: view.getUint32(20, true),
    process: view.getUint32(24, true),
  };
}

/** How far chunks could be read. `isDamaged`: what follows is no chunk, and nothing behind it can be. */
export interface ReadChunks {
  readonly taken: number;
  readonly isDamaged: boolean;
}

/** Gives every whole chunk at the beginning of `bytes` to `take`; chunks of types that are not known are passed over. */
export function readChunks(bytes: Uint8Array, take: (chunk: Chunk) => void): ReadChunks {
  const view = viewOf(bytes);
  let at = 0;
  while (at + CHUNK_HEAD <= bytes.length) {
    const type = view.getUint32(at, true);
    const length = view.getUint32(at + 8, true);
    if (type === 0 || length > MOST_CHUNK || view.getUint32(at + 12, true) !== 0)
      return { taken: at, isDamaged: true };
    const next = at + CHUNK_HEAD + Math.ceil(length / 8) * 8;
    if (next > bytes.length) break;
    const known = TYPES[type - 1];
    if (known)
      take({ type: known, payload: new DataView(view.buffer, view.byteOffset + at + CHUNK_HEAD, length) });
    at = next;
  }
  return { taken: at, isDamaged: false };
}

const decoder = new TextDecoder();

/** The text from `offset` to the end of a payload. */
export const textOf = (payload: DataView, offset = 0): string =>
  decoder.decode(
    new Uint8Array(payload.buffer, payload.byteOffset + offset, Math.max(0, payload.byteLength - offset)),
  );

/** A u64 that is an address, a count or a time on CLOCK_MONOTONIC: exact below 2^53. */
export const wordOf = (payload: DataView, offset: number): number =>
  payload.getUint32(offset + 4, true) * 2 ** 32 + payload.getUint32(offset, true);
