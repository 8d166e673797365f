import {
  DIRECTIONS,
  KERNEL_KINDS,
  type KernelKind,
  MEMORY_KINDS,
  type MemoryKind,
} from '../../model/index.ts';
import { DeviceClock } from './deviceClock.ts';
import {
  CALLS,
  type CommandRecord,
  type DeviceRecord,
  type DoneRecord,
  type Memory,
  type OpenClRecord,
  type QueueRecord,
  type Work,
} from './records.ts';
import type { HostCall, OpenClRows } from './rows.ts';

/** Texts, devices, queues and commands under way that one process may have: a damaged or hostile log must not use up all memory. */
const MOST_NAMES = 1 << 16;
const MOST_OPEN = 1 << 18;

interface LoggedDevice {
  readonly id: number;
  readonly sharesMemory: boolean;
  /** Such as `OpenCL CPU 0`. */
  readonly label: string;
  readonly clock: DeviceClock;
}

interface LoggedQueue {
  readonly device: LoggedDevice;
  readonly lane: number;
}

/** What a log said of its recording. */
export interface LogCounts {
  kernels: number;
  transfers: number;
  /** Commands that were put into queues, markers and all. */
  commands: number;
  /** Commands that ended with an error, or without times of a device. */
  failed: number;
  untimed: number;
  /** Records that refer to what was never written. */
  damaged: number;
}

type Kind = KernelKind | 'H2D' | 'D2H' | 'D2D';
const KINDS: Readonly<Record<Work, Kind>> = {
  ...{ marker: 'marker', kernel: 'kernel', native: 'native', fill: 'memset' },
  ...{ H2D: 'H2D', D2H: 'D2H', D2D: 'D2D' },
};

/** Joins the records of one process and writes rows of them. */
export class ProcessLog {
  readonly counts: LogCounts = { kernels: 0, transfers: 0, commands: 0, failed: 0, untimed: 0, damaged: 0 };
  private readonly process: number;
  private readonly rows: OpenClRows;
  private readonly texts = new Map<number, string>();
  private readonly devices = new Map<number, LoggedDevice>();
  private readonly queues = new Map<number, LoggedQueue>();
  private readonly open = new Map<number, CommandRecord>();

  constructor(process: number, rows: OpenClRows) {
    this.process = process;
    this.rows = rows;
  }

  /** Commands that have not ended. */
  get unfinished(): number {
    return this.open.size;
  }

  /** Nanos that the times of the least well known device may be wrong by; 0 without devices. */
  get uncertainty(): number {
    const known = [...this.devices.values()].map(({ clock }) => clock.uncertainty).filter(Number.isFinite);
    return Math.max(0, ...known);
  }

  take(record: OpenClRecord): void {
    if (record.kind === 'text') learn(this.texts, record.number, record.text);
    else if (record.kind === 'device') this.learnDevice(record);
    else if (record.kind === 'queue') this.learnQueue(record);
    else if (record.kind === 'clock') {
      this.devices.get(record.device)?.clock.learn(record.deviceTime, record.before, record.after);
    } else if (record.kind === 'command') this.begin(record);
    else if (record.kind === 'done') this.end(record);
    else if (record.kind === 'call') this.rows.span(this.callOf(record), record.call);
  }

  private learnDevice(record: DeviceRecord): void {
    const { number, ordinal, computeUnits, memoryBytes, sharesMemory, uuid, isCpu, isGpu } = record;
    const id = this.rows.device({
      kind: 'opencl',
      name: this.texts.get(record.name) ?? '',
      process: 0,
      sharesMemory: Number(sharesMemory),
      ...{ ordinal, computeUnits, memoryBytes, uuid },
    });
    const label = `OpenCL ${isGpu ? 'GPU' : isCpu ? 'CPU' : 'device'} ${ordinal}`;
    learn(this.devices, number, { id, sharesMemory, label, clock: new DeviceClock() });
  }

  private learnQueue({ number, device: deviceNumber, time }: QueueRecord): void {
    const device = this.devices.get(deviceNumber);
    if (!device || this.queues.size >= MOST_NAMES) {
      this.counts.damaged++;
      return;
    }
    const name = `${device.label} queue ${this.queues.size + 1}`;
    this.queues.set(number, { device, lane: this.rows.queueLane(this.process, name, time) });
  }

  private begin(record: CommandRecord): void {
    if (record.queue === 0) {
      this.writeTransfer(record, null, record.start, record.end);
      return;
    }
    this.counts.commands++;
    if (this.open.size < MOST_OPEN && this.queues.has(record.queue)) this.open.set(record.number, record);
    else this.counts.damaged++;
  }

  private end(done: DoneRecord): void {
    const command = this.open.get(done.number);
    const queue = command && this.queues.get(command.queue);
    if (!command || !queue) {
      this.counts.damaged++;
      return;
    }
    this.open.delete(done.number);
    if (done.status < 0) {
      this.counts.failed++;
      return;
    }
    const { clock } = queue.device;
    if (done.queued > 0n) {
      clock.learn(done.queued, command.start, command.end);
      clock.learn(done.end, Number.NEGATIVE_INFINITY, done.seen);
    }
    const [start, end] = [clock.toHost(done.start), clock.toHost(done.end)];
    if (done.start > 0n && start !== null && end !== null && end >= start) {
      this.write(command, done, queue, start, end);
    } else if (command.isBlocking && command.bytes > 0) {
      this.writeTransfer(command, queue, command.start, command.end);
    } else if (command.work !== 'marker') this.counts.untimed++;
  }

  private write(
    command: CommandRecord,
    done: DoneRecord,
    queue: LoggedQueue,
    start: number,
    end: number,
  ): void {
    const kind = KINDS[command.work];
    if (kind === 'H2D' || kind === 'D2H' || kind === 'D2D') {
      this.writeTransfer(command, queue, start, end);
      return;
    }
    if (kind === 'kernel') this.counts.kernels++;
    const { interner } = this.rows;
    const { clock, id } = queue.device;
    const { global, local } = command;
    this.rows.kernel(this.callOf(command), {
      lane: queue.lane,
      device: id,
      kind: KERNEL_KINDS.indexOf(kind),
      name: interner.string(this.texts.get(command.name) ?? NAMES.get(command.call) ?? ''),
      start,
      end,
      queued: clock.toHost(done.queued) ?? -1,
      submitted: clock.toHost(done.submitted) ?? -1,
      call: interner.string(command.call),
      gridX: groupsOf(global[0], local[0]),
      gridY: groupsOf(global[1], local[1]),
      gridZ: groupsOf(global[2], local[2]),
      blockX: local[0],
      blockY: local[1],
      blockZ: local[2],
      bytes: kind === 'memset' ? command.bytes : 0,
    });
  }

  /** Without a queue the call itself copied. */
  private writeTransfer(command: CommandRecord, queue: LoggedQueue | null, start: number, end: number): void {
    const kind = KINDS[command.work];
    if (kind !== 'H2D' && kind !== 'D2H' && kind !== 'D2D') return;
    this.counts.transfers++;
    const isShared = queue?.device.sharesMemory === true;
    this.rows.transfer(this.callOf(command), {
      lane: queue?.lane ?? null,
      direction: DIRECTIONS.indexOf(kind),
      ...{ start, end, bytes: command.bytes },
      ...{ toLane: -1, toStart: -1, toEnd: -1, weight: 1, peer: -1 },
      estimated: Number(command.isEstimated),
      device: queue?.device.id ?? -1,
      from: MEMORY_KINDS.indexOf(memoryOf(command.from, isShared)),
      to: MEMORY_KINDS.indexOf(memoryOf(command.to, isShared)),
      asynchronous: Number(!command.isBlocking),
      call: this.rows.interner.string(command.call),
      buffer: command.host,
      content: command.content,
    });
  }

  private callOf({ thread, start, end }: { thread: number; start: number; end: number }): HostCall {
    return { process: this.process, thread, start, end };
  }
}

function learn<V>(map: Map<number, V>, number: number, value: V): void {
  if (map.size < MOST_NAMES) map.set(number, value);
}

const HOST_MEMORY: Partial<Record<Memory, MemoryKind>> = { pageable: 'pageable', pinned: 'pinned' };
const DEVICE_MEMORY: Partial<Record<Memory, MemoryKind>> = {
  buffer: 'device',
  image: 'array',
  svm: 'managed',
};

function memoryOf(memory: Memory, isShared: boolean): MemoryKind {
  const host = HOST_MEMORY[memory];
  if (host) return host;
  const device = DEVICE_MEMORY[memory];
  return device && isShared ? 'shared' : (device ?? 'unknown');
}

/** Groups in one dimension; work items, where the driver chose the size of groups. */
const groupsOf = (items: number, ofGroup: number): number =>
  Math.min(2 ** 32 - 1, Math.ceil(items / Math.max(1, ofGroup)));

/** What commands without a name are called: `clEnqueueFillBuffer` is `fill buffer`. */
const NAMES = new Map(
  CALLS.map((call) => {
    const words = call.replace(/^clEnqueue/, '').match(/SVM|[A-Z][a-z]*/g) ?? [call];
    return [call, words.map((word) => (word === 'SVM' ? word : word.toLowerCase())).join(' ')];
  }),
);
