import { expect, test } from '@jest/globals';
import { ordered, saving } from '../../../analyzer/advice/gain.ts';
import { advise } from '../../../analyzer/advice/index.ts';
import { RULES } from '../../../analyzer/advice/registry.ts';
import type { Conclusion, Rule } from '../../../analyzer/advice/rule.ts';
import { UNKNOWN_SITE } from '../../../analyzer/analysis/sites.ts';
import { Trace } from '../../../analyzer/analysis/trace.ts';
import { recordingOf } from '../../harness/recordings.ts';

const CONCLUSION: Conclusion = {
  subject: 'run',
  title: 'something is slow',
  why: 'it was seen',
  change: 'Change it.',
  site: UNKNOWN_SITE,
  lanes: [0],
  interval: null,
  evidence: { seconds: 1 },
  gain: { lo: 1.2, hi: 1.5 },
};

const rule = (id: string, more: Partial<Conclusion> = {}, explains: readonly string[] = []): Rule => ({
  id,
  title: id,
  explains,
  evaluate: () => [{ ...CONCLUSION, ...more }],
});

const trace = (cpuSeconds = 2) =>
  new Trace(recordingOf([{}], [{ lane: 0, time: 2e9, cpu: cpuSeconds * 1e9 }]));

const idsOf = (rules: readonly Rule[]) => advise(trace(), rules).map(({ rule: id }) => id);

test('what gives most comes first, what is not claimed last, and what gives nothing not at all', () => {
  const rules = [
    rule('LITTLE', { gain: { lo: 1.01, hi: 1.06 } }),
    rule('UNCLAIMED', { gain: null }),
    rule('NOTHING', { gain: { lo: 1, hi: 1.02 } }),
    rule('MUCH', { gain: { lo: 2, hi: 3 } }),
    rule('SOME', { gain: { lo: 1.05, hi: 1.2 } }),
  ];
  const findings = advise(trace(), rules);
  expect(findings.map(({ rule: id, severity }) => [id, severity])).toEqual([
    ['MUCH', 'high'],
    ['SOME', 'medium'],
    ['LITTLE', 'low'],
    ['UNCLAIMED', 'low'],
  ]);
  expect(findings[3]).toMatchObject({ gain: null, withheld: null });
});

test("a symptom of another rule's conclusion is left out, where both are about one thing", () => {
  expect(idsOf([rule('CAUSE', {}, ['SYMPTOM']), rule('SYMPTOM')])).toEqual(['CAUSE']);
  expect(idsOf([rule('CAUSE', { subject: 'pool 1' }, ['SYMPTOM']), rule('SYMPTOM')])).toHaveLength(2);
});

test('what a conclusion is also about has its symptoms left out too', () => {
  const cause = rule('CAUSE', { subject: 'pool 1', alsoAbout: ['pool 2', 'pool 3'] }, ['SYMPTOM']);
  expect(idsOf([cause, rule('SYMPTOM', { subject: 'pool 3' })])).toEqual(['CAUSE']);
  expect(idsOf([cause, rule('SYMPTOM', { subject: 'pool 4' })])).toHaveLength(2);
});

test('no gain is told of less than a second of work, and the ranking stays', () => {
  const findings = advise(trace(0.2), [rule('SOME'), rule('MUCH', { gain: { lo: 2, hi: 3 } })]);
  expect(findings.map(({ rule: id, gain }) => [id, gain])).toEqual([
    ['MUCH', null],
    ['SOME', null],
  ]);
  expect(findings[0]?.withheld).toMatch(/0\.20 s of work/);
});

test('a gain is an interval of ratios that never says slower', () => {
  expect(saving(10e9, 2e9, 5e9)).toEqual({ lo: 1.25, hi: 2 });
  expect(saving(10e9, -1e9, 20e9)).toEqual({ lo: 1, hi: 1000 });
  expect(saving(0, 1, 2)).toEqual({ lo: 1, hi: 1 });
  expect(ordered(2, 0.5)).toEqual({ lo: 1, hi: 2 });
});

test('no two rules share an id, and none explains itself, be it through others', () => {
  expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
  const explains = new Map(RULES.map(({ id, explains: symptoms = [] }) => [id, symptoms]));
  const reaches = (from: string, to: string, seen: ReadonlySet<string>): boolean =>
    (explains.get(from) ?? []).some(
      (id) => id === to || (!seen.has(id) && reaches(id, to, new Set([...seen, id]))),
    );
  expect(RULES.filter(({ id }) => reaches(id, id, new Set()))).toEqual([]);
});
