import {
  devicesSchema,
  Interner,
  kernelsSchema,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  type Row,
  spansSchema,
  TableBuilder,
  transfersSchema,
} from '../../model/index.ts';
import { type Batch, emptyBatch, mentionsSchema } from '../collector.ts';

const STREAM = LANE_KINDS.indexOf('stream');
const DEVICE = LANE_ROLES.indexOf('device');
/** Thread ids of Linux; a larger one is damage, or an id of another kind. */
const MOST_THREAD = 2 ** 22;
/** Threads and streams that captures may speak of: a damaged or hostile one must not use up all memory. */
const MOST_LANES = 1 << 16;
/** Distinct names of kernels, functions and ranges. Programs may make up the last at every turn. */
const MOST_NAMES = 1 << 18;

/** What the captures of all processes of a run become: one numbering of names, devices and lanes. */
export class DeviceRows {
  readonly interner = new Interner();
  readonly kernels = new TableBuilder(kernelsSchema, 1024);
  readonly transfers = new TableBuilder(transfersSchema, 256);
  readonly spans = new TableBuilder(spansSchema, 256);
  private readonly devices = new TableBuilder(devicesSchema);
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly threads = new Map<number, number>();
  private readonly names = new Map<string, number>();
  private laneCount = 0;
  private deviceCount = 0;

  /** Row of strings. */
  name(text: string): number {
    const known = this.names.get(text);
    if (known !== undefined) return known;
    if (this.names.size >= MOST_NAMES) return this.interner.string('[more names]');
    const id = this.interner.string(text);
    this.names.set(text, id);
    return id;
  }

  newDevice(): number {
    return this.deviceCount++;
  }

  /** What is known of a device now. */
  device(row: Row<typeof devicesSchema>): void {
    this.devices.push(row);
  }

  /** A lane of its own for a stream that begins at `start` (Nanos); -1 when there are too many. */
  newStream(): number {
    return this.laneCount < MOST_LANES ? this.laneCount++ : -1;
  }

  /** What is known of a stream now. */
  stream(id: number, process: number, name: string, start: number): void {
    this.lanes.push({
      id,
      kind: STREAM,
      role: DEVICE,
      process,
      thread: 0,
      name,
      start,
      end: -1,
      cpu: -1,
    });
  }

  /** Lane of a thread that lived at `time` (Nanos); -1 for what can be none. */
  thread(process: number, thread: number, time: number): number {
    const key = process * MOST_THREAD + thread;
    const known = this.threads.get(key);
    if (known !== undefined) return known;
    if (thread === 0 || thread >= MOST_THREAD || this.laneCount >= MOST_LANES) return -1;
    const lane = this.laneCount++;
    this.threads.set(key, lane);
    this.mentions.push({ lane, process, thread, time, name: `thread ${thread}`, runtime: '' });
    return lane;
  }

  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null {
    const { kernels, transfers, spans, devices, lanes, mentions } = this;
    const builders = [kernels, transfers, spans, devices, lanes, mentions];
    if (builders.every(({ length }) => length === 0)) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      kernels: kernels.finish(),
      transfers: transfers.finish(),
      spans: spans.finish(),
      devices: devices.finish(),
      lanes: lanes.finish(),
      mentions: mentions.finish(),
    };
    for (const builder of builders) builder.clear();
    return batch;
  }
}
