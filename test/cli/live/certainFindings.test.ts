import { expect, test } from '@jest/globals';
import { CertainFindings } from '../../../cli/live/certainFindings.ts';
import { SOME_FINDINGS, STRAGGLER } from './findings.ts';

test('a finding is told once two looks in a row had it, with the figures of the later one', () => {
  const certain = new CertainFindings();
  certain.take([STRAGGLER]);
  expect(certain.findings).toEqual([]);
  const later = { ...STRAGGLER, title: 'Two of 4 workers idle for 41 %', gain: { lo: 1.4, hi: 1.6 } };
  certain.take([later, ...SOME_FINDINGS.slice(1)]);
  expect(certain.findings).toEqual([later]);
  certain.take(SOME_FINDINGS);
  expect(certain.findings).toEqual(SOME_FINDINGS);
});

test('what a look does not find any more is told no more, and must come twice again', () => {
  const certain = new CertainFindings();
  certain.take([STRAGGLER]);
  certain.take([STRAGGLER]);
  certain.take([]);
  expect(certain.findings).toEqual([]);
  certain.take([STRAGGLER]);
  expect(certain.findings).toEqual([]);
});

test('the same rule at another line, and another rule at the same line, are other findings', () => {
  const certain = new CertainFindings();
  certain.take([STRAGGLER]);
  certain.take([
    { ...STRAGGLER, location: { file: '/home/ada/tiles/train.py', line: 113, function: 'main' } },
    { ...STRAGGLER, rule: 'P01' },
    { ...STRAGGLER, location: null },
  ]);
  expect(certain.findings).toEqual([]);
});
