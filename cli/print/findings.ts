import { sourcePath } from '../../analyzer/analysis/sourcePath.ts';
import type { Summary } from '../../analyzer/analysis/summary.ts';
import type { Finding, Gain } from '../../analyzer/model/index.ts';
import { fitted, plain } from './text.ts';
import { bytes, count, percent, seconds, significant } from './units.ts';

const WIDTH = 100;
const INDENT = 11;
/** Below it, one digit would make a gain of 1.04 no gain. */
const TWO_DIGITS = 1.1;

/** What a person reads of a finding, `rank` from 1; lines without colour. `directory`: that of the recording. */
export function findingLines(finding: Finding, rank: number, directory: string): string[] {
  const { title, severity, why, change, docs } = finding;
  const gain = gainWords(finding);
  return [
    ...paragraph(`${`${rank}.`.padEnd(4)}${severity.padEnd(7)}`, [title, gain].filter(Boolean).join(': ')),
    ...paragraph('    at', placeWords(finding, directory)),
    ...paragraph('    why', why),
    ...paragraph('    do', change),
    ...paragraph('    seen', evidenceWords(finding).join(', ')),
    ...paragraph('    more', docs),
  ];
}

/** `1.3x to 1.5x faster`, or why no gain is told; empty where none is claimed. */
export function gainWords({ gain, withheld }: Pick<Finding, 'gain' | 'withheld'>): string {
  if (gain) return `${gainRange(gain)} faster`;
  return withheld === null ? '' : `gain withheld, because ${withheld}`;
}

export function gainRange({ lo, hi }: Gain): string {
  if (times(lo) === times(1)) return `up to ${times(hi)}`;
  // Both with the digits of the lesser one, unless that would be more than a large one deserves.
  const digits = lo < TWO_DIGITS && hi < 2 ? 2 : null;
  const [least, most] = [lo, hi].map((value) =>
    digits === null ? times(value) : `${value.toFixed(digits)}x`,
  );
  return least === most ? `${least}` : `${least} to ${most}`;
}

export function times(ratio: number): string {
  if (ratio < TWO_DIGITS) return `${ratio.toFixed(2)}x`;
  return `${ratio >= 10 ? ratio.toFixed(0) : ratio.toFixed(1)}x`;
}

/** `app.py:12 in solve`; empty where no line is known. */
export function placeWords({ location }: Pick<Finding, 'location'>, directory: string): string {
  if (location === null) return '';
  const { file, line, function: name } = location;
  const path = sourcePath(file, directory)?.path ?? file;
  const where = line > 0 ? `${path}:${line}` : path;
  return plain(name === '' ? where : `${where} in ${fitted(name, 60)}`);
}

/** The figures that a finding follows from, each as `idle 38 %`: the end of a name says the unit. */
export const evidenceWords = ({ evidence }: Pick<Finding, 'evidence'>): string[] =>
  Object.entries(evidence).map(([name, value]) => {
    const { words, unit } = splitName(name);
    return plain(`${words} ${typeof value === 'string' ? value : unit(value)}`.trim());
  });

const UNITS: readonly (readonly [ending: string, unit: (value: number) => string])[] = [
  ['Seconds', seconds],
  ['BytesPerSecond', (value) => `${bytes(value)}/s`],
  ['Bytes', bytes],
  ['Share', percent],
  ['Ratio', (value) => `${significant(value)}x`],
];

function splitName(name: string): { words: string; unit: (value: number) => string } {
  const known = UNITS.find(([ending]) => name.endsWith(ending) || name === lowered(ending));
  const rest = known ? name.slice(0, name.length - known[0].length) : name;
  const words = rest.replace(/([a-z\d])([A-Z])/g, '$1 $2').toLowerCase();
  const unit =
    known?.[1] ?? ((value) => (Number.isInteger(value) ? value.toLocaleString('en-US') : significant(value)));
  return {
    words: known && rest === '' ? lowered(known[0]) : words,
    unit: (value) => (Number.isFinite(value) ? unit(value) : 'unknown'),
  };
}

const lowered = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);

/** That there is nothing to change, with what shows it. `unsure`: why a run is too little to judge by; null where it is not. */
export function nothingWords(
  { efficiency, cpuSeconds, wallSeconds }: Pick<Summary, 'efficiency' | 'cpuSeconds' | 'wallSeconds'>,
  unsure: string | null,
): string {
  const shown: string[] = [];
  if (efficiency.parallel !== null)
    shown.push(
      `parallel efficiency ${efficiency.parallel.toFixed(2)} of ${count(efficiency.workers, 'worker')}`,
    );
  if (efficiency.device !== null) shown.push(`device efficiency ${efficiency.device.toFixed(2)}`);
  if (shown.length === 0 && wallSeconds > 0 && cpuSeconds > 0)
    shown.push(`${seconds(cpuSeconds)} of CPU in ${seconds(wallSeconds)}, fewer than two workers`);
  const judged = shown.length > 0 ? `: ${shown.join(', ')}` : '';
  return `nothing worth changing was found${judged}${unsure === null ? '' : `; but ${unsure}`}`;
}

/** `text` in lines of words after `label`; nothing for an empty text. */
function paragraph(label: string, text: string): string[] {
  const lines: string[] = [];
  let line = label.padEnd(INDENT);
  let isEmpty = true;
  for (const word of plain(text).split(' ').filter(Boolean)) {
    if (!isEmpty && line.length + word.length > WIDTH) {
      lines.push(line.trimEnd());
      line = ' '.repeat(INDENT);
    }
    line += `${word} `;
    isEmpty = false;
  }
  return isEmpty ? [] : [...lines, line.trimEnd()];
}
