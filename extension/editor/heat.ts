import type { Metric } from '../../analyzer/analysis/weights.ts';
import { percent } from '../../webview/format.ts';
import type { LineTimes, SourceTimes } from './lineTimes.ts';
import { amount } from './metric.ts';

/**
 * Shares of the whole from which a line has a level of heat. They are of the whole and not of the file's hottest line: a file
 * with nothing to gain stays cold.
 */
const FROM = [0.005, 0.02, 0.06, 0.15, 0.35] as const;

/** How many levels of heat there are. */
export const LEVELS = FROM.length;

/** Time below this share is not worth a word, and neither is a total below the other. */
const TOLD = 0.01;
const TOLD_TOTAL = 0.05;
/** A total that exceeds the line's own time by less is the same to a reader. */
const ALIKE = 1.1;

/** A line with heat. `level`: 0 to `LEVELS` - 1; -1 for one that only calls what is hot. `words`: empty where none are worth it. */
export interface HotLine {
  readonly line: number;
  readonly level: number;
  readonly words: string;
}

/** Level of a share of the whole; -1 for what is cold. */
export function levelOf(share: number): number {
  let level = -1;
  while (level + 1 < LEVELS && share >= (FROM[level + 1] as number)) level++;
  return level;
}

/** The lines of a file that have a colour or words, in order. */
export function hotLines(lines: readonly LineTimes[], { whole, metric }: SourceTimes): HotLine[] {
  if (!(whole > 0)) return [];
  return lines
    .map((each) => ({
      line: each.line,
      level: levelOf(each.here / whole),
      words: wordsBehind(each, whole, metric),
    }))
    .filter(({ level, words }) => level >= 0 || words !== '');
}

/** What stands behind a line: `38 % · 1.24 s`, or with its total where that is more. */
function wordsBehind({ here, total }: LineTimes, whole: number, metric: Metric): string {
  const isHot = here >= TOLD * whole;
  const calls = total >= TOLD_TOTAL * whole && total > here * ALIKE;
  const both = (value: number): string => `${percent(value / whole)} · ${amount(metric, value)}`;
  if (isHot && calls) return `${both(here)} here, ${both(total)} total`;
  if (isHot) return both(here);
  return calls ? `${both(total)} total` : '';
}
