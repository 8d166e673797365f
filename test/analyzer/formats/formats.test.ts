import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toCollapsed } from '../../../analyzer/formats/collapsed/write.ts';
import { toSpeedscope } from '../../../analyzer/formats/speedscope/write.ts';
import { anyRecording, recordingOf } from '../../harness/recordings.ts';

interface Speedscope {
  shared: { frames: { name: string; file: string; line: number }[] };
  profiles: { name: string; endValue: number; samples: number[][]; weights: number[] }[];
}

const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);

test('collapsed stacks are one line a stack, from the outermost function in, with microseconds', () => {
  const recording = recordingOf(
    [{}],
    [
      { lane: 0, time: 2e6, cpu: 2e6, stack: ['main', 'a;b', 'c\nd'] },
      { lane: 0, time: 3e6, cpu: 1e6, stack: ['main'] },
      { lane: 0, time: 4e6, cpu: 100, stack: ['main', 'too little'] },
    ],
  );
  expect(toCollapsed(recording, 'cpu')).toBe('main 1000\nmain;a:b;c d 2000\n');
  expect(toCollapsed(recording, 'samples')).toBe('main 1\nmain;a:b;c d 1\nmain;too little 1\n');
});

test('speedscope has a profile a lane, whose weights add up to its end', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const document = JSON.parse(JSON.stringify(toSpeedscope(recording, 'wall'))) as Speedscope;
      const wall = document.profiles.map((profile) => sum(profile.weights));
      document.profiles.forEach((profile, i) => {
        expect(profile.endValue).toBeCloseTo(wall[i] as number, 9);
        expect(profile.samples).toHaveLength(profile.weights.length);
        for (const id of profile.samples.flat()) expect(document.shared.frames[id]).toBeDefined();
      });
    }),
    { numRuns: 40 },
  );
});

test('speedscope keeps names, files and lines', () => {
  const document = toSpeedscope(
    recordingOf([{ name: 'w' }], [{ lane: 0, time: 5, cpu: 5, stack: ['main', 'größe'] }]),
    'cpu',
  ) as Speedscope;
  expect(document.profiles[0]?.name).toBe('w (process 100, thread 100)');
  const frames = document.profiles[0]?.samples[0]?.map((id) => document.shared.frames[id]);
  expect(frames).toEqual([
    { name: 'main', file: 'main.py', line: 2 },
    { name: 'größe', file: 'größe.py', line: 2 },
  ]);
});

test('by GPU time the kernels are innermost, in collapsed stacks and in a profile a stream', () => {
  const recording = recordingOf(
    [{}, { name: 'stream 7', kind: 2 }],
    [],
    {},
    {
      kernels: [
        { lane: 1, name: 'gemm', start: 5e6, end: 8e6, stack: ['main', 'step'] },
        { lane: 1, name: 'gemm', start: 0, end: 1e6 },
      ],
      copies: [{ lane: 1, direction: 'D2H', start: 8e6, end: 9e6, bytes: 1, stack: ['main'] }],
    },
  );
  expect(toCollapsed(recording, 'gpu')).toBe('main;step;gemm 3000\ngemm 1000\n');
  expect(toCollapsed(recording, 'copy')).toBe('main;[copy device to host] 1000\n');
  const { profiles, shared } = toSpeedscope(recording, 'gpu') as Speedscope;
  expect(profiles.map(({ name, weights }) => [name, weights])).toEqual([
    ['stream 7 (process 101)', [0.001, 0.003]],
  ]);
  expect(profiles[0]?.samples.map((path) => path.map((id) => shared.frames[id]?.name))).toEqual([
    ['gemm'],
    ['main', 'step', 'gemm'],
  ]);
});
