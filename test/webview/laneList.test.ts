import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTIVITIES } from '../../analyzer/analysis/activity.ts';
import { laneOrder } from '../../analyzer/analysis/ascending.ts';
import { profileOf } from '../../webview/profile.ts';
import { ALL_LANES, readLaneList, withPinned, writeLaneList } from '../../webview/state/laneList.ts';
import { hueOf } from '../../webview/theme/palette.ts';
import { heightOf } from '../../webview/timeline/links.ts';
import { isIdle } from '../../webview/timeline/listed.ts';
import { exactDuration } from '../../webview/timeline/measure.ts';
import { type Row, type Rows, timelineRows, topOf } from '../../webview/timeline/rows.ts';
import { deviceRun } from './syntheticDevices.ts';
import { exactRecording, syntheticRecording } from './syntheticRecording.ts';

const profile = profileOf(syntheticRecording({ processes: 3, threads: 3, rows: 100 }));
const OPEN: ReadonlySet<string> = new Set();

const rowsWith = (list: Partial<typeof ALL_LANES>, of = profile, selected: readonly number[] = []): Rows =>
  timelineRows(of, OPEN, { ...ALL_LANES, ...list }, selected);
const lanesOf = ({ rows }: Rows): number[] =>
  rows.flatMap((row) => (row.kind === 'lane' || row.kind === 'stream' ? [row.lane] : []));
const titles = ({ rows }: Rows): string[] => rows.map(({ title }) => title);

test('pinned lanes stand first, with what they belong to in their names, and nowhere else', () => {
  const rows = rowsWith({ pinned: [7, 2] });
  expect(rows.rows.slice(0, 2)).toMatchObject([
    { kind: 'lane', lane: 7, title: 'Worker-2 / feeder 1', level: 1, y: 0 },
    { kind: 'lane', lane: 2, title: 'train.py / feeder 2', level: 1 },
  ]);
  expect(rows.pinned).toBe(2);
  expect(rows.pinnedHeight).toBe(rows.rows[2]?.y);
  expect(lanesOf(rows).toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  // The group still sums all of its lanes.
  expect(rows.rows.find(({ title }) => title === 'train.py')).toMatchObject({ lanes: [0, 1, 2] });
});

test('rows lie below each other in every list, and no lane is twice', () => {
  const list = fc.record({
    sort: fc.constantFrom('busiest' as const, 'name' as const, 'start' as const, 'recorded' as const),
    colour: fc.constant('state' as const),
    filter: fc.constantFrom('', 'worker', '/feeder [12]$/', 'load', 'nothing is called this'),
    hidesIdle: fc.boolean(),
    pinned: fc.uniqueArray(fc.nat(12)),
  });
  fc.assert(
    fc.property(list, (wanted) => {
      const rows = rowsWith(wanted);
      let y = 0;
      for (const row of rows.rows) {
        expect(row.y).toBe(y);
        y += row.height;
      }
      expect(rows.height).toBe(y);
      const lanes = rows.rows.flatMap((row) => ('lane' in row ? [row.lane] : []));
      expect(new Set(lanes).size).toBe(lanes.length);
      const counters = profile.counters.map(({ lane }) => lane);
      const all = new Set([...profile.lanes, ...counters]);
      expect(lanes.length + rows.left.idle + rows.left.unfound).toBe(all.size);
      for (const lane of wanted.pinned.filter((each) => all.has(each))) expect(lanes).toContain(lane);
    }),
  );
});

test('a counter and a stream can be pinned as well', () => {
  const counter = profile.counters[2]?.lane ?? -1;
  expect(rowsWith({ pinned: [counter] }).rows[0]).toMatchObject({ kind: 'counter', title: 'memory used' });
  const devices = profileOf(deviceRun());
  expect(rowsWith({ pinned: [3] }, devices).rows[0]).toMatchObject({
    kind: 'stream',
    lane: 3,
    title: 'GPU 0 stream 13',
  });
});

test('a filter keeps lanes by their own name or by that of their process, and says how many it left out', () => {
  const feeders = rowsWith({ sort: 'name', filter: 'feeder 2' });
  expect(titles(feeders)).toEqual(['train.py', 'feeder 2', 'Worker-1', 'feeder 2', 'Worker-2', 'feeder 2']);
  expect(feeders.left).toEqual({ idle: 0, unfound: 6 + profile.counters.length });
  expect(titles(rowsWith({ sort: 'recorded', filter: 'worker-1' }))).toEqual([
    'Worker-1',
    'MainThread',
    'feeder 1',
    'feeder 2',
  ]);
  expect(titles(rowsWith({ filter: '/core \\d/' }))).toEqual(['Machine', 'core 0 load', 'core 1 load']);
});

test('lanes and processes are ordered by name as people count, by start, or as they were recorded', () => {
  const many = profileOf(syntheticRecording({ processes: 12, threads: 1, rows: 20, counters: false }));
  const named = titles(rowsWith({ sort: 'name' }, many));
  expect(named.indexOf('Worker-2')).toBeLessThan(named.indexOf('Worker-10'));
  expect(lanesOf(rowsWith({ sort: 'recorded' }, many))).toEqual([...many.lanes]);
  expect(lanesOf(rowsWith({ sort: 'start' }, many))).toHaveLength(12);
});

test('idle lanes are hidden and counted, unless one was selected', () => {
  const devices = profileOf(deviceRun());
  // The loader only waits.
  expect(isIdle(devices, 1)).toBe(true);
  expect(isIdle(devices, 0)).toBe(false);
  expect(isIdle(devices, 2)).toBe(false);
  const hidden = rowsWith({ hidesIdle: true }, devices);
  expect(lanesOf(hidden)).not.toContain(1);
  expect(hidden.left.idle).toBe(1);
  expect(lanesOf(rowsWith({ hidesIdle: true }, devices, [1]))).toContain(1);
});

test('pinning pins, and lets go where all are pinned', () => {
  const once = withPinned(ALL_LANES, [4, 1]);
  expect(once.pinned).toEqual([4, 1]);
  expect(withPinned(once, [1, 2]).pinned).toEqual([4, 1, 2]);
  expect(withPinned(once, [1]).pinned).toEqual([4]);
  expect(withPinned(withPinned(once, [4]), [1])).toEqual(ALL_LANES);
});

test('an address with lanes that are not there, or nonsense, pins what there is', () => {
  const read = (text: string) => readLaneList(new URLSearchParams(text), 5);
  expect(read('')).toBeNull();
  expect(read('sort=constructor&lane-colour=__proto__&pinned=-1.x.9')).toBeNull();
  expect(read('pinned=4.4.5.1e0.2')).toEqual({ ...ALL_LANES, pinned: [4, 2] });
  const hash = new URLSearchParams();
  writeLaneList(hash, ALL_LANES);
  expect(hash.toString()).toBe('');
});

test('pinned rows stay where they are while others scroll, and lines to rows beneath them end at their edge', () => {
  const rows = rowsWith({ pinned: [2] });
  const scene = { rows, scrollTop: 90, stuck: rows.pinnedHeight };
  const [first, second] = rows.rows as [Row, Row];
  expect(topOf(scene, first)).toBe(0);
  expect(topOf(scene, second)).toBe(rows.pinnedHeight - 90);
  const end = (lane: number) => ({ lane, pool: -1, time: 0, onStrip: false });
  expect(heightOf(scene, end(2))).toBe(12);
  // The first lane of all has scrolled away under the pinned one.
  expect(heightOf(scene, end(0))).toBe(rows.pinnedHeight);
  expect(topOf({ scrollTop: 90, stuck: 0 }, first)).toBe(-90);
});

test('in the colours of modules a lane is that of the innermost code of the program, and waiting has none', () => {
  const exact = profileOf(exactRecording());
  const { tracks, shown } = exact.modules();
  const app = hueOf('app');
  expect([...tracks.category]).toEqual([app, tracks.categories - 1, app]);
  expect(shown).toEqual([{ category: app, names: ['app'] }]);
  // As much of it as the lane ran and wanted to run.
  const ran = profile.modules();
  const own = ran.tracks.category.reduce(
    (sum, its, at) =>
      its === ran.tracks.categories - 1
        ? sum
        : sum + (ran.tracks.to[at] as number) - (ran.tracks.from[at] as number),
    0,
  );
  const states = profile.lanes.reduce(
    (sum, lane) => sum + (profile.activity[lane * ACTIVITIES.length] as number),
    0,
  );
  expect(own).toBeGreaterThan(states);
});

test('exact durations keep microseconds, and nanoseconds where there are few', () => {
  const said = [0, 345, 12_345, 203_482_113, 1_203_482_113, 999_999_700, 90e9].map(exactDuration);
  expect(said.map((text) => text.replace('\u00a0', ' '))).toEqual([
    '0 ns',
    '345 ns',
    '12.345 µs',
    '203.482 ms',
    '1.203482 s',
    '1.000000 s',
    '90.000000 s',
  ]);
});

test('rows of lanes are in order of time however many runs they come in, and equal times keep their order', () => {
  const row = fc.record({ lane: fc.integer({ min: -1, max: 3 }), time: fc.nat(50) });
  fc.assert(
    fc.property(fc.array(row, { maxLength: 400 }), (wanted) => {
      const { offset, row: order } = laneOrder(
        Int32Array.from(wanted, ({ lane }) => lane),
        Float64Array.from(wanted, ({ time }) => time),
        4,
      );
      const found = [0, 1, 2, 3].map((lane) => [...order.subarray(offset[lane], offset[lane + 1])]);
      const expected = [0, 1, 2, 3].map((its) =>
        [...wanted.keys()]
          .filter((at) => wanted[at]?.lane === its)
          .sort((a, b) => (wanted[a]?.time ?? 0) - (wanted[b]?.time ?? 0) || a - b),
      );
      expect(found).toEqual(expected);
    }),
  );
});
