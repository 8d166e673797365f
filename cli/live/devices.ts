import { firstAbove } from '../../analyzer/analysis/ascending.ts';
import { unionOfBoth } from '../../analyzer/analysis/coverage.ts';
import { DEVICE_DIRECTIONS, type DeviceDirection } from '../../analyzer/analysis/deviceWork.ts';
import { type Intervals, unionOf } from '../../analyzer/analysis/intervals.ts';
import { shortKernelName } from '../../analyzer/analysis/kernelNames.ts';
import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import { DIRECTIONS, KERNEL_KINDS } from '../../analyzer/model/index.ts';
import { BIN, Series } from './series.ts';

/** A device as views show it. Shares are from 0 to 1. */
export interface DeviceView {
  readonly title: string;
  readonly name: string;
  /** Share of the last second with a kernel. */
  readonly busy: number;
  /** Nanos with a kernel, by time. */
  readonly history: Series;
  /** Nanos since the run's start at which it was first seen to do something, and to which its data reaches. */
  readonly start: number;
  readonly until: number;
  /** Kernels a second, of the last two seconds. */
  readonly kernelsPerSecond: number;
  /** The kernel that had most time in its latest batch; empty when that was long ago. */
  readonly kernel: string;
}

/** What goes one way between host and devices, or among them. */
export interface CopyView {
  readonly direction: DeviceDirection;
  readonly bytes: number;
  /** Of the last two seconds. */
  readonly bytesPerSecond: number;
  readonly history: Series;
  readonly start: number;
  readonly until: number;
}

export interface DevicesView {
  readonly devices: readonly DeviceView[];
  readonly copies: readonly CopyView[];
}

const SECOND = 1e9;
const RECENT = 2 * SECOND;
/** Records of a stream come in buffers, some later than those of others; older ones are forgotten. */
const KEPT = 3 * SECOND;
const computes = new Set((['kernel', 'native'] as const).map((kind) => KERNEL_KINDS.indexOf(kind)));
const NEVER: Intervals = { from: new Float64Array(0), to: new Float64Array(0) };

class LiveDevice {
  readonly title: string;
  name: string;
  readonly history = new Series();
  readonly count = new Series();
  start = Number.POSITIVE_INFINITY;
  until = 0;
  kernel = '';
  /** When kernels ran lately, so that what overlaps counts once. */
  private recent: Intervals = NEVER;

  constructor(title: string, name: string) {
    this.title = title;
    this.name = name;
  }

  /** Takes the kernels of a batch; times in Nanos since the run's start, which are sorted. */
  take(starts: Float64Array, ends: Float64Array): void {
    for (const start of starts) this.count.add(start, start, 1);
    const now = unionOf(starts, ends);
    const first = now.from[0];
    if (first === undefined) return;
    this.start = Math.min(this.start, first);
    this.until = Math.max(this.until, now.to.at(-1) ?? 0);
    // Only what was known from the first of them on can overlap; what is new is what both cover less that.
    const { before, after } = cutAt(this.recent, first);
    const all = unionOfBoth(after, now);
    for (let i = 0; i < all.from.length; i++) this.add(all.from[i] as number, all.to[i] as number, 1);
    for (let i = 0; i < after.from.length; i++) this.add(after.from[i] as number, after.to[i] as number, -1);
    this.recent = joined(cutAt(before, this.until - KEPT).after, all);
  }

  private add(from: number, to: number, sign: 1 | -1): void {
    this.history.add(from, to, sign * (to - from));
  }
}

/** Intervals that end before an instant, and the others. */
function cutAt(
  { from, to }: Intervals,
  time: number,
): { readonly before: Intervals; readonly after: Intervals } {
  const at = firstAbove(to, time - 1);
  return {
    before: { from: from.subarray(0, at), to: to.subarray(0, at) },
    after: { from: from.subarray(at), to: to.subarray(at) },
  };
}

function joined(a: Intervals, b: Intervals): Intervals {
  const from = new Float64Array(a.from.length + b.from.length);
  const to = new Float64Array(from.length);
  from.set(a.from);
  from.set(b.from, a.from.length);
  to.set(a.to);
  to.set(b.to, a.to.length);
  return { from, to };
}

class LiveCopies {
  readonly history = new Series();
  bytes = 0;
  start = Number.POSITIVE_INFINITY;
  until = 0;
}

/** What devices did lately. Keeps bounded memory. */
export class LiveDevices {
  private readonly origin: number;
  /** By the identity of the hardware, and by number in the recording. */
  private readonly devices = new Map<string, LiveDevice>();
  private readonly byId = new Map<number, LiveDevice>();
  private readonly copies = new Map<DeviceDirection, LiveCopies>();

  /** `origin`: Nanos when the run started. */
  constructor(origin: number) {
    this.origin = origin;
  }

  /** `nameOf`: the text of a row of `strings`. */
  take(batch: SessionBatch, nameOf: (id: number) => string): void {
    this.takeDevices(batch.devices);
    this.takeKernels(batch.kernels, nameOf);
    this.takeCopies(batch.transfers);
  }

  /** `now`: Nanos since the run's start up to which there is data. */
  view(now: number): DevicesView {
    const to = Math.floor(now / BIN) * BIN;
    const rate = (series: Series, start: number): number => {
      const from = Math.max(Math.floor(start / BIN) * BIN, to - RECENT);
      return to > from ? (series.sum(from, to) * SECOND) / (to - from) : 0;
    };
    return {
      devices: [...this.devices.values()].map((device) => ({
        title: device.title,
        name: device.name,
        busy: Math.min(1, Math.max(0, device.history.sum(Math.max(0, to - SECOND), to) / SECOND)),
        history: device.history,
        start: device.start,
        until: now,
        kernelsPerSecond: rate(device.count, device.start),
        kernel: now - device.until < RECENT ? device.kernel : '',
      })),
      copies: DEVICE_DIRECTIONS.flatMap((direction) => {
        const its = this.copies.get(direction);
        if (!its) return [];
        const { bytes, history, start } = its;
        return [{ direction, bytes, bytesPerSecond: rate(history, start), history, start, until: now }];
      }),
    };
  }

  private takeDevices({ id, kind, ordinal, name, uuid, process, length }: SessionBatch['devices']): void {
    for (let i = 0; i < length; i++) {
      const key = uuid[i] || `${kind[i]} ${ordinal[i]} ${process[i]}`;
      const title = `${kind[i] === 'opencl' ? 'OpenCL' : 'GPU'} ${ordinal[i]}`;
      const device = this.devices.get(key) ?? new LiveDevice(title, name[i] ?? '');
      device.name = name[i] || device.name;
      this.devices.set(key, device);
      this.byId.set(id[i] ?? 0, device);
    }
  }

  private takeKernels(kernels: SessionBatch['kernels'], nameOf: (id: number) => string): void {
    const rows = new Map<LiveDevice, number[]>();
    for (let i = 0; i < kernels.length; i++) {
      const device = this.byId.get(kernels.device[i] ?? -1);
      if (!device || !computes.has(kernels.kind[i] ?? -1)) continue;
      const its = rows.get(device);
      if (its) its.push(i);
      else rows.set(device, [i]);
    }
    for (const [device, its] of rows) {
      const since = (time: number | undefined): number => Math.max(0, (time ?? 0) - this.origin);
      device.take(
        Float64Array.from(its, (row) => since(kernels.start[row])),
        Float64Array.from(its, (row) => since(Math.max(kernels.start[row] ?? 0, kernels.end[row] ?? 0))),
      );
      device.kernel = shortKernelName(nameOf(mostTime(kernels, its)));
    }
  }

  private takeCopies({ direction, start, end, bytes, weight, length }: SessionBatch['transfers']): void {
    for (let i = 0; i < length; i++) {
      const name = DEVICE_DIRECTIONS.find((each) => each === DIRECTIONS[direction[i] ?? -1]);
      if (!name) continue;
      const its = this.copies.get(name) ?? new LiveCopies();
      this.copies.set(name, its);
      const from = Math.max(0, (start[i] ?? 0) - this.origin);
      const to = Math.max(from, (end[i] ?? 0) - this.origin);
      const volume = Math.max(0, bytes[i] ?? 0) * (weight[i] ?? 1);
      its.bytes += volume;
      its.start = Math.min(its.start, from);
      its.until = Math.max(its.until, to);
      its.history.add(from, to, volume);
    }
  }
}

/** The name of the kernel with most time among some rows, a row of `strings`. */
function mostTime({ name, start, end }: SessionBatch['kernels'], rows: readonly number[]): number {
  const times = new Map<number, number>();
  let [best, most] = [-1, -1];
  for (const row of rows) {
    const its = name[row] ?? -1;
    const time = (times.get(its) ?? 0) + (end[row] ?? 0) - (start[row] ?? 0);
    times.set(its, time);
    if (time > most) [best, most] = [its, time];
  }
  return best;
}
