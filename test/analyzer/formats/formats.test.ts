import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toCollapsed } from '../../../analyzer/formats/collapsed.ts';
import { toSpeedscope } from '../../../analyzer/formats/speedscope.ts';
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
