/**
 * The characters that pictures are made of; each is one cell. Block elements and lines are of ambiguous width by Unicode:
 * a terminal that draws them with two cells, or a locale without UTF-8, gets ASCII.
 */
export interface Glyphs {
  /** Eight heights, lowest first. */
  readonly heights: readonly string[];
  /** Eight widths of a bar's last cell, narrowest first; the last is full. */
  readonly widths: readonly string[];
  readonly rule: string;
  readonly bullet: string;
  readonly cut: string;
  /** Marks the selected row. */
  readonly pointer: string;
  /** Right edge of a box where boxes have no colour. */
  readonly edge: string;
  readonly sideways: string;
  readonly upAndDown: string;
}

export const BLOCKS: Glyphs = {
  heights: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  widths: ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  rule: '─',
  bullet: '●',
  cut: '…',
  pointer: '▌',
  edge: '│',
  sideways: '←→',
  upAndDown: '↑↓',
};

export const ASCII: Glyphs = {
  heights: ['_', '.', ':', '-', '=', '+', '*', '#'],
  widths: ['#', '#', '#', '#', '#', '#', '#', '#'],
  rule: '-',
  bullet: '*',
  cut: '~',
  pointer: '>',
  edge: '|',
  sideways: '<>',
  upAndDown: '^v',
};

/** By the locale's character set, as the C library finds it. A locale that names none is left out: many containers set none. */
export function glyphsFor(env: NodeJS.ProcessEnv): Glyphs {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  const charset = /\.([^@]*)/.exec(locale)?.[1] ?? '';
  if (charset !== '' && !/^utf-?8$/i.test(charset)) return ASCII;
  return env.TERM === 'linux' || env.TERM === 'dumb' ? ASCII : BLOCKS;
}
