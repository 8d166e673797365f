import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { comparedRun, type RunComparison, runComparison } from '../../analyzer/advice/runComparison.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { comparisonDocument, DEFAULT_THRESHOLD } from '../../analyzer/questions/comparison.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { comparisonPage } from '../../webview/comparisonPage.ts';
import { viewerAssets } from '../assets.ts';
import { open, recordingBytes } from '../open.ts';
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
    .action(async (before: string, after: string, options: CompareOptions) => {
      const { output, threshold } = options;
      if (output !== undefined) refuseToOverwrite(output, options.force === true);
      const names = { before: basename(before), after: basename(after) };
      const [then, now] = [await runOf(before), await runOf(after)];
      const compared = runComparison(then, now, names, threshold);
      const { comparison, checked } = compared;
      if (output !== undefined) {
        const size = await writePage(before, after, compared, output);
        if (size > LARGE_PAGE_BYTES)
          process.stderr.write(
            `perfscope: the page has ${bytes(size)}; a browser may take long to open it.\n`,
          );
        process.stderr.write(`perfscope: comparison written to ${output} (${bytes(size)})\n`);
        if (!options.json) return;
      }
      const text = options.json
        ? JSON.stringify(comparisonDocument(compared))
        : comparisonLines(comparison, checked, now.directory, threshold).join('\n');
      process.stdout.write(`${text}\n`);
    });
};

/** A recording is not kept: two of them at once may be more than fits. */
async function runOf(file: string) {
  const trace = new Trace(await open(file));
  return { ...comparedRun(trace), directory: trace.meta.directory };
}

/** Writes the self-contained page of both runs and gives its size. */
async function writePage(
  before: string,
  after: string,
  comparison: RunComparison,
  output: string,
): Promise<number> {
  const page = comparisonPage({
    before: await archiveOf(before),
    after: await archiveOf(after),
    comparison,
    ...viewerAssets('compare'),
    title: `${comparison.names.before} and ${comparison.names.after}`,
    sha256: (text) => createHash('sha256').update(text).digest('base64'),
  });
  writeFileSync(output, page);
  return Buffer.byteLength(page);
}

const archiveOf = async (file: string): Promise<Uint8Array> =>
  recordingBytes(file) ?? encodeRecording(await open(file));
