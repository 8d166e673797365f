import { Option } from 'commander';
import { placeOutput } from '../../analyzer/collect/output.ts';
import type { SamplingMode } from '../../analyzer/model/index.ts';
import { DEFAULT_RATE, MODES, parseDuration, parsePid, parseRate } from '../options.ts';
import { attachRun } from '../record/attach.ts';
import type { RegisterCommand } from './index.ts';

interface AttachOptions {
  readonly pid: number;
  readonly output?: string;
  readonly force?: boolean;
  readonly rate: number;
  readonly mode: SamplingMode;
  readonly duration?: number;
  readonly children: boolean;
  readonly sources: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

export const attachCommand: RegisterCommand = (program, exit) => {
  program
    .command('attach')
    .description('record a process that runs already; it goes on when the recording ends')
    .requiredOption('-p, --pid <pid>', 'process to join', parsePid)
    .option('-o, --output <file>', 'recording to write; run.perfscope without it')
    .option('--force', 'overwrite the recording')
    .option('-r, --rate <hz>', 'samples a second of each thread, 1 to 10000', parseRate, DEFAULT_RATE)
    .addOption(
      new Option('-m, --mode <mode>', 'what views weigh samples with').choices([...MODES]).default('cpu'),
    )
    .option(
      '-d, --duration <time>',
      'stop after this time; without it at Ctrl-C or when the process ends',
      parseDuration,
    )
    .option('--no-children', 'leave out other processes that it has started or starts')
    .option('--no-sources', 'keep no text of source files in the recording')
    .option('-q, --quiet', 'print no summary')
    .option('--json', 'print the summary as one JSON document on standard output')
    .action(async (options: AttachOptions) => {
      await attachRun({
        pid: options.pid,
        place: placeOutput(options.output ?? null, options.force === true),
        rate: options.rate,
        mode: options.mode,
        duration: options.duration ?? null,
        children: options.children,
        sources: options.sources,
        summary: options.json ? 'json' : options.quiet ? 'none' : 'text',
      });
      exit(0);
    });
};
