import {
  devicesSchema,
  Interner,
  kernelsSchema,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  type Row,
  SPAN_KINDS,
  spansSchema,
  TableBuilder,
  transfersSchema,
} from '../../model/index.ts';
import { type Batch, emptyBatch, mentionsSchema } from '../collector.ts';
import { type NearestStack, type NearestStacks, SEEN_BRIEFLY } from '../gpu/nearestStack.ts';

type Filled = 'callLane' | 'callStart' | 'callEnd' | 'stack' | 'certainty';
/** What OpenCL tells nothing of. */
type Untold = 'registers' | 'staticShared' | 'dynamicShared' | 'graph';
export type KernelRow = Omit<Row<typeof kernelsSchema>, Filled | Untold>;
/** Without a lane of its own it was made by the call itself. */
export type TransferRow = Omit<Row<typeof transfersSchema>, Filled | 'lane'> & {
  readonly lane: number | null;
};

/** A call of the API on a thread of the host; Nanos. */
export interface HostCall {
  readonly process: number;
  readonly thread: number;
  readonly start: number;
  readonly end: number;
}

interface HeldRow {
  readonly call: HostCall;
  /** Nanos at which it was put here. */
  readonly since: number;
  /** One of these, or the name of a span. */
  readonly kernel: KernelRow | null;
  readonly transfer: TransferRow | null;
  readonly span: number;
}

const API = SPAN_KINDS.indexOf('api');
/** Nanos that a row waits for the samples around its call; a thread that nobody follows has none. */
const PATIENCE = 1e9;
/** Rows that wait in all; beyond, they go as they are. */
const MOST_HELD = 200_000;

/** Rows of what the logs of all processes say, with one numbering of lanes, devices and strings. */
export class OpenClRows {
  readonly interner = new Interner();
  private readonly nearest: NearestStacks;
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly devices = new TableBuilder(devicesSchema);
  private readonly kernels = new TableBuilder(kernelsSchema, 1024);
  private readonly transfers = new TableBuilder(transfersSchema, 1024);
  private readonly spans = new TableBuilder(spansSchema, 1024);
  private readonly threadLanes = new Map<number, number>();
  private readonly queueLanes: Row<typeof lanesSchema>[] = [];
  private readonly deviceIds = new Map<string, number>();
  private readonly held: HeldRow[] = [];
  private laneCount = 0;

  constructor(nearest: NearestStacks) {
    this.nearest = nearest;
  }

  /** Number of a device; processes that see the same one share it. */
  device(row: Omit<Row<typeof devicesSchema>, 'id'>): number {
    const key = JSON.stringify(row);
    const known = this.deviceIds.get(key);
    if (known !== undefined) return known;
    const id = this.deviceIds.size;
    this.deviceIds.set(key, id);
    this.devices.push({ ...row, id });
    return id;
  }

  /** Number of a new queue's lane; `start`: Nanos. */
  queueLane(process: number, name: string, start: number): number {
    const kind = LANE_KINDS.indexOf('stream');
    const role = LANE_ROLES.indexOf('device');
    const row = { id: this.laneCount++, kind, role, process, thread: 0, name, start, end: -1, cpu: -1 };
    this.queueLanes.push(row);
    this.lanes.push(row);
    return row.id;
  }

  /** The queues of a process are gone with it; `end`: Nanos. */
  endQueues(process: number, end: number): void {
    for (const row of this.queueLanes) {
      if (row.process === process && row.start <= end) this.lanes.push({ ...row, end });
    }
  }

  kernel(call: HostCall, kernel: KernelRow): void {
    this.held.push({ call, since: this.time, kernel, transfer: null, span: -1 });
  }

  transfer(call: HostCall, transfer: TransferRow): void {
    this.held.push({ call, since: this.time, kernel: null, transfer, span: -1 });
  }

  /** A call that gave no device work. */
  span(call: HostCall, name: string): void {
    const span = this.interner.string(name);
    this.held.push({ call, since: this.time, kernel: null, transfer: null, span });
  }

  /** Rows that wait. */
  get waiting(): number {
    return this.held.length;
  }

  /** The rows that can be written by now (Nanos; infinite for all of them); null when there are none. */
  drain(now: number): Batch | null {
    this.release(now);
    const { lanes, mentions, devices, kernels, transfers, spans } = this;
    const tables = [lanes, mentions, devices, kernels, transfers, spans];
    if (tables.every((table) => table.length === 0)) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      lanes: lanes.finish(),
      mentions: mentions.finish(),
      devices: devices.finish(),
      kernels: kernels.finish(),
      transfers: transfers.finish(),
      spans: spans.finish(),
    };
    for (const table of tables) table.clear();
    return batch;
  }

  /** Nanos of the last drain. */
  private time = 0;

  private release(now: number): void {
    this.time = now;
    const isFull = this.held.length > MOST_HELD;
    let kept = 0;
    for (const row of this.held) {
      const { process, thread, end } = row.call;
      const isLate = isFull || now - row.since > PATIENCE;
      if (isLate || this.nearest.knows(process, thread, end)) this.write(row);
      else this.held[kept++] = row;
    }
    this.held.length = kept;
  }

  private write({ call, kernel, transfer, span }: HeldRow): void {
    const lane = this.threadLane(call);
    const { process, thread, start, end } = call;
    const nearest = this.nearest.find(process, thread, start, end);
    if (kernel) this.writeKernel(kernel, call, lane, nearest);
    else if (transfer) {
      const { stack, certainty } = nearest;
      const called = { callLane: lane, callStart: start, callEnd: end, stack, certainty };
      this.transfers.push({ ...transfer, ...called, lane: transfer.lane ?? lane });
    } else {
      // A span has no room for how sure its stack is.
      const stack = nearest.certainty >= SEEN_BRIEFLY ? nearest.stack : -1;
      this.spans.push({ lane, kind: API, name: span, start, end, stack });
    }
  }

  /** Column by column: there may be a hundred thousand of them a second. */
  private writeKernel(row: KernelRow, call: HostCall, lane: number, nearest: NearestStack): void {
    this.kernels.reserve(1);
    const to = this.kernels.columns;
    const at = this.kernels.length++;
    to.lane[at] = row.lane;
    to.device[at] = row.device;
    to.kind[at] = row.kind;
    to.name[at] = row.name;
    to.start[at] = row.start;
    to.end[at] = row.end;
    to.queued[at] = row.queued;
    to.submitted[at] = row.submitted;
    to.callLane[at] = lane;
    to.callStart[at] = call.start;
    to.callEnd[at] = call.end;
    to.call[at] = row.call;
    to.stack[at] = nearest.stack;
    to.certainty[at] = nearest.certainty;
    to.gridX[at] = row.gridX;
    to.gridY[at] = row.gridY;
    to.gridZ[at] = row.gridZ;
    to.blockX[at] = row.blockX;
    to.blockY[at] = row.blockY;
    to.blockZ[at] = row.blockZ;
    to.bytes[at] = row.bytes;
    for (const untold of [to.registers, to.staticShared, to.dynamicShared, to.graph]) untold[at] = 0;
  }

  private threadLane({ process, thread, start }: HostCall): number {
    // Thread ids go up to 2^22.
    const key = process * 2 ** 22 + thread;
    const known = this.threadLanes.get(key);
    if (known !== undefined) return known;
    const lane = this.laneCount++;
    this.threadLanes.set(key, lane);
    this.mentions.push({ lane, process, thread, time: start, name: `thread ${thread}`, runtime: '' });
    return lane;
  }
}
