import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { SourceState } from '../../model/index.ts';

/** A row of the table `sources`, without its file. */
export interface KeptSource {
  readonly state: SourceState;
  readonly bytes: number;
  readonly hash: string;
  readonly text: string;
}

const NOT_READ: KeptSource = { state: 'unreadable', bytes: 0, hash: '', text: '' };

/**
 * Reads a file that a program has named. `unchangedSince`: milliseconds since 1970; a file that was written to, moved or replaced
 * since may not be what ran, and gets no hash. `most`: bytes that are read. Never throws, and opens nothing but plain files.
 */
export function readSource(path: string, unchangedSince: number, most: number): KeptSource {
  let descriptor = -1;
  try {
    // A named pipe would block.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (!status.isFile()) return NOT_READ;
    if (status.size > most) return { ...NOT_READ, state: 'large', bytes: status.size };
    const bytes = Buffer.alloc(status.size);
    let length = 0;
    while (length < bytes.length) {
      const count = readSync(descriptor, bytes, length, bytes.length - length, length);
      if (count === 0) break;
      length += count;
    }
    const content = bytes.subarray(0, length);
    if (content.includes(0)) return { ...NOT_READ, bytes: length };
    const text = content.toString('utf8').replace(/^\ufeff/, '');
    // The time of its last change also tells of a file that was put in its place with an old time of writing.
    const isChanged = Math.max(status.mtimeMs, status.ctimeMs) > unchangedSince;
    if (isChanged) return { state: 'changed', bytes: length, hash: '', text };
    return { state: 'whole', bytes: length, hash: sha256(content), text };
  } catch {
    return NOT_READ;
  } finally {
    if (descriptor >= 0) closeSync(descriptor);
  }
}

/** A text that a source map or the program itself has told. */
export function toldSource(text: string, most: number): KeptSource {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length > most) return { ...NOT_READ, state: 'large', bytes: bytes.length };
  const plain = text.replace(/^\ufeff/, '');
  return { state: 'mapped', bytes: bytes.length, hash: sha256(bytes), text: plain };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
