import { KERNEL_KINDS, type TableBuilder } from '../../model/index.ts';
import type { Launch } from './attribution.ts';
import type { CaptureClock } from './captureClock.ts';
import type { CopySources } from './copySources.ts';
import type { Devices } from './devices.ts';
import type { DeviceRows } from './rows.ts';
import { WORK_COPY, WORK_KERNEL, WORK_MEMSET, WORK_MIGRATION, type workSchema } from './work.ts';

const KERNEL = KERNEL_KINDS.indexOf('kernel');
const MEMSET = KERNEL_KINDS.indexOf('memset');

type Work = TableBuilder<typeof workSchema>['columns'];

interface Place {
  readonly lane: number;
  readonly device: number;
  /** Nanos. */
  readonly start: number;
  readonly end: number;
}

/** Writes work of one process whose launch is known into `kernels` and `transfers`. */
export class WorkRows {
  /** Nanos when the last work ended. */
  latest = 0;
  /** Rows of devices or streams that there cannot be. */
  leftOut = 0;
  private readonly rows: DeviceRows;
  private readonly clock: CaptureClock;
  private readonly devices: Devices;
  private readonly copies: CopySources;
  private readonly memsetName: number;

  constructor(rows: DeviceRows, clock: CaptureClock, devices: Devices, copies: CopySources) {
    this.rows = rows;
    this.clock = clock;
    this.devices = devices;
    this.copies = copies;
    this.memsetName = rows.name('memset');
  }

  /** Writes a row of work. */
  write(columns: Work, row: number, launch: Launch): void {
    const kind = columns.kind[row];
    const start = this.clock.toMonotonic(columns.start[row] as number);
    const end = Math.max(start, this.clock.toMonotonic(columns.end[row] as number));
    const device = this.devices.device(columns.device[row] as number);
    const lane = this.devices.lane(
      columns.device[row] as number,
      columns.context[row] as number,
      columns.stream[row] as number,
    );
    this.latest = Math.max(this.latest, end);
    const place = { lane, device, start, end };
    if (device < 0 || lane < 0) this.leftOut++;
    else if (kind === WORK_KERNEL || kind === WORK_MEMSET) this.kernel(columns, row, place, launch);
    else if (kind === WORK_COPY || kind === WORK_MIGRATION) this.transfer(columns, row, place, launch);
  }

  private kernel(from: Work, row: number, { lane, device, start, end }: Place, launch: Launch): void {
    const { kernels } = this.rows;
    kernels.reserve(1);
    const at = kernels.length++;
    const to = kernels.columns;
    to.lane[at] = lane;
    to.device[at] = device;
    const isMemset = from.kind[row] === WORK_MEMSET;
    to.kind[at] = isMemset ? MEMSET : KERNEL;
    to.name[at] = isMemset ? this.memsetName : (from.name[row] as number);
    to.start[at] = start;
    to.end[at] = end;
    to.queued[at] = this.timeOr(from.queued[row] as number);
    to.submitted[at] = this.timeOr(from.submitted[row] as number);
    to.callLane[at] = launch.lane;
    to.callStart[at] = launch.start;
    to.callEnd[at] = launch.end;
    to.call[at] = launch.name;
    to.stack[at] = launch.stack;
    to.certainty[at] = launch.certainty;
    to.gridX[at] = from.gridX[row] as number;
    to.gridY[at] = from.gridY[row] as number;
    to.gridZ[at] = from.gridZ[row] as number;
    to.blockX[at] = from.blockX[row] as number;
    to.blockY[at] = from.blockY[row] as number;
    to.blockZ[at] = from.blockZ[row] as number;
    to.registers[at] = from.registers[row] as number;
    to.staticShared[at] = from.staticShared[row] as number;
    to.dynamicShared[at] = from.dynamicShared[row] as number;
    to.bytes[at] = from.bytes[row] as number;
    to.graph[at] = from.graph[row] as number;
  }

  private timeOr(time: number): number {
    return time === -1 ? -1 : this.clock.toMonotonic(time);
  }

  private transfer(from: Work, row: number, { lane, device, start, end }: Place, launch: Launch): void {
    const correlation = from.correlation[row] as number;
    const peer = from.peer[row] as number;
    this.rows.transfers.push({
      lane,
      direction: from.direction[row] as number,
      start,
      end,
      bytes: from.bytes[row] as number,
      stack: launch.stack,
      toLane: -1,
      toStart: -1,
      toEnd: -1,
      weight: 1,
      estimated: 0,
      device,
      from: from.from[row] as number,
      to: from.to[row] as number,
      asynchronous: from.asynchronous[row] as number,
      callLane: launch.lane,
      callStart: launch.start,
      callEnd: launch.end,
      call: launch.lane < 0 ? -1 : launch.name,
      certainty: launch.certainty,
      peer: peer < 0 ? -1 : this.devices.device(peer),
      buffer: this.copies.addressOf(correlation),
      content: this.copies.contentOf(correlation),
    });
  }
}
