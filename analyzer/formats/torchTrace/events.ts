/**
 * Events of a trace that torch.profiler has exported: Chrome's trace format (Trace Event Format, JSON object form) with the
 * categories and arguments of Kineto (github.com/pytorch/kineto, output_json.cpp). Pure; the input may be anything.
 */
import { isObject, type Json, listOf, numberOf, stringOf, u32Of } from '../json.ts';

export const EVENT_KINDS = ['kernel', 'memcpy', 'memset', 'call', 'operator', 'range', 'python'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

export interface TraceEvent {
  readonly kind: EventKind;
  readonly name: string;
  readonly process: number;
  readonly thread: number;
  /** Nanos from the first event on. */
  readonly start: number;
  readonly end: number;
  /** What a call has in common with what it started; of an operator the number by which autograd ties both ways. NaN for none. */
  readonly number: number;
}

/** What a device's work says besides. */
export interface WorkFacts {
  readonly device: number;
  readonly stream: number;
  readonly bytes: number;
  readonly grid: readonly number[];
  readonly block: readonly number[];
  readonly registers: number;
  readonly shared: number;
  readonly graph: number;
  /** Where a copy between devices went; NaN for others. */
  readonly toDevice: number;
}

export interface TraceDevice {
  readonly ordinal: number;
  readonly name: string;
  readonly memoryBytes: number;
  readonly computeUnits: number;
}

/** Categories of Kineto, in their newer and their older spelling. */
const KINDS: ReadonlyMap<string, EventKind> = new Map([
  ['kernel', 'kernel'],
  ['gpu_memcpy', 'memcpy'],
  ['memcpy', 'memcpy'],
  ['gpu_memset', 'memset'],
  ['memset', 'memset'],
  ['cuda_runtime', 'call'],
  ['cuda_driver', 'call'],
  ['runtime', 'call'],
  ['cpu_op', 'operator'],
  ['operator', 'operator'],
  ['user_annotation', 'range'],
  ['python_function', 'python'],
]);
/** Microseconds since 1970 of the year 2000: earlier ones count from a base that the trace tells. */
const EPOCH = 946684800e6;
/** A name of a stranger's may be of any length. */
const LONGEST_NAME = 10_000;

const COLUMNS = { kind: Uint8Array, name: Uint32Array, process: Uint32Array, thread: Uint32Array } as const;

/** The events of a trace in columns, 45 bytes each, and what devices did besides: a long trace has millions. */
export class TraceEvents {
  length = 0;
  private kind = new COLUMNS.kind(1024);
  private name = new COLUMNS.name(1024);
  private process = new COLUMNS.process(1024);
  private thread = new COLUMNS.thread(1024);
  /** Microseconds as the trace counts them. */
  private start = new Float64Array(1024);
  private duration = new Float64Array(1024);
  private number = new Float64Array(1024);
  private readonly names: string[] = [];
  private readonly nameIds = new Map<string, number>();
  private readonly shapes = new Map<string, readonly number[]>();
  private readonly work = new Map<number, WorkFacts>();
  private first = Number.POSITIVE_INFINITY;
  private base = Number.NaN;
  private found: readonly TraceDevice[] = [];
  /** What processes and threads are called, by `process` and `process thread`. */
  readonly called = new Map<string, string>();
  /** Events that made no sense. */
  damaged = 0;

  get devices(): readonly TraceDevice[] {
    return this.found;
  }

  /** Milliseconds since 1970 of the first event; 0 when the trace does not tell. */
  get startEpochMs(): number {
    const begin = Number.isNaN(this.base) ? this.first / 1e3 : this.base / 1e6 + this.first / 1e3;
    return begin * 1e3 > EPOCH && Number.isFinite(begin) ? begin : 0;
  }

  /** A fact beside the events. */
  fact(name: string, value: unknown): void {
    if (name === 'baseTimeNanoseconds') this.base = numberOf(value);
    if (name === 'deviceProperties') this.found = devicesOf(value);
  }

  add(event: Json): void {
    if (event.ph === 'M') this.learnName(event);
    const kind = event.ph === 'X' ? KINDS.get(stringOf(event.cat).toLowerCase()) : undefined;
    if (kind === undefined) return;
    const [start, duration] = [numberOf(event.ts), numberOf(event.dur ?? 0)];
    if (Number.isNaN(start) || !(duration >= 0) || typeof event.name !== 'string') {
      this.damaged++;
      return;
    }
    const args = isObject(event.args) ? event.args : {};
    const at = this.length;
    if (at === this.kind.length) this.grow();
    this.kind[at] = EVENT_KINDS.indexOf(kind);
    this.name[at] = this.nameId(event.name);
    this.process[at] = idOf(event.pid);
    this.thread[at] = idOf(event.tid);
    this.start[at] = start;
    this.duration[at] = duration;
    this.number[at] = numberOf(kind === 'operator' ? args['Sequence number'] : args.correlation);
    if (isWork(kind)) this.work.set(at, workOf(event, args, this.shape));
    this.first = Math.min(this.first, start);
    this.length++;
  }

  kindOf(row: number): EventKind {
    return EVENT_KINDS[this.kind[row] as number] as EventKind;
  }

  /** Which thread of which process, to be compared with others. */
  threadKey(row: number): string {
    return `${this.process[row]} ${this.thread[row]}`;
  }

  startOf(row: number): number {
    return Math.round(((this.start[row] as number) - this.first) * 1e3);
  }

  endOf(row: number): number {
    return this.startOf(row) + Math.round((this.duration[row] as number) * 1e3);
  }

  at(row: number): TraceEvent {
    return {
      kind: this.kindOf(row),
      name: this.names[this.name[row] as number] ?? '',
      process: this.process[row] as number,
      thread: this.thread[row] as number,
      start: this.startOf(row),
      end: this.endOf(row),
      number: this.number[row] as number,
    };
  }

  /** Of a row that a device worked on. */
  workAt(row: number): WorkFacts {
    return this.work.get(row) ?? workOf({}, {}, this.shape);
  }

  /** Kernels come in few shapes: one list for each, and not two for each kernel. */
  private readonly shape = (value: unknown): readonly number[] => {
    const shape = listOf(value).slice(0, 3).map(u32Of);
    const key = shape.join();
    const known = this.shapes.get(key);
    if (known) return known;
    this.shapes.set(key, shape);
    return shape;
  };

  private nameId(name: string): number {
    const kept = name.length > LONGEST_NAME ? name.slice(0, LONGEST_NAME) : name;
    const known = this.nameIds.get(kept);
    if (known !== undefined) return known;
    this.nameIds.set(kept, this.names.length);
    return this.names.push(kept) - 1;
  }

  private grow(): void {
    const size = 2 * this.length;
    const grown = <T extends Uint8Array | Uint32Array | Float64Array>(larger: T, old: T): T => {
      larger.set(old);
      return larger;
    };
    this.kind = grown(new COLUMNS.kind(size), this.kind);
    this.name = grown(new COLUMNS.name(size), this.name);
    this.process = grown(new COLUMNS.process(size), this.process);
    this.thread = grown(new COLUMNS.thread(size), this.thread);
    this.start = grown(new Float64Array(size), this.start);
    this.duration = grown(new Float64Array(size), this.duration);
    this.number = grown(new Float64Array(size), this.number);
  }

  private learnName(event: Json): void {
    const name = isObject(event.args) ? stringOf(event.args.name) : '';
    if (name === '') return;
    if (event.name === 'process_name') this.called.set(String(idOf(event.pid)), name);
    if (event.name === 'thread_name') this.called.set(`${idOf(event.pid)} ${idOf(event.tid)}`, name);
  }
}

/** Whether a device did it. */
export const isWork = (kind: EventKind): boolean =>
  kind === 'kernel' || kind === 'memcpy' || kind === 'memset';

function workOf(event: Json, args: Json, shape: (value: unknown) => readonly number[]): WorkFacts {
  return {
    device: u32Of(args.device ?? idOf(event.pid)),
    stream: u32Of(args.stream ?? idOf(event.tid)),
    bytes: Math.max(0, numberOf(args.bytes) || 0),
    grid: shape(args.grid),
    block: shape(args.block),
    registers: u32Of(args['registers per thread']),
    shared: u32Of(args['shared memory']),
    graph: u32Of(args['graph id']),
    toDevice: numberOf(args.toDevice),
  };
}

/** Ids are numbers, or words that end in one, such as `stream 7`; 0 for others. */
function idOf(value: unknown): number {
  const number = typeof value === 'string' ? Number(/\d{1,12}$/.exec(value)?.[0] ?? 0) : numberOf(value);
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32 ? number : 0;
}

function devicesOf(value: unknown): TraceDevice[] {
  return listOf(value)
    .filter(isObject)
    .map((device) => ({
      ordinal: idOf(device.id),
      name: stringOf(device.name),
      memoryBytes: numberOf(device.totalGlobalMem) || 0,
      computeUnits: idOf(device.numSms),
    }));
}
