import { expect, test } from '@jest/globals';
import { sourcePath } from '../../../analyzer/analysis/sourcePath.ts';

test.each([
  ['/home/me/src/app.py', '/home/me', 'src/app.py', true],
  ['/home/me/src/app.py', '/home/me/', 'src/app.py', true],
  ['app.py', '/home/me', 'app.py', true],
  ['./src/../app.py', '/home/me', 'app.py', true],
  ['../lib/x.py', '/home/me', '/home/lib/x.py', false],
  ['/home/mean/app.py', '/home/me', '/home/mean/app.py', false],
  ['/opt/x.py', '', '/opt/x.py', false],
  ['app.py', '', 'app.py', true],
  ['../app.py', '', '../app.py', false],
  ['/app.py', '/', 'app.py', true],
  ['file:///home/me/a.mjs', '/home/me', 'a.mjs', true],
  ['C:\\me\\a.py', 'C:\\me', 'a.py', true],
])('%s, seen from %s, is %s', (file, directory, path, isInside) => {
  expect(sourcePath(file, directory)).toEqual({ path, isInside });
});

test.each(['', '<string>', '[vdso]', 'node:fs', 'evalmachine:x'])('%s is no file', (file) => {
  expect(sourcePath(file, '/home/me')).toBeNull();
});
