import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { RULES } from '../../analyzer/advice/registry.ts';
import type { Finding } from '../../analyzer/model/index.ts';
import { ROOT, temporaryFolder } from '../harness/perfscope.ts';
import { Commands, modulesOf } from './commands.ts';
import { judge, median, missedGoals, type Observation, totalsOf } from './judgement.ts';
import { caseLines, totalLines } from './print.ts';
import { casesOf, cleanOf, markersOf } from './workloads.ts';

const folder = temporaryFolder();
afterAll(folder.remove);

const CASES = casesOf();

/**
 * Rules about copies over a bus, queues that run beside each other, and what only CUDA tells of kernels: no device in the memory of the
 * host shows any of it, so no program here can hold them to it. Synthetic recordings do, in the tests of their files.
 */
const NEED_A_GPU: Readonly<Record<string, string>> = {
  D05: 'pageableCopies',
  D07: 'synchronousCopies',
  D08: 'serialCopies',
  G05: 'loaderStarvation',
  G07: 'tensorCores',
  G09: 'idleDevice',
  G10: 'occupancy',
};

test('every rule has a page that names it, and a planted and a fixed program', () => {
  const isShown = (id: string) => CASES.some(({ rule }) => rule === id);
  const isTested = (id: string) => {
    const name = NEED_A_GPU[id];
    return name !== undefined && existsSync(join(ROOT, `test/analyzer/advice/rules/${name}.test.ts`));
  };
  const isComplete = (id: string) => {
    const page = join(ROOT, `docs/rules/${id}.md`);
    return existsSync(page) && readFileSync(page, 'utf8').includes(id) && (isShown(id) || isTested(id));
  };
  expect(RULES.map(({ id }) => id).filter((id) => !isComplete(id))).toEqual([]);
  // A rule that can be shown after all is held to its programs from then on.
  expect(Object.keys(NEED_A_GPU).filter(isShown)).toEqual([]);
});

test('every case is one of a rule, has one marked line, and its fixed program none', () => {
  const known = new Set(RULES.map(({ id }) => id));
  const wrong = CASES.filter(
    ({ rule, markers, fixed, also }) =>
      !known.has(rule) ||
      markers.length !== 1 ||
      /(?:#|\/\/)\s*here: /.test(fixed.text) ||
      also.some((id) => !known.has(id)),
  );
  expect(wrong.map(({ rule, name }) => `${rule}/${name}`)).toEqual([]);
});

test('clean programs carry no marks', () => {
  const marked = cleanOf().filter(({ program }) => /(?:#|\/\/)\s*(?:here|also): /.test(program.text));
  expect(marked.map(({ name }) => name)).toEqual([]);
});

test('cases are found with their marked line, other causes and options for the recording', () => {
  const corpus = join(folder.path, 'corpus');
  const write = (path: string, text: string) => {
    mkdirSync(join(corpus, path, '..'), { recursive: true });
    writeFileSync(join(corpus, path), text);
  };
  write(
    'J06/shapes/planted.cjs',
    '// record: --engine v8-ticks\nf();\ng(); // here: J06\n// also: J05, P08\n',
  );
  write('J06/shapes/fixed.cjs', 'f();\n');
  write('clean/sum/program.py', 'print(1)\n');
  const [found] = casesOf(corpus);
  expect(found).toMatchObject({ rule: 'J06', name: 'shapes', markers: [3], also: ['J05', 'P08'] });
  expect(found?.planted).toMatchObject({ language: 'javascript', flags: ['--engine', 'v8-ticks'] });
  expect(cleanOf(corpus).map(({ name }) => name)).toEqual(['sum']);
  write('P01/half/planted.py', '');
  expect(() => casesOf(corpus)).toThrow(/has no fixed\.py/);
  expect(casesOf(join(folder.path, 'nowhere'))).toEqual([]);
});

test('a marker is that of its rule and no other', () => {
  expect(markersOf('a  # here: P01\nb  #here: P01\nc  # here: P011\nd  # here: P02', 'P01')).toEqual([1, 2]);
});

test('the modules that a Python program needs are told from the files beside it', () => {
  const path = join(folder.path, 'app.py');
  writeFileSync(join(folder.path, 'shapes.py'), '');
  const text =
    'from __future__ import annotations\nimport os, sys\nfrom shapes import Box\n    import numpy as np\n';
  expect(modulesOf({ path, text, language: 'python', flags: [] })).toEqual(['numpy', 'os']);
  const lacking = { path, text: 'import no_such_module_here', language: 'python', flags: [] } as const;
  expect(new Commands(folder.path).of(lacking)).toEqual({
    missing: 'no python3 here has no_such_module_here',
  });
});

const finding = (rule: string, line: number, more: Partial<Finding> = {}): Finding => ({
  rule,
  title: `${rule} of f`,
  severity: 'medium',
  location: { file: '/c/planted.py', line, function: 'f' },
  lanes: [],
  interval: null,
  why: '',
  evidence: {},
  gain: { lo: 1.2, hi: 1.5 },
  withheld: null,
  change: '',
  docs: '',
  ...more,
});
const OBSERVATION: Observation = {
  rule: 'P01',
  name: 'case',
  severity: 'mild',
  file: '/c/planted.py',
  line: 12,
  also: [],
  planted: [finding('P01', 12)],
  fixed: [],
  measured: 1.34,
};

test('a cause that is told first, at its line, with a gain that holds, is right in every respect', () => {
  const verdict = judge(OBSERVATION);
  expect(verdict).toMatchObject({ fires: true, rightLine: true, isFirst: true, silent: true, inside: true });
  expect(verdict).toMatchObject({ direction: true, wrong: [] });
  expect(verdict.error).toBeCloseTo(0.0012, 3);
  expect(caseLines('P01/case mild', verdict, 1.34, '').join()).toContain('1.20x to 1.50x');
});

test('what is told at another line, of another rule, or of the fixed program is held against the rules', () => {
  const verdict = judge({
    ...OBSERVATION,
    planted: [finding('P03', 12), finding('P01', 13), finding('D01', 3)],
    also: ['D01'],
    fixed: [
      finding('P01', 20),
      finding('P03', 20),
      finding('P08', 9),
      finding('P02', 9, { severity: 'low' }),
    ],
    measured: 1.01,
  });
  expect(verdict).toMatchObject({ fires: true, rightLine: false, isFirst: false, silent: false });
  expect(verdict).toMatchObject({ inside: false, direction: false });
  expect(verdict.wrong.map((each) => each.split(' ').slice(0, 2).join(' '))).toEqual([
    'planted: P03',
    'planted: P01',
    'fixed: P01',
    'fixed: P08',
  ]);
});

test('a silent rule is a miss, and a gain that is not claimed is not judged', () => {
  expect(judge({ ...OBSERVATION, planted: [] })).toMatchObject({ fires: false, inside: null, error: null });
  const unclaimed = judge({ ...OBSERVATION, planted: [finding('P01', 12, { gain: null })] });
  expect(unclaimed).toMatchObject({ fires: true, inside: null, direction: null });
});

test('totals are shares of what was judged, and false alarms count against precision', () => {
  const right = judge(OBSERVATION);
  const missed = judge({ ...OBSERVATION, planted: [] });
  const totals = totalsOf([right, right, right, missed], 1);
  expect(totals).toMatchObject({ cases: 4, precision: 0.75, recall: 0.75, first: 0.75, line: 0.75 });
  expect(totals).toMatchObject({ inside: 1, direction: 1 });
  expect(missedGoals(totals)).toEqual(['precision', 'recall', 'first', 'line']);
  expect(totalLines(totals).filter((line) => line.endsWith('MISSED'))).toHaveLength(4);
  const none = totalsOf([], 0);
  expect(none).toMatchObject({ precision: null, recall: null, errorMedian: null });
  expect(missedGoals(none)).toEqual([]);
  expect(missedGoals({ ...totalsOf([right], 0), errorMedian: 0.2 })).toEqual(['errorMedian']);
});

test('the median of an even number of values is between the two in the middle', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1])).toBe(2.5);
  expect(median([])).toBeNull();
});
