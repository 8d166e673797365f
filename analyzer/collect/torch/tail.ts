import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import type { PoolThreads } from './poolThreads.ts';
import { HEADER_BYTES, type LogHeader, type OperatorRecord, readHeader, readRecords } from './records.ts';
import type { OperatorRows } from './rows.ts';

const EXTENSION = '.torch';
/** `PID-TID-NANOS.SEGMENT.torch` */
const NAME = /^((\d{1,10})-\d{1,10}-\d{1,19})\.(\d{1,5})\.torch$/;
/** Larger than any record. */
const CHUNK_BYTES = 1 << 18;
/** Bytes of one thread's log that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 23;
/** Names of one thread; more are damage. */
const MOST_NAMES = 1 << 16;

/** What the logs say about the recording itself. */
export interface LogHealth {
  readonly threads: number;
  readonly processes: number;
  readonly operators: number;
  readonly ranges: number;
  /** Operators that their thread had no room to write down. */
  readonly lost: number;
  /** Threads whose log could not be read to its end. */
  readonly damaged: number;
}

/** The log of one thread: files that follow each other, of which the next is begun when one is full. */
class ThreadLog {
  readonly process: number;
  readonly segments = new Map<number, string>();
  damaged = false;
  operators = 0;
  ranges = 0;
  lost = 0;
  private readonly rows: OperatorRows;
  private readonly names = new Map<number, number>();
  private readonly texts = new Map<number, string>();
  private readonly pools: PoolThreads;
  private current = 0;
  private position = 0;
  private header: LogHeader | null = null;
  private lane = -1;

  constructor(process: number, rows: OperatorRows, pools: PoolThreads) {
    this.process = process;
    this.pools = pools;
    this.rows = rows;
  }

  /** Reads what was written since the last call. Files that are read to their end are removed: a long run writes many. */
  read(most: number, chunk: Uint8Array): void {
    let left = most;
    for (;;) {
      const path = this.segments.get(this.current);
      if (path === undefined || this.damaged || left <= 0) return;
      const next = this.segments.has(this.current + 1);
      const before = this.position;
      this.position = readAgentFile(path, before, left, chunk, (bytes) => this.take(bytes));
      left -= this.position - before;
      if (left <= 0) return;
      if (!next) return;
      // The next one is begun when this one is full: nothing is written to it any more.
      this.readLost(path, chunk);
      rmSync(path, { force: true });
      this.current++;
      this.position = 0;
      this.header = null;
    }
  }

  /** What the header of the last file says at the end. */
  finish(chunk: Uint8Array): void {
    const path = this.segments.get(this.current);
    if (path !== undefined) this.readLost(path, chunk);
  }

  name(number: number, text: string): void {
    if (this.names.size >= MOST_NAMES) return;
    this.names.set(number, this.rows.string(text));
    this.texts.set(number, text);
  }

  operator(record: OperatorRecord): void {
    if (this.lane < 0 && this.header) this.lane = this.rows.newLane(this.header, record.end);
    const name = this.names.get(record.name) ?? this.rows.string(undefined);
    if (record.scope === 'range') this.ranges++;
    else this.operators++;
    this.rows.add(this.process, this.lane, name, record);
    if (record.scope !== 'range')
      this.pools.operator(this.process, this.texts.get(record.name) ?? '', record.start, record.end);
  }

  private take(bytes: Uint8Array): number {
    if (this.header === null) {
      this.header = readHeader(bytes);
      if (this.header?.process === this.process) return HEADER_BYTES;
      this.header = null;
      // A file that is just being made has no header yet.
      this.damaged = bytes.length >= HEADER_BYTES && bytes[0] !== 0;
      return 0;
    }
    const { taken, damaged } = readRecords(bytes, this);
    if (damaged) this.damaged = true;
    return taken;
  }

  private readLost(path: string, chunk: Uint8Array): void {
    readAgentFile(path, 0, HEADER_BYTES, chunk.subarray(0, HEADER_BYTES), (bytes) => {
      this.lost = Math.max(this.lost, readHeader(bytes)?.lost ?? 0);
      return bytes.length;
    });
  }
}

/** Follows the logs of a folder: each `poll` takes what was written to any of them since the last. */
export class OperatorTail {
  private readonly folder: string;
  private readonly only: number | null;
  private readonly rows: OperatorRows;
  private readonly pools: PoolThreads;
  private readonly logs = new Map<string, ThreadLog>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);

  /** `only`: the one process whose logs are read, null for all. */
  constructor(folder: string, rows: OperatorRows, pools: PoolThreads, only: number | null) {
    this.pools = pools;
    this.folder = folder;
    this.rows = rows;
    this.only = only;
  }

  poll(): void {
    this.read(POLL_BYTES);
  }

  /** Reads everything that is left: nobody writes any more. */
  finish(): void {
    this.read(Number.POSITIVE_INFINITY);
    for (const log of this.logs.values()) log.finish(this.chunk);
  }

  health(): LogHealth {
    const logs = [...this.logs.values()];
    const sum = (of: (log: ThreadLog) => number) => logs.reduce((total, log) => total + of(log), 0);
    return {
      threads: logs.length,
      processes: new Set(logs.map(({ process }) => process)).size,
      operators: sum(({ operators }) => operators),
      ranges: sum(({ ranges }) => ranges),
      lost: sum(({ lost }) => lost),
      damaged: logs.filter(({ damaged }) => damaged).length,
    };
  }

  private read(most: number): void {
    for (const name of agentFiles(this.folder, EXTENSION)) {
      const match = NAME.exec(name);
      if (!match || (this.only !== null && Number(match[2]) !== this.only)) continue;
      const key = match[1] as string;
      const log = this.logs.get(key) ?? new ThreadLog(Number(match[2]), this.rows, this.pools);
      this.logs.set(key, log);
      log.segments.set(Number(match[3]), join(this.folder, name));
    }
    for (const log of this.logs.values()) log.read(most, this.chunk);
  }
}
