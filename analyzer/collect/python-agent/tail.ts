import { closeSync, constants, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { FileHealth } from './health.ts';
import { AgentRecords } from './records.ts';
import type { AgentRows } from './rows.ts';

const EXTENSION = '.pyagent';
const CHUNK_BYTES = 1 << 18;
/** Bytes of one file that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 22;

interface Followed {
  readonly path: string;
  readonly records: AgentRecords;
  position: number;
}

/** Follows the agents' files of a folder: each `poll` decodes what was appended to any of them since the last. */
export class AgentTail {
  private readonly folder: string;
  private readonly rows: AgentRows;
  private readonly rootProcess: number;
  private readonly files = new Map<string, Followed>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);

  /** `rootProcess`: the process of the command. */
  constructor(folder: string, rows: AgentRows, rootProcess: number) {
    this.folder = folder;
    this.rows = rows;
    this.rootProcess = rootProcess;
  }

  poll(): void {
    this.discover();
    for (const file of this.files.values()) if (!file.records.isComplete) this.read(file, POLL_BYTES);
  }

  /** Reads everything that is left and closes every process: none writes any more. */
  finish(): void {
    this.discover();
    for (const file of this.files.values()) {
      this.read(file, Number.POSITIVE_INFINITY);
      file.records.end();
    }
  }

  health(): FileHealth[] {
    return [...this.files.values()].map((file) => file.records.health());
  }

  private discover(): void {
    let names: string[] = [];
    try {
      names = readdirSync(this.folder);
    } catch {
      // The program may have removed the folder; what was read stays.
    }
    for (const name of names) {
      if (!name.endsWith(EXTENSION) || this.files.has(name)) continue;
      const records = new AgentRecords(this.rows, this.rootProcess);
      this.files.set(name, { path: join(this.folder, name), records, position: 0 });
    }
  }

  /** Opened for each read: a run may have more processes than perfscope may have descriptors. */
  private read(file: Followed, most: number): void {
    let descriptor = -1;
    try {
      // The program can write to the folder: a link could lead elsewhere, a named pipe would block.
      descriptor = openSync(file.path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      const { size } = fstatSync(descriptor);
      const end = fstatSync(descriptor).isFile() ? Math.min(size, file.position + most) : 0;
      while (file.position < end) {
        const length = readSync(descriptor, this.chunk, 0, CHUNK_BYTES, file.position);
        if (length === 0) break;
        file.position += length;
        file.records.push(this.chunk.subarray(0, length));
      }
    } catch {
      // Removed, or not ours to read: the next poll tries again, and the health says that the file has no end.
    } finally {
      if (descriptor >= 0) closeSync(descriptor);
    }
  }
}
