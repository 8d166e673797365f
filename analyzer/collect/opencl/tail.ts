import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import { type LogCounts, ProcessLog } from './processLog.ts';
import { HEADER_BYTES, type LogHeader, readHeader, readRecords } from './records.ts';
import type { OpenClRows } from './rows.ts';

const EXTENSION = '.opencl';
/** `PID-MICROSECONDS.SEGMENT.opencl` */
const NAME = /^(\d{1,10})-(\d{1,20})\.(\d{1,7})\.opencl$/;
/** Larger than any record. */
const CHUNK_BYTES = 1 << 18;
/** Bytes of one file that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 22;
/** A poll that took so many records may have left some. */
const MANY_RECORDS = 5000;

interface Segment {
  readonly path: string;
  readonly number: number;
  position: number;
  isValid: boolean;
}

interface Followed {
  readonly process: number;
  readonly log: ProcessLog;
  segments: Segment[];
}

/** What the logs say about the recording itself. */
export interface LogHealth extends LogCounts {
  readonly processes: number;
  readonly records: number;
  /** Commands that had not ended. */
  readonly unfinished: number;
  /** Processes whose log had to stop, and records that were lost then. */
  readonly stopped: number;
  readonly lost: number;
  /** Nanos that times of devices may be wrong by. */
  readonly uncertainty: number;
}

export const NO_LOGS: LogHealth = {
  ...{ processes: 0, records: 0, kernels: 0, transfers: 0, commands: 0, failed: 0, untimed: 0, damaged: 0 },
  ...{ unfinished: 0, stopped: 0, lost: 0, uncertainty: 0 },
};

/**
 * Follows the OpenCL logs of a folder: each `poll` takes what was written to any of them since the last. A file that was read
 * to its end and has a successor is removed, so that a long run needs no more of the disk than what is not read yet.
 */
export class OpenClTail {
  private readonly folder: string;
  private readonly only: number | null;
  private readonly rows: OpenClRows;
  private readonly followed = new Map<string, Followed>();
  private readonly known = new Set<string>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private records = 0;
  private unknown = 0;
  private stopped = 0;
  private lost = 0;

  /** `only`: the one process whose log is read, null for all. */
  constructor(folder: string, rows: OpenClRows, only: number | null) {
    this.folder = folder;
    this.rows = rows;
    this.only = only;
  }

  /** Gives whether there may be more to read at once. */
  poll(): boolean {
    const before = this.records;
    this.read();
    return this.records - before >= MANY_RECORDS;
  }

  /** Looks how the logs ended: everything was read, and nobody writes any more. */
  finish(): void {
    for (const { segments } of this.followed.values()) {
      const header = this.headerOf(segments.at(-1));
      if (!header?.stopped) continue;
      this.stopped++;
      this.lost += header.lost;
    }
  }

  /** Those that have a log. */
  get processes(): ReadonlySet<number> {
    return new Set([...this.followed.values()].map(({ process }) => process));
  }

  health(): LogHealth {
    const sum = { ...NO_LOGS, damaged: this.unknown };
    let [unfinished, uncertainty] = [0, 0];
    for (const { log } of this.followed.values()) {
      for (const name of Object.keys(log.counts) as (keyof LogCounts)[]) sum[name] += log.counts[name];
      unfinished += log.unfinished;
      uncertainty = Math.max(uncertainty, log.uncertainty);
    }
    const { records, stopped, lost } = this;
    return { ...sum, processes: this.followed.size, records, unfinished, stopped, lost, uncertainty };
  }

  private read(): void {
    this.discover();
    for (const followed of this.followed.values()) {
      const { log, segments } = followed;
      for (const segment of segments) {
        const isLast = segment === segments.at(-1);
        this.readSegment(log, segment);
        // Later records refer to earlier ones.
        if (!isLast && !this.isRead(segment)) break;
      }
      followed.segments = segments.filter((segment, at) => {
        const isDone = at < segments.length - 1 && this.isRead(segment);
        if (isDone) rmSync(segment.path, { force: true });
        return !isDone;
      });
    }
  }

  private discover(): void {
    for (const name of agentFiles(this.folder, EXTENSION).sort()) {
      const match = NAME.exec(name);
      if (!match || this.known.has(name)) continue;
      this.known.add(name);
      const process = Number(match[1]);
      if (this.only !== null && process !== this.only) continue;
      const key = `${match[1]}-${match[2]}`;
      const followed = this.followed.get(key) ?? {
        process,
        log: new ProcessLog(process, this.rows),
        segments: [],
      };
      this.followed.set(key, followed);
      const segment = {
        path: join(this.folder, name),
        number: Number(match[3]),
        position: 0,
        isValid: false,
      };
      followed.segments.push(segment);
      followed.segments.sort((a, b) => a.number - b.number);
    }
  }

  private readSegment(log: ProcessLog, segment: Segment): void {
    segment.position = readAgentFile(segment.path, segment.position, POLL_BYTES, this.chunk, (bytes) => {
      if (!segment.isValid) {
        segment.isValid = readHeader(bytes) !== null;
        return segment.isValid ? HEADER_BYTES : 0;
      }
      const { taken, unknown } = readRecords(bytes, (record) => {
        this.records++;
        log.take(record);
      });
      this.unknown += unknown;
      return taken;
    });
  }

  /** Whether nothing more will be read from a segment that has a successor. */
  private isRead(segment: Segment): boolean {
    let isEnd = true;
    readAgentFile(segment.path, segment.position, CHUNK_BYTES, this.chunk, (bytes) => {
      isEnd = segment.isValid ? readRecords(bytes, () => {}).taken === 0 : true;
      return 0;
    });
    return isEnd;
  }

  private headerOf(segment: Segment | undefined): LogHeader | null {
    let header: LogHeader | null = null;
    if (!segment) return null;
    readAgentFile(segment.path, 0, HEADER_BYTES, this.chunk.subarray(0, HEADER_BYTES), (bytes) => {
      header = readHeader(bytes);
      return bytes.length;
    });
    return header;
  }
}
