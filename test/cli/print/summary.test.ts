import { expect, test } from '@jest/globals';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import type { CollectorHealth, Finding } from '../../../analyzer/model/index.ts';
import { summaryLines } from '../../../cli/print/summary.ts';
import { fitted, moduleName, plain } from '../../../cli/print/text.ts';
import { topFindings } from '../../../cli/print/topFindings.ts';
import { bytes, count, percent, seconds } from '../../../cli/print/units.ts';
import { recordingOf } from '../../harness/recordings.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;

const HEALTH: CollectorHealth = {
  id: 'cpython',
  status: 'ok',
  requestedHz: 100,
  achievedHz: 98.7,
  samples: 1234,
  missed: 1,
  dropped: 0,
  torn: 3,
  figures: {},
  warnings: ['process 7 (x) has no Python stacks'],
};

test('a summary says what a run came to, in lines that fit a terminal', () => {
  const second = 1e9;
  const recording = recordingOf(
    [{ name: 'main' }, { name: 'w1' }, { name: 'w2' }],
    [
      { lane: 0, time: second, state: 2, stack: ['main', 'wait'] },
      { lane: 1, time: second, cpu: 0.9 * second, stack: ['worker', 'solve'] },
      {
        lane: 2,
        time: second,
        cpu: 0.45 * second,
        ready: 0.1 * second,
        stack: ['worker', 'evil\u001b[31m\nname'],
      },
    ],
    { collectors: [HEALTH], kernelCpuSeconds: 1.36 },
  );
  const lines = summaryLines(summarize(recording));
  expect(lines).toEqual([
    'python3 app.py   exit code 0',
    '  wall 1.00 s   CPU 1.35 s   1.35 cores used   3 processes, 3 threads',
    '  sampled at 100 Hz (98.7 reached), 1 tick missed, 1,234 observations, 3 torn (0.2 %)',
    '  saw 99 % of the CPU time that the kernel counted, perfscope itself used 1.0 % of a core',
    '  parallel part        0.90  no worker ran for 100 ms of 1.00 s: more workers give 10x at most',
    '  parallel efficiency  0.68  2 workers, on a CPU for 68 % of 1.00 s',
    '    load balance       0.81  the busiest worker had 900 ms of work, the average 725 ms (CPU: 0.75)',
    '    communication      0.90  the busiest worker had work for 90 % of 1.00 s',
    '    contention         0.93  the average worker waited 50.0 ms of 725 ms for a core',
    '',
    '  nothing worth changing was found',
    '',
    '  function                            self CPU   self  total',
    '  solve                                 900 ms   67 %   67 %  solve.py:1',
    '  evil·[31m·name                        450 ms   33 %   33 %  evil·[31m·name.py:1',
    '',
    '  ! cpython: process 7 (x) has no Python stacks',
  ]);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(100);
});

const FINDING: Finding = {
  rule: 'P02',
  title: 'Two of 4 workers of the pool idle for 38 % of it, waiting for one task of solve',
  severity: 'high',
  location: { file: '/home/me/app.py', line: 12, function: 'main' },
  lanes: [1],
  interval: null,
  why: 'The longest task runs 1.0 s.',
  evidence: {},
  gain: { lo: 1.31, hi: 1.52 },
  withheld: null,
  change: 'Sort the tasks by size, the largest first, before pool.map',
  docs: 'docs/rules/P02.md',
};

test('a summary names the three findings that give most in two lines each, right after the headline figures', () => {
  const findings = [
    FINDING,
    { ...FINDING, title: 'Tasks are too fine', change: 'Pass chunksize=64 to pool.map at app.py:12' },
    { ...FINDING, title: 'Memory grows', change: 'Preallocate', gain: null, location: null },
    { ...FINDING, title: 'Not named' },
    { ...FINDING, title: 'Not named either' },
  ];
  const lines = summaryLines(summarize(recordingOf([], []), findings), 'run.perfscope');
  const from = lines.indexOf('  change first');
  expect(lines.slice(from - 1, from + 10)).toEqual([
    '',
    '  change first',
    '  1. Two of 4 workers of the pool idle for 38 % of it, waiting for one task of solve (1.3x to 1.5x',
    '     faster)',
    '     Sort the tasks by size, the largest first, before pool.map (app.py:12)',
    '  2. Tasks are too fine (1.3x to 1.5x faster)',
    '     Pass chunksize=64 to pool.map at app.py:12',
    '  3. Memory grows (gain not known)',
    '     Preallocate',
    '  and 2 others: perfscope advise run.perfscope',
    '',
  ]);
  expect(from).toBeLessThan(lines.indexOf('  no function was seen on a CPU'));
});

test('a gain that is withheld is withheld with its reason, said once', () => {
  const noisy = { ...FINDING, gain: null, withheld: 'other processes took 0.30 cores meanwhile' };
  const lines = topFindings({ findings: [noisy, noisy] }, null);
  expect(lines[1]).toMatch(/ \(gain withheld\)$/);
  expect(lines.at(-1)).toBe('  gain withheld: other processes took 0.30 cores meanwhile');
  expect(lines.filter((line) => line.includes('0.30 cores'))).toHaveLength(1);
});

test('texts of a finding can neither command the terminal nor fill it', () => {
  const evil = `\u001b]0;x\u0007${'word '.repeat(1e5)}\n`;
  const place = { file: evil, line: 1, function: evil };
  const lines = topFindings(
    { findings: [{ ...FINDING, title: evil, change: evil, gain: null, withheld: evil, location: place }] },
    evil.slice(0, 20),
  );
  expect(lines.length).toBeLessThan(30);
  expect(lines.join('')).not.toMatch(CONTROL);
});

test('a run that nothing is known of has a summary too', () => {
  const lines = summaryLines(summarize(recordingOf([], [], { exitCode: null })));
  expect(lines.join('\n')).toContain('no function was seen on a CPU');
});

test('numbers have three digits and a unit', () => {
  expect([0, 4e-7, 1.234e-5, 0.0501, 0.9994, 1.24, 59.94, 125].map(seconds)).toEqual([
    '0 s',
    '400 ns',
    '12.3 us',
    '50.1 ms',
    '999 ms',
    '1.24 s',
    '59.9 s',
    '2 min 5 s',
  ]);
  expect([0, 999, 1000, 83.4e6, 9.6e9].map(bytes)).toEqual(['0 B', '999 B', '1.00 KB', '83.4 MB', '9.60 GB']);
  expect([99.97e-3, 9.996e-6, 0.9999].map(seconds)).toEqual(['100 ms', '10.0 us', '1.00 s']);
  expect([999.7e3, 99.96e6].map(bytes)).toEqual(['1.00 MB', '100 MB']);
  expect([0, 0.004, 0.5, 1].map(percent)).toEqual(['0 %', '0.4 %', '50 %', '100 %']);
  expect([count(1, 'process', 'processes'), count(1200, 'tick')]).toEqual(['1 process', '1,200 ticks']);
});

test('names of a program cannot command the terminal', () => {
  expect(plain('a\u001b]0;x\u0007\u202eb')).toBe('a·]0;x··b');
  expect(fitted('abcdef', 4)).toBe('abc…');
  expect(moduleName('/usr/lib/x.py')).toBe('x.py');
  expect(moduleName('<frozen importlib._bootstrap>')).toBe('importlib._bootstrap');
});
