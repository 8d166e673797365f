import { InvalidArgumentError, Option } from 'commander';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { type Faster, type WhatIfWishes, whatIfAnswers } from '../../analyzer/questions/whatIf.ts';
import { whatIfDocument } from '../../analyzer/questions/whatIfDocument.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { whatIfLines } from '../print/whatIf.ts';
import type { RegisterCommand } from './index.ts';

type WhatIfOptions = WhatIfWishes & { readonly json?: boolean };

const MOST = 1_000_000;

function whole(what: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 1 || value > MOST)
      throw new InvalidArgumentError(`${what} is a whole number from 1 to ${MOST.toLocaleString('en-US')}.`);
    return value;
  };
}

function poolNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A pool is a number from 0 on.');
  return value;
}

function parseFaster(text: string, before: readonly Faster[] = []): readonly Faster[] {
  const match = /^(.+)=(\d+(?:\.\d+)?)x?$/.exec(text);
  const times = Number(match?.[2]);
  if (!match || !(times > 0) || times > MOST)
    throw new InvalidArgumentError('Give a function and how many times faster it is, such as solve=2x.');
  return [...before, { name: match[1] as string, times }];
}

export const whatIfCommand: RegisterCommand = (program) => {
  program
    .command('whatif')
    .description('predict what a run would take with its pools and devices used otherwise')
    .argument('<file>', FILE_ARGUMENT)
    .option('--chunksize <calls>', 'calls of the function in one task', whole('A chunk size'))
    .option('--workers <number>', 'workers of the pool', whole('A number of workers'))
    .option('--cores <number>', 'cores of the machine', whole('A number of cores'))
    .addOption(new Option('--order <order>', 'which tasks go first').choices(['longest', 'recorded']))
    .option(
      '--faster <function=times>',
      'a function made so many times faster, such as solve=2x',
      parseFaster,
    )
    .option('--overlap-copies', 'copies of a device take place while its kernels run')
    .addOption(
      new Option('--without-copies [direction]', 'copies of a device do not take place')
        .choices(['all', 'H2D', 'D2H'])
        .preset('all'),
    )
    .option('--pinned', 'pageable memory that is copied is pinned')
    .option('--free-launches', 'launching a kernel takes no time')
    .option(
      '--faster-kernel <kernel=times>',
      'a kernel made so many times faster',
      (text: string) => parseFaster(text)[0],
    )
    .option('--by-reference', 'arguments and results are not serialised')
    .option('--pool <number>', 'only this pool; its number is in summary --json', poolNumber)
    .option('--json', 'print one JSON document')
    .action(async (file: string, options: WhatIfOptions) => {
      const trace = new Trace(await open(file));
      const answers = whatIfAnswers(trace, options);
      const text = options.json
        ? JSON.stringify(whatIfDocument(trace, answers))
        : whatIfLines(trace, answers).join('\n');
      process.stdout.write(`${text}\n`);
    });
};
