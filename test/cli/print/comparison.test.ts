import { expect, test } from '@jest/globals';
import { checkPredictions } from '../../../analyzer/advice/predictions.ts';
import { compareRuns } from '../../../analyzer/analysis/comparison/index.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { type Finding, nanos } from '../../../analyzer/model/index.ts';
import { comparisonLines } from '../../../cli/print/comparison.ts';
import { limitLine } from '../../../cli/print/limits.ts';
import { findingOf } from '../../harness/findings.ts';
import { META, recordingOf } from '../../harness/recordings.ts';

const SECOND = 1e9;

/** A run of two workers of which the second is on a CPU for a part of the time. */
function runOf(seconds: number, share: number, findings: readonly Finding[]) {
  const end = seconds * SECOND;
  const recording = recordingOf(
    [{}, { end: META.clock.start + end }, { end: META.clock.start + end }],
    [
      { lane: 1, time: end, cpu: end, stack: ['worker', 'solve'] },
      { lane: 2, time: end, cpu: share * end, stack: ['worker', 'evil\u001b[2J'] },
    ],
    { clock: { ...META.clock, end: nanos(META.clock.start + end) } },
    { transfers: [{ direction: 'message', bytes: 1e6 * seconds, start: 0, end: 1e6 }] },
  );
  return summarize(recording, findings);
}

function linesOf(before: readonly Finding[], after: readonly Finding[], seconds = 2) {
  const [then, now] = [runOf(4, 0.25, before), runOf(seconds, 1, after)];
  const comparison = compareRuns(then, now, 0.05);
  const checked = checkPredictions(before, after, comparison.wallRatio);
  return comparisonLines(comparison, checked, '/home/me', 0.05);
}

test('two runs are told by their times, what was predicted, what moved and how', () => {
  expect(linesOf([findingOf({ gain: { lo: 1.9, hi: 2.4 } })], [])).toEqual([
    'python3 app.py   wall 4.00 s -> 2.00 s, 2.0x faster   CPU 5.00 s -> 4.00 s',
    '  P01 at src/app.py:12 in solve, Two of 4 workers wait for one task of solve: predicted 1.9x to 2.4x, got 2.0x: inside',
    '',
    '  parallel efficiency  0.63 -> 1.00',
    '  load balance         0.63 -> 1.00',
    '',
    '  function, own time                    before     after    change',
    '  solve                                 4.00 s    2.00 s   -2.00 s  solve.py:1',
    '  evil·[2J                              1.00 s    2.00 s   +1.00 s  evil·[2J.py:1',
    '',
    '  moved message     4.00 MB -> 2.00 MB   in 1.00 ms',
  ]);
});

test('each outcome of a prediction has its words', () => {
  const one = findingOf({ gain: { lo: 3, hi: 4 } });
  const other = findingOf({ rule: 'D01', gain: null, withheld: 'the run was short', location: null });
  const words = (before: readonly Finding[], after: readonly Finding[], seconds?: number) =>
    linesOf(before, after, seconds).slice(1).join('\n');
  expect(words([one], [])).toContain('predicted 3.0x to 4.0x, got 2.0x: less than predicted');
  expect(words([findingOf({ gain: { lo: 1.2, hi: 1.4 } })], [])).toContain('got 2.0x: more than predicted');
  expect(words([one], [one])).toContain('not acted on');
  expect(words([other], [])).toContain('no gain was predicted (the run was short), got 2.0x');
  expect(words([one, other], [])).toContain('P01, D01 together: no gain was predicted of all, got 2.0x');
  expect(words([], [one])).toContain('new: P01 at src/app.py:12 in solve');
  expect(linesOf([], [], 4)[0]).toContain('as fast as before');
  expect(linesOf([], [], 8)[0]).toContain('2.0x slower');
});

test('a limit is one line with its figure', () => {
  const check = {
    limit: 'max-transfer',
    allowed: 1e9,
    measured: 2.5e9,
    status: 'failed',
    reason: null,
  } as const;
  expect(limitLine(check)).toBe('failed   bytes moved 2.50 GB, at most 1.00 GB');
  const unknown = {
    limit: 'min-efficiency',
    allowed: 0.7,
    measured: null,
    status: 'unknown',
    reason: 'none ran',
  } as const;
  expect(limitLine(unknown)).toBe('unknown  efficiency cannot be judged, because none ran, at least 0.70');
});
