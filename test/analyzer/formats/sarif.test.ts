import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type SarifRule, toSarif } from '../../../analyzer/formats/sarif.ts';
import type { Finding } from '../../../analyzer/model/index.ts';
import { findingOf } from '../../harness/findings.ts';
import { META } from '../../harness/recordings.ts';

const RULES: readonly SarifRule[] = [
  { id: 'P01', title: 'Load imbalance', page: '# P01: load imbalance' },
  { id: 'P02', title: 'Straggler', page: '# P02' },
];

const logOf = (findings: readonly Finding[], directory = META.directory) =>
  toSarif({ meta: { ...META, directory }, version: '1.2.3', rules: RULES, findings });

/** As whoever reads the file gets it. */
type Json = { readonly [key: string]: Json } & readonly Json[];
const read = (log: unknown) => JSON.parse(JSON.stringify(log)) as Json;

/** What SARIF 2.1.0 demands of the objects that are used, sections 3.13 to 3.49 of the specification, as sentences about what is amiss. */
function violations(log: Json): string[] {
  const wrong: string[] = [];
  const must = (holds: boolean, sentence: string) => {
    if (!holds) wrong.push(sentence);
  };
  const isText = (value: unknown) => typeof value === 'string' && value.length > 0;
  must((log.version as unknown) === '2.1.0', 'version');
  must(Array.isArray(log.runs), 'runs');
  for (const run of log.runs ?? []) {
    const rules = run.tool?.driver?.rules ?? [];
    must(isText(run.tool?.driver?.name), 'tool.driver.name');
    const ids = rules.map(({ id }) => id as unknown);
    must(new Set(ids).size === ids.length, 'ids of rules are unique');
    for (const rule of rules) {
      must(isText(rule.id), 'rule.id');
      for (const name of ['shortDescription', 'fullDescription', 'help'])
        must(isText(rule[name]?.text), `rule.${name}.text`);
    }
    for (const base of Object.values(run.originalUriBaseIds ?? {}))
      must(/^file:\/\/.*\/$/.test(base.uri as unknown as string), 'a base ends with a slash');
    for (const result of run.results ?? []) {
      must(isText(result.message?.text), 'result.message.text');
      must(['none', 'note', 'warning', 'error'].includes(result.level as unknown as string), 'level');
      const rank = (result.rank ?? 0) as unknown as number;
      must(rank >= 0 && rank <= 100, 'rank');
      const at = result.ruleIndex as unknown as number | undefined;
      must(at === undefined || ids[at] === result.ruleId, 'ruleIndex is that of ruleId');
      for (const location of result.locations ?? []) {
        const physical = location.physicalLocation;
        if (!physical) continue;
        const { uri, uriBaseId } = (physical.artifactLocation ?? {}) as unknown as Record<string, string>;
        must(uri !== undefined && !/[\s\\<>"]/.test(uri), `artifactLocation.uri ${uri}`);
        must(uriBaseId === undefined || run.originalUriBaseIds?.[uriBaseId] !== undefined, 'uriBaseId');
        must(uriBaseId === undefined || !/^(?:\/|\w+:)/.test(uri ?? ''), 'a relative uri');
        const line = physical.region?.startLine as unknown as number | undefined;
        must(line === undefined || (Number.isInteger(line) && line >= 1), 'startLine');
      }
      for (const value of Object.values(result.partialFingerprints ?? {})) must(isText(value), 'fingerprint');
    }
  }
  return wrong;
}

test('a finding is a result at its line, relative to the directory of the run', () => {
  const log = logOf([findingOf(), findingOf({ rule: 'P02', severity: 'low', gain: null })]);
  expect(violations(read(log))).toEqual([]);
  const [run] = log.runs;
  expect(run?.tool.driver).toMatchObject({ name: 'perfscope', version: '1.2.3' });
  expect(run?.tool.driver.rules.map(({ id }) => id)).toEqual(['P01', 'P02']);
  expect(run?.originalUriBaseIds).toEqual({ SRCROOT: { uri: 'file:///home/me/' } });
  expect(run?.results[0]).toMatchObject({
    ruleId: 'P01',
    ruleIndex: 0,
    level: 'error',
    rank: 100,
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: 'src/app.py', uriBaseId: 'SRCROOT' },
          region: { startLine: 12 },
        },
        logicalLocations: [{ name: 'solve', kind: 'function' }],
      },
    ],
    properties: { gain: { lo: 1.3, hi: 1.52 }, evidence: { busiestSeconds: 2 } },
  });
  expect(run?.results[1]).toMatchObject({ level: 'note', rank: 50, properties: { gain: null } });
});

test('a file outside the directory has its whole path, and what is no file has no physical location', () => {
  const at = (file: string) => {
    const log = logOf([findingOf({ location: { file, line: 0, function: 'f' } })]);
    expect(violations(read(log))).toEqual([]);
    return read(log).runs?.[0]?.results?.[0]?.locations?.[0] as unknown;
  };
  expect(at('/opt/a b/c%.py')).toMatchObject({
    physicalLocation: { artifactLocation: { uri: 'file:///opt/a%20b/c%25.py' } },
  });
  expect(at('C:\\app\\a.py')).toMatchObject({
    physicalLocation: { artifactLocation: { uri: 'file:///C:/app/a.py' } },
  });
  expect(at('<string>')).toEqual({ logicalLocations: [{ name: 'f', kind: 'function' }] });
});

test('a run without findings is a log without results, and only rules with a result are listed', () => {
  const log = logOf([]);
  expect(violations(read(log))).toEqual([]);
  expect(log.runs[0]).toMatchObject({ results: [], tool: { driver: { rules: [] } } });
});

test('a limit that was exceeded is a result of a rule of its own', () => {
  const rule = { id: 'max-wall', title: 'Wall time', page: 'Wall time' };
  const failures = [{ rule, message: 'wall 12 s, at most 10 s', properties: { measured: 12 } }];
  const log = toSarif({ meta: META, version: '1', rules: RULES, findings: [findingOf()], failures });
  expect(violations(read(log))).toEqual([]);
  expect(log.runs[0]?.results[1]).toMatchObject({ ruleId: 'max-wall', ruleIndex: 1, level: 'error' });
});

test('whatever a recording says, the log is valid', () => {
  const text = fc.string({ unit: 'binary', maxLength: 30 });
  fc.assert(
    fc.property(
      text,
      text,
      fc.integer({ min: 0, max: 1e6 }),
      fc.constantFrom('', '/', '/home/me', 'C:\\x'),
      (file, name, line, directory) => {
        const location = { file: `${file}.py`, line, function: name };
        expect(violations(read(logOf([findingOf({ location, title: name })], directory)))).toEqual([]);
      },
    ),
  );
});
