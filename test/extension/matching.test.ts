import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  agreement,
  type KnownDocument,
  matchOf,
  type RecordedFile,
  recordedPath,
} from '../../extension/editor/matching.ts';

const ENDED = 1_700_000_000_000;
const TEXT = ['import sys', '', 'def solve(n):', '    return n * n', '', 'def main():', '    solve(3)'];

const fileOf = (path: string, more: Partial<RecordedFile> = {}): RecordedFile => ({
  name: path,
  path,
  hash: null,
  wasChanged: false,
  functions: [
    { name: '<module>', line: 1 },
    { name: 'solve', line: 3 },
    { name: 'App.main', line: 6 },
  ],
  ...more,
});
const documentOf = (path: string, more: Partial<KnownDocument> = {}): KnownDocument => ({
  path,
  hash: 'aa',
  lines: TEXT,
  modified: ENDED - 60_000,
  ...more,
});
const match = (document: KnownDocument, ...files: RecordedFile[]) => {
  const found = matchOf(document, files, ENDED);
  return found.is === 'other' ? 'other' : `${found.is} ${found.file.path}`;
};

describe('with a hash', () => {
  test('the same bytes are the file, wherever they lie and whatever they are called', () => {
    const file = fileOf('/ci/build/src/app.py', { hash: 'aa' });
    expect(match(documentOf('/ci/build/src/app.py'), file)).toBe('same /ci/build/src/app.py');
    expect(match(documentOf('/home/me/moved/app.py', { modified: ENDED + 1e9 }), file)).toBe(
      'same /ci/build/src/app.py',
    );
    expect(match(documentOf('/home/me/renamed.py'), file)).toBe('same /ci/build/src/app.py');
  });

  test('other bytes are the file no longer, at its place; elsewhere they never were', () => {
    const file = fileOf('/home/me/app.py', { hash: 'bb' });
    expect(match(documentOf('/home/me/app.py'), file)).toBe('changed /home/me/app.py');
    expect(match(documentOf('/home/you/app.py'), file)).toBe('other');
  });

  test('of two files of one name the bytes decide', () => {
    const near = fileOf('/ci/me/app.py', { hash: 'bb' });
    const far = fileOf('/ci/tools/app.py', { hash: 'aa' });
    expect(match(documentOf('/home/me/app.py'), near, far)).toBe('same /ci/tools/app.py');
  });

  test('an empty file is not taken for another empty one', () => {
    const file = fileOf('/home/me/a/__init__.py', { hash: 'aa', functions: [] });
    expect(match(documentOf('/home/me/other.py', { lines: [''] }), file)).toBe('other');
  });
});

describe('without a hash', () => {
  test('it is the file at its place, unless it was written since or defines other functions', () => {
    const file = fileOf('/home/me/app.py');
    expect(match(documentOf('/home/me/app.py'), file)).toBe('same /home/me/app.py');
    expect(match(documentOf('/home/me/app.py', { modified: ENDED + 60_000 }), file)).toBe(
      'changed /home/me/app.py',
    );
    expect(match(documentOf('/home/me/app.py', { lines: ['', ...TEXT.slice(0, 2)] }), file)).toBe(
      'changed /home/me/app.py',
    );
  });

  test('it is not known any more where it was written to while it ran', () => {
    const file = fileOf('/home/me/app.py', { wasChanged: true });
    expect(match(documentOf('/home/me/app.py'), file)).toBe('changed /home/me/app.py');
    expect(match(documentOf('/ci/me/app.py'), file)).toBe('other');
  });

  test('in another folder it is the one whose path agrees best, if it defines the functions', () => {
    const one = fileOf('/ci/src/web/app.py');
    const two = fileOf('/ci/src/jobs/app.py');
    expect(match(documentOf('/home/me/src/jobs/app.py'), one, two)).toBe('same /ci/src/jobs/app.py');
    expect(match(documentOf('/home/me/app.py'), one, two)).toBe('other');
    expect(match(documentOf('/home/me/src/jobs/app.py', { lines: ['def other(): pass'] }), one, two)).toBe(
      'other',
    );
  });

  test('a file of which no function has a name is not guessed at', () => {
    const script = fileOf('/ci/run.py', { functions: [{ name: '<module>', line: 1 }] });
    expect(match(documentOf('/home/me/run.py'), script)).toBe('other');
    expect(match(documentOf('/ci/run.py'), script)).toBe('same /ci/run.py');
  });

  test('a decorator stands between the line of a function and its name', () => {
    const file = fileOf('/home/me/app.py', { functions: [{ name: 'solve', line: 1 }] });
    expect(
      match(documentOf('/home/me/app.py', { lines: ['@cached', '@typed', 'def solve():', '  pass'] }), file),
    ).toBe('same /home/me/app.py');
  });
});

describe('paths', () => {
  test('agree from their ends, in whole names, with either separator', () => {
    expect(agreement('/a/b/c.py', '/x/b/c.py')).toBe(2);
    expect(agreement('C:\\work\\b\\c.py', '/x/b/c.py')).toBe(2);
    expect(agreement('/a/b/xc.py', '/a/b/c.py')).toBe(0);
    expect(agreement('/a/b/c.py', '/a/b/c.py')).toBe(Number.POSITIVE_INFINITY);
  });

  test('differ in case where the system tells it, and agree where it does not', () => {
    expect(agreement('/a/App.py', '/a/app.py')).toBe(0);
    expect(agreement('/a/App.py', '/a/app.py', true)).toBe(Number.POSITIVE_INFINITY);
    expect(agreement('/a/gr\u00f6\u00dfe.py', '/a/gro\u0308\u00dfe.py')).toBe(Number.POSITIVE_INFINITY);
  });

  test('of frames are those of files, seen from where the command ran', () => {
    expect(recordedPath('app.py', '/home/me')).toBe('/home/me/app.py');
    expect(recordedPath('../lib/x.py', '/home/me')).toBe('/home/lib/x.py');
    expect(recordedPath('/opt/x.py', '/home/me')).toBe('/opt/x.py');
    expect(recordedPath('file:///opt/x.js', '/home/me')).toBe('/opt/x.js');
    for (const none of ['<string>', 'node:fs', '', '[vdso]'])
      expect(recordedPath(none, '/home/me')).toBeNull();
  });

  test('agreement is the same both ways, of any paths', () => {
    const anyPath = fc
      .array(fc.constantFrom('a', 'b', 'c', '..', 'ü'), { maxLength: 5 })
      .map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(anyPath, anyPath, (one, other) => {
        expect(agreement(one, other)).toBe(agreement(other, one));
      }),
    );
  });
});
