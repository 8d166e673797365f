import { counted, percent, visible } from '../../webview/format.ts';
import type { FileTimes, FunctionTimes, SourceTimes } from './lineTimes.ts';
import { amount, ofWhat } from './metric.ts';

/** What stands above a function, or above the first line of a file. */
export interface Lens {
  /** From 1. */
  readonly line: number;
  readonly title: string;
  readonly tooltip: string;
  /** A number of `Functions`; -1 for the file. */
  readonly function: number;
}

/** A function with less of the whole is not worth a line above it, and one without a name of its own not even with more. */
const TOLD = 0.005;
const TOLD_NAMELESS = 0.05;
/** Functions that a comprehension or an expression made, within a line of another. */
const NAMELESS = /^(?:\(anonymous\)|<(?!module>).*>)$/;

/** `findingsAt`: how many findings point to a function, by its number. */
export function lensesOf(
  { functions, here }: FileTimes,
  { whole, metric }: SourceTimes,
  findingsAt: ReadonlyMap<number, number>,
  recording: string,
): Lens[] {
  if (!(whole > 0)) return [];
  const all = functions.reduce((sum, { id }) => sum + (findingsAt.get(id) ?? 0), 0);
  const ofFile: Lens = {
    line: 1,
    title: joined([
      `${visible(recording)}: ${percent(here / whole)} of ${ofWhat(metric)} in this file`,
      all > 0 ? counted(all, 'finding') : '',
    ]),
    tooltip: 'Show the recording in perfscope',
    function: -1,
  };
  const lines = new Set<number>();
  const told = functions.filter((each) => {
    const findings = findingsAt.get(each.id) ?? 0;
    const least = NAMELESS.test(shortName(each.name)) ? TOLD_NAMELESS : TOLD;
    // One line, one sentence: the first one is the function with more time.
    if (isBody(each) || lines.has(each.line) || (findings === 0 && each.total < least * whole)) return false;
    lines.add(each.line);
    return true;
  });
  return [ofFile, ...told.map((each) => ofFunction(each, whole, findingsAt.get(each.id) ?? 0, metric))];
}

/** The body of a file is told by the file's own sentence. */
const isBody = ({ name, line }: FunctionTimes): boolean =>
  name === '<module>' || (name === '(anonymous)' && line === 1);

const shortName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

function ofFunction(
  { id, name, line, self, total }: FunctionTimes,
  whole: number,
  findings: number,
  metric: SourceTimes['metric'],
): Lens {
  return {
    line,
    title: joined([
      `${percent(total / whole)} of ${ofWhat(metric)}`,
      `${amount(metric, self)} self`,
      findings > 0 ? counted(findings, 'finding') : '',
    ]),
    tooltip: `Show ${visible(name)} in perfscope`,
    function: id,
  };
}

const joined = (parts: readonly string[]): string => parts.filter(Boolean).join(' · ');
