import { expect, test } from '@jest/globals';
import { isWithin, pathOf, suffixesOf } from '../../extension/panel/places.ts';

test('a file is named as it was recorded, by any system', () => {
  expect(pathOf('/w/app.py')).toBe('/w/app.py');
  expect(pathOf('file:///w/app.mjs')).toBe('/w/app.mjs');
  expect(pathOf('C:\\w\\app.py')).toBe('C:/w/app.py');
  expect(pathOf('src/app.py')).toBe('src/app.py');
});

test('a path that leads out of a folder says so', () => {
  expect(pathOf('/w/../etc/passwd')).toBe('/etc/passwd');
  expect(pathOf('../../../etc/passwd')).toBe('etc/passwd');
  expect(pathOf('/w/./a//b.py')).toBe('/w/a/b.py');
});

test('what has no file is none', () => {
  for (const name of [
    '',
    '<string>',
    '<frozen importlib._bootstrap>',
    'node:internal/fs',
    'webpack:///a.js',
    'a\0b',
  ])
    expect(pathOf(name)).toBeNull();
});

test('a file that lies elsewhere here is looked for by its last names, the longest first', () => {
  expect(suffixesOf('/home/x/app/main.py')).toEqual([
    'home/x/app/main.py',
    'x/app/main.py',
    'app/main.py',
    'main.py',
  ]);
});

test('a folder holds what is below it and not what only begins like it', () => {
  expect(isWithin('/w', '/w/a.py')).toBe(true);
  expect(isWithin('/w', '/w')).toBe(true);
  expect(isWithin('/w/', '/w/a/b.py')).toBe(true);
  expect(isWithin('/w', '/workspace/a.py')).toBe(false);
  expect(isWithin('/w', '/etc/passwd')).toBe(false);
});
