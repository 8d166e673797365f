import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { imported, importedOrRefused, weightsByName } from '../../harness/foreign.ts';

const tables = {
  stackTable: { frame: [0, 1, 2], prefix: [null, 0, 1], length: 3 },
  frameTable: { func: [0, 1, 2], line: [3, 14, null], length: 3 },
  funcTable: {
    name: [0, 1, 2],
    fileName: [3, 3, null],
    lineNumber: [1, 10, null],
    isJS: [false, false, false],
    length: 3,
  },
  stringArray: ['main', 'solve', 'memcpy', 'app.rs'],
};
const samples = {
  stack: [1, 2, null, 0],
  time: [10, 12, 13, 16],
  threadCPUDelta: [null, 1900, 0, 2500],
  length: 4,
};
const meta = {
  interval: 1,
  startTime: 1.7e12,
  product: 'app',
  preprocessedProfileVersion: 49,
  sampleUnits: { threadCPUDelta: 'µs' },
};
const thread = { name: 'main', pid: '77', tid: 78, processName: 'app', isMainThread: true, samples };

test('samples stand for the time since the one before, with the CPU time that was counted', async () => {
  for (const profile of [
    { meta, threads: [{ ...thread, ...tables }] },
    { meta, shared: tables, threads: [thread] },
  ]) {
    const recording = await imported(profile);
    const s = (value: number) => expect.closeTo(value, 9);
    expect(weightsByName(recording, 'wall')).toEqual({
      main: { self: s(0.003), total: s(0.006) },
      solve: { self: s(0.001), total: s(0.003) },
      memcpy: { self: s(0.002), total: s(0.002) },
    });
    expect(weightsByName(recording, 'cpu').memcpy?.self).toBeCloseTo(0.0019, 9);
    expect([recording.meta.mode, recording.meta.command, recording.tables.lanes.process[0]]).toEqual([
      'cpu',
      ['app'],
      77,
    ]);
    expect([...recording.tables.frames.line]).toEqual(expect.arrayContaining([3, 14]));
  }
});

test('times may be told by their differences, and without CPU time none is made up', async () => {
  const timed = { ...samples, time: undefined, timeDeltas: [10, 2, 1, 3], threadCPUDelta: undefined };
  const recording = await imported({ meta, shared: tables, threads: [{ ...thread, samples: timed }] });
  expect(weightsByName(recording, 'wall').main?.total).toBeCloseTo(0.006, 9);
  expect([recording.meta.mode, recording.tables.samples.cpu.some((cpu) => cpu > 0)]).toEqual(['wall', false]);
});

test('stacks in a circle, and whatever else a profile says, give a recording or a sentence', async () => {
  const odd = fc.oneof(fc.integer({ min: -2, max: 5 }), fc.double(), fc.string(), fc.constant(null));
  const column = fc.array(odd, { maxLength: 5 });
  const any = fc.record({
    stackTable: fc.record({ frame: column, prefix: column }),
    frameTable: fc.record({ func: column, line: column }),
    funcTable: fc.record({ name: column, fileName: column }),
    samples: fc.record({ stack: column, time: column, threadCPUDelta: column }),
    pid: odd,
    name: odd,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(any, { maxLength: 3 }), async (threads) => {
      await importedOrRefused(JSON.stringify({ meta, threads }));
    }),
    { numRuns: 400 },
  );
});
