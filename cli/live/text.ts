import stringWidth from 'string-width';

/**
 * Text that comes from a target (names, paths, output) in terminal cells. Such text may hold anything: escape sequences,
 * wide characters, marks, right-to-left scripts. What leaves `clean` is one line of characters whose widths terminals
 * agree on, as far as they do; `Line` sets the column anew behind all that is not ASCII, so that a disagreement stays
 * inside its own field.
 */

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
/** Escape sequences as a whole: OSC, DCS and their kin up to their end, CSI, and two-character ones. */
const ESCAPES =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is for
  /(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|(?:\x1b\[|\x9b)[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]?|\x1b[\x20-\x2f]*[\x30-\x7e]?/g;
const BLANK = /\s/u;
/** No cell of their own and no meaning here: joiners, selectors, direction marks, emoji skin tones, loose Hangul jamo. */
const DROPPED =
  /[\p{Default_Ignorable_Code_Point}\p{Format}\p{Enclosing_Mark}\p{Emoji_Modifier}\u1160-\u11ff\ud7b0-\ud7ff]/u;
const MARK = /\p{Nonspacing_Mark}/u;
const UNSHOWABLE = /[\ufffd\p{Control}\p{Surrogate}\p{Private_Use}\p{Unassigned}]/u;
/** Flags are pairs of these; terminals draw the pair with 2 or with 4 cells. */
const REGIONAL_A = 0x1f1e6;
const MOST_MARKS = 2;

export function isAscii(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

/** One line without anything that could move a cursor or change a width. */
export function clean(text: string): string {
  if (isAscii(text)) return text;
  let result = '';
  let marks = MOST_MARKS;
  for (const char of text.replace(ESCAPES, '').normalize('NFC')) {
    const code = char.codePointAt(0) as number;
    if (code >= 0x20 && code < 0x7f) {
      result += char;
      marks = 0;
    } else if (MARK.test(char) && !DROPPED.test(char)) {
      if (marks < MOST_MARKS) result += char;
      marks++;
    } else if (code >= REGIONAL_A && code < REGIONAL_A + 26) {
      result += String.fromCharCode(65 + code - REGIONAL_A);
    } else if (BLANK.test(char)) {
      result += ' ';
    } else if (!DROPPED.test(char)) {
      result += UNSHOWABLE.test(char) ? '?' : char;
      marks = 0;
    }
  }
  return result;
}

const charWidths = new Map<string, number>();

function charWidth(char: string): number {
  if (char < '\x7f') return 1;
  let width = charWidths.get(char);
  if (width === undefined) {
    width = MARK.test(char) ? 0 : stringWidth(char);
    // string-width segments and matches emoji sequences: 2 us a call. A program's names use few characters.
    if (charWidths.size > 4096) charWidths.clear();
    charWidths.set(char, width);
  }
  return width;
}

/** Cells of a clean text. */
export function cellsOf(text: string): number {
  if (isAscii(text)) return text.length;
  let cells = 0;
  for (const char of text) cells += charWidth(char);
  return cells;
}

/** The beginning of a clean text in at most `cells` cells, with `mark` (one cell) as its end when something is cut off. */
export function cut(text: string, cells: number, mark: string): string {
  if (cells <= 0) return '';
  if (isAscii(text)) return text.length <= cells ? text : text.slice(0, cells - 1) + mark;
  if (cellsOf(text) <= cells) return text;
  let result = '';
  let used = 0;
  for (const char of text) {
    const width = charWidth(char);
    if (used + width > cells - 1) break;
    result += char;
    used += width;
  }
  return result + mark;
}

/** The end of a clean text in at most `cells` cells: for paths, whose end says most. */
export function cutStart(text: string, cells: number, mark: string): string {
  if (cells <= 0) return '';
  if (cellsOf(text) <= cells) return text;
  let result = '';
  let used = 0;
  for (const char of [...text].reverse()) {
    const width = charWidth(char);
    if (used + width > cells - 1) break;
    result = char + result;
    used += width;
  }
  return mark + result;
}

/** Both ends of a clean text in at most `cells` cells: for names that differ in their last digits. */
export function cutMiddle(text: string, cells: number, mark: string): string {
  if (cellsOf(text) <= cells) return text;
  const end = Math.floor((cells - 1) / 2);
  if (end < 2) return cut(text, cells, mark);
  // `cut` keeps a cell for its mark, which here is the one that the end begins with.
  return cut(text, cells - end, '') + cutStart(text, end + 1, mark);
}

/** A clean text in lines of at most `cells` cells, broken between words; at most `most` lines, the last cut off with `mark`. */
export function wordLines(text: string, cells: number, most: number, mark: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || cellsOf(longer) <= cells) {
      line = longer;
      continue;
    }
    if (lines.length === most - 1) {
      lines.push(cut(longer, cells, mark));
      return lines;
    }
    lines.push(cut(line, cells, mark));
    line = word;
  }
  return line === '' ? lines : [...lines, cut(line, cells, mark)];
}
