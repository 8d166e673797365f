import { join } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import { type EventCounts, ProcessEvents } from './processEvents.ts';
import { type NodeRecord, parseRecord } from './records.ts';
import type { NodeRows } from './rows.ts';
import type { SeenFunctions } from './seenFunctions.ts';
import type { ProfileStacks } from './stacks.ts';

const EXTENSION = '.node';
const CHUNK_BYTES = 1 << 20;
/** Bytes of one file that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 24;
/** A line that is longer is damage: a slice of a large program has some hundred kilobytes. */
const LONGEST_LINE = 1 << 26;
const NEWLINE = 10;

interface ProcessFile {
  readonly path: string;
  position: number;
  /** The beginning of a line whose end is not there yet. */
  rest: Uint8Array[];
  restBytes: number;
  pid: number;
  runtime: string;
  /** Lanes of threads, by the numbers that the agent has for them. */
  readonly threads: Map<number, number>;
  /** What its threads tell besides their stacks; null until the process is known, and when it is not to be read. */
  events: ProcessEvents | null;
  /** Slices of threads that the file has not spoken of yet. */
  readonly early: Extract<NodeRecord, { kind: 'slice' }>[];
}

/** What the files say about the recording itself. */
export interface NodeHealth extends Readonly<EventCounts> {
  readonly pools: number;
  readonly tasks: number;
  readonly processes: number;
  readonly threads: number;
  readonly slices: number;
  readonly samples: number;
  readonly requestedHz: number | null;
  /** Seconds that slices cover, of all threads together. */
  readonly covered: number;
  readonly damaged: number;
  readonly problems: ReadonlyMap<string, number>;
}

/** Follows the files of a folder: each `poll` decodes what was written to any of them since the last. */
export class NodeTail {
  private readonly folder: string;
  private readonly rows: NodeRows;
  private readonly stacks: ProfileStacks;
  private readonly seen: SeenFunctions;
  private readonly counts: EventCounts = { messages: 0, estimated: 0, moved: 0, left: 0, unlogged: 0 };
  private readonly only: number | null;
  private readonly files = new Map<string, ProcessFile>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private readonly decoder = new TextDecoder();
  private readonly problems = new Map<string, number>();
  private requestedHz: number | null = null;
  private threads = 0;
  private slices = 0;
  private samples = 0;
  private covered = 0;
  private damaged = 0;

  /** `only`: the one process whose file is read, null for all. */
  constructor(
    folder: string,
    rows: NodeRows,
    stacks: ProfileStacks,
    seen: SeenFunctions,
    only: number | null,
  ) {
    this.folder = folder;
    this.rows = rows;
    this.stacks = stacks;
    this.seen = seen;
    this.only = only;
  }

  /** `now`: Nanos. */
  poll(now: number): void {
    this.read(POLL_BYTES);
    for (const { events } of this.files.values()) events?.describe(now);
  }

  /** Reads everything that is left: nobody writes any more. */
  finish(): void {
    this.read(Number.POSITIVE_INFINITY);
    for (const file of this.files.values()) {
      file.events?.finish();
      if (file.restBytes > 0) this.damaged++;
      this.damaged += file.early.length;
    }
  }

  health(): NodeHealth {
    const { threads, slices, samples, requestedHz, covered, damaged, problems, counts } = this;
    const files = [...this.files.values()];
    const processes = files.filter(({ pid }) => pid > 0).length;
    const sum = (of: 'poolCount' | 'taskCount') =>
      files.reduce((total, { events }) => total + (events?.pools[of] ?? 0), 0);
    const figures = { processes, threads, slices, samples, requestedHz, covered: covered / 1e9, damaged };
    return { ...figures, problems, ...counts, pools: sum('poolCount'), tasks: sum('taskCount') };
  }

  private read(most: number): void {
    for (const name of agentFiles(this.folder, EXTENSION)) {
      if (this.files.has(name)) continue;
      const path = join(this.folder, name);
      const threads = new Map<number, number>();
      this.files.set(name, {
        path,
        position: 0,
        rest: [],
        restBytes: 0,
        pid: 0,
        runtime: '',
        threads,
        events: null,
        early: [],
      });
    }
    for (const file of this.files.values()) {
      file.position = readAgentFile(file.path, file.position, most, this.chunk, (bytes) => {
        this.takeBytes(file, bytes);
        return bytes.length;
      });
    }
  }

  private takeBytes(file: ProcessFile, bytes: Uint8Array): void {
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      const line = Buffer.concat([...file.rest, bytes.subarray(from, at)]);
      file.rest = [];
      file.restBytes = 0;
      from = at + 1;
      const record = parseRecord(this.decoder.decode(line));
      if (!record || !this.take(file, record)) this.damaged++;
    }
    if (from === bytes.length) return;
    file.restBytes += bytes.length - from;
    if (file.restBytes > LONGEST_LINE) file.rest = [];
    else file.rest.push(bytes.slice(from));
  }

  /** False when the record makes no sense where it stands. */
  private take(file: ProcessFile, record: NodeRecord): boolean {
    switch (record.kind) {
      case 'process':
        if (file.pid !== 0) return false;
        file.pid = record.pid;
        file.runtime = `Node ${record.version.replace(/^v/, '')}`;
        this.requestedHz = record.rate;
        if (this.isWanted(file)) file.events = new ProcessEvents(this.rows, file.pid, this.seen, this.counts);
        return true;
      case 'thread':
        return this.thread(file, record);
      case 'helper':
        if (this.isWanted(file)) this.rows.mention(file.pid, record.tid, record.time, 'perfscope');
        return true;
      case 'slice':
        if (this.slice(file, record)) return true;
        // The helper may write before the thread has.
        return file.early.push(record) < 1000;
      case 'problem':
        this.problems.set(record.text, (this.problems.get(record.text) ?? 0) + 1);
        return true;
      default:
        return file.events?.take(record) ?? file.pid !== 0;
    }
  }

  private thread(file: ProcessFile, record: Extract<NodeRecord, { kind: 'thread' }>): boolean {
    if (!this.isWanted(file)) return file.pid !== 0;
    const { thread, number, tid, name, time } = record;
    if (tid === 0) return true;
    const called = thread === 0 ? '' : name === '' || name === 'WorkerThread' ? `worker ${number}` : name;
    const lane = this.rows.follow(file.pid, tid, time, called, file.runtime);
    file.threads.set(thread, lane);
    file.events?.thread(thread, lane, time, tid);
    this.threads++;
    for (const slice of file.early.splice(0)) if (!this.slice(file, slice)) file.early.push(slice);
    return true;
  }

  private isWanted({ pid }: ProcessFile): boolean {
    return pid !== 0 && (this.only === null || pid === this.only);
  }

  /** False when its thread is not known. */
  private slice(file: ProcessFile, { thread, profile }: Extract<NodeRecord, { kind: 'slice' }>): boolean {
    const lane = file.threads.get(thread);
    if (lane === undefined) return false;
    this.slices++;
    this.samples += profile.samples.length;
    this.covered += (profile.end - profile.start) * 1e3;
    for (const { start, end, stack } of this.stacks.stretches(profile, thread > 0))
      this.rows.stack(lane, start, end, stack);
    return true;
  }
}
