import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { advise } from '../../analyzer/advice/index.ts';
import { checkPredictions } from '../../analyzer/advice/predictions.ts';
import { coresOfOthers, MOST_OTHERS } from '../../analyzer/advice/quiet.ts';
import { compareRuns } from '../../analyzer/analysis/comparison/index.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { encodeRecording, isArchive } from '../../analyzer/recording/index.ts';
import type { RunComparison } from '../../webview/compare/runComparison.ts';
import { comparisonPage } from '../../webview/comparisonPage.ts';
import { viewerAssets } from '../assets.ts';
import { isFolder, open } from '../open.ts';
import { FILE_ARGUMENT, parseShare } from '../options.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import { comparisonLines } from '../print/comparison.ts';
import { bytes } from '../print/units.ts';
import type { RegisterCommand } from './index.ts';

interface CompareOptions {
  readonly json?: boolean;
  readonly output?: string;
  readonly force?: boolean;
  readonly threshold: number;
}

/** Runs of one program differ by a few percent even on a quiet machine. */
const DEFAULT_THRESHOLD = 0.05;
/** A browser takes a page of this size badly; the user is told. */
const LARGE_PAGE_BYTES = 32e6;

export const compareCommand: RegisterCommand = (program) => {
  program
    .command('compare')
    .description('say what moved between two runs, and whether the predicted gains came true')
    .argument('<before>', FILE_ARGUMENT)
    .argument('<after>', 'the same of a later run')
    .option('--json', 'print one JSON document')
    .option('-o, --output <file>', 'write a page that shows both runs beside each other, instead')
    .option('--force', 'overwrite the file')
    .option('--threshold <share>', 'what counts as moved, such as 5%', parseShare(1), DEFAULT_THRESHOLD)
    .action((before: string, after: string, options: CompareOptions) => {
      const { output } = options;
      if (output !== undefined) refuseToOverwrite(output, options.force === true);
      const { comparison, checked, directory } = compareFiles(before, after, options.threshold);
      if (output !== undefined) {
        writePage(before, after, { comparison, checked, threshold: options.threshold }, output);
        if (!options.json) return;
      }
      const text = options.json
        ? JSON.stringify(documentOf(comparison, checked))
        : comparisonLines(comparison, checked, directory, options.threshold).join('\n');
      process.stdout.write(`${text}\n`);
    });
};

function compareFiles(before: string, after: string, threshold: number) {
  const [then, now] = [runOf(before), runOf(after)];
  const comparison = compareRuns(then.summary, now.summary, threshold);
  const checked = checkPredictions(then.summary.findings, now.summary.findings, comparison.wallRatio);
  const noise = [...noiseOf(then, 'before'), ...noiseOf(now, 'after')];
  return {
    comparison: { ...comparison, warnings: [...comparison.warnings, ...noise] },
    checked,
    directory: now.directory,
  };
}

/** Writes the self-contained page of both runs. */
function writePage(
  before: string,
  after: string,
  comparison: Omit<RunComparison, 'names'>,
  output: string,
): void {
  const names = { before: basename(before), after: basename(after) };
  const page = comparisonPage({
    before: archiveOf(before),
    after: archiveOf(after),
    comparison: { ...comparison, names },
    ...viewerAssets('compare'),
    title: `${names.before} and ${names.after}`,
    sha256: (text) => createHash('sha256').update(text).digest('base64'),
  });
  writeFileSync(output, page);
  const size = bytes(Buffer.byteLength(page));
  if (page.length > LARGE_PAGE_BYTES)
    process.stderr.write(`perfscope: the page has ${size}; a browser may take long to open it.\n`);
  process.stderr.write(`perfscope: comparison written to ${output} (${size})\n`);
}

function archiveOf(file: string): Uint8Array {
  const original = isFolder(file) ? null : readFileSync(file);
  return original && isArchive(original) ? original : encodeRecording(open(file));
}

/** A recording is not kept: two of them at once may be more than fits. */
function runOf(file: string) {
  const trace = new Trace(open(file));
  return {
    summary: summarize(trace, advise(trace)),
    others: coresOfOthers(trace),
    directory: trace.meta.directory,
  };
}

function noiseOf({ others }: ReturnType<typeof runOf>, name: string): string[] {
  if (others === null || others <= MOST_OTHERS) return [];
  return [
    `other processes took ${others.toFixed(2)} cores ${name}: times say as much of them as of the program`,
  ];
}

function documentOf(
  comparison: ReturnType<typeof compareRuns>,
  { predictions, together, fresh }: ReturnType<typeof checkPredictions>,
) {
  return { version: 1, ...comparison, predictions, together, newFindings: fresh };
}
