import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MessageWriter } from '../../../analyzer/formats/pprof/wire.ts';
import { toPprof } from '../../../analyzer/formats/pprof/write.ts';
import { imported, importedOrRefused, weightsByName } from '../../harness/foreign.ts';
import { anyRecording } from '../../harness/recordings.ts';

const message = () => new MessageWriter();
const STRINGS = [
  '',
  'samples',
  'count',
  'cpu',
  'nanoseconds',
  'main',
  'app.go',
  'inlined',
  'leaf',
  '/usr/lib/libm.so',
  'tid',
  'space',
  'bytes',
];
const valueType = (type: number, unit: number) => message().number(1, type).number(2, unit).finish();
const line = (id: number, at: number) => message().number(1, id).number(2, at).finish();

/** Samples of `types` with values each; location 1 is main, 2 is leaf with an inlined function, 3 has no name. */
function profileOf(
  types: readonly (readonly [number, number])[],
  samples: readonly (readonly [number[], number[]])[],
): Uint8Array {
  const writer = message();
  for (const [type, unit] of types) writer.message(1, valueType(type, unit));
  for (const [locations, values] of samples)
    writer.message(
      2,
      message()
        .packed(1, locations)
        .packed(2, values)
        .message(3, message().number(1, 10).number(3, 77).finish())
        .finish(),
    );
  writer.message(3, message().number(1, 1).number(5, 9).finish());
  writer.message(4, message().number(1, 1).message(4, line(1, 12)).finish());
  writer.message(4, message().number(1, 2).message(4, line(2, 30)).message(4, line(3, 20)).finish());
  writer.message(4, message().number(1, 3).number(2, 1).number(3, 0x401000).finish());
  for (const [id, name, at] of [
    [1, 5, 10],
    [2, 7, 29],
    [3, 8, 18],
  ] as const)
    writer.message(5, message().number(1, id).number(2, name).number(4, 6).number(5, at).finish());
  for (const text of STRINGS) writer.message(6, new TextEncoder().encode(text));
  return writer
    .number(9, 1.7e18)
    .number(10, 2e9)
    .message(11, valueType(3, 4))
    .number(12, 10_000_000)
    .finish();
}
const CPU = [
  [1, 2],
  [3, 4],
] as const;

test('CPU time of pprof is CPU time, with inlined functions, lines and threads', async () => {
  const recording = await imported(
    gzipSync(
      profileOf(CPU, [
        [
          [2, 1],
          [3, 30e6],
        ],
        [
          [3, 1],
          [1, 10e6],
        ],
      ]),
    ),
  );
  expect(weightsByName(recording, 'cpu')).toEqual({
    main: { self: 0, total: 0.04 },
    leaf: { self: 0, total: 0.03 },
    inlined: { self: 0.03, total: 0.03 },
    '0x401000 in libm.so': { self: 0.01, total: 0.01 },
  });
  expect(weightsByName(recording, 'samples').main?.total).toBe(4);
  const { meta, tables } = recording;
  expect([meta.mode, meta.timeless, meta.collectors[0]?.requestedHz, meta.clock.startEpochMs]).toEqual([
    'cpu',
    true,
    100,
    1.7e12,
  ]);
  expect([tables.lanes.thread[0], [...tables.frames.line]]).toEqual([
    77,
    expect.arrayContaining([12, 20, 30]),
  ]);
});

test('bytes are counted, and what else the profile counts is named', async () => {
  const recording = await imported(
    profileOf(
      [
        [3, 4],
        [11, 12],
      ],
      [[[1], [5, 4096]]],
    ),
  );
  expect(weightsByName(recording, 'samples').main?.self).toBe(4096);
  expect(recording.meta.mode).toBe('samples');
  expect(recording.meta.warnings.join(' ')).toMatch(/space in bytes.*also counts cpu/);
});

test('CPU time beyond what a row holds is kept', async () => {
  const recording = await imported(profileOf(CPU, [[[1], [1, 20e9]]]));
  expect(weightsByName(recording, 'cpu').main?.self).toBeCloseTo(20, 9);
});

test('what perfscope has exported comes back with the same CPU times', async () => {
  await fc.assert(
    fc.asyncProperty(anyRecording, async (recording) => {
      const bytes = toPprof(recording, 'cpu');
      if (gunzipSync(bytes).length === 0) return;
      const [before, after] = [weightsByName(recording, 'cpu'), weightsByName(await imported(bytes), 'cpu')];
      for (const [name, { self, total }] of Object.entries(before)) {
        expect(after[name]?.self ?? 0).toBeCloseTo(self, 6);
        expect(after[name]?.total ?? 0).toBeCloseTo(total, 6);
      }
    }),
    { numRuns: 40 },
  );
});

test('a damaged profile is a recording or a sentence', async () => {
  const bytes = profileOf(CPU, [
    [
      [2, 1],
      [3, 30e6],
    ],
    [
      [3, 1],
      [1, 10e6],
    ],
  ]);
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), fc.boolean(), async (at, value, isCut) => {
      const damaged = isCut ? bytes.slice(0, at) : Uint8Array.from(bytes);
      if (!isCut) damaged[at] = value;
      await importedOrRefused(damaged);
    }),
    { numRuns: 500 },
  );
});
