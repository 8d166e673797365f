import { type SamplingMode, UserError } from '../../analyzer/model/index.ts';
import { type RecorderRequest, recorderArguments, wordsOf } from '../record/commandLine.ts';

/** A task that records, as `tasks.json` has it once it was checked. */
export interface RecordTask {
  readonly command: readonly string[];
  /** Where the program runs; null for the root of the workspace. */
  readonly directory: string | null;
  /** Path of the recording; null for a free name in the folder for recordings. */
  readonly output: string | null;
  /** Samples a second; 0 for the recorder's own choice. */
  readonly rate: number;
  readonly mode: SamplingMode | null;
}

export const TASK_TYPE = 'perfscope';

const MODES: readonly SamplingMode[] = ['cpu', 'wall', 'gil'];
const MOST_HZ = 10_000;

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** Reads the definition of a task. Throws a UserError with what is wrong in it: a person wrote it. */
export function recordTask(definition: Readonly<Record<string, unknown>>): RecordTask {
  const { command, args = [], cwd, output, rate = 0, mode } = definition;
  if (typeof rate !== 'number' || !Number.isInteger(rate) || rate < 0 || rate > MOST_HZ)
    throw new UserError(`"rate" of a perfscope task is a whole number from 1 to ${MOST_HZ}.`, 2);
  const known = MODES.find((each) => each === mode);
  if (mode !== undefined && !known)
    throw new UserError(`"mode" of a perfscope task is one of ${MODES.join(', ')}.`, 2);
  return {
    command: [...commandOf(command), ...textsOf(args, 'args')],
    directory: text(cwd),
    output: text(output),
    rate,
    mode: known ?? null,
  };
}

function textsOf(value: unknown, name: string): string[] {
  if (Array.isArray(value) && value.every((each): each is string => typeof each === 'string')) return value;
  throw new UserError(`"${name}" of a perfscope task is a list of texts.`, 2);
}

function commandOf(command: unknown): string[] {
  if (typeof command === 'string' && command.trim() !== '') return wordsWithVariables(command);
  const words = Array.isArray(command) ? textsOf(command, 'command') : [];
  if (words.length > 0) return words;
  throw new UserError('"command" of a perfscope task is what to record, such as "python3 app.py".', 2);
}

/** Letters of no language, which stand for variables of the editor meanwhile: their `$` and braces are not a shell's. */
const FIRST_STAND_IN = 0xe000;

/** The words of a command line that may hold variables of the editor, such as `${file}`. */
function wordsWithVariables(line: string): string[] {
  const variables: string[] = [];
  const held = line.replace(/\$\{[^}]*\}/g, (variable) => {
    variables.push(variable);
    return String.fromCharCode(FIRST_STAND_IN + variables.length - 1);
  });
  return wordsOf(held).map((word) =>
    word.replace(/[\ue000-\uf8ff]/g, (letter) => variables[letter.charCodeAt(0) - FIRST_STAND_IN] ?? letter),
  );
}

/** What the recorder is given. `otherwise`: the path of a recording for a task that names none. */
export function taskArguments({ command, rate, mode, output }: RecordTask, otherwise: string): string[] {
  const request: RecorderRequest = { target: { command }, output: output ?? otherwise, rate };
  const [verb = '', ...rest] = recorderArguments(request);
  return [verb, ...(mode ? ['-m', mode] : []), ...rest];
}
