import { expect, test } from '@jest/globals';
import { checkLimits, exceeds, type Limits } from '../../../analyzer/analysis/limits.ts';
import { summarize } from '../../../analyzer/analysis/summary.ts';
import type { RecordingMeta } from '../../../analyzer/model/index.ts';
import { findingOf } from '../../harness/findings.ts';
import { recordingOf } from '../../harness/recordings.ts';

const SECOND = 1e9;
const parallel = (meta: Partial<RecordingMeta> = {}) =>
  summarize(
    recordingOf(
      [{}, {}, {}],
      [
        { lane: 1, time: SECOND, cpu: 0.9 * SECOND },
        { lane: 2, time: SECOND, cpu: 0.5 * SECOND },
      ],
      meta,
      { transfers: [{ direction: 'message', bytes: 5e6, start: 0, end: 1 }] },
    ),
    [findingOf({ severity: 'medium' })],
  );

const statuses = (limits: Limits, meta: Partial<RecordingMeta> = {}) =>
  checkLimits(parallel(meta), limits).map(({ status }) => status);

test('each limit holds at its own figure and fails beyond it', () => {
  const kept: Limits = {
    ...{ minEfficiency: 0.7, maxTransfer: 5e6, maxFinding: 'medium', maxWall: 1 },
    baseline: { wallSeconds: 1, tolerance: 0 },
  };
  expect(checkLimits(parallel(), kept)).toMatchObject([
    { limit: 'min-efficiency', measured: expect.closeTo(0.7, 9), allowed: 0.7 },
    { limit: 'max-transfer', measured: 5e6, status: 'passed' },
    { limit: 'max-finding', measured: 'medium', status: 'passed' },
    { limit: 'max-wall', measured: 1, status: 'passed' },
    { limit: 'baseline', measured: 1, allowed: 1, status: 'passed' },
  ]);
  const broken: Limits = {
    ...{ minEfficiency: 0.71, maxTransfer: 4.9e6, maxFinding: 'low', maxWall: 0.99 },
    baseline: { wallSeconds: 0.9, tolerance: 0.1 },
  };
  expect(statuses(broken)).toEqual(['failed', 'failed', 'failed', 'failed', 'failed']);
});

test('only what was asked for is judged', () => {
  expect(statuses({})).toEqual([]);
  expect(statuses({ maxWall: 2 })).toEqual(['passed']);
});

test('what a run does not tell is unknown and says why', () => {
  const serial = summarize(recordingOf([{}], [{ lane: 0, time: SECOND, cpu: SECOND }]));
  expect(checkLimits(serial, { minEfficiency: 0.5 })).toMatchObject([
    { status: 'unknown', measured: null, reason: expect.stringContaining('fewer than two workers') },
  ]);
  // A run whose end nobody saw may have been longer: a limit that it keeps is not known to be kept.
  const limits = { minEfficiency: 0.1, maxWall: 10, baseline: { wallSeconds: 0, tolerance: 1 } };
  expect(statuses(limits, { complete: false })).toEqual(['unknown', 'unknown', 'unknown']);
  expect(statuses({ maxWall: 0.5 }, { complete: false })).toEqual(['failed']);
});

test('a finding is tolerated up to the severity that is given', () => {
  expect(exceeds('high', 'high')).toBe(false);
  expect(exceeds('high', 'medium')).toBe(true);
  expect(exceeds('low', 'medium')).toBe(false);
  expect(exceeds('low', 'none')).toBe(true);
  expect(exceeds('none', 'none')).toBe(false);
});
