import { summarize } from '../../analyzer/analysis/summary.ts';
import { openRecording } from '../../analyzer/recording/open.ts';
import { summaryLines } from '../print/summary.ts';
import type { RegisterCommand } from './index.ts';

export const summaryCommand: RegisterCommand = (program) => {
  program
    .command('summary')
    .description('print what a recording comes to')
    .argument('<file>', 'a recording, or the spool of an interrupted one')
    .option('--json', 'print one JSON document')
    .action((file: string, options: { json?: boolean }) => {
      const summary = summarize(openRecording(file));
      process.stdout.write(`${options.json ? JSON.stringify(summary) : summaryLines(summary).join('\n')}\n`);
    });
};
