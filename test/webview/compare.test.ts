import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { lab, rgb } from 'd3';
import fc from 'fast-check';
import type { Prediction } from '../../analyzer/advice/predictions.ts';
import { EVERYTHING } from '../../analyzer/analysis/weights.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import { functionDeltas, sortedDeltas } from '../../webview/compare/deltas.ts';
import { lanePairs, partnersOf } from '../../webview/compare/lanePairs.ts';
import { foreseenWords, verdictOf } from '../../webview/compare/predicted.ts';
import { comparedRuns, firstMetricOf } from '../../webview/compare/runs.ts';
import { ALL_STEPS, stepName, stepOf } from '../../webview/compare/scale.ts';
import {
  type CompareState,
  fromCompareHash,
  initialCompareState,
  toCompareHash,
} from '../../webview/compare/state.ts';
import { changeWords, deltaWords, paceWords } from '../../webview/compare/words.ts';
import { contrast } from '../../webview/theme/colour.ts';
import { anyRecording, recordingOf } from '../harness/recordings.ts';
import { syntheticRecording } from './syntheticRecording.ts';

const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, ' ');
const everything = { before: EVERYTHING, after: EVERYTHING };

/** Functions that `main` calls, each for some tenths of a second of CPU. */
const runOf = (times: Record<string, number>, more: Parameters<typeof recordingOf>[2] = {}): Recording => {
  let time = 0;
  return recordingOf(
    [{}],
    Object.entries(times).map(([name, tenths]) => {
      time += tenths * 1e8;
      return { lane: 0, time, cpu: tenths * 1e8, stack: ['main', name] };
    }),
    more,
  );
};

test('as shares each run is a whole, and as times each is what it took', () => {
  fc.assert(
    fc.property(anyRecording, anyRecording, (before, after) => {
      const runs = comparedRuns({ before, after });
      const metric = firstMetricOf(runs);
      for (const side of ['before', 'after'] as const) {
        const whole = runs[side].weigh(metric, EVERYTHING).total[0] as number;
        const times = runs.difference({ metric, unit: 'time', width: 'larger' }, everything)[side];
        expect(times.total[0]).toBeCloseTo(whole, 3);
        const shares = runs.difference({ metric, unit: 'share', width: 'larger' }, everything)[side];
        expect(shares.total[0]).toBeCloseTo(whole > 0 ? 1 : 0, 9);
      }
    }),
    { numRuns: 40 },
  );
});

test('a second is as wide in both timelines', () => {
  const { before, after } = comparedRuns({
    before: syntheticRecording({ rows: 50 }),
    after: syntheticRecording({ rows: 20 }),
  });
  expect(after.bounds.to - after.bounds.from).toBe(before.bounds.to - before.bounds.from);
});

test('runs can be weighed by what either spent, and by devices where both have them', () => {
  const waits = recordingOf([{}], [{ lane: 0, time: 1e8, stack: ['main'] }]);
  const runs = comparedRuns({ before: runOf({ solve: 2 }), after: waits });
  expect(runs.metrics).toEqual(['cpu', 'wall']);
  // Only the wall time of both is known.
  expect(firstMetricOf(runs)).toBe('wall');
  const nothing = recordingOf([], []);
  const empty = comparedRuns({ before: nothing, after: nothing });
  expect(firstMetricOf(empty)).toBe('wall');
});

test('functions are sorted by how much they moved, whichever way', () => {
  const runs = comparedRuns({
    before: runOf({ solve: 5, load: 3, gone: 1 }),
    after: runOf({ solve: 5.5, load: 1, fresh: 4 }),
  });
  const difference = runs.difference({ metric: 'cpu', unit: 'time', width: 'larger' }, everything);
  const deltas = functionDeltas(runs.tree, difference);
  const { name } = runs.tree.functions;
  const rows = sortedDeltas(name, deltas, null, { by: 'selfDelta', descending: true });
  expect(rows.map((id) => [name[id], Math.round((deltas.selfDelta[id] as number) / 1e7)])).toEqual([
    ['fresh', 40],
    ['load', -20],
    ['gone', -10],
    ['solve', 5],
    ['main', 0],
  ]);
  const found = Uint8Array.from(name, (each) => (each.startsWith('s') ? 1 : 0));
  const some = sortedDeltas(name, deltas, found, { by: 'name', descending: false });
  expect(some.map((id) => name[id])).toEqual(['solve']);
});

test('the colour says how large a part came or went, and the same for both ways', () => {
  expect([stepOf(100, 100), stepOf(100, 96), stepOf(100, 90), stepOf(100, 70), stepOf(100, 30)]).toEqual([
    0, 0, -1, -2, -3,
  ]);
  expect([stepOf(0, 5), stepOf(5, 0), stepOf(0, 0)]).toEqual([3, -3, 0]);
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      expect(stepOf(a, b) + stepOf(b, a)).toBe(0);
    }),
  );
  expect(ALL_STEPS.map(stepName)).toEqual([
    'faster-3',
    'faster-2',
    'faster-1',
    'same',
    'slower-1',
    'slower-2',
    'slower-3',
  ]);
});

test('differences are told with their sign, and what is new or gone in a word', () => {
  expect(plain(deltaWords(2e9, 5e8, 'time'))).toBe('−1.50 s');
  expect(plain(deltaWords(2e6, 3e6, 'time'))).toBe('+1.00 ms');
  expect(plain(deltaWords(1e9, 1.0001e9, 'time'))).toBe('±0');
  expect(plain(deltaWords(0.2, 0.45, 'share'))).toBe('+25 pp');
  expect([changeWords(0, 5), changeWords(5, 0), changeWords(0, 0), changeWords(5, 5)]).toEqual([
    'new',
    'gone',
    '',
    'as before',
  ]);
  expect([changeWords(100, 66), changeWords(100, 134), changeWords(1, 25)].map(plain)).toEqual([
    '−34 %',
    '+34 %',
    '25×',
  ]);
});

test('a run is faster or slower only by more than the threshold', () => {
  expect(paceWords(1.7, 0.05)).toBe('1.70x faster');
  expect(paceWords(0.5, 0.05)).toBe('2.00x slower');
  expect(paceWords(1.03, 0.05)).toBe('as fast as before');
  expect(paceWords(0.97, 0.05)).toBe('as fast as before');
  expect(paceWords(null, 0.05)).toBe('cannot be compared');
});

test('a prediction came true, or not, or nobody acted on it', () => {
  const prediction: Prediction = {
    rule: 'P02',
    title: 'Tasks are too small',
    location: null,
    outcome: 'gone',
    predicted: { lo: 1.9, hi: 2.4 },
    withheld: null,
    measured: 2.1,
    inside: true,
  };
  const words = (more: Partial<Prediction>, several = false) => {
    const { words: said, kind } = verdictOf({ ...prediction, ...more }, several);
    return `${said}: ${kind}`;
  };
  expect(words({})).toBe('came true: kept');
  expect(words({ measured: 3, inside: false })).toBe('more than predicted: kept');
  expect(words({ measured: 1.1, inside: false })).toBe('less than predicted: missed');
  expect(words({ outcome: 'still there', measured: null, inside: null })).toBe('still there: open');
  expect(words({ measured: null, inside: null }, true)).toBe('no longer found: open');
  expect(foreseenWords(prediction.predicted, null, 2.1)).toBe('Predicted 1.9x to 2.4x. Got 2.10x.');
  expect(foreseenWords(null, 'the run was too short', 2.1)).toBe(
    'No gain was predicted: the run was too short. Got 2.10x.',
  );
});

test('lanes are paired by what they are called, and those without a partner are left alone', () => {
  const { before, after } = comparedRuns({
    before: syntheticRecording({ processes: 3, rows: 5 }),
    after: syntheticRecording({ processes: 5, rows: 5 }),
  });
  const { toAfter, toBefore } = lanePairs(before, after);
  for (const [lane, partner] of toAfter) {
    expect(toBefore.get(partner)).toBe(lane);
    const nameOf = (profile: typeof before, id: number) => profile.recording.tables.lanes.name[id];
    expect(nameOf(after, partner)).toBe(nameOf(before, lane));
  }
  // Every lane of the smaller run has one.
  expect(toAfter.size).toBe(before.lanes.length);
  expect(partnersOf(null, toAfter)).toBeNull();
  expect(partnersOf([0], toAfter)).toEqual([0]);
  expect(partnersOf([99], toAfter)).toBeNull();
});

test('an address keeps what was chosen, and what it does not know is passed over', () => {
  const initial = initialCompareState('cpu');
  const limits = { nodes: 10, functions: 5, metrics: ['cpu', 'wall'] as const };
  const state: CompareState = {
    metric: 'wall',
    unit: 'share',
    width: 'after',
    tab: 'functions',
    search: 'solve & <b>',
    zoom: 3,
    picked: 4,
  };
  const timelines = { before: 'range=0.5-1&lanes=2', after: '' };
  const hash = toCompareHash(state, initial, timelines);
  expect(fromCompareHash(`#${hash}`, limits)).toEqual({ state, timelines });
  expect(toCompareHash(initial, initial, { before: '', after: '' })).toBe('');
  const strange = fromCompareHash('metric=gpu&unit=x&width=&tab=none&node=10&function=-1', limits);
  expect(strange).toEqual({ state: {}, timelines: { before: '', after: '' } });
});

const css = readFileSync(join(import.meta.dirname, '../../webview/compare/compare.css'), 'utf8');
const tokens = readFileSync(join(import.meta.dirname, '../../webview/theme/tokens.css'), 'utf8');
/** The value of a token in the light and in the dark theme. */
const colours = (name: string, sheet = css): string[] =>
  [...sheet.matchAll(new RegExp(`--${name}: (?:var\\(--[\\w-]+, )?(#\\w{6})\\)?;`, 'g'))].map(
    (match) => match[1] as string,
  );

test('names on boxes of every colour have the contrast that small text needs', () => {
  for (const step of ALL_STEPS) {
    const fills = colours(stepName(step));
    expect(fills).toHaveLength(2);
    for (const [theme, fill] of fills.entries()) {
      const inks = ['frame-ink', 'frame-light', 'bg'].map((name) => colours(name, tokens)[theme] as string);
      expect(Math.max(...inks.map((ink) => contrast(fill, ink)))).toBeGreaterThanOrEqual(4.5);
    }
  }
});

test('slower and faster are told apart by readers who see no red, or no green', () => {
  // Viénot, Brettel and Mollon (1999): what is left of linear red, green and blue.
  const blindness = [
    [0.11238, 0.88762, 0, 0.11238, 0.88762, 0, 0.00401, -0.00401, 1],
    [0.29275, 0.70725, 0, 0.29275, 0.70725, 0, -0.02234, 0.02234, 1],
  ] as const;
  const linear = (value: number): number => (value / 255) ** 2.2;
  const seen = (colour: string, m: readonly number[]) => {
    const { r, g, b } = rgb(colour);
    const parts = [r, g, b].map(linear);
    const [red, green, blue] = [0, 3, 6].map((row) => {
      const sum = parts.reduce((all, part, i) => all + part * (m[row + i] as number), 0);
      return 255 * Math.max(0, sum) ** (1 / 2.2);
    });
    return lab(rgb(red ?? 0, green ?? 0, blue ?? 0));
  };
  for (const step of [1, 2, 3]) {
    for (const theme of [0, 1]) {
      for (const matrix of blindness) {
        const [one, other] = [step, -step].map((each) =>
          seen(colours(stepName(each))[theme] as string, matrix),
        );
        if (!one || !other) throw new Error('both have a colour');
        expect(Math.hypot(one.l - other.l, one.a - other.a, one.b - other.b)).toBeGreaterThan(15);
      }
    }
  }
});
