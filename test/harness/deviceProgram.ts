import { Trace } from '../../analyzer/analysis/trace.ts';
import { nanos } from '../../analyzer/model/index.ts';
import type { CopySpec, DeviceSpec, KernelSpec, SpanSpec } from './devices.ts';
import type { Stack } from './pools.ts';
import { META, recordingOf, type SampleSpec } from './recordings.ts';

export const US = 1e3;
export const MS = 1e6;

const LAUNCH = 5 * US;
const LATENCY = 3 * US;
/** Bytes a microsecond. */
const PINNED = 24e3;
const PAGEABLE = 8e3;
const HOST = 0;
const STREAMS = 2;

interface CopyOptions {
  readonly stream?: number;
  readonly pinned?: boolean;
  /** The call asks to wait; `false` leaves that to the memory, as CUDA does. */
  readonly waits?: boolean;
  readonly buffer?: number;
  readonly content?: number;
  readonly stack?: Stack;
  readonly certainty?: number;
  /** Row of `devices`, -1 where the copy does not say. */
  readonly device?: number;
}
interface KernelOptions {
  readonly stream?: number;
  readonly name?: string;
  readonly grid?: readonly [number, number, number];
  readonly stack?: Stack;
}

/**
 * A program with one thread and one device, played: calls take 5 us, work waits for its stream and for its engine (one for kernels, one
 * for each direction), pageable memory is copied within the call. What it would have taken otherwise is told by playing that, too.
 */
export class DeviceProgram {
  now = 0;
  private readonly kernels: KernelSpec[] = [];
  private readonly copies: CopySpec[] = [];
  private readonly spans: SpanSpec[] = [];
  private readonly samples: SampleSpec[] = [];
  private readonly free = new Array<number>(STREAMS).fill(0);
  private readonly engine = { kernel: 0, H2D: 0, D2H: 0 };
  private readonly device: DeviceSpec;

  constructor(device: DeviceSpec = {}) {
    this.device = device;
  }

  /** The host works for so many Nanos, and is seen at it. */
  work(time: number, stack: Stack = ['main'], isWaiting = false): void {
    this.now += time;
    this.samples.push({
      lane: HOST,
      time: this.now,
      cpu: isWaiting ? 0 : Math.min(time, 2 ** 32 - 1),
      state: isWaiting ? 2 : 0,
      stack,
    });
  }

  kernel(time: number, { stream = 0, stack = ['main'], ...rest }: KernelOptions = {}): void {
    const by = this.call(LAUNCH);
    const [start, end] = this.place(stream, 'kernel', time);
    this.kernels.push({ lane: 1 + stream, start, end, by, stack, ...rest });
  }

  upload(bytes: number, options: CopyOptions = {}): void {
    this.copy('H2D', bytes, options);
  }

  download(bytes: number, options: CopyOptions = {}): void {
    this.copy('D2H', bytes, options);
  }

  /** Waits for all streams. */
  sync(name = 'cudaDeviceSynchronize'): void {
    const start = this.now;
    this.now = Math.max(this.now + US, ...this.free.map((each) => each + 4 * US));
    this.spans.push({ lane: HOST, kind: 'api', name, start, end: this.now });
    this.look(start, ['main']);
  }

  trace(): Trace {
    const { start } = META.clock;
    const { kernels, copies, spans } = this;
    const lanes = [{ process: 100, name: 'main' }, ...this.free.map((_, i) => stream(i))];
    const clock = { ...META.clock, end: nanos(start + this.now) };
    const tables = { devices: [this.device], kernels, copies, spans };
    return new Trace(recordingOf(lanes, this.samples, { clock }, tables));
  }

  private copy(
    direction: 'H2D' | 'D2H',
    bytes: number,
    { stream = 0, pinned = false, waits = false, stack = ['main'], ...rest }: CopyOptions,
  ): void {
    const begin = this.now;
    const [start, end] = this.place(stream, direction, (bytes / (pinned ? PINNED : PAGEABLE)) * US, LAUNCH);
    const isStaged = direction === 'H2D' && bytes <= 65_536;
    const blocks = waits || !(pinned || isStaged);
    this.now = blocks ? end + 4 * US : begin + LAUNCH;
    const host = pinned ? 'pinned' : 'pageable';
    const [from, to] = direction === 'H2D' ? ([host, 'device'] as const) : (['device', host] as const);
    const lane = 1 + stream;
    const by = [HOST, begin, this.now] as const;
    this.copies.push({
      lane,
      direction,
      bytes,
      start,
      end,
      by,
      from,
      to,
      asynchronous: !waits,
      stack,
      ...rest,
    });
    this.look(begin, stack);
  }

  private call(time: number): readonly [number, number, number] {
    const begin = this.now;
    this.now += time;
    return [HOST, begin, this.now];
  }

  private place(
    stream: number,
    engine: 'kernel' | 'H2D' | 'D2H',
    time: number,
    after = 0,
  ): [start: number, end: number] {
    const ready = Math.max(this.free[stream] as number, this.engine[engine]);
    const start = Math.max(this.now + after + LATENCY, ready + US);
    this.free[stream] = start + time;
    this.engine[engine] = start + time;
    return [start, start + time];
  }

  private look(since: number, stack: Stack): void {
    if (this.now - since > MS) this.samples.push({ lane: HOST, time: this.now, cpu: 0, state: 2, stack });
  }
}

const stream = (number: number) => ({
  kind: 2,
  role: 3,
  process: 100,
  thread: 0,
  name: `GPU 0 stream ${7 + number}`,
});

/** The wall time of one program over that of another. */
export const ratio = (before: DeviceProgram, after: DeviceProgram): number => before.now / after.now;

/** A program in which `body` is done so many times. */
export function program(
  times: number,
  body: (its: DeviceProgram, turn: number) => void,
  device?: DeviceSpec,
) {
  const its = new DeviceProgram(device);
  its.work(10 * MS);
  for (let turn = 0; turn < times; turn++) body(its, turn);
  its.sync();
  its.work(10 * MS);
  return its;
}

/** Rows of devices that no program writes: unknown stacks and lanes, times without sense. */
export function hostileTraces(): Trace[] {
  const bad = [Number.NaN, -1, -5e15, 2 ** 60, Number.POSITIVE_INFINITY];
  return [[], bad].map((times) => {
    const kernels: KernelSpec[] = [];
    const copies: CopySpec[] = [];
    const spans: SpanSpec[] = [];
    for (const start of times)
      for (const end of times)
        for (let i = 0; i < 10; i++) {
          kernels.push({ lane: 1, start, end, by: [i, end, start], name: 'ampere_sgemm_128x64_tn' });
          copies.push({
            lane: 1,
            direction: i % 2 ? 'H2D' : 'D2H',
            bytes: start,
            start,
            end,
            by: [0, start, end],
          });
          spans.push({ lane: 0, kind: 'api', name: 'cudaStreamSynchronize', start, end });
        }
    return new Trace(
      recordingOf([{ process: 100 }, stream(0)], [], {}, { devices: [{}], kernels, copies, spans }),
    );
  });
}
