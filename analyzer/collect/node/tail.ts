import { join } from 'node:path';
import { agentFiles, readAgentFile } from '../agentFiles.ts';
import type { EventRows } from './eventRows.ts';
import { type EventCounts, ProcessEvents } from './processEvents.ts';
import { RecordReader } from './recordReader.ts';
import type { NodeRecord } from './records.ts';
import type { NodeProcess, ThreadRows } from './rows.ts';
import { Scripts, type ScriptsHealth, type ThreadScripts } from './scripts/index.ts';
import type { SeenFunctions } from './seenFunctions.ts';
import { collectionsIn, type ProfileStacks } from './stacks.ts';

const EXTENSION = '.node';
const CHUNK_BYTES = 1 << 20;
/** Bytes of one file that one poll takes, so that a backlog does not hold up the rest of perfscope. */
const POLL_BYTES = 1 << 24;

/** A thread of a file: its lane, and the scripts that it alone can tell of. */
interface FileThread {
  readonly scripts: ThreadScripts;
  lane: number | null;
}

interface ProcessFile {
  readonly path: string;
  position: number;
  readonly reader: RecordReader;
  /** Null until its first line is there. */
  process: NodeProcess | null;
  /** By the numbers that the agent has for them. */
  readonly threads: Map<number, FileThread>;
  /** What its threads tell besides their stacks; null until the process is known, and when it is not to be read. */
  events: ProcessEvents | null;
  /** Slices of threads that the file has not spoken of yet. */
  readonly early: Extract<NodeRecord, { kind: 'slice' }>[];
}

/** What the files say about the recording itself. */
export interface NodeHealth extends Readonly<EventCounts> {
  readonly pools: number;
  readonly tasks: number;
  /** Those in which the agent ran. */
  readonly processes: ReadonlySet<number>;
  readonly threads: number;
  readonly slices: number;
  readonly samples: number;
  readonly requestedHz: number | null;
  /** Seconds that slices cover, of all threads together. */
  readonly covered: number;
  readonly damaged: number;
  readonly problems: ReadonlyMap<string, number>;
  readonly scripts: ScriptsHealth;
}

export interface TailParts {
  readonly folder: string;
  readonly rows: ThreadRows;
  readonly events: EventRows;
  readonly stacks: ProfileStacks;
  readonly seen: SeenFunctions;
  /** The one process whose file is read, null for all. */
  readonly only: number | null;
}

/** Follows the files of a folder: each `poll` decodes what was written to any of them since the last. */
export class NodeTail {
  private readonly parts: TailParts;
  private readonly scripts = new Scripts();
  private readonly counts: EventCounts = { messages: 0, estimated: 0, moved: 0, left: 0, unlogged: 0 };
  private readonly files = new Map<string, ProcessFile>();
  private readonly chunk = new Uint8Array(CHUNK_BYTES);
  private readonly problems = new Map<string, number>();
  private requestedHz: number | null = null;
  private threads = 0;
  private slices = 0;
  private samples = 0;
  private covered = 0;
  private damaged = 0;

  constructor(parts: TailParts) {
    this.parts = parts;
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
      if (file.reader.isWithin) this.damaged++;
      this.damaged += file.early.length;
    }
    this.parts.rows.finish();
  }

  /** The text of a file that does not lie on the disk as it ran, or was made into what ran. */
  textOf(file: string): string | null {
    return this.scripts.textOf(file);
  }

  health(): NodeHealth {
    const { threads, slices, samples, requestedHz, covered, damaged, problems, counts } = this;
    const files = [...this.files.values()];
    const processes = new Set(files.flatMap(({ process }) => process?.pid ?? []));
    const sum = (of: 'poolCount' | 'taskCount') =>
      files.reduce((total, { events }) => total + (events?.pools[of] ?? 0), 0);
    const figures = { threads, slices, samples, requestedHz, covered: covered / 1e9, damaged };
    const tasks = { pools: sum('poolCount'), tasks: sum('taskCount') };
    return { processes, ...figures, problems, scripts: this.scripts.health(), ...counts, ...tasks };
  }

  private read(most: number): void {
    for (const name of agentFiles(this.parts.folder, EXTENSION)) {
      if (this.files.has(name)) continue;
      const file: ProcessFile = {
        path: join(this.parts.folder, name),
        position: 0,
        reader: new RecordReader((record) => {
          if (!record || !this.take(file, record)) this.damaged++;
        }),
        process: null,
        threads: new Map(),
        events: null,
        early: [],
      };
      this.files.set(name, file);
    }
    for (const file of this.files.values()) {
      file.position = readAgentFile(file.path, file.position, most, this.chunk, (bytes) => {
        file.reader.read(bytes);
        return bytes.length;
      });
    }
  }

  /** False when the record makes no sense where it stands. */
  private take(file: ProcessFile, record: NodeRecord): boolean {
    switch (record.kind) {
      case 'process':
        return this.process(file, record);
      case 'thread':
        return this.thread(file, record);
      case 'helper':
        if (file.process && this.isWanted(file))
          this.parts.rows.helper(file.process, record.tid, record.time);
        return true;
      case 'slice':
        if (this.slice(file, record)) return true;
        // The helper may write before the thread has.
        return file.early.push(record) < 1000;
      case 'script':
        if (this.isWanted(file)) this.threadOf(file, record.thread).scripts.learn(record);
        return file.process !== null;
      case 'end':
      case 'gone': {
        const lane = file.threads.get(record.thread)?.lane ?? null;
        if (lane !== null) this.parts.rows[record.kind](lane, record.time);
        return true;
      }
      case 'problem':
        this.problems.set(record.text, (this.problems.get(record.text) ?? 0) + 1);
        return true;
      default:
        return file.events?.take(record) ?? file.process !== null;
    }
  }

  private process(file: ProcessFile, record: Extract<NodeRecord, { kind: 'process' }>): boolean {
    if (file.process !== null) return false;
    const { pid, parent, command, version, rate, time } = record;
    file.process = { pid, parent, command, runtime: `Node ${version.replace(/^v/, '')}`, time };
    this.requestedHz = rate;
    if (!this.isWanted(file)) return true;
    const { rows, events, seen } = this.parts;
    rows.process(file.process);
    file.events = new ProcessEvents(events, pid, seen, this.counts);
    return true;
  }

  private thread(file: ProcessFile, record: Extract<NodeRecord, { kind: 'thread' }>): boolean {
    if (!file.process || !this.isWanted(file)) return file.process !== null;
    const { thread, number, tid, name, time } = record;
    const called = thread === 0 ? '' : name === '' || name === 'WorkerThread' ? `worker ${number}` : name;
    const lane = this.parts.rows.follow(file.process, tid, time, called, thread === 0);
    if (lane === null) return true;
    const its = this.threadOf(file, thread);
    its.lane = lane;
    file.events?.thread(thread, lane, time, tid, its.scripts);
    this.threads++;
    for (const slice of file.early.splice(0)) if (!this.slice(file, slice)) file.early.push(slice);
    return true;
  }

  private threadOf(file: ProcessFile, thread: number): FileThread {
    let found = file.threads.get(thread);
    if (!found) {
      found = { scripts: this.scripts.thread(), lane: null };
      file.threads.set(thread, found);
    }
    return found;
  }

  private isWanted({ process }: ProcessFile): boolean {
    const { only } = this.parts;
    return only === null || process?.pid === only;
  }

  /** False when its thread is not known. */
  private slice(file: ProcessFile, { thread, profile }: Extract<NodeRecord, { kind: 'slice' }>): boolean {
    const { lane, scripts } = this.threadOf(file, thread);
    if (lane === null) return false;
    file.events?.collected(thread, collectionsIn(profile));
    this.slices++;
    this.samples += profile.samples.length;
    this.covered += (profile.end - profile.start) * 1e3;
    const { rows, stacks } = this.parts;
    for (const stretch of stacks.stretches(profile, scripts, thread > 0)) rows.stack(lane, stretch);
    return true;
  }
}
