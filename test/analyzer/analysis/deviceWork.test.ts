import { expect, test } from '@jest/globals';
import { callTree, functionTotals } from '../../../analyzer/analysis/callTree.ts';
import { devicesBusy } from '../../../analyzer/analysis/deviceBusy.ts';
import {
  bandwidth,
  byDirection,
  deviceTransfers,
  sizeClass,
} from '../../../analyzer/analysis/deviceTransfers.ts';
import { deviceWork } from '../../../analyzer/analysis/deviceWork.ts';
import { functionsOf } from '../../../analyzer/analysis/functions.ts';
import { deviceCalls, deviceWeights } from '../../../analyzer/analysis/kernelCalls.ts';
import { kernelLaunches } from '../../../analyzer/analysis/kernelLaunches.ts';
import { kernelTotals } from '../../../analyzer/analysis/kernelTotals.ts';
import { sitesOfStacks } from '../../../analyzer/analysis/sites.ts';
import {
  spanAt,
  spanPositionAt,
  spanTimeUntil,
  spanTracks,
  trackCount,
} from '../../../analyzer/analysis/spanTracks.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { transferRepeats } from '../../../analyzer/analysis/transferRepeats.ts';
import { EVERYTHING } from '../../../analyzer/analysis/weights.ts';
import { DIRECTIONS, LANE_KINDS, LANE_ROLES, type Recording } from '../../../analyzer/model/index.ts';
import type { DeviceTables } from '../../harness/devices.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

const US = 1e3;
const MS = 1e6;
const BEGIN = META.clock.start;
const STREAM = {
  kind: LANE_KINDS.indexOf('stream'),
  role: LANE_ROLES.indexOf('device'),
  thread: 0,
  process: 100,
};

/** Two host threads, lanes 0 and 1, of which the second launches nothing; streams 2 and 3. */
const withWork = (work: DeviceTables): Recording =>
  recordingOf(
    [{}, { process: 100 }, { ...STREAM, name: 'GPU 0 stream 7' }, { ...STREAM, name: 'GPU 0 stream 13' }],
    [{ lane: 0, time: 100 * MS, cpu: 50 * MS, stack: ['main', 'train'] }],
    {},
    work,
  );

const sourcesOf = ({ tables }: Recording) => {
  const functions = functionsOf(tables);
  const work = deviceWork(tables);
  return {
    tables,
    functions,
    work,
    busy: devicesBusy(work, tables.lanes.length).units,
    siteOf: sitesOfStacks(tables, functions),
  };
};

test('kernels are summed by name and device, with the size of the longest run and where most were launched', () => {
  const recording = withWork({
    devices: [{}, {}],
    kernels: [
      {
        lane: 2,
        name: 'saxpy',
        start: 0,
        end: 2 * MS,
        grid: [64, 1, 1],
        block: [256, 1, 1],
        by: [0, 0, 10 * US],
        stack: ['main', 'train'],
      },
      {
        lane: 2,
        name: 'saxpy',
        start: 2 * MS,
        end: 8 * MS,
        grid: [128, 1, 1],
        block: [256, 1, 1],
        by: [0, 0, 10 * US],
        stack: ['main', 'train'],
        certainty: 50,
      },
      { lane: 3, name: 'saxpy', start: 2 * MS, end: 3 * MS, stack: ['main', 'eval'] },
      { lane: 3, device: 1, name: 'saxpy', start: 3 * MS, end: 4 * MS },
      { lane: 3, name: 'tiny', start: 5 * MS, end: 5 * MS + 2 * US, by: [0, 4 * MS, 4 * MS + 9 * US] },
      { lane: 3, name: 'fill', kind: 'memset', start: 6 * MS, end: 7 * MS },
    ],
  });
  const { tables, work, siteOf, functions } = sourcesOf(recording);
  const totals = kernelTotals(tables, work, siteOf);
  expect(
    totals.map(({ name, unit, count, time }) => [tables.strings.value[name], unit, count, time]),
  ).toEqual([
    ['saxpy', 0, 3, 9 * MS],
    ['saxpy', 1, 1, 1 * MS],
    ['tiny', 0, 1, 2 * US],
  ]);
  const [saxpy, , tiny] = totals;
  expect(saxpy).toMatchObject({
    shortest: MS,
    longest: 6 * MS,
    longestRow: 1,
    variesInSize: true,
    launches: 2,
  });
  expect(functions.name[saxpy?.site.function ?? -1]).toBe('train');
  expect(saxpy?.siteShare).toBeCloseTo(8 / 9);
  expect(saxpy?.certainty).toBeCloseTo((2 * 100 + 6 * 50 + 100) / 9);
  expect(tiny).toMatchObject({ shorterThanLaunch: 1, launches: 1 });
});

test('a selection takes work by its time, by its stream and by the thread that launched it', () => {
  const recording = withWork({
    kernels: [
      { lane: 2, name: 'a', start: 0, end: 10 * MS, by: [0, 0, US] },
      { lane: 3, name: 'b', start: 0, end: 10 * MS, by: [1, 0, US] },
    ],
  });
  const { tables, work, siteOf } = sourcesOf(recording);
  const namesOf = (
    lanes: readonly number[] | null,
    from = Number.NEGATIVE_INFINITY,
    to = Number.POSITIVE_INFINITY,
  ) =>
    kernelTotals(tables, work, siteOf, {
      from,
      to,
      lanes: lanes && Uint8Array.from([0, 1, 2, 3], (lane) => (lanes.includes(lane) ? 1 : 0)),
    }).map(({ name, time }) => [tables.strings.value[name], time]);
  expect(namesOf(null, BEGIN + 8 * MS, BEGIN + 90 * MS)).toEqual([
    ['a', 2 * MS],
    ['b', 2 * MS],
  ]);
  expect(namesOf(null, BEGIN + 10 * MS)).toEqual([]);
  expect(namesOf([2])).toEqual([['a', 10 * MS]]);
  expect(namesOf([1])).toEqual([['b', 10 * MS]]);
  const within = [undefined, { from: Float64Array.of(BEGIN), to: Float64Array.of(BEGIN + 5) }];
  expect(
    kernelTotals(tables, work, siteOf, { ...EVERYTHING, within }).map(
      ({ name }) => tables.strings.value[name],
    ),
  ).toEqual(['b']);
});

test('a call that launches a graph is one call, and its kernels are not held against it', () => {
  const recording = withWork({
    kernels: [
      { lane: 2, start: 20 * US, end: 25 * US, by: [0, 0, 10 * US], graph: 1 },
      { lane: 2, start: 25 * US, end: 30 * US, by: [0, 0, 10 * US], graph: 1 },
      { lane: 2, start: 40 * US, end: 45 * US, by: [0, 30 * US, 42 * US] },
      { lane: 2, start: 50 * US, end: 95 * US, by: [1, 30 * US, 35 * US] },
      { lane: 2, start: 100 * US, end: 200 * US },
    ],
  });
  const { tables, work } = sourcesOf(recording);
  expect(kernelLaunches(tables, work)).toEqual({
    calls: 3,
    called: 27 * US,
    launched: 4,
    delay: (10 + 15 + 0 + 15) * US,
    longestDelay: 15 * US,
    alone: 2,
    shorterThanLaunch: 1,
    aloneTime: 50 * US,
    shortTime: 5 * US,
  });
  expect(kernelLaunches(tables, { ...work, kind: work.kind.map(() => 3) })).toBeNull();
});

test('copies are told apart by memory and place, with bandwidth, overlap and repeats', () => {
  const upload = { direction: 'H2D', from: 'pageable', to: 'device', asynchronous: true } as const;
  const recording = withWork({
    kernels: [{ lane: 2, start: 10 * MS, end: 20 * MS }],
    copies: [
      {
        ...upload,
        lane: 3,
        start: 0,
        end: 4 * MS,
        bytes: 8e6,
        buffer: 4096,
        content: 7,
        stack: ['main', 'load'],
        by: [0, 0, 5 * MS],
      },
      {
        ...upload,
        lane: 3,
        start: 18 * MS,
        end: 22 * MS,
        bytes: 8e6,
        buffer: 4096,
        content: 7,
        stack: ['main', 'load'],
        by: [0, 17 * MS, 22 * MS],
      },
      {
        ...upload,
        lane: 3,
        start: 30 * MS,
        end: 34 * MS,
        bytes: 8e6,
        buffer: 4096,
        content: 8,
        stack: ['main', 'load'],
      },
      {
        ...upload,
        lane: 3,
        start: 40 * MS,
        end: 41 * MS,
        bytes: 4e6,
        from: 'pinned',
        stack: ['main', 'load'],
      },
      {
        lane: 3,
        start: 50 * MS,
        end: 51 * MS,
        bytes: 4,
        direction: 'D2H',
        from: 'device',
        to: 'pageable',
        asynchronous: false,
      },
      {
        lane: 3,
        start: 60 * MS,
        end: 60 * MS,
        bytes: 100,
        direction: 'D2H',
        from: 'device',
        to: 'pageable',
        asynchronous: false,
      },
    ],
  });
  const { tables, functions, ...rest } = sourcesOf(recording);
  const repeats = transferRepeats(tables);
  expect([...repeats]).toEqual([0, 1, 0, 0, 0, 0]);
  const sources = { tables, ...rest, repeats };
  const groups = deviceTransfers(sources, 'site');
  expect(groups.map(({ count, bytes }) => [count, bytes])).toEqual([
    [3, 24e6],
    [1, 4e6],
    [2, 104],
  ]);
  const [pageable, , back] = groups;
  if (!pageable || !back) throw new Error('there are copies');
  expect(functions.name[pageable.site.function]).toBe('load');
  expect(bandwidth(pageable)).toBeCloseTo(2e9);
  expect(pageable).toMatchObject({
    overlapped: 2 * MS,
    called: 10 * MS,
    repeats: 1,
    repeatedBytes: 8e6,
    lookedAt: 3,
    largest: 8e6,
  });
  // What took no time that was seen has no part in the bandwidth.
  expect(bandwidth(back)).toBeCloseTo(4000);
  expect(back).toMatchObject({ called: -1, lookedAt: 0, site: { function: -1 } });
  const sizes = deviceTransfers(sources, 'size');
  expect(sizes.map(({ size, count }) => [size, count])).toEqual([
    [3, 3],
    [3, 1],
    [0, 2],
  ]);
  expect([0, 4095, 4096, 2 ** 28 - 1, 2 ** 28].map(sizeClass)).toEqual([0, 0, 1, 4, 5]);
  expect(deviceTransfers(sources, 'stream').map(({ lane }) => lane)).toEqual([3, 3, 3]);
  const directions = byDirection(groups);
  expect(directions.map(({ direction, count, bytes }) => [DIRECTIONS[direction], count, bytes])).toEqual([
    ['H2D', 4, 28e6],
    ['D2H', 2, 104],
  ]);
});

test('the same bytes of another process, another device or the other direction are no repeat', () => {
  const copy = { start: 0, end: 1, bytes: 10, buffer: 1, content: 1, direction: 'H2D' } as const;
  const { tables } = recordingOf(
    [{}, STREAM, { ...STREAM, process: 101 }],
    [],
    {},
    {
      devices: [{}, {}],
      copies: [
        { ...copy, lane: 1 },
        { ...copy, lane: 2 },
        { ...copy, lane: 1, device: 1 },
        { ...copy, lane: 1, direction: 'D2H' },
        { ...copy, lane: 1, bytes: 11 },
        { ...copy, lane: 1, content: 0 },
        { ...copy, lane: 1, buffer: 0 },
        { ...copy, lane: 1 },
      ],
    },
  );
  expect([...transferRepeats(tables)]).toEqual([0, 0, 0, 0, 0, 0, 0, 1]);
});

test('kernels hang under the code that launched them, copies under theirs, and it says how sure that is', () => {
  const recording = withWork({
    kernels: [
      { lane: 2, name: 'gemm', start: 0, end: 6 * MS, stack: ['main', 'train'] },
      { lane: 2, name: 'gemm', start: 6 * MS, end: 8 * MS, stack: ['main', 'train'], certainty: 60 },
      { lane: 2, name: 'gemm', start: 8 * MS, end: 9 * MS },
      { lane: 2, name: 'zero', kind: 'memset', start: 9 * MS, end: 10 * MS, stack: ['main'] },
      { lane: 2, name: '', kind: 'marker', start: 10 * MS, end: 20 * MS },
    ],
    copies: [
      {
        lane: 3,
        direction: 'H2D',
        from: 'pinned',
        start: 0,
        end: 5 * MS,
        bytes: 1,
        stack: ['main', 'train'],
      },
    ],
  });
  const { tables, functions, work } = sourcesOf(recording);
  const tree = callTree(tables, functions);
  const calls = deviceCalls(tables, work, functions, tree);
  const { self, sure } = deviceWeights(tables, work, calls, 'gpu');
  const path = (node: number): string => {
    const names: string[] = [];
    for (let at = node; at > 0; at = calls.tree.parent[at] as number)
      names.unshift(calls.functions.name[calls.tree.function[at] as number] as string);
    return names.join(' > ');
  };
  const shown = (weights: Float64Array) =>
    [...weights].flatMap((weight, node) => (weight > 0 ? [[path(node), weight]] : []));
  expect(shown(self)).toEqual([
    ['main > train > gemm', 8 * MS],
    ['gemm', MS],
  ]);
  expect(shown(sure)).toEqual([['main > train > gemm', (6 * 100 + 2 * 60) * MS]]);
  expect(shown(deviceWeights(tables, work, calls, 'copy').self)).toEqual([
    ['main > [zero]', MS],
    ['main > train > [copy host to device, pinned]', 5 * MS],
  ]);
  const { total } = functionTotals(calls.tree, calls.functions, self);
  expect(total[calls.functions.name.indexOf('train')]).toBe(8 * MS);
  expect(total[calls.functions.name.indexOf('gemm')]).toBe(9 * MS);
  const summary = summarize(recording);
  expect(summary.functions.find(({ name }) => name === 'train')?.totalGpuSeconds).toBeCloseTo(0.008);
  expect(summary.efficiency.device).toBeCloseTo(0.009);
  expect(summary.lanes.map(({ runningSeconds }) => runningSeconds)).toEqual([0.05, 0, 0.01, 0.005]);
  expect(summary.cpuSeconds).toBe(0.05);
  expect(summarize(recordingOf([{}], [])).functions).toEqual([]);
});

test('intervals of a lane have tracks on which they do not overlap, and times that sum up', () => {
  const rows = [
    [0, 0, 100],
    [0, 10, 30],
    [0, 15, 20],
    [0, 40, 50],
    [1, 5, 6],
    [0, 100, 120],
  ] as const;
  const tracks = spanTracks(
    {
      length: rows.length,
      start: Float64Array.from(rows, (row) => row[1]),
      end: Float64Array.from(rows, (row) => row[2]),
      laneOf: (row) => rows[row]?.[0] ?? -1,
      categoryOf: (row) => row % 2,
      categories: 2,
    },
    2,
    4,
  );
  expect([0, 1].map((lane) => trackCount(tracks, lane))).toEqual([3, 1]);
  const at = (track: number, time: number) => {
    const position = spanAt(tracks, 0, track, time, 0);
    return position < 0 ? -1 : tracks.row[position];
  };
  expect([at(0, 17), at(1, 17), at(2, 17), at(3, 17), at(1, 35), at(0, 110)]).toEqual([0, 1, 2, -1, -1, 5]);
  const out = new Float64Array(2);
  spanTimeUntil(tracks, 0, 110, spanPositionAt(tracks, 0, 110), out);
  expect([...out]).toEqual([100, 10]);
});
