import { count } from '../figures.ts';
import type { Glyphs } from '../glyphs.ts';
import { Line, type Look } from '../line.ts';
import { cellsOf } from '../text.ts';
import type { View } from '../ui.ts';

/** A key, what it does, and that in fewer cells; spare ones go first when there is no room. */
type Hint = readonly [key: string, long: string, short: string, spare?: 'spare'];

/** What a row is in a view with a choice in it. */
const ROWS: Readonly<Record<Exclude<View, 'log' | 'flame' | 'findings'>, string>> = {
  overview: 'lane',
  functions: 'function',
  lanes: 'lane',
  pools: 'task',
};

function hintsOf(view: View, newLines: number, findings: number, stopping: boolean, glyphs: Glyphs): Hint[] {
  const lines = newLines === 1 ? '1 new line' : `${count(newLines)} new lines`;
  const log: Hint = [
    'l',
    newLines > 0 ? `log (${lines})` : 'log',
    newLines > 0 ? `log (${count(newLines)})` : 'log',
  ];
  const stop: Hint = ['q', stopping ? 'kill the program' : 'stop and write', stopping ? 'kill' : 'stop'];
  const help: Hint = ['?', 'keys', 'keys'];
  const tab: Hint = ['Tab', 'view', 'view'];
  if (view === 'log') {
    return [
      tab,
      [glyphs.upAndDown, 'scroll', 'scroll'],
      ['End', 'follow', 'follow'],
      ['/', 'search', 'search', 'spare'],
      ['Esc', 'back', 'back'],
      help,
      stop,
    ];
  }
  if (view === 'flame') {
    return [
      tab,
      [`${glyphs.sideways}${glyphs.upAndDown}`, 'move', 'move'],
      ['Enter', 'zoom', 'zoom'],
      ['Esc', 'back', 'back'],
      ['[ ]', 'lane', 'lane', 'spare'],
      ['/', 'search', 'search', 'spare'],
      log,
      help,
      stop,
    ];
  }
  if (view === 'findings')
    return [tab, [glyphs.upAndDown, 'finding', 'row'], ['Esc', 'back', 'back'], log, help, stop];
  const row = ROWS[view];
  const rows: Hint = [glyphs.upAndDown, row, row === 'lane' ? row : 'row'];
  const lane: Hint[] = view === 'functions' ? [[glyphs.sideways, 'lane', 'lane']] : [];
  return [
    tab,
    rows,
    ...lane,
    ['Enter', 'flame', 'flame'],
    ...(findings > 0 ? ([['f', 'findings', 'findings']] satisfies Hint[]) : []),
    ['/', 'search', 'search', 'spare'],
    log,
    help,
    stop,
  ];
}

/** The keys that matter most now; those that fit. */
export function footerRow(
  view: View,
  newLines: number,
  findings: number,
  stopping: boolean,
  width: number,
  look: Look,
): string {
  const { palette } = look;
  let hints = hintsOf(view, newLines, findings, stopping, look.glyphs);
  const cells = (long: boolean, gap: number): number =>
    hints.reduce((sum, [key, full, short]) => sum + cellsOf(key) + 1 + (long ? full : short).length + gap, 1);
  while (cells(false, 2) > width + 2 && hints.some((hint) => hint[3])) {
    const spare = hints.findIndex((hint) => hint[3]);
    hints = hints.filter((_, at) => at !== spare);
  }
  const long = cells(true, 2) <= width + 2;
  const gap = cells(long, 3) <= width + 3 ? 3 : cells(long, 2) <= width + 2 ? 2 : 1;
  const line = new Line(width, look).skip(1);
  for (const [key, full, short] of hints) {
    const style = palette.colours ? palette.accent : palette.bold;
    if (/^[\x20-\x7e]*$/.test(key)) line.text(key, style);
    else line.glyphs(key, style);
    line
      .skip(1)
      .text(long ? full : short, key === 'l' && newLines > 0 ? '' : palette.dim)
      .skip(gap);
  }
  return line.end();
}
