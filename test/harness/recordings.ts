import fc from 'fast-check';
import {
  emptyTables,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  nanos,
  type Recording,
  type RecordingMeta,
  type Row,
  SCHEMAS,
  SOURCE_STATES,
  TableBuilder,
} from '../../analyzer/model/index.ts';
import { FORMAT_VERSION } from '../../analyzer/recording/index.ts';
import { type DeviceTables, deviceTablesOf } from './devices.ts';
import { type PoolTables, poolTablesOf, type Stack, stackOf } from './pools.ts';

export const META: RecordingMeta = {
  format: 'perfscope',
  version: FORMAT_VERSION,
  producer: 'test',
  command: ['python3', 'app.py'],
  directory: '/home/me',
  exitCode: 0,
  signal: null,
  origin: 'record',
  mode: 'cpu',
  clock: { start: nanos(1e12), end: nanos(1e12 + 1e9), startEpochMs: 1.7e12 },
  kernelCpuSeconds: 1,
  ownCpuSeconds: 0.01,
  host: {
    platform: 'linux',
    release: '6',
    arch: 'x64',
    cores: 2,
    memoryBytes: 2 ** 34,
    cpu: null,
    physicalCores: null,
    distribution: null,
    gpus: [],
  },
  collectors: [],
  complete: true,
  warnings: [],
};

export type LaneSpec = Partial<Row<typeof SCHEMAS.lanes>>;
export interface SampleSpec {
  readonly lane: number;
  /** Nanos from the start of the recording. */
  readonly time: number;
  readonly cpu?: number;
  readonly ready?: number;
  readonly stack?: Stack;
  readonly state?: number;
  readonly count?: number;
  readonly flags?: number;
}

/** A recording from a few words: lanes in order, samples in order of time, pools and what belongs to them. */
export function recordingOf(
  lanes: readonly LaneSpec[],
  samples: readonly SampleSpec[],
  meta: Partial<RecordingMeta> = {},
  more: PoolTables & DeviceTables = {},
): Recording {
  const interner = new Interner();
  const laneRows = new TableBuilder(SCHEMAS.lanes);
  const sampleRows = new TableBuilder(SCHEMAS.samples);
  const { start, end } = META.clock;
  lanes.forEach((lane, id) => {
    laneRows.push({
      id,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(id === 0 ? 'main' : 'worker'),
      process: 100 + id,
      thread: 100 + id,
      name: `lane ${id}`,
      start,
      end,
      cpu: -1,
      ...lane,
    });
  });
  for (const { lane, time, stack, ...rest } of samples) {
    sampleRows.push({
      lane,
      time: start + time,
      cpu: 0,
      ready: 0,
      stack: stackOf(interner, stack),
      count: 1,
      state: 0,
      wait: 0,
      flags: 0,
      ...rest,
    });
  }
  const poolTables = poolTablesOf(interner, start, more);
  const { copies, ...deviceTables } = deviceTablesOf(interner, start, more);
  const transfers = new TableBuilder(SCHEMAS.transfers);
  transfers.append(poolTables.transfers);
  transfers.append(copies);
  const tables = {
    ...emptyTables(),
    ...poolTables,
    ...deviceTables,
    transfers: transfers.finish(),
    ...interner.drain(),
    lanes: laneRows.finish(),
    samples: sampleRows.finish(),
  };
  return { meta: { ...META, ...meta }, tables };
}

const NAMES = ['main', 'solve', 'load', 'dot', '<lambda>', '</script><img src=x>', 'größe', '🐍'];

/** Any small recording: up to four lanes, whose rows are in order of time. */
export const anyRecording: fc.Arbitrary<Recording> = fc
  .record({
    lanes: fc.integer({ min: 1, max: 4 }),
    steps: fc.array(
      fc.record({
        lane: fc.nat(3),
        step: fc.integer({ min: 1, max: 1e8 }),
        share: fc.double({ min: 0, max: 1, noNaN: true }),
        stack: fc.array(fc.constantFrom(...NAMES), { maxLength: 6 }),
        state: fc.nat(3),
        count: fc.integer({ min: 1, max: 100 }),
      }),
      { maxLength: 60 },
    ),
    sources: fc.array(
      fc.record({
        file: fc.constantFrom('app.py', '/home/me/größe.py', '</script>.js', ''),
        state: fc.nat(SOURCE_STATES.length - 1),
        bytes: fc.nat(2 ** 30),
        hash: fc.constantFrom('', 'ab'.repeat(32)),
        text: fc.string({ unit: 'binary', maxLength: 200 }),
      }),
      { maxLength: 4 },
    ),
  })
  .map(({ lanes, steps, sources }) => {
    const time = new Array<number>(lanes).fill(0);
    const samples = steps.map(({ lane, step, share, ...rest }) => {
      const own = lane % lanes;
      time[own] = (time[own] as number) + step;
      return { lane: own, time: time[own] as number, cpu: Math.floor(step * share), ...rest };
    });
    const { meta, tables } = recordingOf(new Array(lanes).fill({}), samples);
    const rows = new TableBuilder(SCHEMAS.sources);
    for (const source of sources) rows.push(source);
    return { meta, tables: { ...tables, sources: rows.finish() } };
  });
