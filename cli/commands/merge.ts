import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { UserError } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { mergeRecordings, type Part } from '../../analyzer/recording/merge.ts';
import { version } from '../assets.ts';
import { EXIT_USAGE } from '../errors.ts';
import { open } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import { bytes } from '../print/units.ts';
import type { RegisterCommand } from './index.ts';

interface MergeOptions {
  readonly output: string;
  readonly force?: boolean;
}

export const mergeCommand: RegisterCommand = (program) => {
  program
    .command('merge')
    .description('make one recording of several that ran together, such as the ranks of a run')
    .argument('<files...>', `each ${FILE_ARGUMENT}`)
    .requiredOption('-o, --output <file>', 'recording to write')
    .option('--force', 'overwrite the recording')
    .action(async (files: string[], { output, force }: MergeOptions) => {
      if (files.length < 2) throw new UserError('merge needs two recordings at least.', EXIT_USAGE);
      refuseToOverwrite(output, force === true);
      const names = namesOf(files);
      const parts: Part[] = [];
      for (const [at, file] of files.entries())
        parts.push({ name: names[at] as string, recording: await open(file) });
      const merged = mergeRecordings(parts, version());
      const encoded = encodeRecording(merged);
      writeFileSync(output, encoded);
      for (const warning of merged.meta.warnings) process.stderr.write(`perfscope: ${warning}\n`);
      process.stderr.write(
        `perfscope: ${files.length} recordings merged into ${output} (${bytes(encoded.length)})\n`,
      );
    });
};

/** The names of the files; where two have the same, their folders tell them apart, or else their numbers. */
function namesOf(files: readonly string[]): string[] {
  const short = files.map((file) => basename(file).replace(/\.perfscope$/, ''));
  if (new Set(short).size === files.length) return short;
  const long = files.map((file) => file.replace(/\.perfscope$/, ''));
  return new Set(long).size === files.length ? long : long.map((name, at) => `${name} (${at + 1})`);
}
