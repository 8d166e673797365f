import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type RecorderRequest, recorderArguments } from './commandLine.ts';
import { recorderEnvironment } from './environment.ts';

export interface RecorderEnd {
  /** The program's own, 128 + n when signal n ended it; of an attached process that of the recorder. */
  readonly exitCode: number;
  /** Path of the recording; null where there is none. */
  readonly recording: string | null;
  /** What the recorder said of itself last: why there is no recording, where there is none. */
  readonly said: string;
}

/** The command line program at work. */
export interface Recorder {
  readonly ended: Promise<RecorderEnd>;
  /** For the program, or the process that is attached to. */
  readonly write: (text: string) => void;
  readonly endInput: () => void;
  /** Ends the program as Ctrl-C does, or leaves the attached process, and keeps what was recorded. The second time kills the program. */
  readonly stop: () => void;
  /** Ends everything at once and keeps nothing; a process that was attached to goes on. */
  readonly cancel: () => void;
}

const LONGEST_SAID = 4000;

/** `script`: the recorder's `start.mjs`. `directory`: where the program runs. */
export function startRecorder(
  script: string,
  request: RecorderRequest,
  directory: string,
  onOutput: (text: string) => void,
): Recorder {
  const isElectron = process.versions.electron !== undefined;
  // A group of its own, so that cancelling leaves no worker behind.
  const child = spawn(process.execPath, [script, ...recorderArguments(request)], {
    cwd: directory,
    env: recorderEnvironment(process.env, isElectron),
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  const listen = (stream: NodeJS.ReadableStream | null, isOwn: boolean): void => {
    stream?.setEncoding('utf8');
    stream?.on('data', (text: string) => {
      if (isOwn) said = `${said}${text}`.slice(-LONGEST_SAID);
      onOutput(text);
    });
  };
  listen(child.stdout, false);
  listen(child.stderr, true);
  // A program that reads nothing closes its end.
  child.stdin?.on('error', () => {});
  let isCancelled = false;
  return {
    ended: endOf(child, () => {
      if (isCancelled) remove(request.output);
      const recording = isCancelled ? null : recordingAt(request.output);
      return { recording, said: ownWords(said) };
    }),
    write: (text) => void child.stdin?.write(text),
    endInput: () => child.stdin?.end(),
    stop: () => void child.kill('SIGINT'),
    cancel: () => {
      isCancelled = true;
      if (child.pid !== undefined) killGroup(child.pid);
    },
  };
}

function endOf(child: ChildProcess, rest: () => Omit<RecorderEnd, 'exitCode'>): Promise<RecorderEnd> {
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve({ exitCode: 1, recording: null, said: message }));
    child.once('close', (code, signal) => {
      const exitCode = code ?? 128 + (signal ? constants.signals[signal] : 0);
      resolve({ exitCode, ...rest() });
    });
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

/** The recording, or the spool that it is kept in where it could not be written. */
function recordingAt(output: string): string | null {
  return [output, `${output}.spool`].find((path) => existsSync(path)) ?? null;
}

function remove(output: string): void {
  const folder = dirname(output);
  const isOf = (name: string): boolean =>
    name === basename(output) || name.startsWith(`${basename(output)}.spool`);
  for (const name of readdirSync(folder)) if (isOf(name)) rmSync(join(folder, name), { force: true });
}

/** Lines of the recorder's own, without its name before them: the program writes to the same stream. */
function ownWords(said: string): string {
  const lines = said.split('\n').filter((line) => line.startsWith('perfscope: '));
  return lines.map((line) => line.slice('perfscope: '.length)).join(' ');
}
