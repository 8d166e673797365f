import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { adviceOf } from '../../analyzer/advice/index.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import { UserError } from '../../analyzer/model/index.ts';
import { encodeRecording } from '../../analyzer/recording/index.ts';
import { reportPage } from '../../webview/reportPage.ts';
import { viewerAssets } from '../assets.ts';
import { open, recordingBytes } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { refuseToOverwrite } from '../overwrite.ts';
import { bytes } from '../print/units.ts';
import { fitted } from '../report/fitting.ts';
import type { RegisterCommand } from './index.ts';

/** A browser takes a page of this size badly; the user is told. */
const LARGE_PAGE_BYTES = 32e6;
/** A larger page many browsers do not open: of a recording that would make one, samples are merged. */
const LARGEST_PAGE_BYTES = 128e6;
/** A text of Node's has at most some 536 million letters, and no browser opens such a page. */
const LARGEST_TEXT_BYTES = 400e6;
/** Base64 has four letters for three bytes. */
const BYTES_OF_PAGE = 3 / 4;

interface ReportOptions {
  readonly output?: string;
  readonly force?: boolean;
}

/** A page that was written. */
export interface WrittenReport {
  /** In bytes. */
  readonly size: number;
  /** What was merged to fit it in; null for nothing. */
  readonly note: string | null;
}

/** Writes the self-contained page of a recording, in `limit` bytes if that can be. */
export async function writeReport(
  file: string,
  output: string,
  limit = LARGEST_PAGE_BYTES,
): Promise<WrittenReport> {
  const recording = await open(file);
  const { script, style } = viewerAssets();
  const whole = recordingBytes(file) ?? encodeRecording(recording);
  const room = (limit - script.length - style.length) * BYTES_OF_PAGE;
  const { bytes: payload, note } = fitted(recording, whole, room);
  if (payload.length / BYTES_OF_PAGE > LARGEST_TEXT_BYTES)
    throw new UserError(
      `${file} is too large for one page, also with its samples merged. Open it with perfscope view.`,
      1,
    );
  const page = reportPage({
    recording: payload,
    // Of the whole recording, whatever of it is in the page.
    advice: adviceOf(new Trace(recording)),
    script,
    style,
    title: recording.meta.command.join(' ') || 'perfscope',
    sha256: (text) => createHash('sha256').update(text).digest('base64'),
  });
  writeFileSync(output, page);
  return { size: Buffer.byteLength(page), note };
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
      const { size, note } = await writeReport(file, output);
      if (note !== null) process.stderr.write(`perfscope: ${note}\n`);
      if (size > LARGE_PAGE_BYTES) {
        process.stderr.write(
          `perfscope: the page has ${bytes(size)}; a browser may take long to open it, and perfscope view does not.\n`,
        );
      }
      process.stderr.write(`perfscope: report written to ${output} (${bytes(size)})\n`);
    });
};
