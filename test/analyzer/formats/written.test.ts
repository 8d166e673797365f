import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toChromeTrace } from '../../../analyzer/formats/chromeTrace/write.ts';
import { toCpuProfile } from '../../../analyzer/formats/cpuProfile/write.ts';
import { imported, weightsByName } from '../../harness/foreign.ts';
import { anyRecording, recordingOf } from '../../harness/recordings.ts';

const hasStacks = (recording: Parameters<typeof weightsByName>[0]): boolean =>
  [...recording.tables.samples.stack].some((stack) => stack >= 0);

test('a profile of V8 comes back with the times of the metric, and its samples are as many as its deltas', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecording, async (recording) => {
      const document = toCpuProfile(recording, 'cpu') as { samples: number[]; timeDeltas: number[] };
      expect(document.samples.length).toBe(document.timeDeltas.length);
      expect(document.timeDeltas.every((delta) => delta >= 0)).toBe(true);
      if (document.samples.length === 0) return;
      const [before, after] = [
        weightsByName(recording, 'cpu'),
        weightsByName(await imported(document), 'wall'),
      ];
      // Microseconds are what the format has; each sample may be one off.
      for (const [name, { self, total }] of Object.entries(before)) {
        expect(Math.abs((after[name]?.self ?? 0) - self)).toBeLessThan(2e-6 * document.samples.length);
        expect(Math.abs((after[name]?.total ?? 0) - total)).toBeLessThan(2e-6 * document.samples.length);
      }
    }),
    { numRuns: 40 },
  );
});

test('a trace comes back with the wall time of each function, on the threads that it was on', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecording, async (recording) => {
      if (!hasStacks(recording)) return;
      const text = toChromeTrace(recording);
      const back = await imported(text);
      const [before, after] = [weightsByName(recording, 'wall'), weightsByName(back, 'wall')];
      for (const [name, { self, total }] of Object.entries(before)) {
        expect(after[name]?.self ?? 0).toBeCloseTo(self, 6);
        expect(after[name]?.total ?? 0).toBeCloseTo(total, 6);
      }
    }),
    { numRuns: 40 },
  );
});

test('work of devices is on its stream, with an arrow from the thread that launched it', () => {
  const recording = recordingOf(
    [{ name: 'main' }, { name: 'stream 7', kind: 2, thread: 0 }],
    [{ lane: 0, time: 5e6, cpu: 5e6, stack: ['main'] }],
    {},
    {
      kernels: [
        {
          lane: 1,
          name: 'gemm',
          start: 2e6,
          end: 4e6,
          by: [0, 1e6, 1.1e6],
          stack: ['main'],
        },
      ],
    },
  );
  const { traceEvents } = JSON.parse(toChromeTrace(recording)) as { traceEvents: Record<string, unknown>[] };
  const of = (ph: string, name: string) =>
    traceEvents.find((event) => event.ph === ph && event.name === name);
  expect(of('X', 'gemm')).toMatchObject({ ts: 2000, dur: 2000 });
  expect(of('s', 'launch')).toMatchObject({ ts: 1000, tid: 100 });
  expect(of('f', 'launch')).toMatchObject({ ts: 2000, tid: of('X', 'gemm')?.tid });
  expect(of('X', 'main')).toMatchObject({ ts: 0, dur: 5000 });
});

test('slices of one track lie within each other, which Perfetto asks for', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const { traceEvents } = JSON.parse(toChromeTrace(recording)) as {
        traceEvents: { ph: string; pid: number; tid: number; ts: number; dur: number }[];
      };
      const tracks = new Map<string, { ts: number; end: number }[]>();
      for (const { ph, pid, tid, ts, dur } of traceEvents) {
        if (ph !== 'X') continue;
        const track = tracks.get(`${pid} ${tid}`) ?? [];
        tracks.set(`${pid} ${tid}`, [...track, { ts, end: ts + dur }]);
      }
      for (const track of tracks.values()) {
        const open: number[] = [];
        for (const { ts, end } of track.sort((a, b) => a.ts - b.ts || b.end - a.end)) {
          while ((open.at(-1) ?? Number.POSITIVE_INFINITY) <= ts + 1e-6) open.pop();
          expect(end).toBeLessThanOrEqual((open.at(-1) ?? Number.POSITIVE_INFINITY) + 1e-6);
          open.push(end);
        }
      }
    }),
    { numRuns: 60 },
  );
});
