import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WORK_KINDS } from '../../analyzer/analysis/deviceWork.ts';
import { shortKernelName } from '../../analyzer/analysis/kernelNames.ts';
import { type SpanTracks, spanTracks } from '../../analyzer/analysis/spanTracks.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { emptyTables } from '../../analyzer/model/index.ts';
import { summaryLines } from '../../cli/print/summary.ts';
import { sizeClassWords } from '../../webview/devices/transfers.ts';
import { attributionWords, certaintyWords } from '../../webview/flame/attribution.ts';
import { functionFigures, sortedFunctions } from '../../webview/functions/rows.ts';
import { movedIn } from '../../webview/glance/devices.ts';
import { firstMetric, metricsOf, tabsOf } from '../../webview/panels.ts';
import { profileOf } from '../../webview/profile.ts';
import { tipAt } from '../../webview/timeline/describe.ts';
import { DrawList } from '../../webview/timeline/drawList.ts';
import { heightOf, linksOf } from '../../webview/timeline/links.ts';
import { targetAt } from '../../webview/timeline/pointed.ts';
import { collapsedAtFirst, laneName, type Row, timelineRows } from '../../webview/timeline/rows.ts';
import { layoutSpans } from '../../webview/timeline/spanLayout.ts';
import { trackBox } from '../../webview/timeline/streamPaint.ts';
import { sayWork, streamInWords } from '../../webview/timeline/streamWords.ts';
import { recordingOf } from '../harness/recordings.ts';
import { deviceRun } from './syntheticDevices.ts';
import { syntheticRecording } from './syntheticRecording.ts';

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
const recording = deviceRun({ devices: 2 });
const profile = profileOf(recording);
const { bounds } = profile;
const rowsOf = (collapsed: readonly string[] = []): readonly Row[] =>
  timelineRows(profile, new Set(collapsed)).rows;
const rowOf = (title: string): Row => {
  const row = rowsOf().find((one) => one.title === title);
  if (!row) throw new Error(`there is a row ${title}`);
  return row;
};

test('devices stand above the threads, each with its streams, and a closed one stands for them', () => {
  const titles = (collapsed: readonly string[] = []): string[] =>
    rowsOf(collapsed).map(({ kind, title }) => `${kind} ${title}`);
  expect(titles()).toEqual([
    'device GPU 0',
    'stream stream 13',
    'stream stream 7',
    'device GPU 1',
    'stream stream 7',
    'group train.py',
    'lane MainThread',
    'lane pin_memory',
  ]);
  expect(titles(['device 0'])).toEqual(titles().filter((_, i) => i !== 1 && i !== 2));
  const rows = rowsOf();
  for (const [i, row] of rows.entries())
    expect(row.y).toBe(i === 0 ? 0 : (rows[i - 1]?.y ?? 0) + (rows[i - 1]?.height ?? 0));
  const [device] = rowsOf(['device 0', 'device 1']);
  expect(
    heightOf(
      { rows: { rows: rowsOf(['device 0', 'device 1']) }, scrollTop: 0, stuck: 0 },
      { lane: 2, pool: -1, time: 0, onStrip: false },
    ),
  ).toBe((device?.y ?? 0) + (device?.height ?? 0) / 2);
  expect(laneName(profile, 2)).toBe('GPU 0 stream 7');
  expect(laneName(profile, 1)).toBe('train.py / pin_memory');
});

test('a device of many streams is closed at first, and streams of no known device are shown all the same', () => {
  const stream = { kind: 2, role: 3, process: 100, thread: 0 };
  const many = recordingOf(
    [{}, ...Array.from({ length: 8 }, () => stream)],
    [],
    {},
    {
      kernels: [1, 2, 3, 4, 5, 6, 7].map((lane) => ({ lane, start: 0, end: 10 * lane })),
    },
  );
  const its = profileOf(many);
  expect(collapsedAtFirst(its)).toEqual(['device 0']);
  const { rows } = timelineRows(its, new Set());
  expect(rows.map(({ title }) => title).slice(0, 3)).toEqual(['GPU 0', 'lane 7', 'lane 6']);
  expect(rows.slice(8, 10).map(({ title }) => title)).toEqual(['Streams of unknown devices', 'lane 8']);
});

test('pointing at work tells all that is known of it, and draws a line from its launch', () => {
  const { work } = profile.devices;
  const kernel = 3;
  const time = ((work.start[kernel] as number) + (work.end[kernel] as number)) / 2;
  const row = { ...rowOf('stream 7') };
  const pointed = { row, time, pixel: 100, y: 12 };
  const target = targetAt(profile, pointed);
  expect(target).toMatchObject({ kind: 'work', row: kernel });
  const tip = tipAt(profile, pointed, target);
  expect(tip?.title).toBe('softmax_warp_forward');
  expect(tip?.place).toBe('GPU 0 stream 7');
  expect(tip?.figures?.map(([name, value]) => [name, plain(value)])).toEqual(
    [
      ['at', '52.1 ms'],
      ['took', '40.0 µs'],
      ['grid', '128 × 2 × 1'],
      ['block', '256 × 1 × 1'],
      ['registers', '96 a thread'],
      ['shared memory', '16.4 kB a block'],
      ['cudaLaunchKernel', '6.00 µs on train.py / MainThread'],
      ['waited in queue', '1.84 ms'],
      ['launched by', 'forward (train.py:31), 82 % sure'],
    ].map(([name, value]) => [
      name,
      expect.stringMatching(
        name === 'at' || name === 'waited in queue'
          ? /ms$/
          : new RegExp(`^${value?.replace(/[().]/g, '\\$&')}$`),
      ),
    ]),
  );
  expect(linksOf(profile, target, time)).toEqual([
    {
      kind: 'launch',
      from: expect.objectContaining({ lane: 0, time: recording.tables.kernels.callStart[kernel] }),
      to: expect.objectContaining({ lane: 2, time: work.start[kernel] }),
    },
  ]);
  const copy = work.kernels;
  expect(plain(sayWork(profile, copy))).toMatch(
    /^Copy host to device, GPU 0 stream 13, at .*, took 2\.10 ms, volume 16\.8 MB, bandwidth 8 GB\/s, memory pageable to device, call was asynchronous, cudaMemcpyAsync 2\.10 ms on train\.py \/ MainThread, launched by to_device \(train\.py:15\)$/,
  );
});

test('pointing below the state of a thread finds calls and ranges', () => {
  const row = rowOf('MainThread');
  if (row.kind !== 'lane') throw new Error('the thread is a lane');
  const { spans, kernels, strings } = recording.tables;
  const inside = (kernels.callStart[0] as number) + 1000;
  const call = targetAt(profile, { row, time: inside, pixel: 1, y: row.height - row.rangesHeight - 2 });
  expect(call).toMatchObject({ kind: 'call' });
  expect(tipAt(profile, { row, time: inside, pixel: 1, y: 0 }, call)?.title).toMatch(/^Starts Kernel2</);
  const names = [0, 1].map((level) => {
    const target = targetAt(profile, {
      row,
      time: inside,
      pixel: 1,
      y: row.height - row.rangesHeight + 15 * level + 2,
    });
    return target?.kind === 'range' ? strings.value[spans.name[target.row] as number] : null;
  });
  expect(names).toEqual(['step 0', 'forward']);
  const sync = spans.name.findIndex((name) => strings.value[name] === 'cudaStreamSynchronize');
  const waiting = (spans.start[sync] as number) + 10;
  const other = targetAt(profile, { row, time: waiting, pixel: 1, y: row.height - row.rangesHeight - 2 });
  expect(tipAt(profile, { row, time: waiting, pixel: 1, y: 0 }, other)?.title).toBe('cudaStreamSynchronize');
});

test('work that runs at the same time on one stream has tracks of its own', () => {
  const stream = { kind: 2, role: 3, process: 100, thread: 0, name: 'queue 1' };
  const overlapping = profileOf(
    recordingOf(
      [{}, stream],
      [],
      {},
      {
        devices: [{ kind: 'opencl', name: 'pocl', uuid: '' }],
        kernels: [
          { lane: 1, name: 'long', start: 0, end: 9e8 },
          { lane: 1, name: 'short', start: 1e8, end: 2e8 },
        ],
      },
    ),
  );
  const [, row] = timelineRows(overlapping, new Set()).rows;
  if (!row) throw new Error('there is a stream');
  const at = (y: number) =>
    targetAt(overlapping, { row, time: overlapping.bounds.from + 1.5e8, pixel: 1, y });
  expect(at(10)).toMatchObject({ kind: 'work', row: 0 });
  expect(at(trackBox(1).y + 2)).toMatchObject({ kind: 'work', row: 1 });
  expect(row.height).toBeGreaterThan(trackBox(1).y + trackBox(1).height);
  expect(plain(streamInWords(overlapping, 1, overlapping.bounds))).toBe(
    '2 pieces of work, kernels 90 %, copies and fills 0 % of the time. Arrow right goes to the next one',
  );
});

const tracksFrom = (rows: readonly (readonly [number, number, number])[]): SpanTracks =>
  spanTracks(
    {
      length: rows.length,
      start: Float64Array.from(rows, ([start]) => start),
      end: Float64Array.from(rows, ([start, length]) => start + length),
      laneOf: () => 0,
      categoryOf: (row) => rows[row]?.[2] ?? 0,
      categories: 3,
    },
    1,
    1,
  );

test('a track is drawn inside its box at every zoom, nothing of it is lost, and boxes do not overlap', () => {
  const spans = fc.array(fc.tuple(fc.nat(2000), fc.nat(50), fc.nat(2)), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(
      spans,
      fc.nat(1900),
      fc.integer({ min: 5, max: 3000 }),
      fc.integer({ min: 3, max: 400 }),
      (rows, from, length, width) => {
        const tracks = tracksFrom(rows);
        const list = new DrawList();
        const view = { from, to: from + length };
        layoutSpans(list, tracks, 0, { view, width, y: 10, height: 16 }, () => [0, 1]);
        const drawn = new Uint8Array(width + 1);
        for (let i = 0; i < list.length; i++) {
          const [x, y, wide, high] = [list.x[i], list.y[i], list.width[i], list.height[i]] as [
            number,
            number,
            number,
            number,
          ];
          expect(x).toBeGreaterThanOrEqual(-1e-3);
          expect(x + wide).toBeLessThanOrEqual(width + 1e-2);
          expect(y).toBeGreaterThanOrEqual(10);
          expect(y + high).toBeLessThanOrEqual(26);
          for (let pixel = Math.floor(x); pixel < Math.ceil(x + wide - 1e-3); pixel++) drawn[pixel] = 1;
        }
        for (let at = 0; at < tracks.row.length; at++) {
          const middle = ((tracks.from[at] as number) + (tracks.to[at] as number)) / 2;
          if (middle <= view.from || middle >= view.to || tracks.from[at] === tracks.to[at]) continue;
          expect(drawn[Math.floor(((middle - from) / length) * width)]).toBe(1);
        }
      },
    ),
    { numRuns: 200 },
  );
});

test('a picture of very many intervals costs its pixels', () => {
  const rows = Array.from({ length: 100_000 }, (_, i) => [i * 10, 6, i % 2] as const);
  const list = new DrawList();
  layoutSpans(
    list,
    tracksFrom(rows),
    0,
    { view: { from: 0, to: 1e6 }, width: 1000, y: 0, height: 20 },
    () => [0, 1],
  );
  expect(list.length).toBeLessThanOrEqual(4000);
  // 60 % of the time in two categories: each has a third of the height, rounded to pixels.
  expect(list.height[0]).toBe(6);
});

test('by GPU time functions have the kernels that they launched, and the flame graph says how sure that is', () => {
  const selection = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY, lanes: null };
  const weights = profile.weigh('gpu', selection);
  const node = (name: string): number =>
    profile.tree.function.findIndex((id) => id >= 0 && profile.functions.name[id] === name);
  expect(plain(certaintyWords(weights, node('forward')))).toMatch(/^9\d % sure, from the nearest samples$/);
  expect(plain(attributionWords(profile, weights))).toMatch(
    /^Launching code 9\d % sure; of \d\.\d % not known\.$/,
  );
  expect(certaintyWords(profile.weigh('cpu', selection), node('forward'))).toBe('');
  const figures = functionFigures(profile, selection);
  const names = sortedFunctions(profile, figures, null, { by: 'totalGpu', descending: true }).map(
    (id) => profile.functions.name[id],
  );
  expect(names.slice(0, 4)).toEqual(['<module>', 'train', 'train_step', expect.stringContaining('cutlass')]);
  expect(figures.gpu).toBe(weights.total[0]);
  const streams = {
    ...selection,
    lanes: Uint8Array.from(recording.tables.lanes.name, (name) => Number(name === 'GPU 1 stream 7')),
  };
  expect(profile.weigh('gpu', streams).total[0] as number).toBeLessThan(0.5 * (weights.total[0] as number));
});

test('tabs and metrics of devices are there where there are devices', () => {
  expect(tabsOf(recording)).toEqual([
    'flame',
    'functions',
    'calls',
    'kernels',
    'transfers',
    'efficiency',
    'source',
  ]);
  expect(metricsOf({ profile })).toEqual(['cpu', 'wall', 'gil-wait', 'gpu', 'copy']);
  const without = syntheticRecording();
  expect(tabsOf(without)).toEqual(['flame', 'functions', 'calls', 'efficiency', 'source']);
  expect(metricsOf({ profile: profileOf(without) })).toEqual(['cpu', 'wall', 'gil-wait']);
  const empty = { ...recording, tables: emptyTables() };
  expect(profileOf(empty).devices.streams).toEqual([[]]);
});

test('what was moved in an interval is summed by direction, for all streams or some', () => {
  const all = movedIn(profile, bounds, null);
  expect(all.map(({ direction, bytes }) => [direction, bytes])).toEqual([
    ['H2D', 46 * 16.8e6],
    ['D2H', 14 * 4],
  ]);
  expect(profile.gaps().map(({ unit, time }) => [unit, time > 0])).toEqual([
    [0, true],
    [1, true],
  ]);
  expect(movedIn(profile, bounds, [2]).map(({ direction }) => direction)).toEqual(['D2H']);
  expect(movedIn(profile, { from: bounds.from, to: bounds.from + 1e6 }, null)).toEqual([]);
});

test('kernels have short names where their names are declarations, and whole ones where not', () => {
  const cases = [
    [
      'void at::native::vectorized_elementwise_kernel<4, at::native::AddFunctor<float> >(int, float)',
      'vectorized_elementwise_kernel',
    ],
    [
      'void cutlass::Kernel2<cutlass_80_tensorop_s1688gemm>(Params)',
      'Kernel2<cutlass_80_tensorop_s1688gemm>',
    ],
    ['(anonymous namespace)::elementwise_kernel(int)', 'elementwise_kernel'],
    ['saxpy(int, float*)', 'saxpy'],
    ['triton_poi_fused_add_0', 'triton_poi_fused_add_0'],
    ['two words', 'two words'],
    ['', ''],
    ['a<<<<(((', 'a<<<<((('],
    ['operator()(int)', 'operator()(int)'],
  ] as const;
  for (const [name, short] of cases) expect(shortKernelName(name)).toBe(short);
  fc.assert(fc.property(fc.string(), (name) => void shortKernelName(name)));
  expect([0, 2, 5].map((size) => plain(sizeClassWords(size)))).toEqual([
    'below 4 KiB',
    '64 KiB to 1 MiB',
    '256 MiB and more',
  ]);
  expect(WORK_KINDS).toHaveLength(8);
});

test('whatever a recording claims of devices, every view of it is drawn', () => {
  const time = fc.oneof(fc.nat(1000), fc.constantFrom(0, -1, -1e12, 2 ** 53, 9e18, -9e18));
  const amount = fc.oneof(fc.nat(1e6), fc.constantFrom(0, -5, 1e300, Number.POSITIVE_INFINITY, Number.NaN));
  const lane = fc.nat(3);
  const call = fc.option(fc.tuple(lane, time, time), { nil: undefined });
  const base = { lane, start: time, end: time, device: fc.nat(1), by: call, certainty: fc.nat(255) };
  const kernel = fc.record({
    ...base,
    name: fc.string({ maxLength: 5 }),
    kind: fc.constantFrom('kernel', 'memset', 'native', 'marker' as const),
    bytes: amount,
    graph: fc.nat(2),
  });
  const copy = fc.record({
    ...base,
    direction: fc.constantFrom('H2D', 'D2H', 'D2D', 'P2P', 'message' as const),
    bytes: amount,
    buffer: amount,
    content: fc.nat(2),
  });
  const span = fc.record({
    lane,
    kind: fc.constantFrom('api', 'range', 'gc' as const),
    name: fc.string(),
    start: time,
    end: time,
  });
  fc.assert(
    fc.property(
      fc.array(kernel, { maxLength: 8 }),
      fc.array(copy, { maxLength: 8 }),
      fc.array(span, { maxLength: 6 }),
      (kernels, copies, spans) => {
        const stream = { kind: 2, role: 3 };
        const strange = recordingOf(
          [{}, stream, stream, { kind: 4 }],
          [{ lane: 0, time: 5, cpu: 1, stack: ['f'] }],
          {},
          {
            devices: [{}, { kind: '?', uuid: '' }],
            kernels: kernels as never,
            copies: copies as never,
            spans: spans as never,
          },
        );
        expect(summaryLines(summarize(strange)).length).toBeGreaterThan(3);
        const its = profileOf(strange);
        its.gaps();
        movedIn(its, its.bounds, null);
        const { rows } = timelineRows(its, new Set());
        const list = new DrawList();
        for (const row of rows) {
          for (const y of [1, 12, 30, 45]) {
            const pointed = { row, time: its.bounds.from + 3, pixel: 10, y };
            const target = targetAt(its, pointed);
            tipAt(its, pointed, target);
            linksOf(its, target, pointed.time);
          }
        }
        for (const tracks of [its.devices.tracks, its.ranges, its.calls])
          for (let track = 0; track + 1 < tracks.offset.length; track++)
            layoutSpans(list, tracks, track, { view: its.bounds, width: 300, y: 0, height: 10 }, () => [
              0, 1,
            ]);
        its.weigh('gpu', { from: 0, to: 1e13, lanes: null });
      },
    ),
    { numRuns: 100 },
  );
});

test('a recording without samples is weighed by what its devices did, until its reader chooses', () => {
  expect(firstMetric({ profile })).toBe('cpu');
  const { samples } = emptyTables();
  const traced = { ...recording, tables: { ...recording.tables, samples } };
  expect(firstMetric({ profile: profileOf(traced) })).toBe('gpu');
  const { kernels } = emptyTables();
  expect(firstMetric({ profile: profileOf({ ...traced, tables: { ...traced.tables, kernels } }) })).toBe(
    'copy',
  );
  expect(firstMetric({ profile: profileOf(recordingOf([{}], [])) })).toBe('cpu');
});
