import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BLOCKS } from '../../../cli/live/glyphs.ts';
import { Line } from '../../../cli/live/line.ts';
import { paletteFor, UNSTYLED } from '../../../cli/live/palette.ts';
import { cellsOf, clean, cut, cutStart } from '../../../cli/live/text.ts';

/** A row without the sequences with which `Line` itself sets the column. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence
const withoutColumns = (row: string): string => row.replace(/\x1b\[\d+G/g, '');

const look = { palette: UNSTYLED, glyphs: BLOCKS };

test('escape sequences are taken out as a whole, and other control characters are shown as question marks', () => {
  expect(clean('\x1b[31mred\x1b[0m')).toBe('red');
  expect(clean('a\x1b]0;title\x07b')).toBe('ab');
  expect(clean('a\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\b')).toBe('alinkb');
  expect(clean('\x1bP+q\x1b\\x\x9b2Jy\x1bcz')).toBe('xyz');
  expect(clean('a\0b\x07c\x7fd')).toBe('a?b?c?d');
  expect(clean('one\ntwo\tthree')).toBe('one two three');
});

test('characters that change what is around them are dropped: directions, joiners, selectors', () => {
  expect(clean('\u202egnp.exe\u2066\u200f')).toBe('gnp.exe');
  expect(clean('👩‍👩‍👧')).toBe('👩👩👧');
  expect(clean('👍🏽 ❤️')).toBe('👍 ❤');
  expect(clean('🇩🇪')).toBe('DE');
});

test('marks stay on their letter, but not without end', () => {
  expect(clean('é')).toBe('é');
  expect(cellsOf(clean(`Z${'\u0353'.repeat(50)}`))).toBe(1);
  expect(clean(`Z${'\u0353'.repeat(50)}`).length).toBeLessThanOrEqual(3);
  expect(clean('\u0301x')).toBe('x');
});

test('wide characters take two cells, and a cut never splits one', () => {
  expect(cellsOf('計算する')).toBe(8);
  expect(cut('計算する', 6, '~')).toBe('計算~');
  expect(cut('計算する', 8, '~')).toBe('計算する');
  expect(cutStart('a/計算.py', 6, '~')).toBe('~算.py');
});

test('a field of any text has exactly its cells', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.integer({ min: 0, max: 30 }),
      (text, cells) => {
        const line = new Line(40, look).field(text, cells);
        expect(line.column).toBe(cells);
        const row = withoutColumns(line.text('|').end());
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of the text's own is left
        expect(row).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
        expect(cellsOf(row)).toBe(40);
      },
    ),
  );
});

test('what follows text that is not ASCII is put to its column', () => {
  expect(new Line(12, look).field('שלום', 6).text('next').end()).toBe('שלום\x1b[5G  next  ');
});

test("colours are the terminal's own where it has only sixteen, and none where it has none", () => {
  expect(paletteFor(24, false).activity.gil).toBe('\x1b[38;2;194;125;187m');
  expect(paletteFor(8, false).activity.gil).toBe('\x1b[38;5;176m');
  expect(paletteFor(4, false).activity.gil).toBe('\x1b[95m');
  expect(Object.values(paletteFor(1, false).activity).join('')).toBe('');
});
