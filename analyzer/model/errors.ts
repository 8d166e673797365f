/**
 * Something the user can mend: a missing file, a refused permission, a wrong option. The message is a sentence or two:
 * what happened, to what, what to do. Anything else that is thrown is a bug of ours and shows its stack.
 */
export class UserError extends Error {
  /** Exit code of the command: 2 for wrong usage, 3 for input that cannot be read, 1 otherwise. */
  readonly exitCode: number;

  constructor(message: string, exitCode = 1, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.exitCode = exitCode;
  }
}
