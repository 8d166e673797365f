import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { torchTrace } from '../../../analyzer/formats/torchTrace/index.ts';
import { DIRECTIONS, MEMORY_KINDS, type Recording, UserError } from '../../../analyzer/model/index.ts';
import { decodeRecording, encodeRecording } from '../../../analyzer/recording/index.ts';
import { sourceOf } from '../../harness/foreign.ts';

const BEGIN = 1_700_000_000_000_000;
type Json = Record<string, unknown>;
/** An event of `duration` us that begins `at` us after the trace. */
const event = (
  cat: string,
  name: string,
  at: number,
  dur: number,
  tid: number | string,
  args: Json = {},
): Json => ({
  ph: 'X',
  cat,
  name,
  pid: typeof tid === 'string' ? 0 : 100,
  tid,
  ts: BEGIN + at,
  dur,
  args,
});
const work = (correlation: number, more: Json = {}): Json => ({
  device: 0,
  context: 1,
  stream: 7,
  correlation,
  ...more,
});

const trace = {
  schemaVersion: 1,
  deviceProperties: [{ id: 0, name: 'NVIDIA H200', totalGlobalMem: 150e9, numSms: 132 }],
  traceEvents: [
    { ph: 'M', name: 'process_name', pid: 100, tid: 0, args: { name: 'python' } },
    { ph: 'M', name: 'thread_name', pid: 100, tid: 100, args: { name: 'MainThread' } },
    event('python_function', 'train.py(10): main', 0, 1000, 100),
    event('python_function', 'train.py(30): step', 100, 500, 100),
    event('user_annotation', 'epoch', 50, 900, 100),
    event('cpu_op', 'aten::addmm', 150, 60, 100, { 'Sequence number': 5 }),
    event('cuda_runtime', 'cudaLaunchKernel', 160, 10, 100, { correlation: 1 }),
    event('cuda_driver', 'cuLaunchKernel', 162, 5, 100, { correlation: 1 }),
    event('cuda_runtime', 'cudaMemcpyAsync', 300, 20, 100, { correlation: 2 }),
    event('cuda_runtime', 'cudaDeviceSynchronize', 700, 200, 100, { correlation: 3 }),
    event('cpu_op', 'autograd::engine::evaluate_function: AddmmBackward0', 650, 40, 101, {
      'Sequence number': 5,
    }),
    event(
      'kernel',
      'void gemm<float>(float*)',
      200,
      80,
      'stream 7',
      work(1, { grid: [8, 2, 1], block: [128, 1, 1], 'registers per thread': 40, 'shared memory': 1024 }),
    ),
    event('gpu_memcpy', 'Memcpy HtoD (Pinned -> Device)', 330, 15.5, 'stream 7', work(2, { bytes: 4096 })),
    event(
      'gpu_memcpy',
      'Memcpy PtoP (Device -> Device)',
      360,
      5,
      'stream 7',
      work(9, { bytes: 64, toDevice: 1 }),
    ),
    event('gpu_memset', 'Memset (Device)', 400, 3, 'stream 7', work(10, { bytes: 256 })),
    { ph: 's', id: 1, cat: 'ac2g', name: 'ac2g', ts: BEGIN },
  ],
};
const read = (text: string, piece?: number): Promise<Recording> =>
  torchTrace.read(sourceOf(text, piece), 'test');
const opened = (value: unknown, piece?: number): Promise<Recording> => read(JSON.stringify(value), piece);

test('a trace tells kernels with sizes, and the operator and the line of Python that launched them', async () => {
  const { tables, meta } = await opened(trace);
  const { kernels, strings, stacks, frames, lanes, devices } = tables;
  expect(kernels.length).toBe(2);
  expect([kernels.start[0], kernels.end[0], kernels.callStart[0]]).toEqual([200_000, 280_000, 160_000]);
  expect([kernels.gridX[0], kernels.gridY[0], kernels.blockX[0], kernels.registers[0]]).toEqual([
    8, 2, 128, 40,
  ]);
  expect(strings.value[kernels.call[0] as number]).toBe('cudaLaunchKernel');
  const names: string[] = [];
  for (let at = kernels.stack[0] as number; at >= 0; at = stacks.parent[at] as number) {
    const frame = stacks.frame[at] as number;
    names.push(`${strings.value[frames.name[frame] as number]}:${frames.line[frame]}`);
  }
  expect(names).toEqual(['aten::addmm:0', 'step:30', 'main:10']);
  expect([kernels.certainty[0], kernels.certainty[1]]).toEqual([100, 0]);
  expect(lanes.name).toEqual(expect.arrayContaining(['MainThread', 'thread 101', 'GPU 0 stream 7']));
  expect([devices.name[0], devices.computeUnits[0]]).toEqual(['NVIDIA H200', 132]);
  expect([meta.origin, meta.clock.startEpochMs]).toEqual(['import', BEGIN / 1e3]);
});

test('copies have direction, memory and bytes, and calls without work are spans', async () => {
  const { transfers, spans, strings, operators, kernels } = (await opened(trace)).tables;
  expect([...transfers.direction].map((each) => DIRECTIONS[each])).toEqual(['H2D', 'P2P']);
  expect([MEMORY_KINDS[transfers.from[0] as number], transfers.bytes[0]]).toEqual(['pinned', 4096]);
  expect((transfers.end[0] as number) - (transfers.start[0] as number)).toBe(15_500);
  expect([transfers.peer[0], transfers.peer[1]]).toEqual([-1, 1]);
  expect([...spans.name].map((row) => strings.value[row]).sort()).toEqual(['cudaDeviceSynchronize', 'epoch']);
  expect([...operators.sequence]).toEqual([5, 5]);
  expect([...operators.kind]).toEqual([0, 1]);
  expect([kernels.kind[1], kernels.bytes[1]]).toEqual([1, 256]);
});

test('a trace that counts from a base of its own begins at the same time', async () => {
  const events = trace.traceEvents.map((each) => ({ ...each, ts: ((each as Json).ts as number) - BEGIN }));
  const { meta, tables } = await opened({ ...trace, traceEvents: events, baseTimeNanoseconds: BEGIN * 1e3 });
  expect(meta.clock.startEpochMs).toBe(BEGIN / 1e3);
  expect(tables.kernels.start[0]).toBe(200_000);
});

test('a trace that was cut off tells what came before, and that it was', async () => {
  const text = JSON.stringify(trace);
  const { meta, tables } = await read(text.slice(0, text.indexOf('"gpu_memset"')));
  expect([tables.kernels.length, tables.transfers.length]).toEqual([1, 2]);
  expect(meta.warnings.join(' ')).toMatch(/cut off/);
});

test('a trace reads the same in pieces of any size', async () => {
  const whole = await opened(trace);
  for (const piece of [1, 7, 64, 1000]) expect((await opened(trace, piece)).tables).toEqual(whole.tables);
});

test('what is no trace of torch.profiler is a sentence', async () => {
  for (const text of [
    '{',
    '{}',
    '{"traceEvents":[]}',
    '{"traceEvents":{}}',
    '[1]',
    '{"traceEvents":[{"ph":"X","cat":"v8","ts":1}]}',
  ]) {
    await expect(read(text)).rejects.toThrow(UserError);
  }
});

test('whatever events say, a recording refers correctly, or there is a sentence', async () => {
  const odd = fc.oneof(
    fc.double(),
    fc.integer(),
    fc.string(),
    fc.constant(null),
    fc.array(fc.integer(), { maxLength: 4 }),
    fc.constantFrom(-1, 2 ** 40, 1e300, 'stream 7', '9'.repeat(400)),
  );
  const anyEvent = fc.record({
    ph: fc.constantFrom('X', 'M', 'i'),
    cat: fc.constantFrom(
      'kernel',
      'gpu_memcpy',
      'cuda_runtime',
      'cpu_op',
      'python_function',
      'user_annotation',
      'x',
    ),
    name: fc.oneof(fc.constantFrom('Memcpy HtoD (A -> B)', 'a.py(3): f', 'process_name'), odd),
    ts: fc.oneof(fc.nat(1e6), odd),
    dur: fc.oneof(fc.nat(1000), odd),
    pid: odd,
    tid: odd,
    args: fc.dictionary(
      fc.constantFrom('device', 'stream', 'correlation', 'bytes', 'grid', 'toDevice', 'name'),
      odd,
    ),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(anyEvent, { maxLength: 30 }),
      fc.integer({ min: 1, max: 400 }),
      async (events, piece) => {
        let recording: Recording;
        try {
          recording = await opened({ traceEvents: events }, piece);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          return;
        }
        const back = decodeRecording(encodeRecording(recording), 'test');
        expect(back.tables.kernels.length).toBe(recording.tables.kernels.length);
      },
    ),
    { numRuns: 1000 },
  );
});

test('a deep nest and a hundred thousand events take no long', async () => {
  const events = Array.from({ length: 100_000 }, (_, i) =>
    i % 2 === 0
      ? event('cuda_runtime', 'cudaLaunchKernel', i, 1, 100, { correlation: i })
      : event('kernel', 'k', i, 1, 'stream 7', work(i - 1)),
  );
  const deep = Array.from({ length: 500 }, (_, i) =>
    event('python_function', `a.py(${i}): f${i}`, i, 200_000 - 2 * i, 100),
  );
  const { kernels, stacks } = (await opened({ traceEvents: [...events, ...deep] })).tables;
  expect([kernels.length, stacks.length]).toEqual([50_000, 500]);
});
