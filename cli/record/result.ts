import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { advise } from '../../analyzer/advice/index.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { SessionResult } from '../../analyzer/collect/session.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { report } from '../errors.ts';
import { summaryLines } from '../print/summary.ts';
import { bytes } from '../print/units.ts';

export type SummaryKind = 'text' | 'json' | 'none';

/** Says what a run came to, on stderr (JSON on stdout). Warnings about the recording are said in any case. */
export function printResult(result: SessionResult, kind: SummaryKind): void {
  const { path } = result;
  let said: readonly string[] = [];
  try {
    if (path !== null && kind !== 'none') {
      const trace = new Trace(openRecording(path));
      const summary = summarize(trace, advise(trace));
      if (kind === 'json') process.stdout.write(`${JSON.stringify(summary)}\n`);
      else {
        process.stderr.write(`\nperfscope: ${summaryLines(summary, shortest(path)).join('\n')}\n\n`);
        said = summary.warnings;
      }
    }
  } catch (error) {
    report(error);
  }
  for (const warning of result.warnings) {
    if (!said.includes(warning)) process.stderr.write(`perfscope: ${warning}\n`);
  }
  if (path === null || kind !== 'text') return;
  process.stderr.write(
    `perfscope: recording in ${path} (${bytes(statSync(path).size)}); perfscope report ${path} draws it\n`,
  );
}

/** A file as a user would type it here. */
function shortest(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.length < path.length ? fromHere : path;
}
