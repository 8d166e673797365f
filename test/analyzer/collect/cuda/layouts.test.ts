import { describe, expect, test } from '@jest/globals';
import { cudaHealth } from '../../../../analyzer/collect/cuda/health.ts';
import { DIRECTIONS, MEMORY_KINDS } from '../../../../analyzer/model/index.ts';
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
  recordOf,
  textAt,
  words,
  words32,
} from '../../../harness/cuda/captures.ts';

/** Length of the records of kernels, copies, copies between devices, memsets, devices and contexts by version. */
const VERSIONS: [string, number, number[]][] = [
  ['11.0', 13, [160, 72, 80, 72, 152, 16]],
  ['11.1', 14, [160, 80, 88, 80, 152, 16]],
  ['11.4', 15, [168, 80, 88, 80, 152, 16]],
  ['11.5', 16, [168, 80, 88, 80, 152, 16]],
  ['11.6', 17, [176, 88, 96, 88, 176, 16]],
  ['11.8', 18, [200, 88, 96, 88, 176, 16]],
  ['12.0', 19, [208, 88, 96, 88, 176, 16]],
  ['12.4', 22, [208, 88, 96, 88, 176, 24]],
  ['12.8', 26, [208, 96, 96, 88, 176, 24]],
  ['12.9', 27, [208, 96, 96, 88, 176, 24]],
  ['13.0', 130001, [216, 96, 96, 88, 184, 32]],
];
const NAME = 0x7f0000001000;
const DEVICE = 0x7f0000002000;

const kernel = (correlation: number, graph = 6): Field[] => [
  [6, 40, 2],
  [16, cuptiTime(5000), 8],
  [24, cuptiTime(9000), 8],
  [40, 1, 4],
  [44, 3, 4],
  [48, 7, 4],
  ...[10, 11, 12, 32, 4, 2, 512, 1024].map((value, i): Field => [52 + 4 * i, value, 4]),
  [92, correlation, 4],
  [104, NAME, 8],
  [120, cuptiTime(3000), 8],
  [128, cuptiTime(4000), 8],
  [156, graph, 4],
];
const copy = (kinds: readonly number[], correlation: number): Field[] => [
  ...kinds.map((value, i): Field => [4 + i, value, 1]),
  [8, 5_000_000_000n, 8],
  [16, cuptiTime(10_000), 8],
  [24, cuptiTime(20_000), 8],
  [32, 1, 4],
  [36, 3, 4],
  [40, 7, 4],
  [44, correlation, 4],
];

describe.each(VERSIONS)(
  'records of CUDA %s',
  (_name, version, [kernels, copies, peers, sets, device, context]) => {
    const bytes = Buffer.concat([
      headerOf(version),
      clockOf(0),
      textAt(NAME, '_Z4gemmPfS_i'),
      textAt(DEVICE, 'A GPU'),
      functionOf(2, 211, 'cudaLaunchKernel_v7000'),
      functionOf(2, 41, 'cudaMemcpyAsync_ptsz_v7000'),
      chunkOf('copies', words32(2, 0xabcdef), words(0x7ffd12345678)),
      bufferOf(
        recordOf(8, device as number, [
          [16, 80n << 30n, 8],
          [44, 132, 4],
          [112, 1, 4],
          [120, 0x0102030405060708n, 8],
          [136, DEVICE, 8],
        ]),
        recordOf(9, context as number, [[4, 3, 4]]),
        callOf(211, 1, 1000, 2000),
        callOf(41, 2, 2500, 2900),
        callOf(99, 5, 3000, 3100),
        recordOf(10, kernels as number, kernel(1)),
        recordOf(1, copies as number, copy([1, 2, 3, 1], 2)),
        recordOf(22, peers as number, [...copy([10, 3, 3, 0], 0), [44, 1, 4], [52, 0, 4], [60, 3, 4]]),
        recordOf(2, sets as number, copy([0, 0, 0, 0], 4)),
      ),
      clockOf(1e9),
    ]);
    const { batch, capture, string } = decode(bytes);

    test('give a kernel with all that it tells, and the call that launched it', () => {
      const { kernels: rows, lanes } = batch as NonNullable<typeof batch>;
      expect(rows.length).toBe(2);
      const row = Object.fromEntries(
        Object.entries(rows).map(([key, column]) => [key, (column as Float64Array)[0]]),
      );
      expect(row).toMatchObject({
        kind: 0,
        start: monotonic(5000),
        end: monotonic(9000),
        queued: monotonic(3000),
        submitted: monotonic(4000),
        callStart: monotonic(1000),
        callEnd: monotonic(2000),
        gridX: 10,
        gridY: 11,
        gridZ: 12,
        blockX: 32,
        blockY: 4,
        blockZ: 2,
        registers: 40,
        staticShared: 512,
        dynamicShared: 1024,
        graph: 6,
        stack: -1,
        certainty: 0,
        bytes: 0,
      });
      expect(string(rows.name[0])).toBe('gemm(float*, float*, int)');
      expect(string(rows.call[0])).toBe('cudaLaunchKernel');
      expect(lanes.name[rows.lane[0] as number]).toBe('GPU 1 stream 7');
      expect(lanes.thread[rows.callLane[0] as number]).toBe(77);
    });

    test('give copies with direction, memory and buffer, and memsets with bytes', () => {
      const { transfers, kernels: rows, lanes } = batch as NonNullable<typeof batch>;
      expect(transfers.length).toBe(2);
      expect([...transfers.direction].map((each) => DIRECTIONS[each])).toEqual(['H2D', 'P2P']);
      expect([MEMORY_KINDS[transfers.from[0] as number], MEMORY_KINDS[transfers.to[0] as number]]).toEqual([
        'pinned',
        'device',
      ]);
      expect([transfers.bytes[0], transfers.asynchronous[0], transfers.start[0]]).toEqual([
        5e9,
        1,
        monotonic(10_000),
      ]);
      expect([transfers.buffer[0], transfers.content[0]]).toEqual([0x7ffd12345678, 0xabcdef]);
      expect(string(transfers.call[0])).toBe('cudaMemcpyAsync');
      expect(transfers.peer[0]).toBe(-1);
      expect(transfers.device[1]).not.toBe(transfers.peer[1]);
      expect([rows.kind[1], rows.bytes[1], string(rows.name[1])]).toEqual([1, 5e9, 'memset']);
      expect(lanes.kind.filter((kind) => kind === 2)).toHaveLength(1);
    });

    test('give the device, calls without work, and nothing to warn of', () => {
      const { devices, spans } = batch as NonNullable<typeof batch>;
      expect(devices.name).toContain('A GPU');
      const at = devices.name.indexOf('A GPU');
      expect([devices.ordinal[at], devices.memoryBytes[at], devices.computeUnits[at]]).toEqual([
        1,
        80 * 2 ** 30,
        132,
      ]);
      expect(devices.uuid[at]).toBe('GPU-08070605-0403-0201-0000-000000000000');
      expect([...spans.name].map(string)).toEqual(['runtime function 99']);
      expect(cudaHealth([capture], 0)).toMatchObject({ status: 'ok', warnings: [] });
    });
  },
);

test('what is known of a record that is longer than in any known version is read, and that is said', () => {
  const { batch, capture, string } = decode(
    Buffer.concat([
      headerOf(140000),
      clockOf(0),
      textAt(NAME, 'triton_poi'),
      bufferOf(recordOf(10, 264, kernel(0)), recordOf(10, 264, kernel(0))),
    ]),
  );
  expect([batch?.kernels.length, batch?.kernels.gridX[1], string(batch?.kernels.name[0])]).toEqual([
    2,
    10,
    'triton_poi',
  ]);
  expect(cudaHealth([capture], 0).warnings.join()).toContain('264 bytes in CUPTI of CUDA 14.0');
});

test('a record that is too short for what it must hold is left out, and so is a kind that is not known', () => {
  const { batch, capture } = decode(
    Buffer.concat([
      headerOf(),
      clockOf(0),
      bufferOf(recordOf(10, 64, []), recordOf(99, 16, []), callOf(5, 1, 0, 10)),
    ]),
  );
  expect(batch?.kernels.length ?? 0).toBe(0);
  expect([capture.reader.counts.damaged, capture.reader.counts.records]).toEqual([1, 3]);
  expect(batch?.spans.length).toBe(1);
});
