import type { Trace } from '../analysis/trace.ts';
import { UserError } from '../model/index.ts';

/** Exit code of a UserError for what cannot be asked so. */
export const WRONG_USAGE = 2;

/** A recording among those that may be asked. */
export interface Listed {
  readonly file: string;
  readonly bytes: number;
  /** ISO 8601. */
  readonly modified: string;
}

/** Where recordings come from: the folder of a server, the workspace of an editor. */
export interface Recordings {
  readonly list: () => Promise<readonly Listed[]>;
  /** Throws a UserError for what is not there, is no recording, or may not be read. */
  readonly open: (file: string) => Promise<Trace>;
}

/** A value that a question takes, in the words of JSON Schema. */
export interface Parameter {
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly description: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface Question {
  /** As a model calls it. */
  readonly name: string;
  readonly title: string;
  /** What it tells and when to ask it, for who has to choose. */
  readonly description: string;
  readonly parameters: Readonly<Record<string, Parameter>>;
  readonly required: readonly string[];
  /** A document as `--json` of the command prints it. Throws a UserError where it cannot be answered. */
  readonly answer: (recordings: Recordings, given: Given) => Promise<object>;
}

/** Parameters that are of their types: read with the kind that was declared. */
export class Given {
  private readonly values: Readonly<Record<string, unknown>>;

  /** Throws a UserError for a value that a question does not take. */
  constructor({ parameters, required }: Pick<Question, 'parameters' | 'required'>, values: unknown) {
    const given = typeof values === 'object' && values !== null ? { ...values } : {};
    for (const [name, value] of Object.entries(given)) {
      const parameter = parameters[name];
      if (!parameter)
        throw new UserError(
          `there is no parameter ${name}: ${Object.keys(parameters).join(', ')} are.`,
          WRONG_USAGE,
        );
      if (!fits(parameter, value)) throw new UserError(`${name} ${wanted(parameter)}.`, WRONG_USAGE);
    }
    for (const name of required)
      if (!(name in given))
        throw new UserError(`${name} is missing: ${parameters[name]?.description ?? ''}`, WRONG_USAGE);
    this.values = given;
  }

  text(name: string): string | undefined {
    const value = this.values[name];
    return typeof value === 'string' ? value : undefined;
  }

  number(name: string): number | undefined {
    const value = this.values[name];
    return typeof value === 'number' ? value : undefined;
  }

  flag(name: string): boolean {
    return this.values[name] === true;
  }
}

function fits({ type, enum: words, minimum, maximum }: Parameter, value: unknown): boolean {
  if (type === 'string')
    return typeof value === 'string' && value.length < 4096 && (words?.includes(value) ?? true);
  if (type === 'boolean') return typeof value === 'boolean';
  if (typeof value !== 'number' || !Number.isFinite(value)) return false;
  if (type === 'integer' && !Number.isInteger(value)) return false;
  return value >= (minimum ?? Number.NEGATIVE_INFINITY) && value <= (maximum ?? Number.POSITIVE_INFINITY);
}

function wanted({ type, enum: words, minimum, maximum }: Parameter): string {
  if (words) return `is one of ${words.join(', ')}`;
  const range =
    minimum === undefined ? '' : ` from ${minimum}${maximum === undefined ? ' on' : ` to ${maximum}`}`;
  return `is ${type === 'integer' ? 'a whole number' : type === 'boolean' ? 'true or false' : `a ${type}`}${range}`;
}

/** The JSON Schema of what a question takes. */
export const schemaOf = ({ parameters, required }: Pick<Question, 'parameters' | 'required'>) => ({
  type: 'object' as const,
  properties: parameters as Record<string, object>,
  required: [...required],
  additionalProperties: false,
});
