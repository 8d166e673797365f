import { describe, expect, test } from '@jest/globals';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { nanos } from '../../analyzer/model/index.ts';
import { figuresOf } from '../../extension/editor/figures.ts';
import { lensesOf } from '../../extension/editor/functionWords.ts';
import { hoverFigures } from '../../extension/editor/hoverFigures.ts';
import { problemsOf } from '../../extension/editor/problems.ts';
import { whatIfAnswers } from '../../extension/editor/whatIfAnswers.ts';
import { type FrameSpec, recordingOfLines } from '../harness/definedLines.ts';
import { findingOf } from '../harness/findings.ts';
import { withSources } from '../harness/lines.ts';
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
    const { times, findings, moves } = figures();
    const file = times.files.get(APP);
    if (!file) throw new Error('the file was not seen');
    const told = hoverFigures(12, file, times, moves.get(APP)?.get(12), findings);
    expect(told?.rows.map(([name, figure]) => `${name}: ${plain(figure)}`)).toEqual([
      'CPU, self: 480 ms (48 %)',
      'CPU, with all calls: 497 ms (50 %)',
    ]);
    expect(told?.findings).toEqual([
      { key: 'P01', rule: 'P01', words: 'Two of 4 workers wait for one task of solve (1.3x to 1.5x faster)' },
    ]);
    expect(told?.functionName).toBe('solve');
    expect(hoverFigures(2, file, times, undefined, findings)).toBeNull();
  });

  test('stand what libraries took for it, and what it moved and started', () => {
    const file = {
      file: APP,
      here: 9e8,
      lines: [{ line: 3, self: 1e8, here: 9e8, total: 9e8 }],
      functions: [],
    };
    const times = { metric: 'cpu', whole: 1e9, files: new Map([[APP, file]]) } as const;
    const told = hoverFigures(3, file, times, { bytes: 4e6, tasks: 1200, kernels: 1 }, []);
    expect(told?.rows.map(([name, figure]) => `${name}: ${plain(figure)}`)).toEqual([
      'CPU, self: 100 ms (10 %)',
      'CPU, with libraries: 900 ms (90 %)',
      'CPU, with all calls: 900 ms (90 %)',
      'Submitted: 1\u202f200 tasks',
      'Launched: 1 kernel',
      'Moved: 4 MB',
    ]);
    expect(told?.function).toBe(-1);
  });
});

describe('recorded files', () => {
  test('have the hash of what ran where the recording holds it, and tell what was changed meanwhile', () => {
    const recording = withSources(
      recordingOfLines([
        [10, MAIN],
        [10, ['run', '/home/me/late.py', 2]],
      ]),
      {
        [APP]: { hash: 'cd'.repeat(32) },
        '/home/me/late.py': { hash: '', kept: 'changed' },
      },
    );
    const { files } = figuresOf('run', new Trace(recording), { findings: [], rules: 1, doubt: null });
    expect(files.map(({ path, hash, wasChanged }) => [path, hash, wasChanged])).toEqual([
      [APP, 'cd'.repeat(32), false],
      ['/home/me/late.py', null, true],
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
