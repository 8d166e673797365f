import { gainOf } from '../../analyzer/advice/words.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import type { Finding } from '../../analyzer/model/index.ts';
import { fitted, moduleName, plain } from './text.ts';
import { count } from './units.ts';

/** Findings that a summary names; the command `advise` tells them all, and more of each. */
const MOST = 3;
const WIDTH = 100;
/** A hostile recording must not fill the terminal; what a rule writes is far shorter. */
const LONGEST = 400;
const INDENT = '     ';

/**
 * What to change, in the summary of a run: of each of the first findings what is wrong with its gain, then what to do and where.
 * `file`: the recording, as a user would name it; null where it has no name.
 */
export function topFindings({ findings }: Pick<Summary, 'findings'>, file: string | null): string[] {
  if (findings.length === 0) return ['  nothing worth changing was found'];
  const lines = ['  change first'];
  const shown = findings.slice(0, MOST);
  for (const [i, finding] of shown.entries()) {
    lines.push(
      ...filled(`  ${i + 1}. `, [plainTitle(finding), `(${gainOf(finding)})`]),
      ...filled(INDENT, [fitted(finding.change, LONGEST), placeBehind(finding)]),
    );
  }
  const reasons = new Set(shown.flatMap(({ withheld }) => withheld ?? []));
  for (const reason of reasons) lines.push(...filled('  ', ['gain withheld:', fitted(reason, LONGEST)]));
  const others = findings.length - shown.length;
  if (others > 0 || file !== null) {
    const where = file === null ? '' : `: perfscope advise ${plain(file)}`;
    lines.push(others > 0 ? `  and ${count(others, 'other', 'others')}${where}` : `  why${where}`);
  }
  return lines;
}

const plainTitle = ({ title }: Finding): string => fitted(title, LONGEST);

/** `(app.py:12)`, where what to do does not name the line itself. */
function placeBehind({ change, location }: Finding): string {
  if (location === null) return '';
  const place = `${moduleName(location.file)}:${location.line}`;
  return change.includes(place) ? '' : `(${fitted(place, LONGEST)})`;
}

/** Words in lines of at most `WIDTH` characters, the first of them behind `label`, the others below it. */
function filled(label: string, parts: readonly string[]): string[] {
  const lines: string[] = [];
  let line = label;
  let isEmpty = true;
  for (const word of parts.join(' ').split(' ').filter(Boolean)) {
    if (!isEmpty && line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(label.length);
    }
    line += `${word} `;
    isEmpty = false;
  }
  return [...lines, line.trimEnd()];
}
