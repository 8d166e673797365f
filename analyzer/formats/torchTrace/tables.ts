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
import { u32Of } from '../json.ts';
import { isWork, type TraceEvent, type TraceEvents, type WorkFacts } from './events.ts';
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
  readonly row: number;
  readonly stack: number;
  isUsed: boolean;
}

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
  private readonly trace: TraceEvents;
  /** The process whose program it is: devices have none. */
  private readonly process: number;
  /** Nanos of the last event. */
  readonly last: number;

  constructor(trace: TraceEvents) {
    this.trace = trace;
    let last = 0;
    for (let row = 0; row < trace.length; row++) last = Math.max(last, trace.endOf(row));
    this.last = last;
    const threads = threadsOf(trace);
    this.process = threads[0] === undefined ? 0 : trace.at(threads[0][0] as number).process;
    const processes = new Set(threads.map((rows) => trace.at(rows[0] as number).process));
    for (const process of processes) this.addProcess(process);
    for (const rows of threads) this.addThread(rows);
    for (let row = 0; row < trace.length; row++) if (isWork(trace.kindOf(row))) this.addWork(row);
    for (const { row, isUsed, stack } of this.launches.values())
      if (!isUsed) this.addSpan(trace.at(row), 'api', stack);
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
    const name = this.trace.called.get(String(process)) ?? 'python';
    this.processes.push({ process, parent: 0, start: 0, end: this.last, name, command: name, runtime: '' });
  }

  /** Operators, ranges and calls of one thread, in the order in which they begin, and which code made the calls. */
  private addThread(rows: Uint32Array): void {
    const { trace } = this;
    const nesting = new Nesting(
      trace,
      rows.filter((row) => trace.kindOf(row) === 'python' || trace.kindOf(row) === 'operator'),
      this.interner,
    );
    for (const row of rows) {
      const event = trace.at(row);
      if (event.kind === 'operator') this.addOperator(event);
      // Looks are in order of time: an operator that began is found by the next of them.
      else if (event.kind === 'range') this.addSpan(event, 'range', nesting.at(event.start));
      else if (event.kind === 'call') this.addCall(row, event, nesting.at(event.start));
    }
  }

  private addOperator(event: TraceEvent): void {
    this.operators.push({
      lane: this.threadLane(event),
      kind: OPERATOR_KINDS.indexOf(BACKWARD.test(event.name) ? 'backward' : 'forward'),
      name: this.interner.string(event.name),
      start: event.start,
      end: event.end,
      sequence: Number.isSafeInteger(event.number) ? event.number : -1,
      forwardLane: -1,
    });
  }

  private addCall(row: number, event: TraceEvent, stack: number): void {
    // Of a call of the runtime's and the one of the driver's that it led to, the outer one counts: it comes first.
    if (Number.isNaN(event.number)) this.addSpan(event, 'api', stack);
    else if (!this.launches.has(event.number)) this.launches.set(event.number, { row, stack, isUsed: false });
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

  private addWork(row: number): void {
    const event = this.trace.at(row);
    const facts = this.trace.workAt(row);
    const launch = this.launches.get(event.number);
    const caller = launch && this.trace.at(launch.row);
    if (launch) launch.isUsed = true;
    const device = this.device(facts.device);
    const call = {
      lane: this.streamLane(facts.device, facts.stream),
      device,
      start: event.start,
      end: event.end,
      callLane: caller ? this.threadLane(caller) : -1,
      callStart: caller?.start ?? -1,
      callEnd: caller?.end ?? -1,
      stack: launch?.stack ?? -1,
      certainty: launch && launch.stack >= 0 ? EXACT : 0,
    };
    if (event.kind === 'memcpy') this.addCopy(event, facts, call, caller);
    else this.addKernel(event, facts, call, caller);
  }

  private addKernel(
    { kind, name }: TraceEvent,
    facts: WorkFacts,
    call: Placed,
    caller: TraceEvent | undefined,
  ): void {
    const isMemset = kind === 'memset';
    const [gridX = 0, gridY = 0, gridZ = 0] = facts.grid;
    const [blockX = 0, blockY = 0, blockZ = 0] = facts.block;
    this.kernels.push({
      ...call,
      ...{ gridX, gridY, gridZ, blockX, blockY, blockZ },
      kind: KERNEL_KINDS.indexOf(isMemset ? 'memset' : 'kernel'),
      name: this.interner.string(isMemset ? 'memset' : name),
      queued: -1,
      submitted: -1,
      call: this.interner.string(caller?.name ?? ''),
      registers: facts.registers,
      // The trace tells the sum of both.
      staticShared: 0,
      dynamicShared: facts.shared,
      bytes: isMemset ? facts.bytes : 0,
      graph: facts.graph,
    });
  }

  private addCopy(event: TraceEvent, facts: WorkFacts, call: Placed, caller: TraceEvent | undefined): void {
    const [, way = '', from, to] = COPY.exec(event.name) ?? [];
    const direction = (DIRECTIONS as readonly string[]).indexOf(DIRECTION_OF[way] ?? '');
    // Within the host's memory no device takes part.
    if (direction < 0) return;
    const { toDevice } = facts;
    this.transfers.push({
      ...call,
      direction,
      bytes: facts.bytes,
      toLane: -1,
      toStart: -1,
      toEnd: -1,
      weight: 1,
      estimated: 0,
      from: memoryOf(from),
      to: memoryOf(to),
      asynchronous: UNKNOWN_ASYNCHRONOUS,
      call: caller ? this.interner.string(caller.name) : -1,
      peer: DIRECTIONS[direction] === 'P2P' && !Number.isNaN(toDevice) ? this.device(u32Of(toDevice)) : -1,
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
    const name = this.trace.called.get(`${process} ${thread}`) ?? `thread ${thread}`;
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

/** Rows of what the host did, of one thread each, in the order in which they begin, the longer of two first. */
function threadsOf(trace: TraceEvents): Uint32Array[] {
  const threads = new Map<string, number[]>();
  for (let row = 0; row < trace.length; row++) {
    if (isWork(trace.kindOf(row))) continue;
    const key = trace.threadKey(row);
    const known = threads.get(key);
    if (known) known.push(row);
    else threads.set(key, [row]);
  }
  return [...threads.values()].map((rows) =>
    Uint32Array.from(rows).sort(
      (a, b) => trace.startOf(a) - trace.startOf(b) || trace.endOf(b) - trace.endOf(a),
    ),
  );
}

/** `Pageable`, `Pinned`, `Device Static` and so on. */
const memoryOf = (word: string | undefined): number =>
  indexOf(MEMORY_KINDS, word?.toLowerCase().replace(' static', ''));
