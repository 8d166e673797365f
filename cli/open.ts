import { statSync } from 'node:fs';
import { isZeroXFolder, openZeroXFolder } from '../analyzer/collect/v8-ticks/index.ts';
import type { Recording } from '../analyzer/model/index.ts';
import { openRecording } from '../analyzer/recording/open.ts';
import { version } from './assets.ts';

/** Opens whatever a command is given: a recording, a spool, or what another tool has written. Throws a UserError with the reason. */
export function open(path: string): Recording {
  if (isFolder(path) && isZeroXFolder(path)) return openZeroXFolder(path, version());
  return openRecording(path);
}

/** False for what is not there, too: the opening of a recording says so. */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
