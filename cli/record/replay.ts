import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const CHUNK = 65536;

interface Part {
  readonly stream: 'stdout' | 'stderr';
  /** Bytes in the file; 0 for a part in memory. */
  length: number;
  readonly memory: Buffer | null;
}

/**
 * Keeps what the command printed under the live view, in a file because it may be any amount, and prints it unchanged, each
 * stream to its own, once the terminal is free again. Where the file cannot be written the rest stays in memory: what a
 * program printed must not be lost.
 */
export class Replay {
  private readonly parts: Part[] = [];
  private folder: string | null = null;
  private fd = -1;
  private size = 0;

  constructor() {
    try {
      this.folder = mkdtempSync(join(tmpdir(), 'perfscope-'));
      this.fd = openSync(join(this.folder, 'output'), 'w+');
    } catch {
      this.fd = -1;
    }
  }

  add(chunk: Buffer, stream: 'stdout' | 'stderr'): void {
    if (!this.keep(chunk)) {
      this.parts.push({ stream, length: 0, memory: chunk });
      return;
    }
    const last = this.parts.at(-1);
    if (last?.stream === stream && last.memory === null) last.length += chunk.length;
    else this.parts.push({ stream, length: chunk.length, memory: null });
  }

  async print(): Promise<void> {
    let position = 0;
    for (const part of this.parts) {
      const to = part.stream === 'stdout' ? process.stdout : process.stderr;
      const write = (bytes: Uint8Array) => (to.write(bytes) ? undefined : roomOrEnd(to));
      if (part.memory) await write(part.memory);
      for (let left = part.length; left > 0; ) {
        const chunk = Buffer.alloc(Math.min(CHUNK, left));
        const read = readSync(this.fd, chunk, 0, chunk.length, position);
        if (read === 0) break;
        position += read;
        left -= read;
        await write(chunk.subarray(0, read));
      }
    }
    if (this.fd >= 0) closeSync(this.fd);
    if (this.folder !== null) rmSync(this.folder, { recursive: true, force: true });
  }

  /** Writes to the file; false when it cannot, and then nothing of the chunk counts as written. */
  private keep(chunk: Buffer): boolean {
    if (this.fd < 0) return false;
    try {
      for (let at = 0; at < chunk.length; )
        at += writeSync(this.fd, chunk, at, chunk.length - at, this.size + at);
      this.size += chunk.length;
      return true;
    } catch {
      return false;
    }
  }
}

/** Resolves when a stream takes more, or never will: a terminal that is gone must not hold us. */
function roomOrEnd(stream: NodeJS.WritableStream): Promise<void> {
  return new Promise((resolve) => {
    const events = ['drain', 'error', 'close'];
    const done = () => {
      for (const event of events) stream.off(event, done);
      resolve();
    };
    for (const event of events) stream.on(event, done);
  });
}
