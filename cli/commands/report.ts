import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { adviceOf } from '../../analyzer/advice/index.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { reportPage } from '../../webview/reportPage.ts';
import { viewerAssets } from '../assets.ts';
import { open, recordingBytes } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import { bytes } from '../print/units.ts';
import type { RegisterCommand } from './index.ts';

/** A browser takes a page of this size badly; the user is told. */
const LARGE_PAGE_BYTES = 32e6;

interface ReportOptions {
  readonly output?: string;
  readonly force?: boolean;
}

/** Writes the self-contained page of a recording and gives its size. */
export async function writeReport(file: string, output: string): Promise<number> {
  const recording = await open(file);
  const { script, style } = viewerAssets();
  const page = reportPage({
    recording: recordingBytes(file) ?? encodeRecording(recording),
    advice: adviceOf(new Trace(recording)),
    script,
    style,
    title: recording.meta.command.join(' ') || 'perfscope',
    sha256: (text) => createHash('sha256').update(text).digest('base64'),
  });
  writeFileSync(output, page);
  return Buffer.byteLength(page);
}

export const reportCommand: RegisterCommand = (program) => {
  program
    .command('report')
    .description('write a recording as one HTML page that opens anywhere')
    .argument('<file>', FILE_ARGUMENT)
    .option('-o, --output <file>', 'file to write; by default the name of the recording with .html')
    .option('--force', 'overwrite the file')
    .action(async (file: string, options: ReportOptions) => {
      const output = options.output ?? `${file.replace(/(\.perfscope(\.spool.*)?|\/+)$/, '')}.html`;
      refuseToOverwrite(output, options.force === true);
      const size = await writeReport(file, output);
      if (size > LARGE_PAGE_BYTES) {
        process.stderr.write(`perfscope: the page has ${bytes(size)}; a browser may take long to open it.\n`);
      }
      process.stderr.write(`perfscope: report written to ${output} (${bytes(size)})\n`);
    });
};
