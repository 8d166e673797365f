import { advise } from '../../analyzer/advice/index.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { summaryLines } from '../print/summary.ts';
import type { RegisterCommand } from './index.ts';

export const summaryCommand: RegisterCommand = (program) => {
  program
    .command('summary')
    .description('print what a recording comes to')
    .argument('<file>', FILE_ARGUMENT)
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: { json?: boolean }) => {
      const trace = new Trace(await open(file));
      const summary = summarize(trace, advise(trace));
      process.stdout.write(
        `${options.json ? JSON.stringify(summary) : summaryLines(summary, file).join('\n')}\n`,
      );
    });
};
