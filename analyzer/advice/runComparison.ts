import { type Comparison, compareRuns } from '../analysis/comparison/index.ts';
import { type Summary, summarize } from '../analysis/summary.ts';
import type { Trace } from '../analysis/trace.ts';
import { advise } from './index.ts';
import { type Checked, checkPredictions } from './predictions.ts';
import { coresOfOthers, MOST_OTHERS } from './quiet.ts';

/** What a comparison asks of one run. Holds nothing of its samples: two recordings at once may be more than fits. */
export interface ComparedRun {
  readonly summary: Summary;
  /** Cores that other processes took meanwhile; null where that was not seen. */
  readonly others: number | null;
}

/** What two runs come to beside each other, as plain data. */
export interface RunComparison {
  readonly comparison: Comparison;
  readonly checked: Checked;
  /** What the reader knows the runs by, such as names of files. */
  readonly names: { readonly before: string; readonly after: string };
  /** Share of a run's time below which nothing is said to have moved. */
  readonly threshold: number;
}

export const comparedRun = (trace: Trace): ComparedRun => ({
  summary: summarize(trace, advise(trace)),
  others: coresOfOthers(trace),
});

/** With the gains that were predicted of the run before held against the run after, and with what other processes made of both. */
export function runComparison(
  before: ComparedRun,
  after: ComparedRun,
  names: RunComparison['names'],
  threshold: number,
): RunComparison {
  const comparison = compareRuns(before.summary, after.summary, threshold);
  const noise = [...noiseOf(before, 'before'), ...noiseOf(after, 'after')];
  return {
    comparison: { ...comparison, warnings: [...comparison.warnings, ...noise] },
    checked: checkPredictions(before.summary.findings, after.summary.findings, comparison.wallRatio),
    names,
    threshold,
  };
}

function noiseOf({ others }: ComparedRun, name: string): string[] {
  if (others === null || others <= MOST_OTHERS) return [];
  return [
    `other processes took ${others.toFixed(2)} cores ${name}: times say as much of them as of the program`,
  ];
}
