import * as vscode from 'vscode';
import { openRecordingFile } from '../recordings/open.ts';
import type { RecorderRequest } from './commandLine.ts';
import { placeRecording } from './place.ts';
import { type Recorder, type RecorderEnd, startRecorder } from './recorder.ts';
import { showStatus } from './status.ts';
import { type OutputTerminal, openTerminal } from './terminal.ts';

/** What can be recorded: a program that is started, or a process that runs. */
export interface Recordable {
  /** For people: `app.py`. */
  readonly name: string;
  /** Whose folder for recordings is used; null outside of any. */
  readonly workspace: vscode.Uri | null;
  readonly directory: string;
  readonly target: RecorderRequest['target'];
}

/** The recording that goes on, if one does: two at once would measure each other. */
export class Runs implements vscode.Disposable {
  private current: (Recorder & { readonly stopping: () => void }) | null = null;

  /** Of the run before, which stays until another one begins. */
  private terminal: OutputTerminal | null = null;

  get isBusy(): boolean {
    return this.current !== null;
  }

  begin(recorder: Recorder, stopping: () => void): void {
    this.current = { ...recorder, stopping };
    void vscode.commands.executeCommand('setContext', 'perfscope.recording', true);
  }

  /** Takes the place of the terminal before. */
  showing(terminal: OutputTerminal): void {
    this.terminal?.dispose();
    this.terminal = terminal;
  }

  end(): void {
    this.current = null;
    void vscode.commands.executeCommand('setContext', 'perfscope.recording', false);
  }

  stop(): void {
    this.current?.stopping();
    this.current?.stop();
  }

  cancel(): void {
    this.current?.cancel();
  }

  /** The editor goes: the program is asked to end, and the recorder writes what there is. */
  dispose(): void {
    this.current?.stop();
  }
}

/** Records, shows the output meanwhile, and opens what came of it. Resolves when that is on screen. */
export async function recordInEditor(
  context: vscode.ExtensionContext,
  runs: Runs,
  { name, workspace, directory, target }: Recordable,
): Promise<void> {
  if (runs.isBusy) {
    void vscode.window.showWarningMessage('Another program is being recorded; stop that first.');
    return;
  }
  const settings = vscode.workspace.getConfiguration('perfscope', workspace);
  const output = placeRecording(context, workspace, name);
  const rate = settings.get<number>('rate') ?? 0;
  const script = vscode.Uri.joinPath(context.extensionUri, 'recorder', 'start.mjs').fsPath;
  const status = showStatus(name);
  let hasEnded = false;
  let wasStopped = false;
  const terminal = openTerminal(`perfscope: ${name}`, {
    onLine: (text) => recorder.write(text),
    onEndOfInput: () => recorder.endInput(),
    onInterrupt: () => runs.stop(),
    onClose: () => {
      if (!hasEnded) runs.stop();
    },
  });
  const recorder = startRecorder(script, { target, output, rate }, directory, terminal.print);
  runs.begin(recorder, () => {
    wasStopped = true;
    status.stopping();
  });
  runs.showing(terminal);
  terminal.show();
  const end = await recorder.ended;
  hasEnded = true;
  runs.end();
  status.dispose();
  if (end.recording !== null)
    terminal.print(
      `\n${QUIET}perfscope: recorded in ${vscode.workspace.asRelativePath(end.recording)}${PLAIN}\n`,
    );
  const opens = settings.get<boolean>('openAfterRecording') !== false;
  // Who stops a program knows that it did not come to its own end.
  await showEnd(name, wasStopped ? { ...end, exitCode: 0 } : end, opens, terminal.show);
}

/** As terminals understand it: less bright, and as before. */
const QUIET = '\x1b[2m';
const PLAIN = '\x1b[0m';

const SHOW_OUTPUT = 'Show Output';
const OPEN = 'Open Recording';

async function showEnd(
  name: string,
  { exitCode, recording, said }: RecorderEnd,
  opens: boolean,
  showOutput: () => void,
): Promise<void> {
  const uri = recording === null ? null : vscode.Uri.file(recording);
  if (uri && opens) await openRecordingFile(uri);
  // What went wrong is told after the recording is there: it shows where the program was.
  if (exitCode !== 0 && uri) {
    void answered(
      vscode.window.showWarningMessage(`${name} ${endingOf(exitCode)}.`, SHOW_OUTPUT),
      SHOW_OUTPUT,
      showOutput,
    );
  } else if (!uri && said !== '' && exitCode !== 0) {
    void answered(
      vscode.window.showErrorMessage(`Nothing was recorded: ${said}`, SHOW_OUTPUT),
      SHOW_OUTPUT,
      showOutput,
    );
  } else if (uri && !opens) {
    void answered(vscode.window.showInformationMessage(`${name} was recorded.`, OPEN), OPEN, () =>
      openRecordingFile(uri),
    );
  }
}

async function answered(
  question: Thenable<string | undefined>,
  answer: string,
  then: () => unknown,
): Promise<void> {
  if ((await question) === answer) await then();
}

const FIRST_SIGNAL = 128;

/** How a program ended, as a shell counts it. */
const endingOf = (exitCode: number): string =>
  exitCode > FIRST_SIGNAL
    ? `was ended by signal ${exitCode - FIRST_SIGNAL}`
    : `ended with exit code ${exitCode}`;
