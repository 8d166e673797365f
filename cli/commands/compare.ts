import { advise } from '../../analyzer/advice/index.ts';
import { checkPredictions } from '../../analyzer/advice/predictions.ts';
import { coresOfOthers, MOST_OTHERS } from '../../analyzer/advice/quiet.ts';
import { compareRuns } from '../../analyzer/analysis/comparison/index.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT, parseShare } from '../options.ts';
import { comparisonLines } from '../print/comparison.ts';
import type { RegisterCommand } from './index.ts';

interface CompareOptions {
  readonly json?: boolean;
  readonly threshold: number;
}

/** Runs of one program differ by a few percent even on a quiet machine. */
const DEFAULT_THRESHOLD = 0.05;

export const compareCommand: RegisterCommand = (program) => {
  program
    .command('compare')
    .description('say what moved between two runs, and whether the predicted gains came true')
    .argument('<before>', FILE_ARGUMENT)
    .argument('<after>', 'the same of a later run')
    .option('--json', 'print one JSON document')
    .option('--threshold <share>', 'what counts as moved, such as 5%', parseShare(1), DEFAULT_THRESHOLD)
    .action(async (before: string, after: string, options: CompareOptions) => {
      const { comparison, checked, directory } = await compareFiles(before, after, options.threshold);
      const text = options.json
        ? JSON.stringify(documentOf(comparison, checked))
        : comparisonLines(comparison, checked, directory, options.threshold).join('\n');
      process.stdout.write(`${text}\n`);
    });
};

async function compareFiles(before: string, after: string, threshold: number) {
  const then = await runOf(before);
  const now = await runOf(after);
  const comparison = compareRuns(then.summary, now.summary, threshold);
  const checked = checkPredictions(then.summary.findings, now.summary.findings, comparison.wallRatio);
  const noise = [...noiseOf(then, 'before'), ...noiseOf(now, 'after')];
  return {
    comparison: { ...comparison, warnings: [...comparison.warnings, ...noise] },
    checked,
    directory: now.directory,
  };
}

/** A recording is not kept: two of them at once may be more than fits. */
async function runOf(file: string) {
  const trace = new Trace(await open(file));
  return {
    summary: summarize(trace, advise(trace)),
    others: coresOfOthers(trace),
    directory: trace.meta.directory,
  };
}

function noiseOf({ others }: Awaited<ReturnType<typeof runOf>>, name: string): string[] {
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
