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
export type KernelRow = Omit<Row<typeof kernelsSchema>, Filled>;
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
  readonly write: (callLane: number, nearest: NearestStack) => void;
}

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
  private readonly threadLanes = new Map<string, number>();
  private readonly queueLanes: Row<typeof lanesSchema>[] = [];
  private readonly deviceIds = new Map<string, number>();
  private held: HeldRow[] = [];
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

  kernel(call: HostCall, row: KernelRow): void {
    this.hold(call, (callLane, { stack, certainty }) => {
      const { start: callStart, end: callEnd } = call;
      this.kernels.push({ ...row, callLane, callStart, callEnd, stack, certainty });
    });
  }

  /** A transfer without a lane of its own was made by the call itself. */
  transfer(call: HostCall, row: TransferRow): void {
    this.hold(call, (callLane, { stack, certainty }) => {
      const { start: callStart, end: callEnd } = call;
      const lane = row.lane ?? callLane;
      this.transfers.push({ ...row, lane, callLane, callStart, callEnd, stack, certainty });
    });
  }

  /** A call that gave no device work. */
  span(call: HostCall, name: string): void {
    const kind = SPAN_KINDS.indexOf('api');
    const { start, end } = call;
    const number = this.interner.string(name);
    this.hold(call, (lane, nearest) => {
      // A span has no room for how sure its stack is.
      const stack = nearest.certainty >= SEEN_BRIEFLY ? nearest.stack : -1;
      this.spans.push({ lane, kind, name: number, start, end, stack });
    });
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

  private hold(call: HostCall, write: HeldRow['write']): void {
    this.held.push({ call, since: this.time, write });
  }

  /** Nanos of the last drain. */
  private time = 0;

  private release(now: number): void {
    this.time = now;
    const isFull = this.held.length > MOST_HELD;
    this.held = this.held.filter(({ call, since, write }) => {
      const { process, thread, start, end } = call;
      const isLate = isFull || now - since > PATIENCE;
      if (!isLate && !this.nearest.knows(process, thread, end)) return true;
      write(this.threadLane(call), this.nearest.find(process, thread, start, end));
      return false;
    });
  }

  private threadLane({ process, thread, start }: HostCall): number {
    const key = `${process} ${thread}`;
    const known = this.threadLanes.get(key);
    if (known !== undefined) return known;
    const lane = this.laneCount++;
    this.threadLanes.set(key, lane);
    this.mentions.push({ lane, process, thread, time: start, name: `thread ${thread}`, runtime: '' });
    return lane;
  }
}
