import { expect, test } from '@jest/globals';
import { checkPredictions } from '../../../analyzer/advice/predictions.ts';
import { findingOf } from '../../harness/findings.ts';

const at = (file: string, line: number, name = 'solve') => ({ location: { file, line, function: name } });

test('a finding that is gone is held against what the run gave', () => {
  const before = [findingOf({ gain: { lo: 1.9, hi: 2.4 } })];
  const { predictions, together, fresh } = checkPredictions(before, [], 2.1);
  expect(predictions).toMatchObject([
    { rule: 'P01', outcome: 'gone', predicted: { lo: 1.9, hi: 2.4 }, measured: 2.1, inside: true },
  ]);
  expect([together, fresh]).toEqual([null, []]);
  expect(checkPredictions(before, [], 1.2).predictions[0]).toMatchObject({ measured: 1.2, inside: false });
});

test('a finding that is still there, at whatever line of its function, was not acted on', () => {
  const before = [findingOf(at('/old/app.py', 12))];
  for (const place of [at('/old/app.py', 40), at('/new/app.py', 12), at('/new/fixed.py', 12)]) {
    const { predictions, fresh } = checkPredictions(before, [findingOf(place)], 2.1);
    expect(predictions).toMatchObject([{ outcome: 'still there', measured: null, inside: null }]);
    expect(fresh).toEqual([]);
  }
});

test('the same rule about another function is a new finding', () => {
  const other = findingOf(at('/old/app.py', 40, 'load'));
  const { predictions, fresh } = checkPredictions([findingOf(at('/old/app.py', 12))], [other], 2);
  expect(predictions).toMatchObject([{ outcome: 'gone', measured: 2 }]);
  expect(fresh).toEqual([other]);
});

test('of two findings of one rule and function one may be gone', () => {
  const both = [findingOf(at('/a.py', 1)), findingOf(at('/a.py', 9))];
  const outcomes = checkPredictions(both, [findingOf(at('/a.py', 2))], 2).predictions.map(
    ({ outcome }) => outcome,
  );
  expect(outcomes).toEqual(['still there', 'gone']);
});

test('what several changes gave is held against their bounds together, and none of them alone', () => {
  const before = [
    findingOf({ rule: 'P01', gain: { lo: 1.2, hi: 1.5 } }),
    findingOf({ rule: 'D01', gain: { lo: 1.4, hi: 2 } }),
  ];
  const { predictions, together } = checkPredictions(before, [], 2.5);
  expect(predictions.map(({ measured, inside }) => [measured, inside])).toEqual([
    [null, null],
    [null, null],
  ]);
  // Two changes may save the same time, so that the least is that of the larger one.
  expect(together).toEqual({
    rules: ['P01', 'D01'],
    predicted: { lo: 1.4, hi: 3 },
    measured: 2.5,
    inside: true,
  });
  expect(checkPredictions(before, [], 3.5).together?.inside).toBe(false);
});

test('a gain that was withheld is measured and not judged', () => {
  const withheld = findingOf({ gain: null, withheld: 'the machine was busy' });
  expect(checkPredictions([withheld], [], 1.4).predictions).toMatchObject([
    { predicted: null, withheld: 'the machine was busy', measured: 1.4, inside: null },
  ]);
  const several = [withheld, findingOf({ rule: 'D01' })];
  expect(checkPredictions(several, [], 1.4).together).toMatchObject({ predicted: null, inside: null });
});

test('without a ratio nothing is measured, and findings of no line are told apart by their rule', () => {
  const nowhere = findingOf({ location: null });
  expect(checkPredictions([nowhere, findingOf()], [nowhere], null)).toMatchObject({
    predictions: [
      { outcome: 'still there', measured: null },
      { outcome: 'gone', measured: null },
    ],
    together: null,
  });
});
