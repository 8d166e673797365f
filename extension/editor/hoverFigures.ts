import { gainOf } from '../../analyzer/advice/words.ts';
import type { LineMoves } from '../../analyzer/analysis/lineMoves.ts';
import type { KeyedFinding } from '../../webview/findings/selection.ts';
import { percent, visible } from '../../webview/format.ts';
import type { FileTimes, SourceTimes } from './lineTimes.ts';
import { amount, ofWhat } from './metric.ts';
import { workWords } from './workWords.ts';

/** What is told of a line that a reader points at. All texts are plain. */
export interface HoverFigures {
  /** Names and figures, in order. */
  readonly rows: readonly (readonly [name: string, figure: string])[];
  /** Findings at the line. */
  readonly findings: readonly { readonly key: string; readonly rule: string; readonly words: string }[];
  /** The function that the line belongs to, a number of `Functions`; -1 when none is known. */
  readonly function: number;
  readonly functionName: string;
}

/** Null where the recording says nothing of the line. */
export function hoverFigures(
  line: number,
  file: FileTimes,
  { whole, metric }: SourceTimes,
  moves: LineMoves | undefined,
  findings: readonly KeyedFinding[],
): HoverFigures | null {
  const times = file.lines.find((each) => each.line === line);
  const here = findings.filter(({ location }) => location?.file === file.file && location.line === line);
  if (!times && here.length === 0 && !moves) return null;
  const share = (value: number): string => (whole > 0 ? ` (${percent(value / whole)})` : '');
  const row = (name: string, value: number): [string, string] => [
    `${ofWhat(metric)}, ${name}`,
    `${amount(metric, value)}${share(value)}`,
  ];
  const rows = times
    ? [
        row('self', times.self),
        // Where no library was called, this says the same.
        ...(times.here > times.self ? [row('with libraries', times.here)] : []),
        row('with all calls', times.total),
      ]
    : [];
  const around = functionAt(file, line);
  return {
    rows: [...rows, ...(moves ? workWords(moves) : [])],
    findings: here.map((finding) => ({
      key: finding.key,
      rule: finding.rule,
      words: `${visible(finding.title)} (${gainOf(finding)})`,
    })),
    function: around?.id ?? -1,
    functionName: visible(around?.name ?? ''),
  };
}

/** The last function that begins at the line or above it: where it ends, a recording does not tell. */
const functionAt = ({ functions }: FileTimes, line: number): FileTimes['functions'][number] | undefined =>
  functions.findLast((each) => each.line <= line);
