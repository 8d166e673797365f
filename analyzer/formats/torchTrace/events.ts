/**
 * Events of a trace that torch.profiler has exported: Chrome's trace format (Trace Event Format, JSON object form) with the
 * categories and arguments of Kineto (github.com/pytorch/kineto, output_json.cpp). Pure; the input may be anything.
 */
export interface TraceEvent {
  readonly kind: EventKind;
  readonly name: string;
  readonly process: number;
  readonly thread: number;
  /** Nanos from the first event on. */
  readonly start: number;
  readonly end: number;
  readonly args: Readonly<Record<string, unknown>>;
}

export type EventKind = 'kernel' | 'memcpy' | 'memset' | 'call' | 'operator' | 'range' | 'python';

export interface TraceDevice {
  readonly ordinal: number;
  readonly name: string;
  readonly memoryBytes: number;
  readonly computeUnits: number;
}

export interface Trace {
  readonly events: readonly TraceEvent[];
  readonly devices: readonly TraceDevice[];
  /** What processes and threads are called, by `process` and `process thread`. */
  readonly names: ReadonlyMap<string, string>;
  /** Milliseconds since 1970 of the first event; 0 when the trace does not tell. */
  readonly startEpochMs: number;
  /** Events that made no sense. */
  readonly damaged: number;
}

/** Categories of Kineto, in their newer and their older spelling. */
const KINDS: Readonly<Record<string, EventKind>> = {
  kernel: 'kernel',
  gpu_memcpy: 'memcpy',
  memcpy: 'memcpy',
  gpu_memset: 'memset',
  memset: 'memset',
  cuda_runtime: 'call',
  cuda_driver: 'call',
  runtime: 'call',
  cpu_op: 'operator',
  operator: 'operator',
  user_annotation: 'range',
  python_function: 'python',
};
/** Microseconds since 1970 of the year 2000: earlier ones count from a base that the trace tells. */
const EPOCH = 946684800e6;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const numberOf = (value: unknown): number => {
  const number = typeof value === 'string' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : Number.NaN;
};

/** Whether a file's first bytes are those of a trace; the rest is not looked at. */
export const looksLikeTrace = (beginning: string): boolean => /^\s*\{/.test(beginning);

/** Null for JSON that is no trace of torch.profiler. */
export function readTrace(json: unknown): Trace | null {
  if (!isObject(json) || !Array.isArray(json.traceEvents)) return null;
  const raw = json.traceEvents as unknown[];
  const names = new Map<string, string>();
  const found: { kind: EventKind; event: Json; start: number }[] = [];
  let damaged = 0;
  let first = Number.POSITIVE_INFINITY;
  for (const event of raw) {
    if (!isObject(event)) continue;
    if (event.ph === 'M') learnName(event, names);
    const kind = event.ph === 'X' ? KINDS[String(event.cat).toLowerCase()] : undefined;
    if (kind === undefined) continue;
    const start = numberOf(event.ts);
    if (Number.isNaN(start) || !(numberOf(event.dur ?? 0) >= 0) || typeof event.name !== 'string') damaged++;
    else {
      found.push({ kind, event, start });
      first = Math.min(first, start);
    }
  }
  if (found.length === 0) return null;
  const base = numberOf(json.baseTimeNanoseconds);
  const begin = Number.isNaN(base) ? first / 1e3 : base / 1e6 + first / 1e3;
  return {
    events: found.map(({ kind, event, start }) => eventOf(kind, event, start - first)),
    devices: devicesOf(json.deviceProperties),
    names,
    startEpochMs: begin * 1e3 > EPOCH ? begin : 0,
    damaged,
  };
}

function eventOf(kind: EventKind, event: Json, microseconds: number): TraceEvent {
  const start = Math.round(microseconds * 1e3);
  return {
    kind,
    name: String(event.name),
    process: idOf(event.pid),
    thread: idOf(event.tid),
    start,
    end: start + Math.round(numberOf(event.dur ?? 0) * 1e3),
    args: isObject(event.args) ? event.args : {},
  };
}

/** Ids are numbers, or words that end in one, such as `stream 7`; 0 for others. */
function idOf(value: unknown): number {
  const number = typeof value === 'string' ? Number(/\d+$/.exec(value)?.[0] ?? 0) : numberOf(value);
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32 ? number : 0;
}

function learnName(event: Json, names: Map<string, string>): void {
  const name = isObject(event.args) ? event.args.name : undefined;
  if (typeof name !== 'string' || name === '') return;
  if (event.name === 'process_name') names.set(String(idOf(event.pid)), name);
  if (event.name === 'thread_name') names.set(`${idOf(event.pid)} ${idOf(event.tid)}`, name);
}

function devicesOf(value: unknown): TraceDevice[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((device) => ({
    ordinal: idOf(device.id),
    name: typeof device.name === 'string' ? device.name : '',
    memoryBytes: numberOf(device.totalGlobalMem) || 0,
    computeUnits: idOf(device.numSms),
  }));
}
