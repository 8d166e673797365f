import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import type { NearestStacks } from '../gpu/nearestStack.ts';
import { HEADER_BYTES, MOST_CHUNK, readChunks, readHeader } from './capture.ts';
import { ProcessCapture } from './processCapture.ts';
import type { DeviceRows } from './rows.ts';

const EXTENSION = '.cuda';
/** `PID-NANOSECONDS.SEGMENT.cuda` */
const NAME = /^(\d{1,10})-(\d{1,19})\.(\d{1,9})\.cuda$/;
/** Holds any chunk whole. */
const CHUNK_BYTES = 2 * MOST_CHUNK;
/** Bytes of one process that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 24;
/** Processes that captures are read of; more are damage. */
const MOST_CAPTURES = 1 << 14;

interface Segment {
  readonly path: string;
  readonly number: number;
  position: number;
  hasHeader: boolean;
  isDamaged: boolean;
}

interface CaptureFiles {
  capture: ProcessCapture | null;
  /** In the order of writing; those that are read to their end are gone. */
  readonly segments: Segment[];
}

/** Follows the captures of a folder. Each `poll` takes what was written since the last; files that are done with are removed. */
export class CudaTail {
  private readonly folder: string;
  private readonly rows: DeviceRows;
  private readonly stacks: NearestStacks;
  private readonly only: number | null;
  private readonly files = new Map<string, CaptureFiles>();
  private readonly known = new Set<string>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  /** Files whose rest could not be read. */
  damagedFiles = 0;

  /** `only`: the one process whose capture is read, null for all. */
  constructor(folder: string, rows: DeviceRows, stacks: NearestStacks, only: number | null) {
    this.folder = folder;
    this.rows = rows;
    this.stacks = stacks;
    this.only = only;
  }

  get captures(): ProcessCapture[] {
    return [...this.files.values()].flatMap(({ capture }) => (capture ? [capture] : []));
  }

  /** `now`: Nanos. */
  poll(now: number): void {
    this.read(POLL_BYTES);
    for (const capture of this.captures) capture.settle(now, false);
  }

  /** Reads everything that is left: nobody writes any more. `handOver` is called whenever rows have piled up. */
  finish(now: number, handOver: () => void): void {
    this.discover();
    for (const files of this.files.values()) {
      while (this.readSome(files, POLL_BYTES)) {
        files.capture?.settle(now, false);
        handOver();
      }
      files.capture?.settle(now, true);
      handOver();
    }
  }

  private read(most: number): void {
    this.discover();
    for (const files of this.files.values()) this.readSome(files, most);
  }

  private discover(): void {
    for (const name of agentFiles(this.folder, EXTENSION)) {
      const match = NAME.exec(name);
      if (!match || this.known.has(name)) continue;
      this.known.add(name);
      if (this.only !== null && Number(match[1]) !== this.only) continue;
      const key = `${match[1]}-${match[2]}`;
      const files = this.files.get(key) ?? { capture: null, segments: [] };
      if (!this.files.has(key) && this.files.size >= MOST_CAPTURES) continue;
      this.files.set(key, files);
      files.segments.push({
        path: join(this.folder, name),
        number: Number(match[3]),
        position: 0,
        hasHeader: false,
        isDamaged: false,
      });
      files.segments.sort((a, b) => a.number - b.number);
    }
  }

  /** Whether anything was there. */
  private readSome(files: CaptureFiles, most: number): boolean {
    let rest = most;
    while (rest > 0) {
      const segment = files.segments[0];
      if (!segment) break;
      const before = segment.position;
      this.readSegment(files, segment, rest);
      const taken = segment.position - before;
      rest -= taken;
      if (taken > 0) continue;
      // The next one is begun when this one is whole.
      if (files.segments.length < 2) break;
      if (!segment.isDamaged && !segment.hasHeader) this.damagedFiles++;
      rmSync(segment.path, { force: true });
      files.segments.shift();
    }
    return rest < most;
  }

  private readSegment(files: CaptureFiles, segment: Segment, most: number): void {
    if (segment.isDamaged) return;
    segment.position = readAgentFile(segment.path, segment.position, most, this.chunk, (bytes) => {
      if (segment.isDamaged) return 0;
      if (!segment.hasHeader) return this.begin(files, segment, bytes);
      const { taken, isDamaged } = readChunks(bytes, (chunk) => files.capture?.take(chunk));
      if (isDamaged) {
        segment.isDamaged = true;
        this.damagedFiles++;
      }
      return taken;
    });
  }

  private begin(files: CaptureFiles, segment: Segment, bytes: Uint8Array): number {
    if (bytes.length < HEADER_BYTES) return 0;
    const header = readHeader(bytes);
    if (!header) {
      segment.isDamaged = true;
      this.damagedFiles++;
      return 0;
    }
    segment.hasHeader = true;
    files.capture ??= new ProcessCapture(header, this.rows, this.stacks);
    return HEADER_BYTES;
  }
}
