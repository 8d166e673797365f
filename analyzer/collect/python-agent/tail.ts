import { join } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
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
    for (const name of agentFiles(this.folder, EXTENSION)) {
      if (this.files.has(name)) continue;
      const records = new AgentRecords(this.rows, this.rootProcess);
      this.files.set(name, { path: join(this.folder, name), records, position: 0 });
    }
  }

  private read(file: Followed, most: number): void {
    file.position = readAgentFile(file.path, file.position, most, this.chunk, (bytes) => {
      file.records.push(bytes);
      return bytes.length;
    });
  }
}
