import { Trace } from '../../analyzer/analysis/trace.ts';
import {
  comparedRuns,
  comparisonDocument,
  DEFAULT_THRESHOLD,
  runOf,
} from '../../analyzer/questions/comparison.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT, parseShare } from '../options.ts';
import { comparisonLines } from '../print/comparison.ts';
import type { RegisterCommand } from './index.ts';

interface CompareOptions {
  readonly json?: boolean;
  readonly threshold: number;
}

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
        ? JSON.stringify(comparisonDocument({ comparison, checked }))
        : comparisonLines(comparison, checked, directory, options.threshold).join('\n');
      process.stdout.write(`${text}\n`);
    });
};

/** A recording is not kept: two of them at once may be more than fits. */
async function compareFiles(before: string, after: string, threshold: number) {
  const then = runOf(new Trace(await open(before)));
  return comparedRuns(then, runOf(new Trace(await open(after))), threshold);
}
