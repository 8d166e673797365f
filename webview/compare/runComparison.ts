import type { Checked } from '../../analyzer/advice/predictions.ts';
import type { Comparison } from '../../analyzer/analysis/comparison/index.ts';

/** What was found of two runs by whoever opened them, as plain data: what a comparison shows without asking the rules. */
export interface RunComparison {
  readonly comparison: Comparison;
  readonly checked: Checked;
  /** What the reader knows the runs by, such as names of files. */
  readonly names: { readonly before: string; readonly after: string };
  /** Share of a run's time below which nothing is said to have moved. */
  readonly threshold: number;
}
