import type { Summary } from '../../analyzer/analysis/summary.ts';
import { findingLines, nothingWords } from './findings.ts';
import { fitted } from './text.ts';
import { count, seconds } from './units.ts';

/** Every finding of a run for people. `unsure`: why the run is too little to tell gains by; null where it is not. */
export function adviceLines(summary: Summary, directory: string, unsure: string | null): string[] {
  const { command, wallSeconds, findings, warnings } = summary;
  const found = findings.length === 0 ? '' : `   ${count(findings.length, 'finding')}`;
  const lines = [`${fitted(command.join(' '), 70)}   wall ${seconds(wallSeconds)}${found}`];
  findings.forEach((finding, at) => {
    lines.push('', ...findingLines(finding, at + 1, directory));
  });
  if (findings.length === 0) lines.push(`  ${nothingWords(summary, unsure)}`);
  if (warnings.length > 0) lines.push('', ...warnings.map((text) => `  ! ${fitted(text, 200)}`));
  return lines;
}
