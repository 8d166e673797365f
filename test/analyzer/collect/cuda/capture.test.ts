import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Calls } from '../../../../analyzer/collect/cuda/calls.ts';
import { readChunks } from '../../../../analyzer/collect/cuda/capture.ts';
import { CaptureClock } from '../../../../analyzer/collect/cuda/captureClock.ts';
import { cudaHealth } from '../../../../analyzer/collect/cuda/health.ts';
import { SPAN_KINDS } from '../../../../analyzer/model/index.ts';
import {
  bufferOf,
  callOf,
  chunkOf,
  clockOf,
  cuptiTime,
  decode,
  type Field,
  functionOf,
  headerOf,
  monotonic,
  PROCESS,
  recordOf,
  textAt,
  words,
  words32,
} from '../../../harness/cuda/captures.ts';

const NAME = 0x5000;
const work = (correlation: number, start: number, end: number, stream = 7): Field[] => [
  [16, cuptiTime(start), 8],
  [24, cuptiTime(end), 8],
  [44, 1, 4],
  [48, stream, 4],
  [92, correlation, 4],
  [104, NAME, 8],
];
const kernelOf = (correlation: number, start: number, end: number, stream = 7): Buffer =>
  recordOf(10, 208, work(correlation, start, end, stream));
const start = Buffer.concat([
  headerOf(19),
  clockOf(0),
  textAt(NAME, 'k'),
  functionOf(2, 211, 'cudaLaunchKernel_v7000'),
  functionOf(1, 307, 'cuLaunchKernel'),
  functionOf(2, 311, 'cudaGraphLaunch_v10000'),
  functionOf(2, 165, 'cudaDeviceSynchronize_v3020'),
]);
const marker = (flags: number, id: number, time: number, name: number): Buffer =>
  recordOf(12, 56, [
    [4, flags, 4],
    [8, cuptiTime(time), 8],
    [16, id, 4],
    [20, 2, 4],
    [24, PROCESS, 4],
    [28, 77, 4],
    [40, name, 8],
  ]);

test('a call and what it started find each other in whatever order they come', () => {
  const { batch } = decode(
    Buffer.concat([
      start,
      bufferOf(kernelOf(1, 5000, 6000), callOf(211, 2, 1000, 1500)),
      bufferOf(callOf(211, 1, 100, 200), kernelOf(2, 7000, 8000)),
    ]),
  );
  const rows = [...(batch?.kernels.start ?? [])].map((each, i) => [each, batch?.kernels.callStart[i]]);
  expect(rows).toEqual([
    [monotonic(5000), monotonic(100)],
    [monotonic(7000), monotonic(1000)],
  ]);
  expect(batch?.spans.length).toBe(0);
});

test('a graph is one call and many kernels', () => {
  const kernels = Array.from({ length: 50 }, (_, i) => kernelOf(9, 1000 + 100 * i, 1050 + 100 * i));
  const { batch, string } = decode(Buffer.concat([start, bufferOf(callOf(311, 9, 10, 90), ...kernels)]));
  expect([...new Set(batch?.kernels.callStart)]).toEqual([monotonic(10)]);
  expect(string(batch?.kernels.call[49])).toBe('cudaGraphLaunch');
});

test('of a call of the runtime and the one of the driver that it led to, the outer one counts', () => {
  const inner = callOf(307, 4, 1100, 1200);
  inner.writeUInt32LE(4, 0);
  for (const records of [
    [callOf(211, 4, 1000, 1300), inner],
    [inner, callOf(211, 4, 1000, 1300)],
  ]) {
    const { batch, string } = decode(Buffer.concat([start, bufferOf(...records, kernelOf(4, 2000, 3000))]));
    expect(string(batch?.kernels.call[0])).toBe('cudaLaunchKernel');
  }
});

test('a call that started nothing is a span, and so is every call that is no launch', () => {
  const { batch, string } = decode(
    Buffer.concat([start, bufferOf(callOf(211, 1, 100, 200), callOf(165, 2, 300, 400))]),
  );
  const names = [...(batch?.spans.name ?? [])].map(string);
  expect(names.sort()).toEqual(['cudaDeviceSynchronize', 'cudaLaunchKernel']);
  expect(new Set(batch?.spans.kind)).toEqual(new Set([SPAN_KINDS.indexOf('api')]));
});

test('calls that wait for work are bounded: the oldest leave, and are told as having started none', () => {
  let gone = 0;
  const calls = new Calls(() => gone++);
  const total = 1.2e6;
  for (let i = 1; i <= total; i++) calls.add(i, 77, 0, i, i + 1);
  expect(gone).toBe(total - 2 ** 20);
  expect([calls.find(1), calls.endOf(calls.find(total))]).toEqual([-1, total + 1]);
  calls.use(calls.find(total));
  calls.finish();
  expect(gone).toBe(total - 1);
});

test('work whose call was not seen has no call', () => {
  const { batch, string } = decode(
    Buffer.concat([start, bufferOf(kernelOf(3, 10, 20), kernelOf(0, 30, 40))]),
  );
  expect([...(batch?.kernels.callLane ?? [])]).toEqual([-1, -1]);
  expect(string(batch?.kernels.call[0])).toBe('');
});

test('ranges of NVTX nest on their thread, and one that is open ends with what was seen last', () => {
  const { batch, string } = decode(
    Buffer.concat([
      start,
      textAt(0x6000, 'step'),
      textAt(0x6100, 'mark'),
      bufferOf(
        marker(2, 1, 100, 0x6000),
        marker(2, 2, 200, 0x6000),
        marker(1, 3, 250, 0x6100),
        marker(4, 2, 300, 0),
        callOf(165, 2, 800, 900),
      ),
    ]),
  );
  const range = SPAN_KINDS.indexOf('range');
  const rows = [...(batch?.spans.kind ?? [])].flatMap((kind, i) =>
    kind === range
      ? [
          [
            string(batch?.spans.name[i]),
            (batch?.spans.start[i] as number) - monotonic(0),
            (batch?.spans.end[i] as number) - monotonic(0),
          ],
        ]
      : [],
  );
  expect(rows).toEqual([
    ['mark', 250, 250],
    ['step', 200, 300],
    ['step', 100, 900],
  ]);
});

test('streams of one number in two contexts are two lanes, and a name that a program gives comes along', () => {
  const other = kernelOf(0, 30, 40);
  other.writeUInt32LE(2, 44);
  const { batch } = decode(
    Buffer.concat([
      start,
      textAt(0x7000, 'prefetch'),
      bufferOf(
        kernelOf(0, 10, 20),
        other,
        recordOf(11, 32, [
          [4, 5, 4],
          [8, 0, 4],
          [12, 1, 4],
          [16, 7, 4],
          [24, 0x7000, 8],
        ]),
      ),
    ]),
  );
  expect(batch?.lanes.name.filter((name) => name.startsWith('GPU'))).toEqual([
    'GPU 0 stream 7 (prefetch)',
    'GPU 0 stream 7 of context 2',
  ]);
});

test('a text that takes the place of another at its address counts from there on', () => {
  const { batch, string } = decode(
    Buffer.concat([start, bufferOf(kernelOf(0, 1, 2)), textAt(NAME, 'other'), bufferOf(kernelOf(0, 3, 4))]),
  );
  expect([...(batch?.kernels.name ?? [])].map(string)).toEqual(['k', 'other']);
});

test('times follow a clock that is slewed, and keep to the nearer side of one that is set', () => {
  const clock = new CaptureClock();
  for (const [time, off] of [
    [0, 0],
    [1e9, 100_000],
    [2e9, 100_000],
    [3e9, 5_000_000_000],
  ] as const)
    clock.add(new DataView(Uint8Array.from(clockOf(time, off).subarray(16)).buffer));
  const high = Number(cuptiTime(0) >> 32n);
  const at = (time: number, off: number): number =>
    clock.toMonotonic(Number(cuptiTime(time + off) - (BigInt(high) << 32n))) - monotonic(0);
  expect(clock.base(0)).toBe(high);
  expect(at(0, 0)).toBe(0);
  expect(Math.abs(at(5e8, 50_000) - 5e8)).toBeLessThan(200);
  expect(at(1.5e9, 100_000)).toBe(1.5e9);
  expect(at(2.1e9, 100_000)).toBe(2.1e9);
  expect(at(3.1e9, 5e9)).toBe(3.1e9);
  expect(at(-1e9, 0)).toBe(-1e9);
});

test('what CUPTI lost, what was not done, and who else used it are told', () => {
  const unfinished = kernelOf(1, 10, 20);
  unfinished.writeBigUInt64LE(0n, 24);
  const { capture } = decode(
    Buffer.concat([
      start,
      chunkOf(
        'meta',
        JSON.stringify({ library: '/x/libcupti.so.12', subscribe: 39, enable: { 10: 0, 25: 7 } }),
      ),
      chunkOf('note', 'another user of CUPTI took over'),
      chunkOf('dropped', words(12)),
      bufferOf(unfinished),
    ]),
  );
  const { warnings, dropped, status } = cudaHealth([capture], 1);
  expect([dropped, status]).toEqual([12, 'partial']);
  for (const said of [
    'torch.profiler',
    'inside the program',
    '12 records',
    'kinds 25',
    '1 record ended',
    '1 piece',
  ])
    expect(warnings.join('\n')).toContain(said);
});

/** A code object at 0x9000 with a line table of 3.9: unit 0 is on line 10, and units from 2 on on line 13. */
const code = chunkOf('code', words(0x9000), words32(9, 10, 8, 6, 4, 2), 'app.pystep', Buffer.from([4, 3]));
const stack = (number: number, ...units: number[]): Buffer =>
  chunkOf(
    'stack',
    words32(number, units.length),
    ...units.flatMap((unit) => [words(0x9000), words32(unit, 0)]),
  );

test('a stack that was taken inside a call is that of its work, whatever samples say', () => {
  const { batch, string } = decode(
    Buffer.concat([
      start,
      code,
      stack(1, 3, 0),
      chunkOf('launches', words32(6, 1, 8, 99)),
      bufferOf(callOf(211, 6, 10, 20), kernelOf(6, 50, 60), callOf(211, 8, 30, 40), kernelOf(8, 70, 80)),
    ]),
  );
  if (!batch) throw new Error('nothing was recorded');
  expect([...batch.kernels.certainty]).toEqual([100, 0]);
  const lines: (string | number | undefined)[] = [];
  for (let at = batch.kernels.stack[0] as number; at >= 0; at = batch.stacks.parent[at] as number) {
    const frame = batch.stacks.frame[at] as number;
    lines.push(string(batch.frames.name[frame]), string(batch.frames.file[frame]), batch.frames.line[frame]);
  }
  expect(lines).toEqual(['step', 'app.py', 13, 'step', 'app.py', 10]);
  expect(batch.kernels.stack[1]).toBe(-1);
});

const sound = Buffer.concat([
  start,
  code,
  stack(1, 3, 0),
  chunkOf('launches', words32(1, 1)),
  chunkOf('meta', '{"library":"x"}'),
  bufferOf(
    callOf(211, 1, 100, 200),
    kernelOf(1, 500, 600),
    marker(2, 1, 1, NAME),
    recordOf(1, 96, work(1, 1, 2)),
  ),
  clockOf(1e9),
  chunkOf('end', '{}'),
]);

test('a capture that is cut anywhere gives what precedes the cut', () => {
  for (let length = 64; length < sound.length; length++) {
    const { batch, isDamaged } = decode(sound.subarray(0, length));
    expect(isDamaged).toBe(false);
    expect(batch?.kernels.length ?? 0).toBeLessThanOrEqual(1);
  }
  expect(decode(sound).batch?.kernels.length).toBe(1);
});

test('a capture with changed bytes gives rows that a recording can hold, and never throws', () => {
  const change = fc.tuple(fc.nat(sound.length - 65), fc.nat(255));
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 12 }), (changes) => {
      const bytes = Buffer.from(sound);
      for (const [at, value] of changes) bytes[64 + at] = value;
      const { batch } = decode(bytes);
      if (!batch) return;
      for (const table of [batch.kernels, batch.transfers, batch.spans])
        for (let i = 0; i < table.length; i++)
          expect(table.end[i] as number).toBeGreaterThanOrEqual(table.start[i] as number);
      for (const time of [...batch.kernels.start, ...batch.kernels.end, ...batch.spans.start])
        expect(Number.isSafeInteger(time)).toBe(true);
    }),
    { numRuns: 3000 },
  );
});

test('a chunk of an absurd length ends the reading', () => {
  const chunk = Buffer.alloc(32);
  chunk.writeUInt32LE(4, 0);
  chunk.writeBigUInt64LE(1n << 40n, 8);
  expect(readChunks(new Uint8Array(chunk), () => {})).toEqual({ taken: 0, isDamaged: true });
});
