import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { nanos, type Recording, SCHEMAS, TABLE_NAMES, UserError } from '../../../analyzer/model/index.ts';
import { mergeRecordings } from '../../../analyzer/recording/merge.ts';
import { INSTANTS, PROCESS_IDS, REFERENCES } from '../../../analyzer/recording/references.ts';
import { validateTables } from '../../../analyzer/recording/validate.ts';
import { weightsByName } from '../../harness/foreign.ts';
import { anyRecording, META, recordingOf } from '../../harness/recordings.ts';

const START = META.clock.start;
/** A thread that works for 10 ms from the recording's beginning on. */
const working = (meta: Partial<Recording['meta']> = {}, lane: object = {}): Recording =>
  recordingOf([lane], [{ lane: 0, time: 10e6, cpu: 10e6, stack: ['main', 'solve'] }], meta);
/** The same machine: what the date is ahead of the clock by does not change. */
const later = (ms: number) => ({
  clock: {
    start: nanos(START + ms * 1e6),
    end: nanos(START + 1e9 + ms * 1e6),
    startEpochMs: META.clock.startEpochMs + ms,
  },
});
/** Another machine, which started at another time. */
const elsewhere = (ms: number) => ({
  clock: { start: nanos(START), end: nanos(START + 1e9), startEpochMs: META.clock.startEpochMs + ms },
});
const merged = (...recordings: Recording[]) =>
  mergeRecordings(
    recordings.map((recording, at) => ({ name: `rank${at}`, recording })),
    'test',
  );

test('times of one machine stay, and its cores count once', () => {
  const { meta, tables } = merged(working(), working(later(5), { process: 200 }));
  expect([...tables.samples.time]).toEqual([START + 10e6, START + 10e6]);
  expect([meta.clock.start, meta.clock.end, meta.host.cores]).toEqual([START, START + 1e9 + 5e6, 2]);
  expect(meta.warnings.join(' ')).toMatch(/one clock and exact/);
});

test('times of another machine are moved by their dates, and cores of both are counted', () => {
  const { meta, tables } = merged(working(elsewhere(40)), working());
  expect([...tables.samples.time]).toEqual([START + 50e6, START + 10e6]);
  expect([meta.clock.start, meta.clock.startEpochMs, meta.host.cores]).toEqual([
    START,
    META.clock.startEpochMs,
    4,
  ]);
  expect(meta.warnings.join(' ')).toMatch(/exact to a millisecond/);
});

test('recordings that did not run at the same time are merged with a doubt', () => {
  expect(merged(working(), working(elsewhere(40))).meta.warnings.join(' ')).not.toMatch(/of one run/);
  expect(merged(working(), working(elsewhere(5000))).meta.warnings.join(' ')).toMatch(/of one run/);
});

test('without dates all begin at once, and it is said', () => {
  const undated = working({ clock: { start: nanos(7e12), end: nanos(8e12), startEpochMs: 0 } });
  const { meta } = merged(working(), undated);
  expect(meta.clock.start).toBe(START);
  expect(meta.warnings.join(' ')).toMatch(/begun at once/);
});

test('stacks are shared, processes of one number are told apart, and each recording is named', () => {
  const { meta, tables } = merged(
    working({ collectors: [{ ...HEALTH, id: 'cpython' }] }),
    working({
      ...elsewhere(1),
      collectors: [{ ...HEALTH, id: 'cpython', warnings: ['lost some'] }],
      warnings: ['odd'],
    }),
  );
  expect([tables.stacks.length, tables.lanes.length]).toEqual([2, 2]);
  expect(new Set(tables.lanes.process).size).toBe(2);
  expect(tables.lanes.name).toEqual(['rank0: lane 0', 'rank1: lane 0']);
  expect(meta.collectors.map(({ id }) => id)).toEqual(['rank0: cpython', 'rank1: cpython']);
  expect(meta.warnings).toEqual(
    expect.arrayContaining(['rank1: odd', expect.stringMatching(/Processes of rank1/)]),
  );
});
const HEALTH = {
  status: 'ok',
  requestedHz: 100,
  achievedHz: 99,
  samples: 1,
  missed: 0,
  dropped: 0,
  torn: 0,
  figures: {},
  warnings: [],
} as const;

test('a merged recording holds together, and its functions have the times of all', () => {
  fc.assert(
    fc.property(anyRecording, anyRecording, anyRecording, (...recordings) => {
      const whole = merged(...recordings);
      validateTables(whole.tables);
      const [sum, all] = [new Map<string, number>(), weightsByName(whole, 'cpu')];
      for (const recording of recordings)
        for (const [name, { self }] of Object.entries(weightsByName(recording, 'cpu')))
          sum.set(name, (sum.get(name) ?? 0) + self);
      for (const [name, self] of sum) expect(all[name]?.self).toBeCloseTo(self, 9);
      expect(summarize(whole).cpuSeconds).toBeCloseTo(
        recordings.reduce((cpu, each) => cpu + summarize(each).cpuSeconds, 0),
        9,
      );
    }),
    { numRuns: 60 },
  );
});

test('what tells no times is not put beside others', () => {
  expect(() => merged(working(), working({ timeless: true }))).toThrow(UserError);
});

test('every column that points to rows, or is a time or a process, is known to be one', () => {
  const lengths = new Set(['count', 'cpu', 'packOut', 'unpackOut', 'packBack', 'unpackBack']);
  for (const table of TABLE_NAMES) {
    if (table === 'strings' || table === 'frames' || table === 'stacks') continue;
    const references = Object.keys(REFERENCES[table] ?? {});
    for (const [column, kind] of Object.entries(SCHEMAS[table])) {
      const isTime = kind === 'i64' && !lengths.has(column) && column !== 'sequence';
      expect([table, column, INSTANTS[table]?.includes(column) ?? false]).toEqual([table, column, isTime]);
      const pointsByName =
        /^(?:lane|stack|name|call|callLane|toLane|forwardLane|holder|holderStack|device|peer|pool|function|exception|reason|file|from)$/.test(
          column,
        );
      const isNumber = kind !== 'utf8' && kind !== 'i64' && kind !== 'u8';
      if (pointsByName && isNumber)
        expect([table, column, references.includes(column)]).toEqual([table, column, true]);
      if (/^(?:process|parent)$/.test(column)) expect(PROCESS_IDS[table]).toContain(column);
    }
  }
});
