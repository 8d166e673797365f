import { expect, test } from '@jest/globals';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { UserError } from '../../../analyzer/model/index.ts';
import { fasterInRun } from '../../../analyzer/questions/runWishes.ts';
import { type WhatIfWishes, whatIfAnswers } from '../../../analyzer/questions/whatIf.ts';
import { whatIfDocument } from '../../../analyzer/questions/whatIfDocument.ts';
import { whatIfLines } from '../../../cli/print/whatIf.ts';
import { META, recordingOf } from '../../harness/recordings.ts';
import { deviceRun } from '../../webview/syntheticDevices.ts';

const MS = 1e6;
const wall = META.clock.end - META.clock.start;

/** A main thread that is in `solve` for `share` of the run, as a hundred looks see it. */
const computing = (share: number): Trace =>
  new Trace(
    recordingOf(
      [{}],
      Array.from({ length: 100 }, (_, i) => ({
        lane: 0,
        time: ((i + 1) * wall) / 100,
        cpu: wall / 100,
        stack: i < 100 * share ? ['main', 'solve'] : ['main'],
      })),
    ),
  );
const named = (trace: Trace, name: string): number => trace.functions.name.indexOf(name);

test('a function that is all of the run and gets twice as fast halves the run', () => {
  const trace = computing(1);
  const { gain, run } = fasterInRun(trace, named(trace, 'solve'), 2);
  expect(gain.lo).toBeCloseTo(2, 1);
  expect(gain.hi).toBeCloseTo(2, 1);
  expect(run.lo).toBeCloseTo(wall / gain.hi, -3);
});

test('a function that is a part of it gives what Amdahl says, and as much doubt as samples leave', () => {
  const trace = computing(0.5);
  const { gain } = fasterInRun(trace, named(trace, 'solve'), 2);
  expect(gain.lo).toBeLessThan(1 / 0.75);
  expect(gain.hi).toBeGreaterThan(1 / 0.75);
  expect(fasterInRun(trace, named(trace, 'solve'), 0.5).gain).toEqual({ lo: 1, hi: 1 });
});

test('a run without pools and devices answers what a faster function gives, and says that it answers nothing else', () => {
  const trace = computing(0.5);
  const { run, pools } = whatIfAnswers(trace, { faster: [{ name: 'solve', times: 2 }] });
  expect(pools).toEqual([]);
  expect(run.map(({ name }) => name)).toEqual(['solve 2x faster']);
  for (const wishes of [{}, { chunksize: 4 }, { pinned: true }] satisfies WhatIfWishes[])
    expect(() => whatIfAnswers(trace, wishes)).toThrow(UserError);
});

test('wishes about devices are answered each by itself, in a table and a document', () => {
  const trace = new Trace(deviceRun({ streams: 2, devices: 1 }));
  const wishes = { overlapCopies: true, withoutCopies: 'H2D', pinned: true, freeLaunches: true } as const;
  const answers = whatIfAnswers(trace, wishes);
  expect(answers.run.map(({ name }) => name)).toEqual([
    'copies overlapped',
    'no copies to the device',
    'memory pinned',
    'launches free',
  ]);
  for (const { gain, run } of answers.run) {
    expect(gain.hi).toBeGreaterThanOrEqual(gain.lo);
    expect(run.lo).toBeLessThanOrEqual(run.hi);
    expect(run.hi).toBeLessThanOrEqual(trace.wall + MS);
  }
  expect(whatIfLines(trace, answers).slice(0, 4)).toEqual([
    'the run',
    expect.stringMatching(/run takes +run gets faster/),
    expect.stringMatching(/^ +as recorded/),
    expect.stringMatching(/^ +copies overlapped .* \d\.\d\dx - \d+\.\d\dx$/),
  ]);
  expect(JSON.parse(JSON.stringify(whatIfDocument(trace, answers)))).toMatchObject({
    pools: [],
    run: [{ name: 'copies overlapped', gain: { lo: expect.any(Number) } }, {}, {}, {}],
  });
});
