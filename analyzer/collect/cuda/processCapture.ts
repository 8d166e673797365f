import { SPAN_KINDS } from '../../model/index.ts';
import type { NearestStacks } from '../gpu/nearestStack.ts';
import { Attribution } from './attribution.ts';
import { type Call, Calls } from './calls.ts';
import { type CaptureHeader, type Chunk, textOf, wordOf } from './capture.ts';
import { CaptureClock } from './captureClock.ts';
import { CopySources } from './copySources.ts';
import { demangle } from './demangle.ts';
import { Devices } from './devices.ts';
import { KINDS } from './layouts.ts';
import { PythonStacks } from './pythonStacks.ts';
import { Ranges } from './ranges.ts';
import { type OtherRecord, RecordReader } from './records.ts';
import type { DeviceRows } from './rows.ts';
import { WorkRows } from './workRows.ts';

const API = SPAN_KINDS.indexOf('api');
const STREAM_OBJECT = 5;
/** Addresses of texts, and functions, that one process may bring. */
const MOST_TEXTS = 1 << 20;
/** Work that waits for its call; beyond it rows are written without. */
const MOST_WAITING = 1 << 20;
const MOST_NOTES = 32;
/** Functions that start work of a device, which `kernels` and `transfers` tell of. */
const STARTS_WORK = /launch(?!hostfunc)|memcpy|memset/i;
/** Marks of the version of an interface, which programs do not write. */
const VERSION_MARKS = /(?:_pts[zd])?(?:_v\d+)?(?:_pts[zd])?$/;

/** What a capture said about itself. */
export interface CaptureFacts {
  buffers: number;
  dropped: number;
  /** Nanos that CUPTI and the driver spent on recording. */
  overhead: number;
  faults: number;
  isEnded: boolean;
  library: string;
  /** Results of CUPTI for what was asked of it: subscribing, and each kind of activity, 0 where it went well. */
  subscribed: number;
  copies: number;
  /** Functions at whose calls stacks are taken. */
  stacks: number;
  hasThreadIds: boolean;
  readonly refused: Set<number>;
  readonly notes: Set<string>;
}

/** Turns the capture of one process into rows. Chunks come in order; `settle` writes what is known well enough. */
export class ProcessCapture {
  readonly header: CaptureHeader;
  readonly facts: CaptureFacts = {
    buffers: 0,
    dropped: 0,
    overhead: 0,
    faults: 0,
    isEnded: false,
    library: '',
    subscribed: 0,
    copies: 0,
    stacks: 0,
    hasThreadIds: true,
    refused: new Set(),
    notes: new Set(),
  };
  readonly reader: RecordReader;
  readonly devices: Devices;
  private readonly rows: DeviceRows;
  private readonly clock = new CaptureClock();
  private readonly calls: Calls;
  private readonly copies = new CopySources();
  private readonly python: PythonStacks;
  private readonly ranges: Ranges;
  private readonly attribution: Attribution;
  private readonly texts = new Map<number, { readonly row: number; readonly text: string }>();
  private readonly functions = new Map<number, { readonly name: number; readonly startsWork: boolean }>();
  private readonly noText: number;
  private readonly workRows: WorkRows;
  /** Nanos of the last call. */
  private latest = 0;

  constructor(header: CaptureHeader, rows: DeviceRows, stacks: NearestStacks) {
    this.header = header;
    this.rows = rows;
    const { process } = header;
    this.devices = new Devices(rows, process);
    this.ranges = new Ranges(rows, process);
    this.calls = new Calls((call) => this.withoutWork(call));
    this.python = new PythonStacks(rows);
    this.attribution = new Attribution(this.calls, this.clock, rows, stacks, this.python, process);
    this.workRows = new WorkRows(rows, this.clock, this.devices, this.copies);
    this.noText = rows.name('[unknown kernel]');
    this.reader = new RecordReader({
      text: (address) => this.texts.get(address)?.row ?? this.noText,
      call: (domain, callback, thread, correlation, start, end) =>
        this.call(domain, callback, thread, correlation, start, end),
      other: (record) => this.other(record),
    });
  }

  get waiting(): number {
    return this.reader.work.length;
  }

  take({ type, payload }: Chunk): void {
    switch (type) {
      case 'clock':
        this.clock.add(payload);
        if (payload.byteLength >= 8) this.devices.begin(wordOf(payload, 0));
        break;
      case 'text':
        if (payload.byteLength >= 8) this.learnText(wordOf(payload, 0), demangle(textOf(payload, 8)));
        break;
      case 'function':
        if (payload.byteLength >= 8) this.learnFunction(payload);
        break;
      case 'strides':
        this.reader.learnStrides(payload);
        break;
      case 'copies':
        this.copies.learn(payload);
        break;
      case 'buffer':
        this.buffer(payload);
        break;
      case 'dropped':
        if (payload.byteLength >= 8) this.facts.dropped += wordOf(payload, 0);
        break;
      case 'code':
        this.python.learnCode(payload);
        break;
      case 'stack':
        this.python.learnStack(payload);
        break;
      case 'launches':
        this.python.learnLaunches(payload);
        break;
      case 'note':
        if (this.facts.notes.size < MOST_NOTES) this.facts.notes.add(textOf(payload));
        break;
      case 'meta':
        this.learnMeta(textOf(payload));
        break;
      case 'end':
        this.facts.isEnded = true;
        break;
    }
  }

  /** Writes the work whose launch is known, or will not become known. `now`: Nanos. `isLast`: nothing more comes. */
  settle(now: number, isLast: boolean): void {
    const { work } = this.reader;
    const { columns } = work;
    const hasToGo = isLast || work.length > MOST_WAITING;
    let kept = 0;
    let run = 0;
    const keepRun = (end: number): void => {
      if (end === run) return;
      if (run !== kept) for (const column of Object.values(columns)) column.copyWithin(kept, run, end);
      kept += end - run;
    };
    for (let i = 0; i < work.length; i++) {
      const launch = this.attribution.launchOf(
        columns.correlation[i] as number,
        columns.arrived[i] as number,
        now,
        hasToGo,
      );
      if (launch === null) continue;
      this.workRows.write(columns, i, launch);
      keepRun(i);
      run = i + 1;
    }
    keepRun(work.length);
    work.length = kept;
    if (!isLast) return;
    this.calls.finish();
    this.ranges.finish(Math.max(this.latest, this.workRows.latest));
  }

  private buffer(payload: DataView): void {
    if (payload.byteLength < 16) return;
    this.facts.buffers++;
    // Without a clock nothing can be placed in time.
    if (!this.clock.isKnown) this.reader.counts.damaged++;
    else {
      const records = new DataView(payload.buffer, payload.byteOffset + 16, payload.byteLength - 16);
      this.reader.decode(records, this.clock.base(0), wordOf(payload, 8));
    }
  }

  private learnText(address: number, text: string): void {
    if (this.texts.size < MOST_TEXTS || this.texts.has(address))
      this.texts.set(address, { row: this.rows.name(text), text });
  }

  private learnFunction(payload: DataView): void {
    const key = payload.getUint32(0, true) * 65536 + payload.getUint32(4, true);
    const name = textOf(payload, 8).replace(VERSION_MARKS, '');
    if (this.functions.size < MOST_TEXTS)
      this.functions.set(key, { name: this.rows.name(name), startsWork: STARTS_WORK.test(name) });
  }

  private learnMeta(json: string): void {
    let meta: Record<string, unknown>;
    try {
      meta = JSON.parse(json) as Record<string, unknown>;
    } catch {
      return;
    }
    const { facts } = this;
    // The first word counts: a profiler that was made room for may still be subscribed when it is done.
    if (typeof meta.subscribe === 'number' && facts.library === '') facts.subscribed = meta.subscribe;
    if (typeof meta.library === 'string') facts.library = meta.library;
    if (typeof meta.copies === 'number') facts.copies = meta.copies;
    if (typeof meta.stacks === 'number') facts.stacks = meta.stacks;
    facts.hasThreadIds = meta.threadIds === undefined || meta.threadIds === 0;
    if (typeof meta.enable !== 'object' || meta.enable === null) return;
    for (const [kind, result] of Object.entries(meta.enable))
      if (result !== 0) facts.refused.add(Number(kind));
  }

  private call(
    domain: number,
    callback: number,
    thread: number,
    correlation: number,
    start: number,
    end: number,
  ): void {
    const known = this.functions.get(domain * 65536 + callback);
    if (known?.startsWork) this.calls.add(correlation, thread, known.name, start, end);
    else this.withoutWork({ thread, name: known?.name ?? this.noFunction(domain, callback), start, end });
  }

  private noFunction(domain: number, callback: number): number {
    const name = this.rows.name(`${domain === 1 ? 'driver' : 'runtime'} function ${callback}`);
    if (this.functions.size < MOST_TEXTS)
      this.functions.set(domain * 65536 + callback, { name, startsWork: false });
    return name;
  }

  private withoutWork({ thread, name, start, end }: Call): void {
    const from = this.clock.toMonotonic(start);
    const lane = this.facts.hasThreadIds ? this.rows.thread(this.header.process, thread, from) : -1;
    if (lane < 0) return;
    const to = Math.max(from, this.clock.toMonotonic(end));
    this.latest = Math.max(this.latest, to);
    this.rows.spans.push({ lane, kind: API, name, start: from, end: to, stack: -1 });
  }

  private other({ kind, words, at }: OtherRecord): void {
    const field = (offset: number): number => words[at + (offset >> 2)] as number;
    const address = (offset: number): number => field(offset + 4) * 2 ** 32 + field(offset);
    switch (kind) {
      case KINDS.device:
        this.devices.learn({
          ordinal: field(112),
          name: this.texts.get(address(136))?.text ?? '',
          memoryBytes: address(16),
          computeUnits: field(44),
          uuid: uuidOf(words, at + 30),
        });
        break;
      case KINDS.marker:
        this.ranges.take({
          flags: field(4),
          time: this.clock.toMonotonic(this.reader.time(words, at + 2)),
          id: field(16),
          object: [field(20), field(24), field(28)],
          name: this.texts.get(address(40))?.row ?? -1,
        });
        break;
      case KINDS.name:
        if (field(4) === STREAM_OBJECT)
          this.devices.nameStream(field(8), field(12), field(16), this.texts.get(address(24))?.text ?? '');
        break;
      case KINDS.overhead:
        this.facts.overhead += Math.max(0, this.reader.time(words, at + 8) - this.reader.time(words, at + 6));
        break;
      case KINDS.unifiedMemory:
        this.facts.faults += address(8);
        break;
    }
  }
}

/** As nvidia-smi writes it. */
function uuidOf(words: Uint32Array, at: number): string {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + 4 * at, 16);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  if (/^0*$/.test(hex)) return '';
  return `GPU-${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
