import { UserError } from '../../analyzer/model/index.ts';

/** What is asked of the recorder, as its own command line (`perfscope record`, `perfscope attach`). */
export interface RecorderRequest {
  /** What runs, or the process that is joined. */
  readonly target: { readonly command: readonly string[] } | { readonly pid: number };
  /** Path of the recording. */
  readonly output: string;
  /** Samples a second; 0 for the recorder's own choice. */
  readonly rate: number;
}

export function recorderArguments({ target, output, rate }: RecorderRequest): string[] {
  // The panel says what a summary would, which would push away what the program printed.
  const options = ['-q', '-o', output, ...(rate > 0 ? ['-r', String(rate)] : [])];
  return 'pid' in target
    ? ['attach', '-p', String(target.pid), ...options]
    : ['record', '--no-live', ...options, '--', ...target.command];
}

/** What means something to a shell and nothing to a program. */
const FOR_A_SHELL = /[|&;<>()$`*?[\]{}~#!\n\\]|^\s*\w+=/;
const WORD = /"([^"]*)"|'([^']*)'|[^\s"']+/g;

/**
 * The words of a command that a person typed. What only a shell understands is given to one; anything else runs without, so
 * that no shell is in the picture. Throws a UserError for an empty line.
 */
export function wordsOf(typed: string): string[] {
  const line = typed.trim();
  if (line === '') throw new UserError('no command given.', 2);
  // A quote inside a word, as in it's, is a shell's business too.
  const isPlain = !FOR_A_SHELL.test(line) && /^(?:(?:"[^"]*"|'[^']*'|[^\s"']+)(?:\s+|$))+$/.test(line);
  if (!isPlain) return ['/bin/sh', '-c', line];
  return [...line.matchAll(WORD)].map(([word, double, single]) => double ?? single ?? word);
}

/** A name for a recording of a program: of its file, without its ending; of a command's program. */
export function recordingName(program: string): string {
  const last = program.replace(/[/\\]+$/, '').replace(/^.*[/\\]/s, '');
  const name = last.replace(/\.(py|[cm]?[jt]s)$/i, '').replace(/[^\w.-]+/g, '-');
  return name.replace(/^[.-]+|[.-]+$/g, '') || 'run';
}

/** The first of `app.perfscope`, `app-2.perfscope`, ... that is not taken. */
export function freeName(name: string, isTaken: (file: string) => boolean): string {
  for (let n = 1; ; n++) {
    const file = n === 1 ? `${name}.perfscope` : `${name}-${n}.perfscope`;
    if (!isTaken(file) && !isTaken(`${file}.spool`)) return file;
  }
}
