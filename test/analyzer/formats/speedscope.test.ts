import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toSpeedscope } from '../../../analyzer/formats/speedscope/write.ts';
import { imported, importedOrRefused, weightsByName } from '../../harness/foreign.ts';
import { anyRecording } from '../../harness/recordings.ts';

const SCHEMA = 'https://www.speedscope.app/file-format-schema.json';
const shared = {
  frames: [{ name: 'a', file: 'a.py', line: 3 }, { name: 'b' }, { name: 'c', file: '/x/c.js' }],
};
const sampled = (unit: string, more: object = {}) => ({
  type: 'sampled',
  name: 'Thread 12 "worker"',
  unit,
  startValue: 0,
  endValue: 10,
  samples: [[0, 1], [0, 2], [0]],
  weights: [5, 3, 2],
  ...more,
});

test.each([
  ['seconds', 1],
  ['milliseconds', 1e-3],
  ['microseconds', 1e-6],
  ['nanoseconds', 1e-9],
] as const)('weights in %s are time that passed', async (unit, scale) => {
  const recording = await imported({ $schema: SCHEMA, shared, profiles: [sampled(unit)] });
  const { a, b, c } = weightsByName(recording, 'wall');
  expect([a?.total, a?.self, b?.self, c?.self].map((each) => (each ?? 0) / scale)).toEqual(
    [10, 2, 5, 3].map((each) => expect.closeTo(each, 6)),
  );
  expect([recording.meta.mode, recording.tables.lanes.name[0], recording.tables.lanes.thread[0]]).toEqual([
    'wall',
    'worker',
    12,
  ]);
});

test.each(['none', 'bytes'])('weights in %s are counted and have no time', async (unit) => {
  const recording = await imported({ $schema: SCHEMA, shared, profiles: [sampled(unit)] });
  expect(weightsByName(recording, 'samples').a).toEqual({ self: 2, total: 10 });
  expect([recording.meta.mode, recording.meta.timeless]).toEqual(['samples', true]);
});

test('events that open and close frames are the time between them, and each profile is a lane', async () => {
  const evented = {
    type: 'evented',
    name: 'second',
    unit: 'milliseconds',
    startValue: 2,
    endValue: 12,
    events: [
      { type: 'O', frame: 0, at: 2 },
      { type: 'O', frame: 1, at: 4 },
      { type: 'C', frame: 1, at: 7 },
      { type: 'C', frame: 0, at: 10 },
    ],
  };
  const recording = await imported({
    $schema: SCHEMA,
    shared,
    profiles: [evented, { ...evented, name: 'third' }],
  });
  const { a, b } = weightsByName(recording, 'wall');
  expect([a?.total, a?.self, b?.self]).toEqual([0.016, 0.01, 0.006].map((each) => expect.closeTo(each, 9)));
  expect(recording.tables.lanes.name).toEqual(['second', 'third']);
  expect(recording.meta.clock.end).toBe(10e6);
});

test('what perfscope has exported comes back with the same times, lanes and threads', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecording, async (recording) => {
      const document = toSpeedscope(recording, 'wall') as { profiles: unknown[] };
      if (document.profiles.length === 0) return;
      const back = await imported(document);
      const [before, after] = [weightsByName(recording, 'wall'), weightsByName(back, 'wall')];
      for (const [name, { self, total }] of Object.entries(before)) {
        expect(after[name]?.self ?? 0).toBeCloseTo(self, 6);
        expect(after[name]?.total ?? 0).toBeCloseTo(total, 6);
      }
      for (const thread of back.tables.lanes.thread)
        expect([...recording.tables.lanes.thread]).toContain(thread);
    }),
    { numRuns: 40 },
  );
});

test('whatever a file says, there is a recording or a sentence', async () => {
  const odd = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.string(),
    fc.constant(null),
    fc.constantFrom(0, 1, 1e300, -1),
  );
  const anyProfile = fc.record({
    type: fc.constantFrom('sampled', 'evented', 'x'),
    unit: fc.constantFrom('none', 'seconds', 'bytes', 'nanoseconds'),
    name: odd,
    startValue: odd,
    endValue: odd,
    samples: fc.array(fc.oneof(fc.array(odd, { maxLength: 4 }), odd), { maxLength: 6 }),
    weights: fc.array(odd, { maxLength: 6 }),
    events: fc.array(fc.oneof(fc.record({ type: fc.constantFrom('O', 'C'), frame: odd, at: odd }), odd), {
      maxLength: 10,
    }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(anyProfile, { maxLength: 3 }), async (profiles) => {
      await importedOrRefused(JSON.stringify({ $schema: SCHEMA, shared, profiles }));
    }),
    { numRuns: 400 },
  );
});
