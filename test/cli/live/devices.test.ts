import { expect, test } from '@jest/globals';
import type { SessionBatch } from '../../../analyzer/collect/collector.ts';
import { emptyTables, Interner, nanos, SCHEMAS, TableBuilder } from '../../../analyzer/model/index.ts';
import { drawFrame } from '../../../cli/live/frame.ts';
import { BLOCKS } from '../../../cli/live/glyphs.ts';
import { LiveLog } from '../../../cli/live/log.ts';
import { LiveModel } from '../../../cli/live/model.ts';
import { UNSTYLED } from '../../../cli/live/palette.ts';
import { INITIAL } from '../../../cli/live/ui.ts';
import { type DeviceTables, deviceTablesOf } from '../../harness/devices.ts';

const START = 5e12;
const MS = 1e6;
const LOOK = { palette: UNSTYLED, glyphs: BLOCKS };

/** Batches of a thread and a stream, whose devices are told once. */
class Run {
  readonly model = new LiveModel(nanos(START));
  private readonly interner = new Interner();
  private readonly lanes = new TableBuilder(SCHEMAS.lanes);

  constructor() {
    const lane = { role: 0, process: 100, start: START, end: -1, cpu: -1 };
    this.lanes.push({ ...lane, id: 0, kind: 0, thread: 100, name: 'main' });
    this.lanes.push({ ...lane, id: 1, kind: 2, role: 3, thread: 0, name: 'GPU 0 stream 7' });
  }

  take(tables: DeviceTables, time: number): void {
    const { copies, ...rest } = deviceTablesOf(this.interner, START, { devices: [], ...tables });
    const batch: SessionBatch = {
      ...emptyTables(),
      ...rest,
      ...this.interner.drain(),
      transfers: copies,
      lanes: this.lanes.finish(),
    };
    this.lanes.clear();
    this.model.take(batch, time);
  }
}

test('a device is busy once where kernels overlap, also across batches that come late', () => {
  const run = new Run();
  const kernel = { lane: 1, name: 'void ns::gemm<4>(int)' };
  run.take({ devices: [{}], kernels: [{ ...kernel, start: 0, end: 400 * MS }] }, 500 * MS);
  run.take({ kernels: [{ ...kernel, start: 500 * MS, end: 700 * MS }] }, 750 * MS);
  // A buffer of another stream, of the time before.
  run.take(
    {
      kernels: [
        { ...kernel, start: 300 * MS, end: 600 * MS },
        { ...kernel, start: 0, end: 100 * MS },
      ],
    },
    1000 * MS,
  );
  const { devices } = run.model.snapshot(1500 * MS).devices;
  expect(devices.map(({ title, kernel: name }) => [title, name])).toEqual([['GPU 0', 'gemm<4>']]);
  expect(devices[0]?.busy).toBeCloseTo(0.7, 3);
  expect(devices[0]?.kernelsPerSecond).toBeCloseTo(4, 3);
});

test('fills, markers and streams without a device are no kernels, and streams are no lanes', () => {
  const run = new Run();
  run.take(
    {
      devices: [{}, { uuid: 'GPU-0', process: 7 }],
      kernels: [
        { lane: 1, kind: 'memset', start: 0, end: 900 * MS },
        { lane: 1, kind: 'marker', start: 0, end: 900 * MS },
        { lane: 1, device: 1, start: 100 * MS, end: 200 * MS },
      ],
    },
    1000 * MS,
  );
  const { devices, lanes } = run.model.snapshot(1500 * MS);
  expect(lanes.map(({ name }) => name)).toEqual(['main']);
  // The second row is the same device, as another process sees it.
  expect(devices.devices.map(({ busy }) => busy.toFixed(2))).toEqual(['0.10']);
});

test('devices and what is copied have rows below the lanes, with what goes each way a second', () => {
  const run = new Run();
  const copy = { lane: 1, direction: 'H2D', bytes: 8e9 } as const;
  run.take(
    {
      devices: [{ name: 'NVIDIA H100' }],
      kernels: [{ lane: 1, name: 'gemm', start: 0, end: 1000 * MS }],
      copies: [
        { ...copy, start: 0, end: 2000 * MS },
        { ...copy, direction: 'D2H', bytes: 4, start: 1000 * MS, end: 1000 * MS },
      ],
    },
    2000 * MS,
  );
  const ui = INITIAL;
  const log = new LiveLog().view();
  const status = {
    phase: 'recording',
    elapsedSeconds: 2,
    requestedHz: 100,
    achievedHz: 100,
    missed: 0,
    ownCpuPercent: 1,
    processes: 1,
    warnings: [],
  } as const;
  const snapshot = run.model.snapshot(2500 * MS);
  for (const size of [
    { columns: 80, rows: 24 },
    { columns: 200, rows: 60 },
  ]) {
    const { rows } = drawFrame(
      { command: ['x'], status, snapshot, log, newLines: 0, findings: [], ui },
      size,
      LOOK,
    );
    expect(rows).toHaveLength(size.rows);
    const lines = rows.map((row) => row.trimEnd());
    expect(lines.find((line) => line.startsWith(' GPU 0'))).toMatch(/[▁▇]+ +0 % {2}0\.5 kernels\/s {2}gemm/);
    expect(lines.find((line) => line.startsWith(' H2D'))).toMatch(
      size.columns > 80 ? /4\.0 GB\/s to device {3}8\.0 GB so far$/ : /4\.0 GB\/s to device$/,
    );
    expect(lines.find((line) => line.startsWith(' D2H'))).toMatch(/ 4 B\/s from device/);
  }
});
