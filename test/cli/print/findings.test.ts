import { expect, test } from '@jest/globals';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import { adviceLines } from '../../../cli/print/advice.ts';
import {
  evidenceWords,
  findingLines,
  gainRange,
  gainWords,
  nothingWords,
} from '../../../cli/print/findings.ts';
import { findingOf } from '../../harness/findings.ts';
import { recordingOf } from '../../harness/recordings.ts';

test('a finding is told with its gain, its line, the reason, the change and the figures', () => {
  expect(findingLines(findingOf(), 1, '/home/me')).toEqual([
    '1.  high   Two of 4 workers wait for one task of solve: 1.3x to 1.5x faster',
    '    at     src/app.py:12 in solve',
    '    why    The busiest worker ran for 2 s, the others for 1 s.',
    '    do     Pass chunksize=1 to pool.map at app.py:12.',
    '    seen   busiest 2.00 s, idle 38 %, tasks 1,200, pool Pool',
    '    more   docs/rules/P01.md',
  ]);
});

test('what a program has named cannot command the terminal, and long sentences are wrapped', () => {
  const hostile = findingOf({
    title: 'evil\u001b[2J\nname \u202e of f',
    location: { file: '/home/me/\u001b]0;x\u0007.py', line: 1, function: 'f\u009b31m' },
    why: 'word '.repeat(60),
    evidence: { 'name\u001b': 'value\u001b[1m' },
  });
  const lines = findingLines(hostile, 12, '/home/me');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(lines.filter((line) => /[\u0000-\u001f\u007f-\u009f\u202e]/.test(line))).toEqual([]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

test('a gain is told as a range, and why it is withheld where it is', () => {
  expect(gainRange({ lo: 1.3, hi: 1.5 })).toBe('1.3x to 1.5x');
  expect(gainRange({ lo: 1.02, hi: 1.05 })).toBe('1.02x to 1.05x');
  expect(gainRange({ lo: 1.08, hi: 1.12 })).toBe('1.08x to 1.12x');
  expect(gainRange({ lo: 1, hi: 2 })).toBe('up to 2.0x');
  expect(gainRange({ lo: 12.2, hi: 12.4 })).toBe('12x');
  expect(gainWords({ gain: null, withheld: 'the run was short' })).toBe(
    'gain withheld, because the run was short',
  );
  expect(gainWords({ gain: null, withheld: null })).toBe('');
});

test('figures get their unit from the end of their name', () => {
  const evidence = {
    seconds: 0.25,
    pickledBytes: 2e6,
    copyBytesPerSecond: 3e9,
    waitRatio: 1.5,
    meanTaskSeconds: 1e-3,
    depth: 2.345,
    brokenShare: Number.NaN,
  };
  expect(evidenceWords({ evidence })).toEqual([
    'seconds 250 ms',
    'pickled 2.00 MB',
    'copy 3.00 GB/s',
    'wait 1.50x',
    'mean task 1.00 ms',
    'depth 2.35',
    'broken unknown',
  ]);
});

test('a run with nothing to change says what shows it, and what makes it hard to judge', () => {
  const second = 1e9;
  const parallel = recordingOf(
    [{}, {}, {}],
    [
      { lane: 1, time: second, cpu: 0.95 * second },
      { lane: 2, time: second, cpu: 0.93 * second },
    ],
  );
  expect(adviceLines(summarize(parallel), '/home/me', null)).toEqual([
    'python3 app.py   wall 1.00 s',
    '  nothing worth changing was found: parallel efficiency 0.94 of 2 workers',
  ]);
  const serial = summarize(recordingOf([{}], [{ lane: 0, time: second, cpu: 0.5 * second }]));
  expect(nothingWords(serial, 'the run was short')).toBe(
    'nothing worth changing was found: 500 ms of CPU in 1.00 s, fewer than two workers; but the run was short',
  );
  expect(adviceLines(summarize(recordingOf([], [])), '', null)[1]).toBe('  nothing worth changing was found');
});
