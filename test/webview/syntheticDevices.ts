import {
  DIRECTIONS,
  type Direction,
  emptyTables,
  Interner,
  KERNEL_KINDS,
  type KernelKind,
  LANE_KINDS,
  LANE_ROLES,
  MEMORY_KINDS,
  type MemoryKind,
  type Recording,
  RUNNING,
  SCHEMAS,
  SPAN_KINDS,
  type StackId,
  TableBuilder,
  WAITING,
  WAITS,
} from '../../analyzer/model/index.ts';
import { HOSTILE, syntheticMeta } from './syntheticRecording.ts';

const US = 1e3;
const MS = 1e6;
export const START = 5_000_000_000_000;

export interface DeviceRunOptions {
  /** At least as many kernels as this, in steps of 12; the first device has twice as many as the second. */
  readonly kernels?: number;
  readonly copies?: number;
  readonly samples?: number;
  /** Streams of the first device, of which the second is for copies; with more, kernels take turns on the others. */
  readonly streams?: number;
  readonly devices?: 1 | 2;
  readonly hostile?: boolean;
}

const GEMM =
  'void cutlass::Kernel2<cutlass_80_tensorop_s1688gemm_128x128_16x5_nn_align4>(cutlass_80_tensorop::Params)';
const FORWARD = [
  GEMM,
  'void at::native::vectorized_elementwise_kernel<4, at::native::AddFunctor<float>>(int, float)',
  GEMM,
  'softmax_warp_forward',
];
const BACKWARD = [
  GEMM,
  'softmax_warp_backward',
  GEMM,
  'void at::native::reduce_kernel<512, 1, at::native::ReduceOp<float>>(at::native::ReduceOp<float>)',
];
const OPTIMIZER = ['multi_tensor_apply_kernel', 'multi_tensor_apply_kernel', 'zero_grad_kernel'];

/** The thread that launches, the one that loads, and the counter of one process; streams come after them. */
const MAIN = 0;
const LOADER = 1;
const FIRST_STREAM = 2;

/** A training loop on a GPU, in which everything that a view shows of devices occurs. Times do not depend on the machine. */
export function deviceRun(options: DeviceRunOptions = {}): Recording {
  const { kernels: least = 240, copies = 60, samples = 400, devices = 1, hostile = false } = options;
  const streams = Math.max(2, options.streams ?? 2);
  const run = new Run(hostile, streams, devices);
  const steps = Math.ceil(least / (12 * (devices === 2 ? 1.5 : 1)));
  for (let step = 0; step < steps; step++)
    run.step(step, Math.ceil((copies * (step + 1)) / steps) - Math.ceil((copies * step) / steps));
  return run.recording(samples);
}

class Run {
  private readonly interner = new Interner();
  private readonly kernels = new TableBuilder(SCHEMAS.kernels);
  private readonly transfers = new TableBuilder(SCHEMAS.transfers);
  private readonly spans = new TableBuilder(SCHEMAS.spans);
  private readonly stacks: Readonly<
    Record<'load' | 'upload' | 'forward' | 'backward' | 'optimizer' | 'item', StackId>
  >;
  private readonly hostile: boolean;
  private readonly streams: number;
  private readonly devices: number;
  private host = START + 40 * MS;
  private readonly free: number[];

  constructor(hostile: boolean, streams: number, devices: number) {
    this.hostile = hostile;
    this.streams = streams;
    this.devices = devices;
    this.free = new Array<number>(streams + devices - 1).fill(START);
    const { interner } = this;
    const file = hostile ? `/home/ada/${HOSTILE[0]}.py` : '/home/ada/project/train.py';
    const frame = (name: string, line: number, at = file) =>
      interner.frame(name, at, line, line - 1, 'python');
    const main = interner.stack(-1, frame('<module>', 80));
    const train = interner.stack(main, frame('train', 61));
    const step = interner.stack(train, frame('train_step', 42));
    const torch = '/usr/lib/python3/site-packages/torch/nn/modules/module.py';
    const inner = (name: string, line: number) => interner.stack(step, frame(name, line));
    this.stacks = {
      load: interner.stack(main, frame('next_batch', 21)),
      upload: inner('to_device', 15),
      forward: interner.stack(inner('forward', 31), frame('Module._call_impl', 1511, torch)),
      backward: interner.stack(
        step,
        frame('Tensor.backward', 492, '/usr/lib/python3/site-packages/torch/_tensor.py'),
      ),
      optimizer: inner('update', 36),
      item: inner('loss_value', 39),
    };
  }

  /** One step of training: upload, forward, backward, optimizer, one number back, synchronise. */
  step(number: number, copies: number): void {
    const begin = this.host;
    this.host += 3 * MS;
    for (let i = 0; i < copies - 1; i++) this.upload(number, i);
    const forward = this.host;
    this.launches(FORWARD, 'forward', number);
    this.range('forward', forward, this.host);
    const backward = this.host;
    this.launches(BACKWARD, 'backward', number);
    this.range('backward', backward, this.host);
    this.launches(OPTIMIZER, 'optimizer', number);
    this.kernel('Memset (Device)', 'memset', 0, 6 * US, 'optimizer', number);
    if (copies > 0) this.item();
    this.range(`step ${number}`, begin, this.host);
    this.host += 200 * US;
  }

  private launches(names: readonly string[], at: 'forward' | 'backward' | 'optimizer', step: number): void {
    names.forEach((name, i) => {
      const stream = this.streams > 2 && i % 3 === 2 ? 2 + (i % (this.streams - 2)) : 0;
      this.kernel(name, 'kernel', stream, name === GEMM ? 900 * US : 40 * US, at, step);
    });
    if (this.devices < 2 || at === 'optimizer') return;
    for (const name of names.slice(0, 3)) this.kernel(name, 'kernel', this.streams, 500 * US, at, step);
  }

  private kernel(
    name: string,
    kind: KernelKind,
    stream: number,
    took: number,
    at: keyof Run['stacks'],
    step: number,
  ): void {
    const call = this.host;
    this.host += 6 * US;
    const start = Math.max(this.host + 4 * US, (this.free[stream] as number) + 1500);
    const end = start + Math.round(took * (1 + ((step * 7) % 10) / 40));
    this.free[stream] = end;
    const shown = this.hostile ? (HOSTILE[this.kernels.length % HOSTILE.length] as string) : name;
    const isKernel = kind === 'kernel';
    this.kernels.push({
      lane: FIRST_STREAM + stream,
      device: stream >= this.streams ? 1 : 0,
      kind: KERNEL_KINDS.indexOf(kind),
      name: this.interner.string(shown),
      start,
      end,
      queued: -1,
      submitted: -1,
      callLane: MAIN,
      callStart: call,
      callEnd: call + 6 * US,
      call: this.interner.string(isKernel ? 'cudaLaunchKernel' : 'cudaMemsetAsync'),
      stack: this.kernels.length % 29 === 28 ? -1 : this.stacks[at],
      certainty: this.kernels.length % 29 === 28 ? 0 : step % 3 === 0 ? 82 : 100,
      gridX: isKernel ? 128 : 0,
      gridY: isKernel ? 2 : 0,
      gridZ: isKernel ? 1 : 0,
      blockX: isKernel ? 256 : 0,
      blockY: isKernel ? 1 : 0,
      blockZ: isKernel ? 1 : 0,
      registers: isKernel ? 96 : 0,
      staticShared: isKernel ? 16384 : 0,
      dynamicShared: 0,
      bytes: isKernel ? 0 : 4e6,
      graph: 0,
    });
  }

  private upload(step: number, i: number): void {
    const pinned = i % 3 === 2;
    const call = this.host;
    const took = pinned ? 700 * US : 2100 * US;
    const start = Math.max(this.host + 10 * US, this.free[1] as number);
    this.free[1] = start + took;
    this.host += pinned ? 8 * US : took;
    // One buffer holds the same in every second step.
    this.copy(
      'H2D',
      pinned ? 'pinned' : 'pageable',
      'device',
      1,
      [start, start + took],
      [call, this.host],
      16.8e6,
      'upload',
      {
        buffer: 0x7f0000000000 + i * 4096,
        content: i === 0 ? 77 + (step % 2) : 1000 + step * 8 + i,
        asynchronous: 1,
      },
    );
  }

  /** A number is read back: the host waits until the device has come to it. */
  private item(): void {
    const call = this.host;
    const start = Math.max(this.host + 10 * US, ...this.free.slice(0, this.streams)) + 2 * US;
    this.host = start + 12 * US;
    this.free[0] = start + 2 * US;
    this.copy('D2H', 'device', 'pageable', 0, [start, start + 2 * US], [call, this.host], 4, 'item', {
      buffer: 0x7f1111111000,
      content: 0,
      asynchronous: 0,
    });
    const synced = this.host + 150 * US;
    this.span('api', 'cudaStreamSynchronize', this.host, synced);
    this.host = synced;
  }

  private copy(
    direction: Direction,
    from: MemoryKind,
    to: MemoryKind,
    stream: number,
    [start, end]: readonly [number, number],
    [callStart, callEnd]: readonly [number, number],
    bytes: number,
    at: keyof Run['stacks'],
    more: { readonly buffer: number; readonly content: number; readonly asynchronous: number },
  ): void {
    this.transfers.push({
      lane: FIRST_STREAM + stream,
      direction: DIRECTIONS.indexOf(direction),
      start,
      end,
      bytes,
      stack: this.stacks[at],
      toLane: -1,
      toStart: -1,
      toEnd: -1,
      weight: 1,
      estimated: 0,
      device: 0,
      from: MEMORY_KINDS.indexOf(from),
      to: MEMORY_KINDS.indexOf(to),
      callLane: MAIN,
      callStart,
      callEnd,
      call: this.interner.string('cudaMemcpyAsync'),
      certainty: 100,
      peer: -1,
      ...more,
    });
  }

  private range(name: string, start: number, end: number): void {
    const shown = this.hostile ? (HOSTILE[this.spans.length % HOSTILE.length] as string) : name;
    this.span('range', shown, start, end);
  }

  private span(kind: 'api' | 'range', name: string, start: number, end: number): void {
    this.spans.push({
      lane: MAIN,
      kind: SPAN_KINDS.indexOf(kind),
      name: this.interner.string(name),
      start,
      end,
      stack: -1,
    });
  }

  recording(samples: number): Recording {
    const end = Math.max(this.host, ...this.free) + 20 * MS;
    const lanes = new TableBuilder(SCHEMAS.lanes);
    const add = (kind: 'thread' | 'stream', role: 'main' | 'helper' | 'device', name: string): void => {
      const thread = kind === 'thread' ? 800 + lanes.length : 0;
      const row = { id: lanes.length, kind: LANE_KINDS.indexOf(kind), role: LANE_ROLES.indexOf(role) };
      lanes.push({ ...row, process: 800, thread, name, start: START, end, cpu: -1 });
    };
    add('thread', 'main', 'MainThread');
    add('thread', 'helper', 'pin_memory');
    for (let i = 0; i < this.streams; i++)
      add(
        'stream',
        'device',
        this.hostile ? (HOSTILE[i % HOSTILE.length] as string) : `GPU 0 stream ${7 + 6 * i}`,
      );
    if (this.devices > 1) add('stream', 'device', 'GPU 1 stream 7');
    const devices = new TableBuilder(SCHEMAS.devices);
    for (let id = 0; id < this.devices; id++)
      devices.push({
        id,
        kind: 'cuda',
        name: this.hostile ? HOSTILE[0] : 'NVIDIA H100 80GB HBM3',
        ordinal: id,
        process: 0,
        memoryBytes: 80e9,
        computeUnits: 132,
        sharesMemory: 0,
        uuid: `GPU-${id}`,
      });
    const processes = new TableBuilder(SCHEMAS.processes);
    processes.push({
      process: 800,
      parent: 0,
      start: START,
      end,
      name: 'train.py',
      command: 'python train.py',
      runtime: 'CPython 3.12.1',
    });
    const rows = new TableBuilder(SCHEMAS.samples, samples * 2);
    const period = (end - START) / samples;
    const order = ['load', 'forward', 'backward', 'item'] as const;
    for (let i = 0; i < samples; i++) {
      const time = START + Math.round((i + 1) * period);
      const isWaiting = i % 4 === 3;
      const at = { time, ready: 0, count: 1, flags: 0 };
      const state = isWaiting ? WAITING : RUNNING;
      const wait = WAITS.indexOf(isWaiting ? 'other' : 'none');
      const stack = this.stacks[order[i % 4] as 'load'];
      rows.push({ ...at, lane: MAIN, cpu: isWaiting ? 0 : Math.floor(period * 0.9), stack, state, wait });
      rows.push({ ...at, lane: LOADER, cpu: 0, stack: -1, state: WAITING, wait: WAITS.indexOf('lock') });
    }
    return {
      meta: syntheticMeta(end - START, { command: ['python', 'train.py'] }),
      tables: {
        ...emptyTables(),
        devices: devices.finish(),
        kernels: this.kernels.finish(),
        transfers: this.transfers.finish(),
        spans: this.spans.finish(),
        lanes: lanes.finish(),
        processes: processes.finish(),
        samples: rows.finish(),
        ...this.interner.drain(),
      },
    };
  }
}
