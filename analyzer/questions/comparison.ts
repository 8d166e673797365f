import type { RunComparison } from '../advice/runComparison.ts';

/** Runs of one program differ by a few percent even on a quiet machine. */
export const DEFAULT_THRESHOLD = 0.05;

/** The document of `compare --json`. */
export function comparisonDocument({
  comparison,
  checked: { predictions, together, fresh },
}: Pick<RunComparison, 'comparison' | 'checked'>) {
  return { version: 1, ...comparison, predictions, together, newFindings: fresh };
}
