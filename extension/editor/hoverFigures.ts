import { gainOf } from '../../analyzer/advice/words.ts';
import type { KeyedFinding } from '../../webview/findings/selection.ts';
import { percent, visible } from '../../webview/format.ts';
import type { FileTimes, SourceTimes } from './lineTimes.ts';
import type { LineWork } from './lineWork.ts';
import { amount, ofWhat } from './metric.ts';

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
  work: readonly LineWork[],
  findings: readonly KeyedFinding[],
): HoverFigures | null {
  const times = file.lines.find((each) => each.line === line);
  const here = findings.filter(({ location }) => location?.file === file.file && location.line === line);
  const moved = work.filter((each) => each.line === line);
  if (!times && here.length === 0 && moved.length === 0) return null;
  const share = (value: number): string => (whole > 0 ? ` (${percent(value / whole)})` : '');
  const rows: [string, string][] = times
    ? [
        [`${ofWhat(metric)}, self`, `${amount(metric, times.self)}${share(times.self)}`],
        [`${ofWhat(metric)}, with calls`, `${amount(metric, times.total)}${share(times.total)}`],
      ]
    : [];
  const around = functionAt(file, line);
  return {
    rows: [...rows, ...moved.map(({ name, figure }): [string, string] => [name, figure])],
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
