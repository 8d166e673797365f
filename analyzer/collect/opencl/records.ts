/**
 * The records of an OpenCL log: what analyzer/agents/opencl/records.h lays out. Each is
 *
 *     length u16 | kind u8 | fields | 0x5a
 *
 * little-endian, a multiple of 8 bytes. A log is a row of files of fixed size whose unwritten rest is zero: a length of 0 ends
 * what there is so far.
 */
export const HEADER_BYTES = 64;
const MAGIC = 'perfscope-opencl 1\n';
/** In the header: 1 when the log had to stop in that file, and the records that were lost. */
const STATUS = 32;
const LOST = 40;
const END = 0x5a;
const SMALLEST = 16;

/** What a command makes a device do, by number. */
export const WORKS = ['marker', 'kernel', 'native', 'fill', 'H2D', 'D2H', 'D2D'] as const;
export type Work = (typeof WORKS)[number];

/** What memory one end of a transfer lies in, by number. */
export const MEMORIES = ['unknown', 'pageable', 'pinned', 'buffer', 'image', 'svm'] as const;
export type Memory = (typeof MEMORIES)[number];

/** Functions of OpenCL by number. */
export const CALLS = [
  'clEnqueueReadBuffer',
  'clEnqueueWriteBuffer',
  'clEnqueueCopyBuffer',
  'clEnqueueReadBufferRect',
  'clEnqueueWriteBufferRect',
  'clEnqueueCopyBufferRect',
  'clEnqueueFillBuffer',
  'clEnqueueReadImage',
  'clEnqueueWriteImage',
  'clEnqueueCopyImage',
  'clEnqueueCopyImageToBuffer',
  'clEnqueueCopyBufferToImage',
  'clEnqueueFillImage',
  'clEnqueueMapBuffer',
  'clEnqueueMapImage',
  'clEnqueueUnmapMemObject',
  'clEnqueueMigrateMemObjects',
  'clEnqueueNDRangeKernel',
  'clEnqueueTask',
  'clEnqueueNativeKernel',
  'clEnqueueMarker',
  'clEnqueueMarkerWithWaitList',
  'clEnqueueBarrier',
  'clEnqueueBarrierWithWaitList',
  'clEnqueueWaitForEvents',
  'clEnqueueSVMFree',
  'clEnqueueSVMMemcpy',
  'clEnqueueSVMMemFill',
  'clEnqueueSVMMap',
  'clEnqueueSVMUnmap',
  'clEnqueueSVMMigrateMem',
  'clFinish',
  'clFlush',
  'clWaitForEvents',
  'clBuildProgram',
  'clCompileProgram',
  'clLinkProgram',
  'clCreateBuffer',
  'clCreateBufferWithProperties',
  'clCreateImage',
  'clCreateImage2D',
  'clCreateImage3D',
  'clCreateImageWithProperties',
  'clReleaseMemObject',
  'clSVMAlloc',
  'clSVMFree',
] as const;
export type ApiCall = (typeof CALLS)[number];

/** Times are Nanos; those of a device's own clock are bigints. Numbers of texts, devices, queues and commands are the log's. */
export type OpenClRecord =
  | { readonly kind: 'process'; readonly process: number; readonly time: number }
  | { readonly kind: 'text'; readonly number: number; readonly text: string }
  | DeviceRecord
  | QueueRecord
  | {
      readonly kind: 'clock';
      readonly device: number;
      readonly deviceTime: bigint;
      readonly before: number;
      readonly after: number;
    }
  | CommandRecord
  | DoneRecord
  | CallRecord;

export interface DeviceRecord {
  readonly kind: 'device';
  readonly number: number;
  /** Number of a text. */
  readonly name: number;
  readonly isCpu: boolean;
  readonly isGpu: boolean;
  readonly ordinal: number;
  readonly computeUnits: number;
  readonly memoryBytes: number;
  readonly sharesMemory: boolean;
  /** Hexadecimal; empty when the driver tells none. */
  readonly uuid: string;
}

export interface QueueRecord {
  readonly kind: 'queue';
  readonly number: number;
  readonly device: number;
  readonly isTimed: boolean;
  readonly time: number;
}

/** A command as it was put into a queue; `queue` is 0 for a copy that a call made itself. */
export interface CommandRecord {
  readonly kind: 'command';
  readonly call: ApiCall;
  readonly work: Work;
  readonly isBlocking: boolean;
  readonly isEstimated: boolean;
  readonly from: Memory;
  readonly to: Memory;
  readonly number: number;
  readonly queue: number;
  readonly thread: number;
  /** Number of a text, 0 for none. */
  readonly name: number;
  readonly start: number;
  readonly end: number;
  readonly bytes: number;
  readonly host: number;
  readonly content: number;
  /** Work items of a group, by dimension; 0 where the driver chose. */
  readonly local: readonly [number, number, number];
  /** Work items in all, by dimension. */
  readonly global: readonly [number, number, number];
}

export interface DoneRecord {
  readonly kind: 'done';
  /** Negative for a command that failed. */
  readonly status: number;
  readonly number: number;
  readonly seen: number;
  readonly queued: bigint;
  readonly submitted: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

export interface CallRecord {
  readonly kind: 'call';
  readonly call: ApiCall;
  readonly thread: number;
  readonly start: number;
  readonly end: number;
}

const decoder = new TextDecoder();

export interface LogHeader {
  /** The log had to stop: a full disk, or more records than anybody read. */
  readonly stopped: boolean;
  readonly lost: number;
}

/** What the first bytes of a log file say; null when it is none. */
export function readHeader(bytes: Uint8Array): LogHeader | null {
  if (bytes.length < HEADER_BYTES || decoder.decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  return { stopped: bytes[STATUS] === 1, lost: Number(view.getBigUint64(LOST, true)) };
}

export interface ReadResult {
  /** Bytes that whole records took. */
  readonly taken: number;
  /** Records that make no sense: damage, or a newer agent. */
  readonly unknown: number;
}

/**
 * Reads whole records from the start of `bytes` and hands each to `take`. Stops at a length of 0, which is where the log ends
 * so far, and at what cannot be a record.
 */
export function readRecords(bytes: Uint8Array, take: (record: OpenClRecord) => void): ReadResult {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let unknown = 0;
  while (at + SMALLEST <= bytes.length) {
    const length = view.getUint16(at, true);
    const isWhole = length >= SMALLEST && length % 8 === 0 && at + length <= bytes.length;
    if (!isWhole || bytes[at + length - 1] !== END) break;
    const record = readRecord(new DataView(view.buffer, view.byteOffset + at, length));
    if (record) take(record);
    else unknown++;
    at += length;
  }
  return { taken: at, unknown };
}

type Reader = (view: DataView) => OpenClRecord | null;

/** Kinds by number, with the length of their records; null for one that varies. */
const READERS: readonly (readonly [length: number | null, read: Reader])[] = [
  [0, () => null],
  [24, readProcess],
  [null, readText],
  [56, readDevice],
  [40, readQueue],
  [40, readClock],
  [104, readCommand],
  [64, readDone],
  [32, readCall],
];

/** Null for a record of a kind or length that is not known, or with numbers that cannot be. */
function readRecord(view: DataView): OpenClRecord | null {
  const [length, read] = READERS[view.getUint8(2)] ?? [0, () => null];
  return length === null || length === view.byteLength ? read(view) : null;
}

function readProcess(view: DataView): OpenClRecord {
  return { kind: 'process', process: view.getUint32(4, true), time: timeAt(view, 8) };
}

function readText(view: DataView): OpenClRecord | null {
  const size = view.getUint16(8, true);
  if (10 + size >= view.byteLength) return null;
  const text = decoder.decode(new Uint8Array(view.buffer, view.byteOffset + 10, size));
  return { kind: 'text', number: view.getUint32(4, true), text };
}

function readDevice(view: DataView): OpenClRecord {
  const uuid = [...new Uint8Array(view.buffer, view.byteOffset + 32, 16)];
  const type = view.getUint32(12, true);
  return {
    kind: 'device',
    number: view.getUint32(4, true),
    name: view.getUint32(8, true),
    isCpu: (type & 2) !== 0,
    isGpu: (type & 4) !== 0,
    ordinal: view.getUint32(16, true),
    computeUnits: view.getUint32(20, true),
    memoryBytes: Number(view.getBigUint64(24, true)),
    sharesMemory: view.getUint8(3) === 1,
    uuid: uuid.some((byte) => byte !== 0)
      ? uuid.map((byte) => byte.toString(16).padStart(2, '0')).join('')
      : '',
  };
}

function readQueue(view: DataView): OpenClRecord {
  return {
    kind: 'queue',
    number: view.getUint32(4, true),
    device: view.getUint32(8, true),
    isTimed: view.getUint8(3) === 1,
    time: timeAt(view, 24),
  };
}

function readClock(view: DataView): OpenClRecord | null {
  const [before, after] = [timeAt(view, 16), timeAt(view, 24)];
  const deviceTime = view.getBigUint64(8, true);
  if (!isSpan(before, after)) return null;
  return { kind: 'clock', device: view.getUint32(4, true), deviceTime, before, after };
}

function readCommand(view: DataView): OpenClRecord | null {
  const [call, work] = [CALLS[view.getUint8(3)], WORKS[view.getUint8(5)]];
  const [from, to] = [MEMORIES[view.getUint8(6)], MEMORIES[view.getUint8(7)]];
  const [start, end] = [timeAt(view, 24), timeAt(view, 32)];
  if (!call || !work || !from || !to || !isSpan(start, end)) return null;
  const flags = view.getUint8(4);
  return {
    kind: 'command',
    call,
    work,
    isBlocking: (flags & 1) !== 0,
    isEstimated: (flags & 2) !== 0,
    from,
    to,
    number: view.getUint32(8, true),
    queue: view.getUint32(12, true),
    thread: view.getUint32(16, true),
    name: view.getUint32(20, true),
    start,
    end,
    bytes: sizeAt(view, 40),
    host: sizeAt(view, 48),
    content: view.getUint32(56, true),
    local: [view.getUint32(60, true), view.getUint32(64, true), view.getUint32(68, true)],
    global: [sizeAt(view, 72), sizeAt(view, 80), sizeAt(view, 88)],
  };
}

function readDone(view: DataView): OpenClRecord {
  const time = (at: number): bigint => view.getBigUint64(at, true);
  return {
    kind: 'done',
    status: view.getInt32(4, true),
    number: view.getUint32(8, true),
    seen: timeAt(view, 16),
    queued: time(24),
    submitted: time(32),
    start: time(40),
    end: time(48),
  };
}

function readCall(view: DataView): OpenClRecord | null {
  const [call, start, end] = [CALLS[view.getUint8(3)], timeAt(view, 8), timeAt(view, 16)];
  if (!call || !isSpan(start, end)) return null;
  return { kind: 'call', call, thread: view.getUint32(4, true), start, end };
}

/** Two halves are faster than a bigint, and as exact up to 2^53. */
const sizeAt = (view: DataView, at: number): number =>
  view.getUint32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);
const timeAt = (view: DataView, at: number): number =>
  view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true);

/** Times that can be: no clock of a machine goes on for longer than doubles are exact, which is 104 days. */
const isSpan = (start: number, end: number): boolean =>
  start >= 0 && end >= start && end <= Number.MAX_SAFE_INTEGER;
