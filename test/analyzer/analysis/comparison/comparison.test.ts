import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareRuns } from '../../../../analyzer/analysis/comparison/index.ts';
import { pairsOf } from '../../../../analyzer/analysis/comparison/pairs.ts';
import { type FunctionSummary, type Summary, summarize } from '../../../../analyzer/analysis/summary.ts';
import { type CollectorHealth, nanos, type RecordingMeta } from '../../../../analyzer/model/index.ts';
import { anyRecording, META, recordingOf } from '../../../harness/recordings.ts';

const SECOND = 1e9;

/** A run of `seconds` in which `main` calls each of some functions for some seconds of CPU. */
function runOf(
  seconds: number,
  functions: Record<string, number>,
  meta: Partial<RecordingMeta> = {},
): Summary {
  let time = 0;
  const samples = Object.entries(functions).map(([name, cpu]) => {
    time += cpu * SECOND;
    return { lane: 0, time, cpu: cpu * SECOND, stack: ['main', name] };
  });
  const clock = { ...META.clock, end: nanos(META.clock.start + seconds * SECOND) };
  return summarize(recordingOf([{}], samples, { clock, ...meta }));
}

test('what moved by more than the threshold is told with before, after and the difference, most first', () => {
  const before = runOf(4, { solve: 3, load: 0.5, dot: 0.5 });
  const after = runOf(2, { solve: 1, load: 0.52, write: 0.3 });
  const comparison = compareRuns(before, after, 0.05);
  expect(comparison.wallRatio).toBe(2);
  expect(comparison.cpuRatio).toBeCloseTo(4 / 1.82, 6);
  expect(comparison.functions.map(({ name, delta }) => [name, Number(delta.toFixed(3))])).toEqual([
    ['solve', -2],
    ['dot', -0.5],
    ['write', 0.3],
  ]);
  expect(comparison.functions[0]).toMatchObject({ before: { selfSeconds: 3 }, after: { selfSeconds: 1 } });
  expect(comparison.functions[1]?.after).toBeNull();
  expect(comparison.functions[2]?.before).toBeNull();
  expect(comparison.warnings).toEqual([]);
});

test('a run compared with itself has moved nothing', () => {
  fc.assert(
    fc.property(anyRecording, (recording) => {
      const summary = summarize(recording);
      const { functions, transfers, efficiency, warnings } = compareRuns(summary, summary, 0);
      expect(functions).toEqual([]);
      expect(warnings).toEqual([]);
      for (const { bytes } of transfers) expect(bytes.delta).toBe(0);
      for (const { delta } of Object.values(efficiency)) expect(delta ?? 0).toBe(0);
    }),
  );
});

test('a function is the same one although its lines, its folder or its file changed', () => {
  const functionAt = (name: string, file: string, line: number, selfSeconds: number): FunctionSummary => ({
    ...{ name, file, line, selfSeconds, totalSeconds: selfSeconds, language: 'python' },
    ...{
      selfWallSeconds: 0,
      totalWallSeconds: 0,
      samples: 1,
      totalSamples: 1,
      totalGpuSeconds: null,
      tiers: [],
    },
  });
  const base = runOf(1, { main: 1 });
  const before = {
    ...base,
    functions: [
      functionAt('moved', '/old/app.py', 10, 1),
      functionAt('<lambda>', '/old/app.py', 20, 1),
      functionAt('<lambda>', '/old/app.py', 30, 2),
      functionAt('elsewhere', '/old/lib/tools.py', 5, 1),
      functionAt('only', '/old/planted.py', 7, 1),
      functionAt('run', '/usr/lib/python3.11/threading.py', 900, 1),
    ],
  };
  const after = {
    ...base,
    functions: [
      functionAt('moved', '/old/app.py', 14, 1),
      functionAt('<lambda>', '/old/app.py', 25, 1),
      functionAt('<lambda>', '/old/app.py', 35, 5),
      functionAt('elsewhere', '/new/lib/tools.py', 9, 1),
      functionAt('only', '/new/fixed.py', 8, 1),
      functionAt('run', '/usr/lib/python3.11/asyncio/runners.py', 100, 1),
    ],
  };
  const { functions } = compareRuns(before, after, 0);
  const shown = functions.map(({ name, line, before: then, after: now }) => [
    name,
    line,
    then !== null,
    now !== null,
  ]);
  // Two functions of libraries share a name by chance, and are two.
  expect(shown).toEqual([
    ['<lambda>', 35, true, true],
    ['run', 900, true, false],
    ['run', 100, false, true],
  ]);
});

test('pairs take each thing once, and a unique key only where one of each run has it', () => {
  const keys = [
    { of: ({ text }: { text: string }) => text.slice(0, 1), isUnique: true },
    { of: ({ text }: { text: string }) => text.slice(0, 2) },
  ];
  const things = (...texts: string[]) => texts.map((text) => ({ text }));
  const pairs = pairsOf(things('ab', 'ac', 'b'), things('ac', 'bx', 'ab', 'ab'), keys);
  expect(pairs.map(({ before, after }) => [before?.text, after?.text])).toEqual([
    ['b', 'bx'],
    ['ab', 'ab'],
    ['ac', 'ac'],
    [undefined, 'ab'],
  ]);
});

test('what makes two runs hard to compare is said', () => {
  const sampler: CollectorHealth = {
    ...{
      id: 'cpython',
      status: 'ok' as const,
      requestedHz: 100,
      achievedHz: 100,
      samples: 1,
      missed: 0,
      dropped: 0,
    },
    ...{ torn: 0, figures: {}, warnings: [] },
  };
  const before = runOf(2, { solve: 1 }, { complete: false, collectors: [sampler] });
  const after = runOf(
    2,
    { solve: 1 },
    {
      command: ['python3', 'fixed.py'],
      exitCode: 1,
      mode: 'wall',
      host: { ...META.host, cores: 64 },
      collectors: [
        { ...sampler, requestedHz: 500 },
        { ...sampler, id: 'cuda' },
      ],
    },
  );
  expect(compareRuns(before, after, 0.05).warnings).toEqual([
    'the recording before ends before its run did',
    'the run after failed with exit code 1',
    'the machines differ: x64, 2 cores, 17 GB before, x64, 64 cores, 17 GB after',
    'the commands differ: python3 app.py before, python3 fixed.py after',
    'the recordings weigh with different times: cpu before, wall after',
    'cpython sampled at 100 Hz before and at 500 Hz after',
    'not the same was recorded: cpython before, cpython, cuda after',
  ]);
});

test('tasks of one function are compared over all of its pools, and volumes by direction', () => {
  const pool = { start: 0, end: SECOND, stack: ['main'] };
  const task = (at: number, index: number, bytesOut: number) => ({
    ...{
      pool: index,
      lane: 1,
      function: 'solve',
      submit: 0,
      start: at,
      end: at + 1e8,
      bytesOut,
      packOut: 1e6,
    },
  });
  const before = summarize(
    recordingOf([{}, {}], [], {}, { pools: [pool, pool], tasks: [task(0, 0, 1e6), task(2e8, 1, 1e6)] }),
  );
  const after = summarize(recordingOf([{}, {}], [], {}, { pools: [pool], tasks: [task(0, 0, 1e3)] }));
  const { tasks, transfers } = compareRuns(before, after, 0.05);
  expect(tasks).toMatchObject([
    {
      function: 'solve',
      poolCount: { before: 2, after: 1, delta: -1 },
      count: { before: 2, after: 1 },
      pools: { before: ['multiprocessing.Pool'], after: ['multiprocessing.Pool'] },
    },
  ]);
  expect(tasks[0]?.runSeconds.delta).toBeCloseTo(-0.1, 9);
  expect(transfers).toMatchObject([{ direction: 'pickle-out', bytes: { before: 2e6, after: 1e3 } }]);
});

test('runs without time have no ratio', () => {
  const nothing = summarize(recordingOf([], [], { clock: { ...META.clock, end: META.clock.start } }));
  expect(compareRuns(nothing, nothing, 0.05)).toMatchObject({
    wallRatio: null,
    cpuRatio: null,
    functions: [],
  });
});
