import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { FOREIGN, open } from '../open.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import { bytes } from '../print/units.ts';
import type { RegisterCommand } from './index.ts';

interface ImportOptions {
  readonly output?: string;
  readonly force?: boolean;
}

export const importCommand: RegisterCommand = (program) => {
  program
    .command('import')
    .description('turn what another tool has recorded into a recording')
    .argument('<file>', 'what another tool has written')
    .option('-o, --output <file>', 'recording to write; by default the name of the file with .perfscope')
    .option('--force', 'overwrite the recording')
    .addHelpText('after', `\nReads ${FOREIGN.join(', ')}; packed by gzip, too.`)
    .action(async (file: string, options: ImportOptions) => {
      const output = options.output ?? recordingName(file);
      refuseToOverwrite(output, options.force === true);
      const recording = await open(file);
      const encoded = encodeRecording(recording);
      writeFileSync(output, encoded);
      for (const warning of recording.meta.warnings) process.stderr.write(`perfscope: ${warning}\n`);
      process.stderr.write(`perfscope: recording written to ${output} (${bytes(encoded.length)})\n`);
    });
};

/** `trace.json.gz` becomes `trace.perfscope`, beside where the command runs. */
const recordingName = (file: string): string =>
  `${basename(file).replace(/(?:\.gz|\.json|\.cpuprofile|\.prof|\.pstats|\.pprof|\.pb|\.txt|\.folded|\.collapsed|\.0x)+$/i, '')}.perfscope`;
