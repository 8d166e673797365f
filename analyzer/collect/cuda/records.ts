import { DIRECTIONS, MEMORY_KINDS, TableBuilder } from '../../model/index.ts';
import {
  API_FIELDS,
  KERNEL_FIELDS,
  KINDS,
  LAYOUTS,
  MEMCPY_FIELDS,
  MEMSET_FIELDS,
  PEER_FIELDS,
} from './layouts.ts';
import { WORK_COPY, WORK_KERNEL, WORK_MEMSET, WORK_MIGRATION, workSchema } from './work.ts';

const WORD = 2 ** 32;
/** Kinds that strides are told of. */
export const KIND_COUNT = 128;
/** Times are exact below 2^53; what is this far from the capture's begin is damage. */
const MOST_TIME = 2 ** 52;

const [H2D, D2H, D2D, P2P] = ['H2D', 'D2H', 'D2D', 'P2P'].map((name) =>
  (DIRECTIONS as readonly string[]).indexOf(name),
) as [number, number, number, number];
/** CUpti_ActivityMemcpyKind to `DIRECTIONS`; -1 for one that no device takes part in. Arrays are on the device. */
const DIRECTION_OF = [-1, H2D, D2H, H2D, D2H, D2D, D2D, D2D, D2D, -1, P2P];
/** CUpti_ActivityMemoryKind to `MEMORY_KINDS`; the last two are variables of a module. */
const MEMORY_OF = ['unknown', 'pageable', 'pinned', 'device', 'array', 'managed', 'device', 'managed'].map(
  (kind) => (MEMORY_KINDS as readonly string[]).indexOf(kind),
);
const MANAGED = MEMORY_KINDS.indexOf('managed');

/** What a record other than work and calls says; `words` begins at the record, which has `length` words. */
export interface OtherRecord {
  readonly kind: number;
  readonly words: Uint32Array;
  readonly at: number;
  readonly length: number;
}

/** Who is told what records say. Times are on CUPTI's clock, from the capture's base on. */
export interface RecordSink {
  /** Row of strings of the text at an address. */
  text(address: number): number;
  call(
    domain: number,
    callback: number,
    thread: number,
    correlation: number,
    start: number,
    end: number,
  ): void;
  other(record: OtherRecord): void;
}

export interface RecordCounts {
  records: number;
  /** Work that was handed out before it was done. */
  incomplete: number;
  /** Records that made no sense, each with what follows in its buffer where that cannot be found. */
  damaged: number;
  hostToHost: number;
}

/** Decodes buffers of one capture. Hot: no objects a record. */
export class RecordReader {
  readonly work = new TableBuilder(workSchema, 256);
  readonly counts: RecordCounts = { records: 0, incomplete: 0, damaged: 0, hostToHost: 0 };
  /** Kind to length, where a record was longer or shorter than any version's that is known. */
  readonly unknown = new Map<number, number>();
  readonly strides = new Uint32Array(KIND_COUNT);
  private readonly sink: RecordSink;
  private baseHigh = 0;
  private arrived = 0;

  constructor(sink: RecordSink) {
    this.sink = sink;
  }

  /** Takes a `strides` chunk. */
  learnStrides(payload: DataView): void {
    const count = Math.min(KIND_COUNT, payload.byteLength >> 2);
    for (let kind = 0; kind < count; kind++) {
      const stride = payload.getUint32(4 * kind, true);
      // A stride that is no whole number of words cannot be read as words.
      const isSound = stride >= 8 && stride <= 4096 && stride % 4 === 0;
      this.strides[kind] = isSound ? stride >> 2 : 0;
      const layout = LAYOUTS[kind];
      if (isSound && layout && !layout.known.includes(stride)) this.unknown.set(kind, stride);
    }
  }

  /** Decodes a buffer as CUPTI filled it. `base`: high word of the time that others count from. `arrived`: Nanos. */
  decode(buffer: DataView, base: number, arrived: number): void {
    const isAligned = buffer.byteOffset % 4 === 0;
    const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength & ~3);
    const whole = isAligned ? bytes : bytes.slice();
    const words = new Uint32Array(whole.buffer, whole.byteOffset, whole.length >> 2);
    this.baseHigh = base;
    this.arrived = arrived;
    // The shortest record of work that is read has 48 bytes.
    this.work.reserve(Math.ceil(words.length / 12));
    let at = 0;
    while (at < words.length) {
      const kind = words[at] as number;
      const length = kind < KIND_COUNT ? (this.strides[kind] as number) : 0;
      if (length === 0 || at + length > words.length) {
        this.counts.damaged++;
        return;
      }
      this.counts.records++;
      const layout = LAYOUTS[kind];
      if (layout) {
        if (length * 4 < layout.least) this.counts.damaged++;
        else this.record(kind, words, at, length);
      }
      at += length;
    }
  }

  private record(kind: number, words: Uint32Array, at: number, length: number): void {
    switch (kind) {
      case KINDS.runtime:
      case KINDS.driver:
        this.call(kind, words, at);
        break;
      case KINDS.kernel:
      case KINDS.concurrentKernel:
        this.kernel(words, at, length);
        break;
      case KINDS.memcpy:
      case KINDS.peerCopy:
        this.copy(kind, words, at, length);
        break;
      case KINDS.memset:
        this.memset(words, at, length);
        break;
      case KINDS.unifiedMemory:
        this.migration(words, at);
        break;
      default:
        this.sink.other({ kind, words, at, length });
    }
  }

  /** A time of CUPTI from the base on; exact while it is within `MOST_TIME`. */
  time(words: Uint32Array, at: number): number {
    return ((words[at + 1] as number) - this.baseHigh) * WORD + (words[at] as number);
  }

  private call(kind: number, words: Uint32Array, at: number): void {
    const [start, end] = [this.time(words, at + API_FIELDS.start), this.time(words, at + API_FIELDS.end)];
    if (!(end >= start && start > -MOST_TIME && end < MOST_TIME)) {
      this.counts.incomplete++;
      return;
    }
    this.sink.call(
      kind === KINDS.driver ? 1 : 2,
      words[at + API_FIELDS.callback] as number,
      words[at + API_FIELDS.thread] as number,
      words[at + API_FIELDS.correlation] as number,
      start,
      end,
    );
  }

  /** Begins a row of work, or gives -1 for a record that was handed out before it was complete. */
  private begin(kind: number, words: Uint32Array, at: number, startWord: number): number {
    const [start, end] = [this.time(words, at + startWord), this.time(words, at + startWord + 2)];
    if (!(end >= start && start > -MOST_TIME && end < MOST_TIME)) {
      this.counts.incomplete++;
      return -1;
    }
    const { work } = this;
    const row = work.length++;
    const { columns } = work;
    columns.kind[row] = kind;
    columns.start[row] = start;
    columns.end[row] = end;
    columns.queued[row] = -1;
    columns.submitted[row] = -1;
    columns.peer[row] = -1;
    columns.name[row] = 0;
    columns.graph[row] = 0;
    columns.bytes[row] = 0;
    columns.arrived[row] = this.arrived;
    return row;
  }

  private kernel(words: Uint32Array, at: number, length: number): void {
    const row = this.begin(WORK_KERNEL, words, at, KERNEL_FIELDS.start);
    if (row < 0) return;
    const { columns } = this.work;
    const field = (word: number): number => words[at + word] as number;
    columns.device[row] = field(KERNEL_FIELDS.device);
    columns.context[row] = field(KERNEL_FIELDS.context);
    columns.stream[row] = field(KERNEL_FIELDS.stream);
    columns.correlation[row] = field(KERNEL_FIELDS.correlation);
    columns.gridX[row] = field(KERNEL_FIELDS.grid);
    columns.gridY[row] = field(KERNEL_FIELDS.grid + 1);
    columns.gridZ[row] = field(KERNEL_FIELDS.grid + 2);
    columns.blockX[row] = field(KERNEL_FIELDS.block);
    columns.blockY[row] = field(KERNEL_FIELDS.block + 1);
    columns.blockZ[row] = field(KERNEL_FIELDS.block + 2);
    columns.registers[row] = field(KERNEL_FIELDS.registersByte >> 2) >>> 16;
    columns.staticShared[row] = field(KERNEL_FIELDS.staticShared);
    columns.dynamicShared[row] = field(KERNEL_FIELDS.dynamicShared);
    columns.name[row] = this.sink.text(field(KERNEL_FIELDS.name + 1) * WORD + field(KERNEL_FIELDS.name));
    if (length > KERNEL_FIELDS.submitted + 1) {
      columns.queued[row] = this.given(words, at + KERNEL_FIELDS.queued);
      columns.submitted[row] = this.given(words, at + KERNEL_FIELDS.submitted);
    }
    if (length > KERNEL_FIELDS.graph) columns.graph[row] = field(KERNEL_FIELDS.graph);
  }

  /** A time that is 0 where it was not asked for. */
  private given(words: Uint32Array, at: number): number {
    const isZero = words[at] === 0 && words[at + 1] === 0;
    const time = isZero ? -1 : this.time(words, at);
    return Math.abs(time) < MOST_TIME ? time : -1;
  }

  private copy(kind: number, words: Uint32Array, at: number, length: number): void {
    const kinds = words[at + MEMCPY_FIELDS.kinds] as number;
    const direction = DIRECTION_OF[kinds & 0xff] ?? -1;
    if (direction < 0) {
      this.counts.hostToHost++;
      return;
    }
    const row = this.begin(WORK_COPY, words, at, MEMCPY_FIELDS.start);
    if (row < 0) return;
    this.place(row, words, at);
    const { columns } = this.work;
    columns.direction[row] = direction;
    columns.from[row] = MEMORY_OF[(kinds >>> 8) & 0xff] ?? 0;
    columns.to[row] = MEMORY_OF[(kinds >>> 16) & 0xff] ?? 0;
    columns.asynchronous[row] = (kinds >>> 24) & 1;
    const isPeer = kind === KINDS.peerCopy;
    columns.correlation[row] = words[
      at + (isPeer ? PEER_FIELDS.correlation : MEMCPY_FIELDS.correlation)
    ] as number;
    const graph = isPeer ? PEER_FIELDS.graph : MEMCPY_FIELDS.graph;
    if (length > graph) columns.graph[row] = words[at + graph] as number;
    if (!isPeer) return;
    columns.device[row] = words[at + PEER_FIELDS.from] as number;
    columns.peer[row] = words[at + PEER_FIELDS.to] as number;
  }

  private memset(words: Uint32Array, at: number, length: number): void {
    const row = this.begin(WORK_MEMSET, words, at, MEMCPY_FIELDS.start);
    if (row < 0) return;
    this.place(row, words, at);
    const { columns } = this.work;
    columns.correlation[row] = words[at + MEMCPY_FIELDS.correlation] as number;
    for (const column of ['gridX', 'gridY', 'gridZ', 'blockX', 'blockY', 'blockZ'] as const)
      columns[column][row] = 0;
    columns.registers[row] = columns.staticShared[row] = columns.dynamicShared[row] = 0;
    if (length > MEMSET_FIELDS.graph) columns.graph[row] = words[at + MEMSET_FIELDS.graph] as number;
  }

  /** Device, context, stream and bytes, which copies and memsets have in one place. */
  private place(row: number, words: Uint32Array, at: number): void {
    const { columns } = this.work;
    const { bytes, device, context, stream } = MEMCPY_FIELDS;
    columns.bytes[row] = (words[at + bytes + 1] as number) * WORD + (words[at + bytes] as number);
    columns.device[row] = words[at + device] as number;
    columns.context[row] = words[at + context] as number;
    columns.stream[row] = words[at + stream] as number;
  }

  /** CUpti_ActivityUnifiedMemoryCounter2: counter 4, value 8, start 16, end 24, source 40, destination 44. */
  private migration(words: Uint32Array, at: number): void {
    const counter = words[at + 1] as number;
    // Counters 1 and 2 are bytes that moved to and from a device; the rest count faults.
    if (counter !== 1 && counter !== 2) {
      this.sink.other({ kind: KINDS.unifiedMemory, words, at, length: 15 });
      return;
    }
    const row = this.begin(WORK_MIGRATION, words, at, 4);
    if (row < 0) return;
    const { columns } = this.work;
    columns.bytes[row] = (words[at + 3] as number) * WORD + (words[at + 2] as number);
    columns.direction[row] = counter === 1 ? H2D : D2H;
    columns.from[row] = columns.to[row] = MANAGED;
    columns.asynchronous[row] = 1;
    columns.device[row] = words[at + (counter === 1 ? 11 : 10)] as number;
    columns.context[row] = columns.stream[row] = columns.correlation[row] = 0;
  }
}
