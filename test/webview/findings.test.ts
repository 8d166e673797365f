import { expect, test } from '@jest/globals';
import { reasonToWithhold } from '../../analyzer/advice/quiet.ts';
import { evidenceName, gainOf, gainWords } from '../../analyzer/advice/words.ts';
import { emptyTables, type Finding } from '../../analyzer/model/index.ts';
import { emptyWords } from '../../webview/findings/empty.ts';
import { findingInterval, keyed, LET_GO, selectingFinding } from '../../webview/findings/selection.ts';
import { commonReason, evidenceFigure, placeOf } from '../../webview/findings/words.ts';
import { type Profile, profileOf } from '../../webview/profile.ts';
import { initialState } from '../../webview/state/viewState.ts';
import { exactRecording, syntheticRecording } from './syntheticRecording.ts';

const recording = syntheticRecording({ counters: false, rows: 100 });
const profile = profileOf(recording);
const { bounds } = profile;
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');

const FINDING: Finding = {
  rule: 'P01',
  title: 'One worker works',
  severity: 'high',
  location: null,
  lanes: [],
  interval: null,
  why: '',
  evidence: {},
  gain: { lo: 1.2, hi: 1.4 },
  withheld: null,
  change: '',
  docs: 'docs/rules/P01.md',
};

test('a gain is told as an interval, in digits that keep its ends apart', () => {
  const told = (lo: number, hi: number) => gainWords({ lo, hi });
  expect(told(1.31, 1.52)).toBe('1.3x to 1.5x faster');
  expect(told(1.38, 1.41)).toBe('1.4x faster');
  expect(told(1, 2.44)).toBe('up to 2.4x faster');
  expect(told(1.041, 1.119)).toBe('1.04x to 1.12x faster');
  expect(told(8.2, 14.9)).toBe('8x to 15x faster');
});

test('where no gain is told it is said whether there is none or it is withheld', () => {
  expect(gainOf(FINDING)).toBe('1.2x to 1.4x faster');
  expect(gainOf({ gain: null, withheld: 'the run was short' })).toBe('gain withheld');
  expect(gainOf({ gain: null, withheld: null })).toBe('gain not known');
});

test('names of evidence become words, and their ends units', () => {
  expect(evidenceName('busiestTaskSeconds')).toEqual({ words: 'busiest task', unit: 'seconds', scale: 1 });
  expect(evidenceName('copyBytesPerSecond')).toEqual({ words: 'copy', unit: 'bytes/s', scale: 1 });
  expect(evidenceName('GPUs').words).toBe('GPUs');
  expect(evidenceName('idleGPUShare')).toEqual({ words: 'idle GPU', unit: 'share', scale: 1 });
  expect(evidenceName('seconds')).toEqual({ words: 'time', unit: 'seconds', scale: 1 });
  const figures = Object.entries({
    busiestSeconds: 1.24,
    latencyMicroseconds: 12,
    pickledBytes: 83e6,
    copyBytesPerSecond: 9.6e9,
    idleShare: 0.38,
    lookHz: 100,
    peakRatio: 2.04,
    tasks: 12345,
    meanChunk: 2.5,
    called: 'solve',
    brokenSeconds: Number.NaN,
  }).map(([name, value]) => evidenceFigure(name, value).map(plain).join(': '));
  expect(figures).toEqual([
    'busiest: 1.24 s',
    'latency: 12.0 µs',
    'pickled: 83 MB',
    'copy: 9.60 GB/s',
    'idle: 38 %',
    'look: 100 Hz',
    'peak: 2.04x',
    'tasks: 12 345',
    'mean chunk: 2.50',
    'called: solve',
    'broken: unknown',
  ]);
});

test('the keys of findings are their rules, numbered from the second of a rule on', () => {
  const found = keyed([FINDING, { ...FINDING, rule: 'D04' }, FINDING]);
  expect(found.map(({ key }) => key)).toEqual(['P01', 'D04', 'P01.2']);
});

test('selecting a finding selects its time, its lanes and its function, and letting go takes all of it back', () => {
  const id = profile.functions.name.indexOf('solve_tile');
  const [finding] = keyed([
    {
      ...FINDING,
      lanes: [4, 2, 4, 99, -1, 0.5, Number.NaN],
      interval: { startSeconds: 0.2, endSeconds: 0.6 },
      location: { file: profile.functions.file[id] as string, line: 12, function: 'solve_tile' },
    },
  ]);
  if (!finding) throw new Error('there is one');
  const start = initialState(bounds, 'cpu');
  const state = { ...start, ...selectingFinding(profile, finding, start.view) };
  expect(state).toEqual({
    ...start,
    finding: 'P01',
    lanes: [2, 4],
    range: { from: bounds.from + 0.2e9, to: bounds.from + 0.6e9 },
    picked: id,
    source: finding.location,
  });
  expect({ ...state, ...LET_GO }).toEqual(start);
});

test('a finding of the whole run, of no time inside it, or of no function selects none', () => {
  const [finding] = keyed([FINDING]);
  if (!finding) throw new Error('there is one');
  const { range, lanes, picked } = selectingFinding(profile, finding, bounds);
  expect([range, lanes, picked]).toEqual([null, null, -1]);
  for (const [startSeconds, endSeconds] of [
    [-5, -1],
    [7, 9],
    [0.6, 0.2],
    [Number.NaN, Number.NaN],
  ] as const)
    expect(findingInterval(profile, { ...FINDING, interval: { startSeconds, endSeconds } })).toBeNull();
});

test('a short event comes into sight when it is selected', () => {
  const [finding] = keyed([{ ...FINDING, interval: { startSeconds: 0.5, endSeconds: 0.5001 } }]);
  if (!finding) throw new Error('there is one');
  const { view } = selectingFinding(profile, finding, bounds);
  if (!view) throw new Error('there is a view');
  expect(view.to - view.from).toBeCloseTo(4e5, -3);
});

test('a reason to withhold that all findings share is said once', () => {
  const noisy = { ...FINDING, gain: null, withheld: 'others were busy' };
  const unclaimed = { ...FINDING, gain: null };
  expect(commonReason([noisy, noisy, unclaimed])).toBe('others were busy');
  expect(commonReason([noisy, { ...noisy, withheld: 'thin' }])).toBeNull();
  expect(commonReason([noisy, FINDING])).toBeNull();
  expect(commonReason([unclaimed])).toBeNull();
  expect(commonReason([])).toBeNull();
});

test('a place is the line and its function, nothing where none is known', () => {
  const location = { file: '/home/ada/a\u202eb.py', line: 7, function: 'f\n' };
  expect(placeOf({ location })).toEqual({ line: 'a\ufffdb.py:7', function: 'f\ufffd' });
  expect(placeOf(FINDING)).toEqual({ line: '', function: '' });
});

const emptyWordsOf = (of: Profile) => emptyWords(of, { rules: 42, doubt: reasonToWithhold(of.trace) });

test('a run in which nothing is found says how well it used what it had, and what speaks against believing it', () => {
  const words = emptyWordsOf(profile);
  expect(words.claim).toBe('Nothing found to change');
  expect(words.figure).toMatch(/^efficiency 0\.\d\d$/);
  expect(words.sentences.map(plain).join(' ')).toMatch(
    /^42 rules looked .* 7 workers spent only \d\d % .* no rule knows why/,
  );
  const short = emptyWordsOf(profileOf(exactRecording()));
  expect(short.claim).toBe('Nothing worth changing');
  expect(short.figure).toBe('0.40 cores used');
  expect(short.sentences[2]).toMatch(/^Mind that the run did 0\.20 s of work/);
  const none = emptyWordsOf(profileOf({ ...recording, tables: emptyTables() }));
  expect(none.claim).toBe('Nothing to judge');
});
