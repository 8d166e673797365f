import { Option } from 'commander';
import { advise } from '../../analyzer/advice/index.ts';
import { reasonToWithhold } from '../../analyzer/advice/quiet.ts';
import { summarize } from '../../analyzer/analysis/summary.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { toSarif } from '../../analyzer/formats/sarif.ts';
import { version } from '../assets.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { adviceLines } from '../print/advice.ts';
import { sarifRules } from '../rulePages.ts';
import type { RegisterCommand } from './index.ts';

interface AdviseOptions {
  readonly json?: boolean;
  readonly sarif?: boolean;
}

export const adviseCommand: RegisterCommand = (program) => {
  program
    .command('advise')
    .description('say what to change in the program of a recording, why, and what it gives')
    .argument('<file>', FILE_ARGUMENT)
    .option('--json', 'print one JSON document')
    .addOption(new Option('--sarif', 'print SARIF 2.1.0, for editors and code scanning').conflicts('json'))
    .action(async (file: string, options: AdviseOptions) => {
      const trace = new Trace(await open(file));
      const findings = advise(trace);
      const { meta } = trace;
      if (options.json) print(JSON.stringify({ version: 1, findings }));
      else if (options.sarif)
        print(JSON.stringify(toSarif({ meta, version: version(), rules: sarifRules(), findings })));
      else print(adviceLines(summarize(trace, findings), meta.directory, reasonToWithhold(trace)).join('\n'));
    });
};

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};
