import { advise } from '../advice/index.ts';
import { checkPredictions } from '../advice/predictions.ts';
import { coresOfOthers, MOST_OTHERS } from '../advice/quiet.ts';
import { compareRuns } from '../analysis/comparison/index.ts';
import { summarize } from '../analysis/summary.ts';
import type { Trace } from '../analysis/trace.ts';

/** Runs of one program differ by a few percent even on a quiet machine. */
export const DEFAULT_THRESHOLD = 0.05;

/** What a comparison needs of a run, which is much less than its recording. */
export const runOf = (trace: Trace) => ({
  summary: summarize(trace, advise(trace)),
  others: coresOfOthers(trace),
  directory: trace.meta.directory,
});
type Run = ReturnType<typeof runOf>;

/** Two runs side by side, and what became of what was predicted. `threshold`: what counts as moved. */
export function comparedRuns(then: Run, now: Run, threshold: number) {
  const comparison = compareRuns(then.summary, now.summary, threshold);
  const checked = checkPredictions(then.summary.findings, now.summary.findings, comparison.wallRatio);
  const noise = [...noiseOf(then, 'before'), ...noiseOf(now, 'after')];
  return {
    comparison: { ...comparison, warnings: [...comparison.warnings, ...noise] },
    checked,
    directory: now.directory,
  };
}

function noiseOf({ others }: Run, name: string): string[] {
  if (others === null || others <= MOST_OTHERS) return [];
  return [
    `other processes took ${others.toFixed(2)} cores ${name}: times say as much of them as of the program`,
  ];
}

/** The document of `compare --json`. */
export function comparisonDocument({
  comparison,
  checked: { predictions, together, fresh },
}: Pick<ReturnType<typeof comparedRuns>, 'comparison' | 'checked'>) {
  return { version: 1, ...comparison, predictions, together, newFindings: fresh };
}
