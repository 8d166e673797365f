import { UserError } from '../analyzer/model/index.ts';

/** Exit codes of perfscope itself; `record` otherwise gives the command's own. */
export const EXIT_USAGE = 2;
export const EXIT_LIMIT = 4;
export const EXIT_BUG = 70;

/** Says on stderr what went wrong and gives the exit code. A bug shows its stack and asks for a report. */
export function report(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(`perfscope: ${error.message}\n`);
    return error.exitCode;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `perfscope: this is a bug of perfscope; please report it with what follows.\n${detail}\n`,
  );
  return EXIT_BUG;
}
