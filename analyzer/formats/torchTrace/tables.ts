import {
  DIRECTIONS,
  devicesSchema,
  Interner,
  KERNEL_KINDS,
  kernelsSchema,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  MEMORY_KINDS,
  OPERATOR_KINDS,
  operatorsSchema,
  processesSchema,
  SPAN_KINDS,
  spansSchema,
  TableBuilder,
  type Tables,
  transfersSchema,
  UNKNOWN_ASYNCHRONOUS,
} from '../../model/index.ts';
import { numberOf, type Trace, type TraceEvent } from './events.ts';
import { Nesting } from './nesting.ts';

/** `Memcpy HtoD (Pageable -> Device)`, as Kineto names copies. */
const COPY = /^Memcpy (\w+)(?: \(([\w ]+?) -> ([\w ]+?)\))?/;
const DIRECTION_OF: Readonly<Record<string, string>> = {
  HtoD: 'H2D',
  HtoA: 'H2D',
  DtoH: 'D2H',
  AtoH: 'D2H',
  DtoD: 'D2D',
  AtoA: 'D2D',
  AtoD: 'D2D',
  DtoA: 'D2D',
  PtoP: 'P2P',
};
const BACKWARD = /^autograd::engine::|Backward\d*$/;
const EXACT = 100;

interface Launch {
  readonly event: TraceEvent;
  readonly stack: number;
  isUsed: boolean;
}

const u32 = (value: unknown): number => {
  const number = numberOf(value);
  return Number.isInteger(number) && number >= 0 && number < 2 ** 32 ? number : 0;
};
const indexOf = (list: readonly string[], word: string | undefined): number =>
  Math.max(0, list.indexOf(word ?? ''));

/** The tables of a trace. */
export class TraceTables {
  private readonly interner = new Interner();
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly processes = new TableBuilder(processesSchema);
  private readonly devices = new TableBuilder(devicesSchema);
  private readonly kernels = new TableBuilder(kernelsSchema, 1024);
  private readonly transfers = new TableBuilder(transfersSchema);
  private readonly spans = new TableBuilder(spansSchema);
  private readonly operators = new TableBuilder(operatorsSchema);
  private readonly laneIds = new Map<string, number>();
  private readonly deviceIds = new Map<number, number>();
  /** Calls by the number that they have in common with what they started. */
  private readonly launches = new Map<number, Launch>();
  private readonly trace: Trace;
  /** The process whose program it is: devices have none. */
  private readonly process: number;
  /** Nanos of the last event. */
  private readonly last: number;

  constructor(trace: Trace) {
    this.trace = trace;
    this.last = trace.events.reduce((latest, event) => Math.max(latest, event.end), 0);
    const isHost = ({ kind }: TraceEvent): boolean => !['kernel', 'memcpy', 'memset'].includes(kind);
    const host = trace.events.filter(isHost);
    this.process = host[0]?.process ?? 0;
    for (const process of new Set(host.map((event) => event.process))) this.addProcess(process);
    for (const events of threadsOf(host)) this.addThread(events);
    for (const event of trace.events) if (!isHost(event)) this.addWork(event);
    for (const { event, isUsed, stack } of this.launches.values())
      if (!isUsed) this.addSpan(event, 'api', stack);
  }

  finish(): Partial<Tables> {
    const { strings, frames, stacks } = this.interner.drain();
    return {
      strings,
      frames,
      stacks,
      lanes: this.lanes.finish(),
      processes: this.processes.finish(),
      devices: this.devices.finish(),
      kernels: this.kernels.finish(),
      transfers: this.transfers.finish(),
      spans: this.spans.finish(),
      operators: this.operators.finish(),
    };
  }

  private addProcess(process: number): void {
    const name = this.trace.names.get(String(process)) ?? 'python';
    this.processes.push({ process, parent: 0, start: 0, end: this.last, name, command: name, runtime: '' });
  }

  /** Operators, ranges and calls of one thread, and which code made the calls. */
  private addThread(events: readonly TraceEvent[]): void {
    const nesting = new Nesting(
      events.filter(({ kind }) => kind === 'python' || kind === 'operator'),
      this.interner,
    );
    for (const event of [...events].sort((a, b) => a.start - b.start)) {
      const stack = nesting.at(event.start);
      if (event.kind === 'operator') this.addOperator(event);
      else if (event.kind === 'range') this.addSpan(event, 'range', stack);
      else if (event.kind === 'call') this.addCall(event, stack);
    }
  }

  private addOperator(event: TraceEvent): void {
    const sequence = numberOf(event.args['Sequence number']);
    this.operators.push({
      lane: this.threadLane(event),
      kind: OPERATOR_KINDS.indexOf(BACKWARD.test(event.name) ? 'backward' : 'forward'),
      name: this.interner.string(event.name),
      start: event.start,
      end: event.end,
      sequence: Number.isSafeInteger(sequence) ? sequence : -1,
      forwardLane: -1,
    });
  }

  private addCall(event: TraceEvent, stack: number): void {
    const correlation = numberOf(event.args.correlation);
    // Of a call of the runtime's and the one of the driver's that it led to, the outer one counts: it comes first.
    if (Number.isNaN(correlation)) this.addSpan(event, 'api', stack);
    else if (!this.launches.has(correlation)) this.launches.set(correlation, { event, stack, isUsed: false });
  }

  private addSpan(event: TraceEvent, kind: 'api' | 'range', stack: number): void {
    this.spans.push({
      lane: this.threadLane(event),
      kind: SPAN_KINDS.indexOf(kind),
      name: this.interner.string(event.name),
      start: event.start,
      end: event.end,
      stack,
    });
  }

  private addWork(event: TraceEvent): void {
    const { args } = event;
    const launch = this.launches.get(numberOf(args.correlation));
    if (launch) launch.isUsed = true;
    const device = this.device(u32(args.device ?? event.process));
    const lane = this.streamLane(u32(args.device ?? event.process), u32(args.stream ?? event.thread));
    const call = {
      lane,
      device,
      start: event.start,
      end: event.end,
      callLane: launch ? this.threadLane(launch.event) : -1,
      callStart: launch?.event.start ?? -1,
      callEnd: launch?.event.end ?? -1,
      stack: launch?.stack ?? -1,
      certainty: launch && launch.stack >= 0 ? EXACT : 0,
    };
    const bytes = Math.max(0, numberOf(args.bytes) || 0);
    if (event.kind === 'memcpy') this.addCopy(event, call, bytes, launch);
    else this.addKernel(event, call, bytes, launch);
  }

  private addKernel(
    { kind, name, args }: TraceEvent,
    call: Placed,
    bytes: number,
    launch: Launch | undefined,
  ): void {
    const grid = Array.isArray(args.grid) ? args.grid : [];
    const block = Array.isArray(args.block) ? args.block : [];
    const isMemset = kind === 'memset';
    this.kernels.push({
      ...call,
      kind: KERNEL_KINDS.indexOf(isMemset ? 'memset' : 'kernel'),
      name: this.interner.string(isMemset ? 'memset' : name),
      queued: -1,
      submitted: -1,
      call: this.interner.string(launch?.event.name ?? ''),
      gridX: u32(grid[0]),
      gridY: u32(grid[1]),
      gridZ: u32(grid[2]),
      blockX: u32(block[0]),
      blockY: u32(block[1]),
      blockZ: u32(block[2]),
      registers: u32(args['registers per thread']),
      // The trace tells the sum of both.
      staticShared: 0,
      dynamicShared: u32(args['shared memory']),
      bytes: isMemset ? bytes : 0,
      graph: u32(args['graph id']),
    });
  }

  private addCopy(event: TraceEvent, call: Placed, bytes: number, launch: Launch | undefined): void {
    const [, way = '', from, to] = COPY.exec(event.name) ?? [];
    const direction = (DIRECTIONS as readonly string[]).indexOf(DIRECTION_OF[way] ?? '');
    // Within the host's memory no device takes part.
    if (direction < 0) return;
    const peer = numberOf(event.args.toDevice);
    this.transfers.push({
      ...call,
      direction,
      bytes,
      toLane: -1,
      toStart: -1,
      toEnd: -1,
      weight: 1,
      estimated: 0,
      from: memoryOf(from),
      to: memoryOf(to),
      asynchronous: UNKNOWN_ASYNCHRONOUS,
      call: launch ? this.interner.string(launch.event.name) : -1,
      peer: DIRECTIONS[direction] === 'P2P' && !Number.isNaN(peer) ? this.device(u32(peer)) : -1,
      buffer: 0,
      content: 0,
    });
  }

  private device(ordinal: number): number {
    const known = this.deviceIds.get(ordinal);
    if (known !== undefined) return known;
    const facts = this.trace.devices.find((each) => each.ordinal === ordinal);
    const id = this.deviceIds.size;
    this.deviceIds.set(ordinal, id);
    this.devices.push({
      id,
      kind: 'cuda',
      name: facts?.name || `GPU ${ordinal}`,
      ordinal,
      process: this.process,
      memoryBytes: facts?.memoryBytes ?? 0,
      computeUnits: facts?.computeUnits ?? 0,
      sharesMemory: 0,
      uuid: '',
    });
    return id;
  }

  private threadLane({ process, thread }: TraceEvent): number {
    const name = this.trace.names.get(`${process} ${thread}`) ?? `thread ${thread}`;
    const role = thread === process ? 'main' : 'worker';
    return this.lane(`${process} ${thread}`, { kind: 'thread', role, process, thread, name });
  }

  private streamLane(device: number, stream: number): number {
    const name = `GPU ${device} stream ${stream}`;
    return this.lane(name, { kind: 'stream', role: 'device', process: this.process, thread: 0, name });
  }

  private lane(
    key: string,
    lane: { kind: string; role: string; process: number; thread: number; name: string },
  ): number {
    const known = this.laneIds.get(key);
    if (known !== undefined) return known;
    const id = this.laneIds.size;
    this.laneIds.set(key, id);
    const { kind, role, ...rest } = lane;
    this.lanes.push({
      id,
      kind: indexOf(LANE_KINDS, kind),
      role: indexOf(LANE_ROLES, role),
      ...rest,
      start: 0,
      end: this.last,
      cpu: -1,
    });
    return id;
  }
}

interface Placed {
  readonly lane: number;
  readonly device: number;
  readonly start: number;
  readonly end: number;
  readonly callLane: number;
  readonly callStart: number;
  readonly callEnd: number;
  readonly stack: number;
  readonly certainty: number;
}

/** Events of one thread each. */
function threadsOf(events: readonly TraceEvent[]): TraceEvent[][] {
  const threads = new Map<string, TraceEvent[]>();
  for (const event of events) {
    const key = `${event.process} ${event.thread}`;
    const known = threads.get(key);
    if (known) known.push(event);
    else threads.set(key, [event]);
  }
  return [...threads.values()];
}

/** `Pageable`, `Pinned`, `Device Static` and so on. */
const memoryOf = (word: string | undefined): number =>
  indexOf(MEMORY_KINDS, word?.toLowerCase().replace(' static', ''));
