import { describe, expect, test } from '@jest/globals';
import { Extents } from '../../../../../analyzer/collect/node/scripts/extents.ts';
import { syntaxOf } from '../../../../../analyzer/collect/node/scripts/syntax.ts';

const SCRIPT = `'use strict';
function square(value) {
  return value * value;
}
const half = (value) => value / 2;
class Sum {
  start = 1 +
    1;
  add(value) {
    this.total += value;
  }
}
exports.cube = function (value) {
  return value * square(value);
};
function main(values) {
  const inner = (value) => {
    value++;
    return value;
  };
  for (const value of values) {
    square(value);
    inner(value);
  }
  return values.map((value) => value + 1);
}
main([]);
`;
const lines = SCRIPT.split('\n');
const lineWith = (part: string) => lines.findIndex((line) => line.includes(part)) + 1;
/** Where V8 says that a function is. */
const at = (before: string) => {
  const line = lineWith(before);
  return [line, (lines[line - 1] as string).indexOf(before) + before.length + 1] as const;
};
const seenIn = (name: string, before: string, part: string, extents = new Extents(SCRIPT)) =>
  extents.inlinedAt(name, ...at(before), lineWith(part))?.name ?? null;

describe('a line on which another function was seen', () => {
  test.each([
    ['return value * value', 'square'],
    ['function square(value)', 'square'],
    ['value / 2', 'half'],
    ['this.total += value', 'add'],
    ['    square(value);', null],
    ['return value * square(value)', 'exports.cube'],
    ['value++', 'inner'],
  ])('of main, %s, belongs to %s', (part, name) => {
    expect(seenIn('main', 'function main', part)).toBe(name);
  });

  test('stays with the caller where two functions share it, or nobody is known to have it', () => {
    expect(seenIn('main', 'function main', 'const inner')).toBeNull();
    expect(seenIn('add', '  add', 'values.map')).toBeNull();
    expect(seenIn('add', '  add', '    1;')).toBeNull();
    expect(seenIn('add', '  add', 'main([])')).toBeNull();
  });

  test('stays with the script for what it may have run itself', () => {
    const extents = new Extents(SCRIPT);
    expect(extents.inlinedAt('', 1, 1, lineWith('function square'))).toBeNull();
    expect(extents.inlinedAt('', 1, 1, lineWith('return value * value'))?.name).toBe('square');
  });

  test('stays with a function that is not where V8 says: the script is another one', () => {
    expect(new Extents(SCRIPT).inlinedAt('main', 1, 7, 3)).toBeNull();
    expect(new Extents(SCRIPT).inlinedAt('main', 99, 7, 3)).toBeNull();
    expect(new Extents(SCRIPT).inlinedAt('main', ...at('function main'), 99)).toBeNull();
  });

  test('is where V8 says that its function is, under the name that V8 has for it', () => {
    const extents = new Extents(SCRIPT);
    const [line, column] = at('  add');
    expect(seenIn('Sum.add', '  add', 'return value * value', extents)).toBe('square');
    expect(extents.inlinedAt('main', ...at('function main'), lineWith('this.total'))).toEqual({
      name: 'Sum.add',
      line,
      column,
    });
  });
});

describe('a call', () => {
  const CALLS = `const fs = require('node:fs');
function load(path) {
  check(path);
  return fs
    .readFileSync(path);
}
function twice(path) {
  check(path); new Sum();
  check(path);
  const later = () => { gzipSync(path); };
  return later;
}
load('a');
`;
  const place = (before: string) => {
    const line = CALLS.split('\n').findIndex((each) => each.startsWith(before)) + 1;
    return [line, before.length + 1] as const;
  };
  const lineOf = (before: string, called: string, isAnywhere = false) =>
    new Extents(CALLS).callAt(...place(before), called, isAnywhere);

  test('is at the line of the called name in the calling function', () => {
    expect(lineOf('function load', 'readFileSync')).toBe(5);
    expect(lineOf('function load', 'check')).toBe(3);
    expect(lineOf('function twice', 'Sum')).toBe(8);
    expect(new Extents(CALLS).callAt(1, 1, 'load', false)).toBe(13);
  });

  test('is nowhere where several lines, or other functions only, have that name', () => {
    expect(lineOf('function twice', 'check')).toBe(0);
    expect(lineOf('function twice', 'gzipSync')).toBe(0);
    expect(new Extents(CALLS).callAt(99, 7, 'check', true)).toBe(0);
  });

  test('may be the only one of the script where V8 puts functions into each other', () => {
    expect(lineOf('function twice', 'gzipSync', true)).toBe(10);
    expect(lineOf('function load', 'later', true)).toBe(0);
  });
});

test('lines that copy a value through its text are those of both calls, also by way of a variable', () => {
  const extents = new Extents(`
    const copy = (value) => JSON.parse(JSON.stringify(value));
    function slow(value) {
      const text = JSON.stringify(value);
      log(text);
      return JSON.parse(text);
    }
    const other = (text) => JSON.parse(text);
    const saved = JSON.stringify({});
    const reader = () => JSON.parse(saved);
    ${';'.repeat(500)} JSON.parse(JSON.stringify(1));
  `);
  const found = Array.from({ length: 12 }, (_, line) => line).filter((line) => extents.isJsonClone(line));
  expect(found).toEqual([2, 4, 6]);
});

test('functions have the names that V8 gives them', () => {
  const names = syntaxOf(`
    class A { constructor() {} get g() { return 1; } static async *m() {} ['x' + 1]() {} }
    const B = class { constructor() {} };
    const o = { key: function () {}, meth() {}, late: () => {} };
    A.prototype.bar = function () {};
    (function named() {})();
    [].map((x) => x);
  `).functions.map(({ name }) => name);
  expect(names).toEqual(['A', 'get g', 'm', '', 'B', 'key', 'meth', 'late', 'A.bar', 'named', '']);
});

test('a script of many nested functions on many lines takes no time', () => {
  const depth = 300;
  const text = `${'function f() {\n'.repeat(depth)}${'\n'.repeat(1e6)}${'}\n'.repeat(depth)}`;
  const start = process.cpuUsage().user;
  new Extents(text);
  const flat = process.cpuUsage().user - start;
  new Extents('\n'.repeat(1e6));
  const empty = process.cpuUsage().user - start - flat;
  expect(flat).toBeLessThan(empty * 5 + 100_000);
});

test('what is no JavaScript is refused', () => {
  expect(() => new Extents('interface A { a: number }')).toThrow();
  expect(() => new Extents('('.repeat(1e5))).toThrow();
});
