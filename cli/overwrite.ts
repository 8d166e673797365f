import { existsSync } from 'node:fs';
import { UserError } from '../analyzer/model/index.ts';
import { EXIT_USAGE } from './errors.ts';

/** Throws a UserError when `path` exists and the user has not allowed to overwrite it. */
export function refuseToOverwrite(path: string, force: boolean): void {
  if (!force && existsSync(path)) {
    throw new UserError(`${path} exists already. Choose another name with -o, or add --force.`, EXIT_USAGE);
  }
}
