import { describe, expect, test } from '@jest/globals';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { nanos } from '../../analyzer/model/index.ts';
import { figuresOf } from '../../extension/editor/figures.ts';
import { lensesOf } from '../../extension/editor/functionWords.ts';
import { hoverFigures } from '../../extension/editor/hoverFigures.ts';
import { problemsOf } from '../../extension/editor/problems.ts';
import { whatIfAnswers } from '../../extension/editor/whatIfAnswers.ts';
import { findingOf } from '../harness/findings.ts';
import { type FrameSpec, recordingOfLines } from '../harness/definedLines.ts';
import { pooled } from '../harness/pooled.ts';
import { META, recordingOf } from '../harness/recordings.ts';

const APP = '/home/me/src/app.py';
const MAIN: FrameSpec = ['main', APP, 20, 18];
const SOLVE: FrameSpec = ['solve', APP, 12, 10];
const HOSTILE = '[x](command:evil)</script>\u202e$(trash)';

const plain = (text: string) => text.replaceAll('\u00a0', ' ');

const figures = (findings = [findingOf()]) =>
  figuresOf(
    'run.perfscope',
    new Trace(
      recordingOfLines([
        [500, MAIN],
        [480, MAIN, SOLVE],
        [17, MAIN, SOLVE, ['<listcomp>', APP, 13, 13]],
        [3, MAIN, ['rare', APP, 31, 30]],
      ]),
    ),
    { findings, rules: 41, doubt: null },
  );

describe('above functions', () => {
  const lenses = (findings = [findingOf()]) => {
    const { times, findingsAt, recording } = figures(findings);
    const file = times.files.get(APP);
    if (!file) throw new Error('the file was not seen');
    return lensesOf(file, times, findingsAt, recording).map(({ line, title }) => [line, plain(title)]);
  };

  test('stands their share, their own time, and how many findings point to them', () => {
    expect(lenses()).toEqual([
      [1, 'run.perfscope: 100 % of CPU in this file · 1 finding'],
      [10, '50 % of CPU · 480 ms self · 1 finding'],
      [18, '100 % of CPU · 500 ms self'],
    ]);
  });

  test('a function with hardly any time is told where a finding points to it', () => {
    const rare = findingOf({ location: { file: APP, line: 31, function: 'rare' } });
    expect(lenses([rare, rare])).toContainEqual([30, '0.3 % of CPU · 3.00 ms self · 2 findings']);
  });
});

describe('at a line', () => {
  test('stand its figures, its findings and its function', () => {
    const { times, findings, work } = figures();
    const file = times.files.get(APP);
    if (!file) throw new Error('the file was not seen');
    const told = hoverFigures(12, file, times, work.get(APP) ?? [], findings);
    expect(told?.rows.map(([name, figure]) => `${name}: ${plain(figure)}`)).toEqual([
      'CPU, self: 480 ms (48 %)',
      'CPU, with calls: 497 ms (50 %)',
    ]);
    expect(told?.findings).toEqual([
      { key: 'P01', rule: 'P01', words: 'Two of 4 workers wait for one task of solve (1.3x to 1.5x faster)' },
    ]);
    expect(told?.functionName).toBe('solve');
    expect(hoverFigures(2, file, times, [], findings)).toBeNull();
  });

  test('stand the tasks that it submits and the bytes that they carry', () => {
    const recording = recordingOf(
      [{}, {}, {}],
      [],
      {},
      {
        pools: [{}],
        tasks: pooled([[10], [10]], { bytesOut: 1e6, bytesBack: 2e3 }),
      },
    );
    const { work } = figuresOf('run', new Trace(recording), { findings: [], rules: 1, doubt: null });
    expect(work.get('main.py')?.map(({ line, name, figure }) => [line, name, plain(figure)])).toEqual([
      [2, 'Submitted', '2 tasks'],
      [2, 'Pickled for workers', '2 MB in 2 pieces'],
      [2, 'Pickled by workers', '4 kB in 2 pieces'],
    ]);
  });

  test('stand the kernels that it launches and the copies that it makes', () => {
    const recording = recordingOf(
      [{}, { kind: 2 }],
      [],
      {},
      {
        devices: [{}],
        kernels: [
          { lane: 1, start: 10, end: 1e6 + 10, stack: ['main'] },
          { lane: 1, start: 2e6, end: 3e6, stack: ['main'] },
        ],
        copies: [{ lane: 1, direction: 'H2D', start: 0, end: 5e5, bytes: 4e6, stack: ['main'] }],
      },
    );
    const { work } = figuresOf('run', new Trace(recording), { findings: [], rules: 1, doubt: null });
    expect(work.get('main.py')?.map(({ name, figure }) => [name, plain(figure)])).toEqual([
      ['Launched', '2 kernels, 2.00 ms on the device'],
      ['Copied to the device', '4 MB in 1 piece, 500 µs'],
    ]);
  });
});

describe('problems', () => {
  const trace = () =>
    new Trace(
      recordingOfLines([
        [400, MAIN, SOLVE],
        [600, MAIN],
      ]),
    );

  test('say what is wrong with its gain, what to do and why, at the line to change', () => {
    const [problem] = problemsOf(trace(), [findingOf()]);
    expect(problem).toMatchObject({ key: 'P01', rule: 'P01', file: APP, line: 12, loudness: 'warning' });
    expect(problem?.message).toBe(
      'Two of 4 workers wait for one task of solve (1.3x to 1.5x faster). Pass chunksize=1 to pool.map at app.py:12. ' +
        'The busiest worker ran for 2 s, the others for 1 s.',
    );
  });

  test('are no errors, and what gives little is no warning either', () => {
    const severities = (['high', 'medium', 'low'] as const).map(
      (severity) => problemsOf(trace(), [findingOf({ severity })])[0]?.loudness,
    );
    expect(severities).toEqual(['warning', 'warning', 'information']);
  });

  test('name where the function begins, and what the busiest lanes did meanwhile', () => {
    const [problem] = problemsOf(trace(), [
      findingOf({ lanes: [0, 7], interval: { startSeconds: 0.1, endSeconds: 0.3 } }),
    ]);
    expect(problem?.related.map(({ file, line, words }) => [file, line, plain(words)])).toEqual([
      [APP, 10, 'in solve'],
      [APP, 12, 'lane 0 computed here for 200 ms'],
    ]);
  });

  test('without a line are none, and two of one rule are told apart', () => {
    const keys = problemsOf(trace(), [findingOf({ location: null }), findingOf(), findingOf()]).map(
      ({ key }) => key,
    );
    expect(keys).toEqual(['P01.2', 'P01.3']);
  });

  test('show control characters and those that turn text around', () => {
    const [problem] = problemsOf(trace(), [findingOf({ title: `Much of ${HOSTILE}` })]);
    expect(problem?.message).not.toContain('\u202e');
    expect(problem?.message).toContain('</script>');
  });
});

describe('what if', () => {
  test('answers what is worth a look at each pool', () => {
    const clock = { ...META.clock, end: nanos(META.clock.start + 200e6) };
    const tasks = pooled([
      [10, 20, 90],
      [15, 25],
    ]);
    const trace = new Trace(
      recordingOf([{}, {}, {}], [], { clock }, { pools: [{ stack: ['main'] }], tasks }),
    );
    const [answer, ...others] = whatIfAnswers(trace);
    expect(others).toEqual([]);
    expect(plain(answer?.pool ?? '')).toBe('multiprocessing.Pool, 2 workers, made at main.py:2');
    const longest = answer?.rows.find(({ wish }) => wish === 'the longest tasks first');
    expect(longest?.gain).toMatch(/faster$/);
    expect(plain(longest?.detail ?? '')).toMatch(
      /^The run takes .* to .* instead of 200 ms; then limited by \w/,
    );
  });

  test('has none for a run without pools', () => {
    expect(whatIfAnswers(new Trace(recordingOfLines([[10, MAIN]])))).toEqual([]);
  });
});
