import type { DeviceRows } from './rows.ts';

/** CUDA's own limits are far below; more is damage. */
const MOST_DEVICES = 256;

interface Device {
  readonly row: number;
  /** 0: its row is not written yet, 1: without its facts, 2: with them. */
  told: 0 | 1 | 2;
}

interface Stream {
  readonly lane: number;
  readonly label: string;
}

/** What CUPTI tells of a device. */
export interface DeviceFacts {
  readonly ordinal: number;
  readonly name: string;
  readonly memoryBytes: number;
  readonly computeUnits: number;
  readonly uuid: string;
}

/**
 * Devices and streams of one process. CUPTI may tell of a device after its first work, and a program may name a stream at any time;
 * their rows are then written again.
 */
export class Devices {
  private readonly rows: DeviceRows;
  private readonly process: number;
  private readonly devices = new Map<number, Device>();
  private readonly streams = new Map<string, Stream>();
  private readonly names = new Map<string, string>();
  /** The last stream that was asked for: work comes in runs. */
  private last = { device: -1, context: -1, stream: -1, lane: -1 };
  private begun = 0;

  constructor(rows: DeviceRows, process: number) {
    this.rows = rows;
    this.process = process;
  }

  get count(): number {
    return this.devices.size;
  }

  /** Nanos when the capture began: streams may have had work since. */
  begin(time: number): void {
    if (this.begun === 0) this.begun = time;
  }

  learn(facts: DeviceFacts): void {
    const device = this.deviceOf(facts.ordinal);
    if (!device || device.told === 2) return;
    device.told = 2;
    this.write(device, facts);
  }

  /** Row of a device by its number in the process; -1 for one that cannot be. */
  device(ordinal: number): number {
    const device = this.deviceOf(ordinal);
    if (device?.told === 0) {
      device.told = 1;
      this.write(device, { ordinal, name: `GPU ${ordinal}`, memoryBytes: 0, computeUnits: 0, uuid: '' });
    }
    return device?.row ?? -1;
  }

  nameStream(device: number, context: number, stream: number, name: string): void {
    const key = `${device} ${context} ${stream}`;
    const known = this.streams.get(key);
    if (known) this.rows.stream(known.lane, this.process, `${known.label} (${name})`, this.begun);
    else if (this.names.size < MOST_DEVICES * MOST_DEVICES) this.names.set(key, name);
  }

  /** Lane of a stream; -1 when there are too many. Stream 0 of context 0 is where pages move by themselves. */
  lane(device: number, context: number, stream: number): number {
    const { last } = this;
    if (last.device === device && last.context === context && last.stream === stream) return last.lane;
    const lane = this.streamOf(device, context, stream);
    this.last = { device, context, stream, lane };
    return lane;
  }

  private streamOf(device: number, context: number, stream: number): number {
    const key = `${device} ${context} ${stream}`;
    const known = this.streams.get(key);
    if (known) return known.lane;
    const lane = this.rows.newStream();
    if (lane < 0) return -1;
    const label = this.labelOf(device, context, stream);
    this.streams.set(key, { lane, label });
    const name = this.names.get(key);
    this.rows.stream(lane, this.process, name === undefined ? label : `${label} (${name})`, this.begun);
    return lane;
  }

  /** The context is named where a device has a stream of that number already. */
  private labelOf(device: number, context: number, stream: number): string {
    if (context === 0 && stream === 0) return `GPU ${device} managed memory`;
    const label = `GPU ${device} stream ${stream}`;
    const isTaken = [...this.streams.values()].some((each) => each.label === label);
    return isTaken ? `${label} of context ${context}` : label;
  }

  private deviceOf(ordinal: number): Device | null {
    const known = this.devices.get(ordinal);
    if (known) return known;
    if (ordinal >= MOST_DEVICES) return null;
    const device: Device = { row: this.rows.newDevice(), told: 0 };
    this.devices.set(ordinal, device);
    return device;
  }

  private write({ row }: Device, facts: DeviceFacts): void {
    this.rows.device({
      id: row,
      kind: 'cuda',
      sharesMemory: 0,
      process: this.process,
      ...facts,
    });
  }
}
