import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toCollapsed } from '../../../analyzer/formats/collapsed/write.ts';
import { imported, importedOrRefused, weightsByName } from '../../harness/foreign.ts';
import { recordingOf } from '../../harness/recordings.ts';

test('collapsed stacks are counted, and nothing is said of time or threads', async () => {
  const recording = await imported('# a comment\nmain;solve;dot 120\nmain;load 30\n\nmain 4\n');
  expect(weightsByName(recording, 'samples')).toEqual({
    main: { self: 4, total: 154 },
    solve: { self: 0, total: 120 },
    dot: { self: 120, total: 120 },
    load: { self: 30, total: 30 },
  });
  const { meta, tables } = recording;
  expect([meta.mode, meta.timeless, meta.origin]).toEqual(['samples', true, 'import']);
  expect(tables.samples.cpu.every((cpu) => cpu === 0)).toBe(true);
});

test('names with places become functions of their files, and names with spaces stay one', async () => {
  const { tables } = await imported('<module> (app.py:3);std::vector<int, a b>::push (x) 7\n');
  expect(tables.strings.value).toEqual(
    expect.arrayContaining(['<module>', 'app.py', 'std::vector<int, a b>::push (x)']),
  );
  expect([...tables.frames.line]).toEqual([3, 0]);
});

test('more observations than a row holds are all counted', async () => {
  const recording = await imported('main;a 1000000\nmain;b 70000\n');
  expect(weightsByName(recording, 'samples').main).toEqual({ self: 0, total: 1_070_000 });
});

test('numbers that are too large, or no whole ones, keep their proportions, and it is said', async () => {
  for (const [text, words] of [
    ['a;b 3e15\na;c 1e15\n', 'divided'],
    ['a;b 0.75\na;c 0.25\n', 'multiplied'],
  ] as const) {
    const recording = await imported(text);
    const { a, b } = weightsByName(recording, 'samples');
    expect((b?.total ?? 0) / (a?.total ?? 1)).toBeCloseTo(0.75, 6);
    expect(recording.meta.warnings.join(' ')).toContain(words);
  }
});

test('what perfscope has exported comes back with the same shares', async () => {
  const recording = recordingOf(
    [{}],
    [
      { lane: 0, time: 3e6, cpu: 3e6, stack: ['main', 'solve'] },
      { lane: 0, time: 4e6, cpu: 1e6, stack: ['main', 'load'] },
    ],
  );
  const back = weightsByName(await imported(toCollapsed(recording, 'cpu')), 'samples');
  expect([back.main?.total, back.solve?.self, back.load?.self]).toEqual([4000, 3000, 1000]);
});

test('prose is no stack', async () => {
  expect(await importedOrRefused('Chapter 1\nIt was a dark night in 1984\n')).toBeNull();
  expect(await importedOrRefused('')).toBeNull();
});

test('whatever lines say, there is a recording or a sentence', async () => {
  const line = fc.tuple(
    fc.array(fc.string(), { maxLength: 4 }),
    fc.oneof(fc.nat(), fc.double(), fc.string()),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(line, { maxLength: 20 }), async (lines) => {
      await importedOrRefused(lines.map(([names, number]) => `${names.join(';')} ${number}`).join('\n'));
    }),
    { numRuns: 300 },
  );
});
