import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { isZeroXFolder, openZeroXFolder } from '../analyzer/collect/v8-ticks/index.ts';
import { looksLikeTrace, recordingOfTorchTrace } from '../analyzer/formats/torchTrace/index.ts';
import { type Recording, UserError } from '../analyzer/model/index.ts';
import { openRecording } from '../analyzer/recording/open.ts';
import { version } from './assets.ts';

/** A text of Node's has at most some 500 MB. */
const LARGEST_TRACE = 500e6;
const GZIP = 0x1f8b;

/** Opens whatever a command is given: a recording, a spool, or what another tool has written. Throws a UserError with the reason. */
export function open(path: string): Recording {
  if (isFolder(path) && isZeroXFolder(path)) return openZeroXFolder(path, version());
  const trace = traceText(path);
  return trace === null ? openRecording(path) : recordingOfTorchTrace(trace, path, version());
}

/** False for what is not there, too: the opening of a recording says so. */
export const isFolder = (path: string): boolean =>
  statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** What a file holds that begins as a trace of torch.profiler does, packed by gzip or not; null for any other. */
function traceText(path: string): string | null {
  const status = statSync(path, { throwIfNoEntry: false });
  if (!status?.isFile()) return null;
  const head = headOf(path);
  const isPacked = head.length > 2 && head.readUInt16BE(0) === GZIP;
  if (!isPacked && !looksLikeTrace(head.toString('utf8'))) return null;
  const tooLarge = new UserError(`${path} has more than ${LARGEST_TRACE / 1e6} MB.`, 3);
  if (status.size > LARGEST_TRACE) throw tooLarge;
  const bytes = readFileSync(path);
  if (!isPacked) return bytes.toString('utf8');
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_TRACE }).toString('utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge;
    throw new UserError(`${path} is damaged: it cannot be unpacked.`, 3, { cause });
  }
}

/** The first bytes; none where it cannot be read, which the opening of a recording says. */
export function headOf(path: string): Buffer {
  const head = Buffer.alloc(64);
  try {
    const descriptor = openSync(path, 'r');
    try {
      return head.subarray(0, readSync(descriptor, head, 0, head.length, 0));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return Buffer.alloc(0);
  }
}
