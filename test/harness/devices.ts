import {
  DIRECTIONS,
  type Direction,
  type Interner,
  KERNEL_KINDS,
  type KernelKind,
  MEMORY_KINDS,
  type MemoryKind,
  type Row,
  SCHEMAS,
  SPAN_KINDS,
  type SpanKind,
  TableBuilder,
  WITHOUT_DEVICE,
} from '../../analyzer/model/index.ts';
import { type Stack, stackOf } from './pools.ts';

export type DeviceSpec = Partial<Omit<Row<typeof SCHEMAS.devices>, 'id'>>;
/** A call of the host: its thread, and when it began and ended, Nanos from the start of the recording. */
export type CallSpec = readonly [lane: number, start: number, end: number];
interface WorkSpec {
  /** The stream. */
  readonly lane: number;
  /** Nanos from the start of the recording. */
  readonly start: number;
  readonly end: number;
  /** Row of `devices`, 0 when left out. */
  readonly device?: number;
  readonly by?: CallSpec;
  readonly call?: string;
  readonly stack?: Stack;
  readonly certainty?: number;
}
export interface KernelSpec extends WorkSpec {
  readonly name?: string;
  readonly kind?: KernelKind;
  readonly grid?: readonly [number, number, number];
  readonly block?: readonly [number, number, number];
  readonly registers?: number;
  readonly staticShared?: number;
  readonly dynamicShared?: number;
  readonly bytes?: number;
  readonly graph?: number;
}
export interface CopySpec extends WorkSpec {
  readonly direction: Direction;
  readonly bytes: number;
  readonly from?: MemoryKind;
  readonly to?: MemoryKind;
  readonly asynchronous?: boolean;
  readonly buffer?: number;
  readonly content?: number;
}
export interface SpanSpec {
  readonly lane: number;
  readonly kind: SpanKind;
  readonly name: string;
  readonly start: number;
  readonly end: number;
}
export interface DeviceTables {
  readonly devices?: readonly DeviceSpec[];
  readonly kernels?: readonly KernelSpec[];
  readonly copies?: readonly CopySpec[];
  readonly spans?: readonly SpanSpec[];
}

/** The tables of devices and what they did, of a recording that starts at `origin`; copies without what else was moved. */
export function deviceTablesOf(interner: Interner, origin: number, specs: DeviceTables) {
  const devices = new TableBuilder(SCHEMAS.devices);
  const { kernels: kernelSpecs = [], copies: copySpecs = [], spans: spanSpecs = [] } = specs;
  const least = kernelSpecs.length > 0 || copySpecs.length > 0 ? [{}] : [];
  for (const device of specs.devices ?? least) {
    devices.push({
      id: devices.length,
      kind: 'cuda',
      name: 'NVIDIA Test 100',
      ordinal: devices.length,
      process: 0,
      memoryBytes: 80e9,
      computeUnits: 108,
      sharesMemory: 0,
      uuid: `GPU-${devices.length}`,
      ...device,
    });
  }
  const called = ({ by, stack, certainty }: WorkSpec) => ({
    callLane: by?.[0] ?? -1,
    callStart: by ? origin + by[1] : -1,
    callEnd: by ? origin + by[2] : -1,
    stack: stackOf(interner, stack),
    certainty: certainty ?? (stack ? 100 : 0),
  });
  const kernels = new TableBuilder(SCHEMAS.kernels);
  for (const spec of kernelSpecs) {
    const [gridX, gridY, gridZ] = spec.grid ?? [0, 0, 0];
    const [blockX, blockY, blockZ] = spec.block ?? [0, 0, 0];
    kernels.push({
      lane: spec.lane,
      device: spec.device ?? 0,
      kind: KERNEL_KINDS.indexOf(spec.kind ?? 'kernel'),
      name: interner.string(spec.name ?? 'kernel'),
      start: origin + spec.start,
      end: origin + spec.end,
      queued: -1,
      submitted: -1,
      ...called(spec),
      call: interner.string(spec.call ?? 'cudaLaunchKernel'),
      ...{ gridX, gridY, gridZ, blockX, blockY, blockZ },
      registers: spec.registers ?? 0,
      staticShared: spec.staticShared ?? 0,
      dynamicShared: spec.dynamicShared ?? 0,
      bytes: spec.bytes ?? 0,
      graph: spec.graph ?? 0,
    });
  }
  const copies = new TableBuilder(SCHEMAS.transfers);
  for (const spec of copySpecs) {
    copies.push({
      ...WITHOUT_DEVICE,
      lane: spec.lane,
      direction: DIRECTIONS.indexOf(spec.direction),
      start: origin + spec.start,
      end: origin + spec.end,
      bytes: spec.bytes,
      toLane: -1,
      toStart: -1,
      toEnd: -1,
      weight: 1,
      estimated: 0,
      device: spec.device ?? 0,
      from: MEMORY_KINDS.indexOf(spec.from ?? 'unknown'),
      to: MEMORY_KINDS.indexOf(spec.to ?? 'unknown'),
      asynchronous: spec.asynchronous === undefined ? 2 : Number(spec.asynchronous),
      ...called(spec),
      call: spec.by ? interner.string(spec.call ?? 'cudaMemcpyAsync') : -1,
      buffer: spec.buffer ?? 0,
      content: spec.content ?? 0,
    });
  }
  const spans = new TableBuilder(SCHEMAS.spans);
  for (const { lane, kind, name, start, end } of spanSpecs) {
    spans.push({
      lane,
      kind: SPAN_KINDS.indexOf(kind),
      name: interner.string(name),
      start: origin + start,
      end: origin + end,
      stack: -1,
    });
  }
  return {
    devices: devices.finish(),
    kernels: kernels.finish(),
    copies: copies.finish(),
    spans: spans.finish(),
  };
}
