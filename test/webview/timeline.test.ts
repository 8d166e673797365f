import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ACTIVITIES, IDLES, RUNS, WAITS_GIL } from '../../analyzer/analysis/activity.ts';
import { counterSeries, levelIn, quantityAndUnit } from '../../analyzer/analysis/counterSeries.ts';
import { laneTotals } from '../../analyzer/analysis/laneTotals.ts';
import { addActivity, addConcurrency, positionAt, timelineOf } from '../../analyzer/analysis/timeline.ts';
import { rowStarts } from '../../analyzer/analysis/weights.ts';
import { profileOf } from '../../webview/profile.ts';
import { DrawList } from '../../webview/timeline/drawList.ts';
import { layoutLane } from '../../webview/timeline/layout.ts';
import { laneName, processTitle, timelineRows } from '../../webview/timeline/rows.ts';
import { ticks, transformOf, viewOf } from '../../webview/timeline/scale.ts';
import { exactRecording, syntheticRecording } from './syntheticRecording.ts';

const recording = syntheticRecording({ processes: 3, threads: 2, rows: 200 });
const starts = rowStarts(recording.tables);
const timeline = timelineOf(recording.tables, starts);
const profile = profileOf(recording);
const { from: begin, to: finish } = profile.bounds;
const MS = 1e6;

/** The answer of the slow way: over all rows. */
function slowly(lane: number, from: number, to: number): number[] {
  const sums = new Array<number>(ACTIVITIES.length).fill(0);
  for (let at = timeline.offset[lane] as number; at < (timeline.offset[lane + 1] as number); at++) {
    const a = timeline.from[at] as number;
    const b = timeline.to[at] as number;
    const share = Math.max(0, Math.min(b, to) - Math.max(a, from)) / (b - a);
    const cpu = timeline.cpu[at] as number;
    const ready = timeline.ready[at] as number;
    const rest = timeline.rest[at] as number;
    sums[0] = (sums[0] as number) + share * cpu;
    sums[1] = (sums[1] as number) + share * ready;
    sums[rest] = (sums[rest] as number) + share * (b - a - cpu - ready);
  }
  return sums;
}

test('times of any interval are those of its rows, and the parts of it that rows share', () => {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(5), share, share, (lane, one, other) => {
      const from = begin + Math.min(one, other) * (finish - begin);
      const to = begin + Math.max(one, other) * (finish - begin);
      const out = new Float64Array(ACTIVITIES.length);
      addActivity(timeline, lane, from, to, out);
      slowly(lane, from, to).forEach((expected, kind) => {
        expect(Math.abs((out[kind] as number) - expected)).toBeLessThan(10);
      });
      expect(Math.abs(out.reduce((sum, time) => sum + time, 0) - (to - from))).toBeLessThan(10);
    }),
  );
});

test('the picture and the summary agree on what a lane did', () => {
  const totals = laneTotals(recording.tables, starts);
  for (const lane of profile.lanes) {
    const at = lane * ACTIVITIES.length;
    expect(profile.activity[at + RUNS]).toBeCloseTo(totals.running[lane] as number, -1);
    expect(profile.activity[at + WAITS_GIL]).toBeCloseTo(totals.gil[lane] as number, -1);
  }
});

test('a position is the first row that ends after an instant', () => {
  for (const lane of [0, 3]) {
    const first = timeline.offset[lane] as number;
    expect(positionAt(timeline, lane, begin - 1)).toBe(first);
    expect(positionAt(timeline, lane, begin + 10 * MS)).toBe(first + 1);
    expect(positionAt(timeline, lane, finish)).toBe(timeline.offset[lane + 1]);
  }
});

test('cores in use are CPU time over time, and at most one a lane', () => {
  const bins = new Float64Array(50);
  addConcurrency(timeline, profile.lanes, RUNS, begin, finish, bins);
  const mean = bins.reduce((sum, value) => sum + value, 0) / bins.length;
  const cpu = recording.tables.samples.cpu.reduce((sum, value) => sum + value, 0);
  expect(mean).toBeCloseTo(cpu / (finish - begin), 6);
  expect(Math.max(...bins)).toBeLessThanOrEqual(profile.lanes.length);
});

test('cores in use of any part of the run, in any number of bins, are those of each bin by itself', () => {
  const share = fc.double({ min: -0.2, max: 1.2, noNaN: true });
  const kind = fc.integer({ min: 0, max: ACTIVITIES.length - 1 });
  fc.assert(
    fc.property(share, share, fc.integer({ min: 1, max: 400 }), kind, (one, other, count, activity) => {
      const from = begin + Math.min(one, other) * (finish - begin);
      const width = (Math.abs(one - other) * (finish - begin)) / count;
      if (!(width > 1000)) return;
      const bins = new Float64Array(count);
      addConcurrency(timeline, [1], activity, from, from + count * width, bins);
      for (let bin = 0; bin < count; bin += 1 + (count >> 5)) {
        const out = new Float64Array(ACTIVITIES.length);
        addActivity(timeline, 1, from + bin * width, from + (bin + 1) * width, out);
        const expected = Math.min(1, Math.max(0, out[activity] as number) / width);
        expect(Math.abs((bins[bin] as number) - expected)).toBeLessThan(0.01);
      }
    }),
  );
});

/** Area of each activity in a draw list, in square pixels. */
function areas(list: DrawList): number[] {
  const sums = new Array<number>(ACTIVITIES.length).fill(0);
  for (let i = 0; i < list.length; i++) {
    const kind = list.kind[i] as number;
    sums[kind] = (sums[kind] as number) + (list.width[i] as number) * (list.height[i] as number);
  }
  return sums;
}

test('at every zoom the area of a colour is its share of the time', () => {
  const zoom = fc.double({ min: 0.02, max: 1, noNaN: true });
  const at = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.nat(5), zoom, at, fc.integer({ min: 40, max: 1500 }), (lane, length, place, width) => {
      const span = (finish - begin) * length;
      const from = begin + (finish - begin - span) * place;
      const view = { from, to: from + span };
      const list = new DrawList();
      const height = 100;
      layoutLane(list, timeline, lane, { view, width, y: 0, height });
      const times = slowly(lane, view.from, view.to);
      const drawn = areas(list);
      for (let kind = 0; kind < IDLES; kind++) {
        const expected = ((times[kind] as number) / span) * width * height;
        // Slivers below an eighth of a column are given to what fills the rest of it.
        expect(Math.abs((drawn[kind] as number) - expected) / (width * height)).toBeLessThan(0.08);
      }
      for (let i = 0; i < list.length; i++) {
        expect(list.x[i] as number).toBeGreaterThanOrEqual(-0.01);
        expect((list.x[i] as number) + (list.width[i] as number)).toBeLessThanOrEqual(width + 0.01);
        expect((list.y[i] as number) + (list.height[i] as number)).toBeLessThanOrEqual(height);
      }
    }),
    { numRuns: 60 },
  );
});

test('a lane of many rows costs no more boxes than its pixels can hold', () => {
  const long = profileOf(syntheticRecording({ processes: 1, threads: 1, rows: 20_000 }));
  const list = new DrawList();
  layoutLane(list, long.timeline, 0, { view: long.bounds, width: 300, y: 0, height: 16 });
  expect(list.length).toBeLessThanOrEqual(300 * (ACTIVITIES.length - 1));
  expect(list.length).toBeGreaterThan(0);
});

test('neighbouring rows of one activity are one box', () => {
  const exact = profileOf(exactRecording());
  const list = new DrawList();
  layoutLane(list, exact.timeline, 0, { view: exact.bounds, width: 500, y: 4, height: 16 });
  const boxes = Array.from({ length: list.length }, (_, i) => [list.x[i], list.width[i], list.kind[i]]);
  expect(boxes).toEqual([
    [0, 100, RUNS],
    [400, 100, RUNS],
  ]);
});

test('rows stand below each other: the command first, then processes by CPU, then the machine', () => {
  const { rows, height } = timelineRows(profile, new Set());
  expect(rows[0]).toMatchObject({ kind: 'group', title: 'train.py', y: 0 });
  expect(rows.at(-1)).toMatchObject({ kind: 'counter', title: 'other processes' });
  let y = 0;
  for (const row of rows) {
    expect(row.y).toBe(y);
    y += row.height;
  }
  expect(height).toBe(y);
  const closed = timelineRows(profile, new Set(['p800', 'machine']));
  expect(closed.rows).toHaveLength(rows.length - 2 - profile.counters.length);
});

test('a process with a single lane is one row, named after its script', () => {
  const exact = profileOf(exactRecording());
  const { rows } = timelineRows(exact, new Set());
  expect(rows.map(({ kind, title }) => [kind, title])).toEqual([['lane', 'app.py']]);
  expect(laneName(exact, 0)).toBe('app.py');
  expect(laneName(profile, 1)).toBe('train.py / feeder 1');
});

test('a process is called what it runs when its own name says nothing', () => {
  expect(processTitle('MainProcess', '/usr/bin/python3 -B train.py -x 3')).toBe('train.py');
  expect(processTitle('python3.11', 'python3.11 -m torch.distributed.run')).toBe('torch.distributed.run');
  expect(
    processTitle('python3', 'python3 -c from multiprocessing.resource_tracker import main;main(5)'),
  ).toBe('resource tracker');
  expect(processTitle('python3', 'python3 -c print(1)')).toBe('python3');
  expect(processTitle('SpawnPoolWorker-3', 'python3 -c x')).toBe('SpawnPoolWorker-3');
  expect(processTitle('', '')).toBe('process');
});

test('a counter has the mean over time and the maximum of any interval', () => {
  const series = counterSeries(recording.tables);
  expect(series.map(({ quantity, unit }) => [quantity, unit])).toEqual([
    ['core 0 load', '%'],
    ['core 1 load', '%'],
    ['memory used', 'B'],
    ['other processes', 'cores'],
  ]);
  const memory = series[2];
  if (!memory) throw new Error('the recording has a counter of memory');
  const [v0, v1] = [memory.value[0] as number, memory.value[1] as number];
  const level = levelIn(memory, begin + 50 * MS, begin + 150 * MS);
  expect(level?.mean).toBeCloseTo((v0 + v1) / 2, 3);
  expect(level?.max).toBe(v1);
  expect(levelIn(memory, begin - 20, begin)).toBeNull();
  expect(quantityAndUnit('odd name')).toEqual({ quantity: 'odd name', unit: '' });
});

test('the zoom of d3 and the view are one thing in two coordinates', () => {
  const view = { from: begin + 123 * MS, to: begin + 456 * MS };
  const back = viewOf(transformOf(view, profile.bounds, 900), profile.bounds, 900);
  expect(back.from).toBeCloseTo(view.from, 0);
  expect(back.to).toBeCloseTo(view.to, 0);
});

test('ticks are round, within the view and apart', () => {
  const marks = ticks({ from: begin + 0.13e9, to: begin + 1.9e9 }, begin, 900);
  expect(marks.map(({ label }) => label.replace('\u00a0', ' '))).toContain('1.0 s');
  for (let i = 1; i < marks.length; i++)
    expect((marks[i]?.x ?? 0) - (marks[i - 1]?.x ?? 0)).toBeGreaterThan(60);
});
