import { ACTIVITIES, LETTERS, MEANINGS } from '../activity.ts';
import { Line, type Look } from '../line.ts';

const KEYS: readonly (readonly [string, string])[] = [
  ['Tab, 1 to 7', 'overview, functions, flame, lanes, pools, log, findings'],
  ['arrows', 'choose a lane, function or task; move in the flame graph'],
  ['Enter', 'flame graph of the choice; zoom into a box'],
  ['Esc', 'undo the search, the zoom, the choice; then the overview'],
  ['[ ]  a', 'previous and next lane; all lanes'],
  ['/', 'search functions, lanes and output'],
  ['l   f', 'output of the program; findings: what to change'],
  ['q', 'stop the program and write the recording; again: kill it'],
  ['Ctrl-C', 'interrupt the program; again: kill it'],
  ['Ctrl-L', 'draw the screen anew'],
];

/** Words of the tables whose meaning their column has no room for. */
const WORDS: readonly (readonly [string, string])[] = [
  ['tasks/s', 'of the last 2 s, or of 10 s where tasks are few'],
  ['out, back', 'serialised bytes to the workers, and of what they gave back'],
  ['repeated', 'of the bytes sent out, what earlier tasks had carried too'],
];

/** The overlay with the keys, the letters and every warning in full, as the rows of a whole screen. */
export function keysRows(warnings: readonly string[], rows: number, width: number, look: Look): string[] {
  const { palette } = look;
  const drawn: string[] = [];
  const add = (draw: (line: Line) => Line): number => drawn.push(draw(new Line(width, look).skip(1)).end());
  const wide = width >= 110;
  add((line) =>
    line
      .field('keys', 58, palette.bold)
      .skip(wide ? 16 : 0)
      .text(wide ? 'letters' : '', palette.bold),
  );
  KEYS.forEach(([key, meaning], i) => {
    const letter = wide ? ACTIVITIES[i] : undefined;
    add((line) => {
      line.field(key, 13, palette.accent).field(meaning, 61);
      return letter
        ? line.text(LETTERS[letter], palette.activity[letter]).text(`  ${MEANINGS[letter]}`)
        : line;
    });
  });
  if (!wide) {
    add((line) => line.text('letters', palette.bold));
    for (let i = 0; i < ACTIVITIES.length; i += 2) {
      add((line) => {
        for (const kind of ACTIVITIES.slice(i, i + 2)) {
          line.text(LETTERS[kind], palette.activity[kind]).field(`  ${MEANINGS[kind]}`, 39);
        }
        return line;
      });
    }
  }
  for (const warning of warnings) add((line) => line.text('! ', palette.warn).text(warning));
  add((line) => line.text('pools', palette.bold));
  for (const [word, meaning] of WORDS) {
    add((line) => line.field(word, 13, palette.accent).text(meaning));
  }
  while (drawn.length < rows) drawn.push(new Line(width, look).end());
  return drawn.slice(0, rows);
}
