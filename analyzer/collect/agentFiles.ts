import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';

/** Names of the files in a folder that end so; none when the folder is gone: the program may have removed it. */
export function agentFiles(folder: string, extension: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(extension));
  } catch {
    return [];
  }
}

/**
 * Gives what a file of an agent holds from `position` on to `take`, piece by piece in `chunk`, until `most` bytes were read.
 * The file is opened for each call: a run may have more processes than perfscope may have descriptors. `take` is given a
 * part of `chunk` and says how many bytes of it are done with; what is left is read again by the next call. Gives the new
 * position. Never throws: a file that is removed or not ours to read has no bytes.
 */
export function readAgentFile(
  path: string,
  position: number,
  most: number,
  chunk: Uint8Array,
  take: (bytes: Uint8Array) => number,
): number {
  let descriptor = -1;
  let at = position;
  try {
    // The program can write to the folder: a link could lead elsewhere, a named pipe would block.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    const end = status.isFile() ? Math.min(status.size, position + most) : 0;
    while (at < end) {
      const length = readSync(descriptor, chunk, 0, chunk.length, at);
      const taken = length === 0 ? 0 : take(chunk.subarray(0, length));
      at += taken;
      if (taken === 0) break;
    }
  } catch {
    // The next call tries again.
  } finally {
    if (descriptor >= 0) closeSync(descriptor);
  }
  return at;
}
