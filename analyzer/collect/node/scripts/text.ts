import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** The text of a file that a program has named; null when it cannot be read, is no plain file or has more bytes than `most`. */
export function readText(path: string, most: number): string | null {
  let descriptor = -1;
  try {
    // A named pipe would block.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const status = fstatSync(descriptor);
    if (!status.isFile() || status.size > most) return null;
    const bytes = Buffer.alloc(status.size);
    let at = 0;
    while (at < bytes.length) {
      const length = readSync(descriptor, bytes, at, bytes.length - at, at);
      if (length === 0) break;
      at += length;
    }
    const text = bytes.toString('utf8', 0, at);
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch {
    return null;
  } finally {
    if (descriptor >= 0) closeSync(descriptor);
  }
}

/** Where the lines of a text begin, as JavaScript counts them. */
export class Lines {
  readonly starts: number[] = [0];

  constructor(text: string) {
    for (const { index, 0: end } of text.matchAll(/\r\n?|[\n\u2028\u2029]/g))
      this.starts.push(index + end.length);
  }

  /** Line and column of an offset, from 1. */
  placeOf(offset: number): { readonly line: number; readonly column: number } {
    let [low, high] = [0, this.starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.starts[low] as number) + 1 };
  }

  /** Offset of a place; -1 when the text has no such line. */
  offsetOf(line: number, column: number): number {
    const start = this.starts[line - 1];
    return start === undefined ? -1 : start + column - 1;
  }
}
