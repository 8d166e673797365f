import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../model/index.ts';

export interface OutputPlace {
  /** Where the recording goes. */
  readonly path: string;
  /** Where it is kept while the run goes on. */
  readonly spool: string;
  /** A sentence when it cannot go where it was asked for. */
  readonly warning: string | null;
}

const DEFAULT_NAME = 'run';

/**
 * Chooses the files of a recording. Without `wanted`, `run.perfscope` or the first free `run-N.perfscope`. Nothing is ever
 * overwritten unless `force` is set: a UserError (exit code 2) says so. A folder that cannot be written does not keep the
 * program from running: the recording goes to the temporary folder.
 */
export function placeOutput(wanted: string | null, force: boolean): OutputPlace {
  const path = resolve(wanted ?? freeName());
  if (wanted !== null && existsSync(path)) {
    if (statSync(path).isDirectory()) throw new UserError(`${wanted} is a folder; name a file.`, 2);
    if (!force)
      throw new UserError(`${wanted} exists already. Choose another name with -o, or add --force.`, 2);
  }
  const folder = dirname(path);
  if (!existsSync(folder)) throw new UserError(`there is no folder ${folder} to write the recording to.`, 2);
  try {
    accessSync(folder, constants.W_OK);
    return { path, spool: freeSpool(path), warning: null };
  } catch {
    const other = join(tmpdir(), `${process.pid}-${basename(path)}`);
    return {
      path: other,
      spool: freeSpool(other),
      warning: `${folder} cannot be written; the recording goes to ${other}.`,
    };
  }
}

function freeName(): string {
  for (let n = 1; ; n++) {
    const name = n === 1 ? `${DEFAULT_NAME}.perfscope` : `${DEFAULT_NAME}-${n}.perfscope`;
    if (!existsSync(name) && !existsSync(`${name}.spool`)) return name;
  }
}

function freeSpool(path: string): string {
  for (let n = 1; ; n++) {
    const spool = n === 1 ? `${path}.spool` : `${path}.spool-${n}`;
    if (!existsSync(spool)) return spool;
  }
}
