import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = 65536;

/**
 * Keeps what the command printed under the live view, in a file because it may be any amount, and prints it unchanged, each
 * stream to its own, once the terminal is free again.
 */
export class Replay {
  private readonly folder = mkdtempSync(join(tmpdir(), 'perfscope-'));
  private readonly fd = openSync(join(this.folder, 'output'), 'w+');
  private readonly parts: { stream: 'stdout' | 'stderr'; length: number }[] = [];

  add(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    for (let at = 0; at < chunk.length; ) at += writeSync(this.fd, chunk, at);
    const last = this.parts.at(-1);
    if (last?.stream === stream) last.length += chunk.length;
    else this.parts.push({ stream, length: chunk.length });
  }

  async print(): Promise<void> {
    let position = 0;
    for (const part of this.parts) {
      const to = part.stream === 'stdout' ? process.stdout : process.stderr;
      for (let left = part.length; left > 0; ) {
        const chunk = Buffer.alloc(Math.min(CHUNK, left));
        const read = readSync(this.fd, chunk, 0, chunk.length, position);
        if (read === 0) break;
        position += read;
        left -= read;
        if (!to.write(chunk.subarray(0, read))) await new Promise((resolve) => to.once('drain', resolve));
      }
    }
    closeSync(this.fd);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
