import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rangeAt, rangesOf } from '../../webview/source/ranges.ts';
import { tinted } from '../../webview/source/syntax.ts';
import { hasSource, lastLineOf, sourceNote, sourceText } from '../../webview/source/texts.ts';
import { lineRecording, withSources } from '../harness/lines.ts';

const tints = (text: string, file: string): string[] =>
  text.split('\n').map((_, i) =>
    tinted(
      text,
      file,
    )(i + 1)
      .map(({ text: part, tint }) => (tint === '' ? part : `<${tint[0]} ${part}>`))
      .join(''),
  );

test('Python has comments, strings over lines, and keywords', () => {
  expect(
    tints('def f(x):  # "no string"\n    """One\n    # two"""\n    return "a\\"b" + \'#\' + inner', 'a.py'),
  ).toEqual([
    '<k def> f(x):  <c # "no string">',
    '    <s """One>',
    '<s     # two""">',
    '    <k return> <s "a\\"b"> + <s \'#\'> + inner',
  ]);
});

test('JavaScript has templates and both kinds of comments', () => {
  expect(tints('const a = `x // (b)\n y`; // c\n/* d\n e */ let f', 'a.ts')).toEqual([
    '<k const> a = <s `x // (b)>',
    '<s  y`>; <c // c>',
    '<c /* d>',
    '<c  e */> <k let> f',
  ]);
});

test('a string that does not end ends with its line', () => {
  expect(tints('x = "abc\nif x', 'a.py')).toEqual(['x = <s "abc>', '<k if> x']);
  expect(tints("char c = '\"'; int x;", 'a.c')[0]).toBe("<k char> c = <s '\"'>; <k int> x;");
});

test('the pieces of any text are its lines, in either language, and take no longer than it is long', () => {
  const odd = fc.array(
    fc.constantFrom('"', "'", '"""', '`', '\\', '\n', '#', '/*', '*/', '//', 'if', ' ', 'é', '🐍'),
    {
      maxLength: 60,
    },
  );
  fc.assert(
    fc.property(odd, fc.constantFrom('a.py', 'b.js', 'c.cu', 'manage'), (parts, file) => {
      const text = parts.join('');
      const piecesOf = tinted(text, file);
      const lines = text.split('\n');
      expect(
        lines.map((_, i) =>
          piecesOf(i + 1)
            .map((piece) => piece.text)
            .join(''),
        ),
      ).toEqual(lines);
      expect(piecesOf(lines.length + 1)).toEqual([]);
    }),
  );
  for (const part of ['"', '"""', "'\\", '/*', '`${', '\\"'])
    expect(tinted(part.repeat(100_000), part.includes('/') ? 'a.js' : 'a.py')(1).length).toBeGreaterThan(0);
});

const CODE = `import os


@cache
@other
def f(
    a,
):
    if a:

        return 1
    return 2


def g():
    pass
class A:
    def m(self):
        x = [
            1,
        ]
        return x

    y = 1`.split('\n');

test('where a function ends is told by its indentation', () => {
  expect(lastLineOf(CODE, 4)).toBe(12);
  expect(lastLineOf(CODE, 15)).toBe(16);
  expect(lastLineOf(CODE, 17)).toBe(24);
  expect(lastLineOf(CODE, 18)).toBe(22);
  const script = ['function a(', '  x,', ') {', '  return {', '  };', '}', 'b();'];
  expect(lastLineOf(script, 1)).toBe(6);
  expect(lastLineOf(['int f()', '{', '  g();', '}', ''], 1)).toBe(4);
  expect(lastLineOf([], 7)).toBe(7);
  expect(lastLineOf(['x'], 9)).toBe(9);
});

test('a line is in the innermost function around it, and in the file where there is none', () => {
  const functions = {
    count: 4,
    name: ['<module>', 'f', 'm', 'elsewhere'],
    file: ['a.py', 'a.py', 'a.py', 'b.py'],
    line: Uint32Array.of(1, 4, 18, 1),
  };
  const ranges = rangesOf(functions, 'a.py', CODE);
  const at = (line: number) => functions.name[rangeAt(ranges, line)?.function ?? -1];
  expect([1, 4, 12, 13, 19, 24].map(at)).toEqual(['<module>', 'f', 'f', '<module>', 'm', '<module>']);
  // Without the text, a function goes on until the next begins.
  const unknown = rangesOf(functions, 'a.py', []);
  expect(functions.name[rangeAt(unknown, 13)?.function ?? -1]).toBe('f');
  expect(rangeAt(rangesOf(functions, 'c.py', []), 3)).toBeNull();
});

test('what is kept of a file is told with what is wrong with it', () => {
  const plain = lineRecording([{ stack: ['f a.py:3'], cpu: 1 }]);
  const { tables } = withSources(plain, {
    'a.py': 'one\r\ntwo\rthree\n',
    'b.py': { kept: 'changed', text: 'x' },
    'c.py': { kept: 'large', bytes: 9e6 },
    'd.py': { kept: 'full' },
    'e.py': { kept: 'unreadable' },
  });
  expect(sourceText(tables, 'a.py')?.lines).toEqual(['one', 'two', 'three']);
  expect(sourceText(tables, 'a.py')).toBe(sourceText(tables, 'a.py'));
  expect(sourceText(tables, 'c.py')?.lines).toEqual([]);
  expect(sourceText(tables, 'z.py')).toBeNull();
  const notes = ['a.py', 'b.py', 'c.py', 'd.py', 'e.py', 'z.py'].map((file) => sourceNote(tables, file));
  expect(notes[0]).toBe('');
  expect(new Set(notes).size).toBe(6);
  expect(sourceNote(plain.tables, 'a.py')).toContain('--no-sources');
});

test('there is something to show where a line is known, or a text', () => {
  expect(hasSource(lineRecording([{ stack: ['f a.py:3'], cpu: 1 }]).tables)).toBe(true);
  expect(hasSource(lineRecording([{ stack: ['dot'], cpu: 1 }]).tables)).toBe(false);
  expect(hasSource(withSources(lineRecording([]), { 'a.py': 'x' }).tables)).toBe(true);
});
