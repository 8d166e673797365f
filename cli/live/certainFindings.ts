import { findingKey } from '../../analyzer/advice/words.ts';
import type { Finding } from '../../analyzer/model/index.ts';

/**
 * Findings of a run that goes on. Half a run may look like anything: only what two looks in a row have found is told, with the figures
 * of the later one.
 */
export class CertainFindings {
  /** In the order of the last look. */
  findings: readonly Finding[] = [];
  private before: ReadonlySet<string> = new Set();

  take(found: readonly Finding[]): void {
    this.findings = found.filter((finding) => this.before.has(findingKey(finding)));
    this.before = new Set(found.map(findingKey));
  }
}
