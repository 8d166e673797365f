import { DIRECTIONS, type Direction, KERNEL_KINDS, type KernelKind, type Tables } from '../model/index.ts';
import { type DeviceUnits, deviceUnits } from './deviceUnits.ts';

/** Directions of transfers that a device takes part in. */
export const DEVICE_DIRECTIONS = ['H2D', 'D2H', 'D2D', 'P2P'] as const satisfies readonly Direction[];
export type DeviceDirection = (typeof DEVICE_DIRECTIONS)[number];

/** What work on a device is; the order is the value in `DeviceWork`. */
export const WORK_KINDS: readonly (KernelKind | DeviceDirection)[] = [...KERNEL_KINDS, ...DEVICE_DIRECTIONS];
export type WorkKind = (typeof WORK_KINDS)[number];
/** The `kind` of a transfer without a device, such as a message. */
export const NO_WORK = 255;

const KERNEL = KERNEL_KINDS.indexOf('kernel');
const NATIVE = KERNEL_KINDS.indexOf('native');
const MARKER = KERNEL_KINDS.indexOf('marker');

/** Whether work of a kind computes. */
export const computes = (kind: number): boolean => kind === KERNEL || kind === NATIVE;
/** Whether work of a kind moves or sets memory. */
export const movesMemory = (kind: number): boolean => kind !== NO_WORK && !computes(kind) && kind !== MARKER;

/**
 * Kernels and transfers of devices under one number: that of a kernel is its row of `kernels`, that of a transfer its row of
 * `transfers` plus `kernels`.
 */
export interface DeviceWork {
  readonly length: number;
  /** Rows of `kernels`. */
  readonly kernels: number;
  readonly units: DeviceUnits;
  /** Value of `WORK_KINDS`; `NO_WORK` for what is none, whose `lane` and `unit` are -1. */
  readonly kind: Uint8Array;
  /** The stream. */
  readonly lane: Int32Array;
  /** The device, a number of `units`; -1 when unknown. */
  readonly unit: Int32Array;
  /** Nanos; `end >= start`. */
  readonly start: Float64Array;
  readonly end: Float64Array;
}

const kindOfDirection = Uint8Array.from(DIRECTIONS, (direction) => {
  const at = WORK_KINDS.indexOf(direction as WorkKind);
  return at < 0 ? NO_WORK : at;
});

export function deviceWork(tables: Pick<Tables, 'kernels' | 'transfers' | 'devices'>): DeviceWork {
  const { kernels, transfers } = tables;
  const units = deviceUnits(tables);
  const length = kernels.length + transfers.length;
  const kind = new Uint8Array(length).fill(NO_WORK);
  const lane = new Int32Array(length).fill(-1);
  const unit = new Int32Array(length).fill(-1);
  const start = new Float64Array(length);
  const end = new Float64Array(length);
  for (let i = 0; i < kernels.length; i++) {
    if (!Number.isFinite(kernels.start[i]) || !Number.isFinite(kernels.end[i])) continue;
    kind[i] = kernels.kind[i] as number;
    lane[i] = kernels.lane[i] as number;
    unit[i] = units.ofDevice[kernels.device[i] as number] ?? -1;
    start[i] = kernels.start[i] as number;
    end[i] = Math.max(kernels.start[i] as number, kernels.end[i] as number);
  }
  for (let i = 0; i < transfers.length; i++) {
    const its = kindOfDirection[transfers.direction[i] as number] ?? NO_WORK;
    if (its === NO_WORK || !Number.isFinite(transfers.start[i]) || !Number.isFinite(transfers.end[i]))
      continue;
    const at = kernels.length + i;
    kind[at] = its;
    lane[at] = transfers.lane[i] as number;
    unit[at] = units.ofDevice[transfers.device[i] as number] ?? -1;
    start[at] = transfers.start[i] as number;
    end[at] = Math.max(transfers.start[i] as number, transfers.end[i] as number);
  }
  return { length, kernels: kernels.length, units, kind, lane, unit, start, end };
}

/** What the host did to start a piece of work. Times are Nanos, -1 where they, or the row, are not known. */
export interface Launch {
  readonly lane: number;
  readonly start: number;
  readonly end: number;
  /** Row of `strings`, the function of the API. */
  readonly call: number;
  /** Row of `stacks`. */
  readonly stack: number;
  /** Percent that `stack` is the launching code. */
  readonly certainty: number;
}

export function launchOf(
  { kernels, transfers }: Pick<Tables, 'kernels' | 'transfers'>,
  { kernels: first }: Pick<DeviceWork, 'kernels'>,
  work: number,
): Launch {
  const [table, row] = work < first ? [kernels, work] : [transfers, work - first];
  return {
    lane: table.callLane[row] ?? -1,
    start: table.callStart[row] ?? -1,
    end: table.callEnd[row] ?? -1,
    call: table.call[row] ?? -1,
    stack: table.stack[row] ?? -1,
    certainty: table.certainty[row] ?? 0,
  };
}
