import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { IDLES, RUNS } from '../../../analyzer/analysis/activity.ts';
import { coverageOf, covered, coveredIn, unionOfBoth } from '../../../analyzer/analysis/coverage.ts';
import { type DeviceBusy, devicesBusy } from '../../../analyzer/analysis/deviceBusy.ts';
import { deviceEfficiency } from '../../../analyzer/analysis/deviceEfficiency.ts';
import { deviceGaps } from '../../../analyzer/analysis/deviceGaps.ts';
import { deviceUnits, unitTitle } from '../../../analyzer/analysis/deviceUnits.ts';
import { deviceWork } from '../../../analyzer/analysis/deviceWork.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { unionOf } from '../../../analyzer/analysis/intervals.ts';
import { sitesOfStacks } from '../../../analyzer/analysis/sites.ts';
import { timelineOf } from '../../../analyzer/analysis/timeline.ts';
import { rowStarts } from '../../../analyzer/analysis/weights.ts';
import { LANE_KINDS, LANE_ROLES } from '../../../analyzer/model/index.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

const US = 1e3;
const MS = 1e6;
const STREAM = {
  kind: LANE_KINDS.indexOf('stream'),
  role: LANE_ROLES.indexOf('device'),
  thread: 0,
  process: 100,
};
const BEGIN = META.clock.start;

const times = ({ kernels, memory, any }: DeviceBusy): number[] => [
  covered(kernels),
  covered(memory),
  covered(any),
];

test('kernels that overlap on two streams keep a device busy once, and each stream by itself', () => {
  const { tables } = recordingOf(
    [{}, { ...STREAM, name: 'stream 7' }, { ...STREAM, name: 'stream 13' }],
    [],
    {},
    {
      kernels: [
        { lane: 1, start: 0, end: 10 * MS },
        { lane: 2, start: 5 * MS, end: 20 * MS },
        { lane: 1, start: 30 * MS, end: 31 * MS },
        { lane: 1, start: 90 * MS, end: 99 * MS, kind: 'marker' },
        { lane: 1, start: 31 * MS, end: 33 * MS, kind: 'memset', bytes: 100 },
      ],
      copies: [{ lane: 2, start: 15 * MS, end: 25 * MS, direction: 'H2D', bytes: 1e6 }],
    },
  );
  const work = deviceWork(tables);
  const busy = devicesBusy(work, tables.lanes.length);
  const [unit] = busy.units as [DeviceBusy];
  expect(times(unit)).toEqual([21 * MS, 12 * MS, 28 * MS]);
  expect(coveredIn(unit.kernels, BEGIN + 8 * MS, BEGIN + 30.5 * MS)).toBe(12.5 * MS);
  expect(busy.lanes.map(times)).toEqual([
    [0, 0, 0],
    [11 * MS, 2 * MS, 13 * MS],
    [15 * MS, 10 * MS, 20 * MS],
  ]);
});

test('the union of two unions is that of all their intervals', () => {
  const pairs = fc.array(fc.tuple(fc.nat(100), fc.nat(10)), { maxLength: 12 });
  const union = (of: readonly (readonly [number, number])[]) =>
    unionOf(
      Float64Array.from(of, ([start]) => start),
      Float64Array.from(of, ([start, length]) => start + length),
    );
  fc.assert(
    fc.property(pairs, pairs, (a, b) => {
      expect(unionOfBoth(union(a), union(b))).toEqual(union([...a, ...b]));
      const coverage = coverageOf(union(a));
      const inside = Array.from({ length: 120 }, (_, at) => coveredIn(coverage, at, at + 1));
      expect(inside.reduce((sum, one) => sum + one, 0)).toBe(covered(coverage));
    }),
  );
});

test('one device that two processes use is one unit, and its efficiency has factors that multiply', () => {
  const { tables } = recordingOf(
    [{}, { ...STREAM }, { ...STREAM, process: 101 }, STREAM],
    [],
    {},
    {
      devices: [
        { process: 100, ordinal: 0, uuid: 'A' },
        { process: 101, ordinal: 0, uuid: 'A' },
        { process: 100, ordinal: 1, uuid: 'B' },
      ],
      kernels: [
        { lane: 1, device: 0, start: 0, end: 400 * MS },
        { lane: 2, device: 1, start: 200 * MS, end: 600 * MS },
        { lane: 3, device: 2, start: 0, end: 200 * MS },
      ],
      copies: [{ lane: 2, device: 1, start: 700 * MS, end: 900 * MS, direction: 'D2H', bytes: 1 }],
    },
  );
  const units = deviceUnits(tables);
  expect(units.count).toBe(2);
  expect([0, 1].map((unit) => unitTitle(tables, units, unit))).toEqual(['GPU 0', 'GPU 1']);
  const efficiency = deviceEfficiency(devicesBusy(deviceWork(tables), tables.lanes.length).units, 1000 * MS);
  expect(efficiency).toEqual({
    device: 0.4,
    loadBalance: 800 / 1200,
    communication: 600 / 800,
    orchestration: 0.8,
    devices: 2,
  });
  const { device, loadBalance, communication, orchestration } = efficiency as NonNullable<typeof efficiency>;
  expect(loadBalance * communication * orchestration).toBeCloseTo(device, 12);
});

test('devices without a uuid stay apart where processes number them for themselves', () => {
  const { tables } = recordingOf(
    [{}],
    [],
    {},
    {
      devices: [
        { kind: 'opencl', ordinal: 0, process: 7, uuid: '' },
        { kind: 'opencl', ordinal: 0, process: 8, uuid: '' },
      ],
    },
  );
  const units = deviceUnits(tables);
  expect([0, 1].map((unit) => unitTitle(tables, units, unit))).toEqual(['OpenCL 0 of 7', 'OpenCL 0 of 8']);
});

test('gaps tell what the thread did that ended them, and what is too short to tell is only counted', () => {
  const { tables } = recordingOf(
    [{}, STREAM],
    [
      { lane: 0, time: 10 * MS, cpu: 10 * MS, stack: ['main', 'step'] },
      { lane: 0, time: 40 * MS, cpu: 30 * MS, stack: ['main', 'load'] },
      { lane: 0, time: 100 * MS, state: 2, stack: ['main', 'read'] },
    ],
    {},
    {
      kernels: [
        { lane: 1, start: 0, end: 10 * MS, by: [0, 0, 5 * US] },
        { lane: 1, start: 10 * MS + 5 * US, end: 11 * MS },
        { lane: 1, start: 51 * MS, end: 60 * MS, by: [0, 50 * MS, 51 * MS] },
        { lane: 1, start: 70 * MS, end: 80 * MS },
      ],
    },
  );
  const functions = functionsOf(tables);
  const work = deviceWork(tables);
  const [gaps, ...others] = deviceGaps({
    tables,
    work,
    busy: devicesBusy(work, tables.lanes.length).units,
    timeline: timelineOf(tables, rowStarts(tables)),
    siteOf: sitesOfStacks(tables, functions),
  });
  if (!gaps) throw new Error('the device has gaps');
  expect(others).toEqual([]);
  expect([gaps.count, gaps.time, gaps.shortCount, gaps.shortTime]).toEqual([3, 50 * MS + 5 * US, 1, 5 * US]);
  expect(gaps.hostKnown).toBe(40 * MS);
  expect(gaps.activity[RUNS]).toBeCloseTo(29 * MS, -1);
  expect(gaps.activity[IDLES]).toBeCloseTo(11 * MS, -1);
  expect(gaps.inCalls).toBe(MS);
  const named = ({ function: id }: { function: number }): string => functions.name[id] ?? '';
  expect(gaps.places.map(({ site, time }) => [named(site), time])).toEqual([
    ['load', 29 * MS],
    ['read', 11 * MS],
  ]);
  expect(
    gaps.longest.map(({ from, to, lane, site }) => [from - BEGIN, to - BEGIN, lane, named(site)]),
  ).toEqual([
    [11 * MS, 51 * MS, 0, 'load'],
    [60 * MS, 70 * MS, -1, ''],
  ]);
});
