import { expect, test } from '@jest/globals';
import { regexCompile } from '../../../../analyzer/advice/rules/regexCompile.ts';
import { busy, frame, standard, traceOf } from '../../../harness/pythonStacks.ts';

const line = frame('Report.status', '/home/me/app.py', 14);
const other = frame('main', '/home/me/app.py', 30);
const match = standard('match', 're/__init__.py', 166);
const cache = standard('_compile', 're/__init__.py', 280);
const compile = standard('compile', 're/_compiler.py', 740);
const parse = standard('_parse', 're/_parser.py', 500);

const repeated = (stack: readonly string[], calls: number, others: number) =>
  traceOf(
    [{}],
    busy(0, 3, [
      [calls, stack],
      [others, [other]],
    ]),
    3,
  );

test('patterns that are compiled again and again are told at the line that calls re', () => {
  const [found, ...more] = regexCompile.evaluate(repeated([line, match, cache, compile, parse], 4, 4));
  expect(more).toEqual([]);
  expect(found?.site.line).toBe(14);
  expect(found?.title).toContain('again and again');
  expect(found?.gain?.lo).toBeGreaterThan(1.5);
  expect(found?.gain?.hi).toBeGreaterThanOrEqual(2);
});

test('look-ups of a compiled pattern are told as such', () => {
  const [found] = regexCompile.evaluate(repeated([line, match, cache], 1, 9));
  expect(found?.title).toContain('looks a compiled pattern up');
  expect(found?.evidence.lookupShare).toBeCloseTo(0.1, 2);
});

test('matching itself, compiling once, and what a library compiles are left alone', () => {
  expect(regexCompile.evaluate(repeated([line, match], 5, 5))).toEqual([]);
  const once = [...busy(0, 1, [[1, [line, match, cache, compile]]]), ...busy(0, 2, [[1, [other]]], 1e9)];
  expect(regexCompile.evaluate(traceOf([{}], once, 3))).toEqual([]);
  const inside = [line, standard('fnmatch', 'fnmatch.py', 30), match, cache, compile];
  expect(regexCompile.evaluate(repeated(inside, 5, 5))).toEqual([]);
  expect(regexCompile.evaluate(repeated([line, match, cache, compile], 1, 19))).toEqual([]);
});
