import { createReadStream, statSync } from 'node:fs';
import { adviceOf } from '../../analyzer/advice/index.ts';
import { Trace } from '../../analyzer/analysis/trace.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import { encodeRecording, isArchive } from '../../analyzer/recording/index.ts';
import { ICON } from '../../webview/page.ts';
import { SERVED_FILES, SERVED_POLICY, servedPage } from '../../webview/servedPage.ts';
import { viewerAssets } from '../assets.ts';
import { headOf, open } from '../open.ts';
import { FILE_ARGUMENT } from '../options.ts';
import { openBrowser } from '../view/browser.ts';
import { type ServedFile, serve } from '../view/server.ts';
import type { RegisterCommand } from './index.ts';

/** What the page of one recording consists of. */
const RECORDING = 'recording';
const ADVICE = 'advice';
const SCRIPT = 'text/javascript; charset=utf-8';

/** The page that shows `file`, with everything that it asks for. Throws a UserError for a file that cannot be read. */
async function filesOf(file: string): Promise<ReadonlyMap<string, ServedFile>> {
  const recording = await open(file);
  const { script, style } = viewerAssets();
  const title = recording.meta.command.join(' ') || 'perfscope';
  const page = servedPage(title, { recording: RECORDING, advice: ADVICE });
  return new Map<string, ServedFile>([
    ['', text('text/html; charset=utf-8', page)],
    [SERVED_FILES.script, text(SCRIPT, script)],
    [SERVED_FILES.style, text('text/css; charset=utf-8', style)],
    [SERVED_FILES.icon, text('image/svg+xml', ICON)],
    [RECORDING, bytesOf(file, recording)],
    [ADVICE, adviceFile(recording)],
  ]);
}

const text = (type: string, content: string): ServedFile => ({ type, length: null, body: () => content });

/** A recording goes as it lies on the disk, piece by piece; anything else is made one first. */
function bytesOf(file: string, recording: Recording): ServedFile {
  const type = 'application/octet-stream';
  const head = headOf(file);
  const isAsItLies = head !== null && isArchive(head);
  const encoded = isAsItLies ? null : encodeRecording(recording);
  if (encoded) return { type, length: encoded.length, body: () => encoded };
  const { size } = statSync(file);
  // Of a file that grows meanwhile, what it was.
  return { type, length: size, body: () => createReadStream(file, { end: size - 1 }) };
}

/** Asked for once the recording is drawn: rules take longer than that. What they were asked about is let go then. */
function adviceFile(recording: Recording): ServedFile {
  let known: string | null = null;
  let asked: Recording | null = recording;
  return {
    type: 'application/json',
    length: null,
    body: () => {
      if (asked) known = JSON.stringify(adviceOf(new Trace(asked)));
      asked = null;
      return known ?? 'null';
    },
  };
}

/** Resolves when the user has had enough. */
const interrupted = (): Promise<void> =>
  new Promise((done) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
  });

export const viewCommand: RegisterCommand = (program) => {
  program
    .command('view')
    .description('show a recording in the browser, without writing a page')
    .argument('<file>', FILE_ARGUMENT)
    .option('--no-open', 'print the address and open nothing')
    .action(async (file: string, options: { open: boolean }) => {
      const server = await serve(await filesOf(file), SERVED_POLICY);
      const ended = interrupted();
      // On stdout, so that a script can take it; the rest is for people.
      process.stdout.write(`${server.address}\n`);
      process.stderr.write('perfscope: serving it to this machine only, until Ctrl-C.\n');
      if (options.open && !(await openBrowser(server.address)))
        process.stderr.write('perfscope: no browser could be opened here; open the address above.\n');
      await ended;
      await server.close();
    });
};
