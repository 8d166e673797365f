import { join as joinPath } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import type { LoggedProcess, RunJoin } from './join.ts';
import { ProcessNames } from './names.ts';
import { HEADER_BYTES, type LogHeader, type PoolRecord, readHeader, readRecords } from './records.ts';
import type { PoolRows } from './rows.ts';

const EXTENSION = '.pools';
/** `PID-MICROSECONDS.SEGMENT.pools` */
const NAME = /^(\d{1,10})-(\d+)\.(\d{1,4})\.pools$/;
/** Larger than any record. */
const CHUNK_BYTES = 1 << 18;
/** Bytes of one file that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 22;
/** Records that wait for what they refer to; more are damage. */
const MOST_DEFERRED = 100_000;

interface Segment {
  readonly path: string;
  readonly number: number;
  position: number;
  /** Whether its beginning is that of a log. */
  valid: boolean;
}

interface ProcessLog {
  readonly process: LoggedProcess;
  readonly segments: Segment[];
}

/** What the logs say about the recording itself. */
export interface LogHealth {
  readonly processes: number;
  readonly records: number;
  /** Records that made no sense or referred to what was never written. */
  readonly damaged: number;
  /** Processes whose log had to stop. */
  readonly stopped: number;
  readonly sampled: number;
  /** Hook and reason, and the processes that said so. */
  readonly notes: ReadonlyMap<string, number>;
}

export const NO_LOGS: LogHealth = {
  processes: 0,
  records: 0,
  damaged: 0,
  stopped: 0,
  sampled: 0,
  notes: new Map(),
};

/** Follows the pools logs of a folder: each `poll` joins what was written to any of them since the last. */
export class PoolsTail {
  private readonly folder: string;
  private readonly only: number | null;
  private readonly rows: PoolRows;
  private readonly join: RunJoin;
  private readonly logs = new Map<string, ProcessLog>();
  private readonly known = new Set<string>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private deferred: { from: LoggedProcess; record: PoolRecord }[] = [];
  private records = 0;
  private damaged = 0;
  private stopped = 0;

  /** `only`: the one process whose log is read, null for all. */
  constructor(folder: string, rows: PoolRows, join: RunJoin, only: number | null) {
    this.only = only;
    this.folder = folder;
    this.rows = rows;
    this.join = join;
  }

  poll(): void {
    this.read(POLL_BYTES);
  }

  /** Reads everything that is left: nobody writes any more. */
  finish(): void {
    this.read(Number.POSITIVE_INFINITY);
    this.damaged += this.deferred.length;
    this.deferred = [];
    for (const log of this.logs.values()) this.readEnd(log);
  }

  health(): LogHealth {
    const notes = new Map<string, number>();
    let sampled = 0;
    for (const { process } of this.logs.values()) {
      if (process.sampled) sampled++;
      for (const note of process.notes) notes.set(note, (notes.get(note) ?? 0) + 1);
    }
    const { records, damaged, stopped } = this;
    return { processes: this.logs.size, records, damaged, stopped, sampled, notes };
  }

  private read(most: number): void {
    this.discover();
    for (const log of this.logs.values()) {
      for (const segment of log.segments) this.readSegment(log, segment, most);
    }
    const again = this.deferred;
    this.deferred = [];
    for (const { from, record } of again) this.take(from, record);
  }

  private discover(): void {
    for (const name of agentFiles(this.folder, EXTENSION).sort()) {
      const match = NAME.exec(name);
      if (!match || this.known.has(name)) continue;
      this.known.add(name);
      if (this.only !== null && Number(match[1]) !== this.only) continue;
      const key = `${match[1]}-${match[2]}`;
      const log = this.logs.get(key) ?? { process: this.newProcess(Number(match[1])), segments: [] };
      this.logs.set(key, log);
      const number = Number(match[3]);
      log.segments.push({ path: joinPath(this.folder, name), number, position: 0, valid: false });
      // In the order of writing: a record may refer to what an earlier segment has.
      log.segments.sort((a, b) => a.number - b.number);
    }
  }

  private newProcess(pid: number): LoggedProcess {
    return {
      pid,
      names: new ProcessNames(this.rows),
      pools: new Map(),
      notes: new Set(),
      sampled: false,
      workerSince: -1,
      lastMessage: null,
      worksFor: null,
    };
  }

  private readSegment(log: ProcessLog, segment: Segment, most: number): void {
    segment.position = readAgentFile(segment.path, segment.position, most, this.chunk, (bytes) => {
      if (!segment.valid) {
        segment.valid = readHeader(bytes) !== null;
        return segment.valid ? HEADER_BYTES : 0;
      }
      const { taken, unknown } = readRecords(bytes, (record) => {
        this.records++;
        this.take(log.process, record);
      });
      this.damaged += unknown;
      return taken;
    });
  }

  private take(from: LoggedProcess, record: PoolRecord): void {
    if (this.join.take(from, record)) return;
    if (this.deferred.length < MOST_DEFERRED) this.deferred.push({ from, record });
    else this.damaged++;
  }

  /** What the header of a process's first file says at the end. */
  private readEnd({ process, segments }: ProcessLog): void {
    const [first] = segments;
    if (!first?.valid) return;
    let header: LogHeader | null = null;
    readAgentFile(first.path, 0, HEADER_BYTES, this.chunk.subarray(0, HEADER_BYTES), (bytes) => {
      header = readHeader(bytes);
      return bytes.length;
    });
    const found = header as LogHeader | null;
    if (!found) return;
    if (found.stopped) this.stopped++;
    this.join.leftOut(process, found.leftTasks, found.leftMessages);
  }
}
