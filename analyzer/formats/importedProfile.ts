import {
  emptyTables,
  type FrameId,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  type LaneRole,
  type Language,
  lanesSchema,
  nanos,
  processesSchema,
  type Recording,
  type RecordingMeta,
  RUNNING,
  type SamplingMode,
  type StackId,
  samplesSchema,
  TableBuilder,
  type Tables,
  UNKNOWN_HOST,
  UserError,
  WAITING,
  WAITS,
  type Wait,
} from '../model/index.ts';
import { FORMAT_VERSION } from '../recording/index.ts';

/** The interner tells 2^22 frames apart; a file must not use them all up. */
const MOST_FRAMES = 1 << 20;
/** Deeper calls are cut: what draws a tree takes each of them. */
export const DEEPEST = 2000;
/** A file of a stranger may ask for any number of them. */
const MOST_LANES = 100_000;
const MOST_ROWS = 50e6;
/** Times from here on are no integers any more, and are 104 days. */
const LAST_TIME = 2 ** 53;
/** What one row holds: the columns are 16 and 32 bits wide. */
const MOST_OBSERVATIONS = 65_535;
const MOST_CPU = 4e9;

const OVERFLOW = '[more functions than can be told apart]';

/** What one row of a lane stands for. */
export interface Weight {
  /** Nanos that passed. */
  readonly wall: number;
  /** Nanos on a CPU, where the file tells them. */
  readonly cpu?: number;
  /** Observations; 0 where nobody sampled. */
  readonly count: number;
  /** What the thread waited for, where the file says that it did. */
  readonly wait?: Wait;
}

interface LaneFacts {
  readonly name: string;
  readonly process?: number;
  readonly thread?: number;
  readonly role?: LaneRole;
  /** Nanos at which it begins. */
  readonly start?: number;
}

/** What a file says of its run as a whole. */
export interface ImportFacts {
  /** The id of its format. */
  readonly format: string;
  /** Version of perfscope. */
  readonly producer: string;
  readonly mode: SamplingMode;
  /** True where the file tells how much and not when. */
  readonly timeless?: boolean;
  readonly command?: readonly string[];
  readonly directory?: string;
  /** Milliseconds since 1970 of its beginning. */
  readonly startEpochMs?: number;
  /** Nanos that the run took, where the file tells more than its lanes. */
  readonly end?: number;
  readonly requestedHz?: number | null;
  /** Records that made no sense. */
  readonly damaged?: number;
  readonly figures?: Readonly<Record<string, number>>;
  /** Sentences on what the file does not tell. */
  readonly warnings: readonly string[];
}

interface Lane {
  time: number;
}

/**
 * The tables of a recording from what another tool has written, lane by lane. What comes from a file is held to what tables can hold,
 * and what was cut for it is told in the health of the recording.
 */
export class ImportedProfile {
  private readonly interner = new Interner();
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly processes = new TableBuilder(processesSchema);
  private readonly samples = new TableBuilder(samplesSchema, 1024);
  private readonly heads: Lane[] = [];
  private readonly depths: number[] = [];
  private readonly source: string;
  private observations = 0;
  private cut = 0;

  /** `source`: names the file in errors. */
  constructor(source: string) {
    this.source = source;
  }

  get laneCount(): number {
    return this.heads.length;
  }

  string(value: string): number {
    return this.interner.string(value);
  }

  frame(name: string, file: string, line: number, functionLine: number, language: Language): FrameId {
    if (this.interner.frameCount >= MOST_FRAMES) return this.interner.frame(OVERFLOW, '', 0, 0, 'native');
    return this.interner.frame(name, file, line, functionLine, language);
  }

  /** The stack of `frame`, called by `parent`; calls deeper than `DEEPEST` count for the one that led to them. */
  stack(parent: StackId | -1, frame: FrameId): StackId {
    const depth = parent < 0 ? 1 : (this.depths[parent] as number) + 1;
    if (depth > DEEPEST) {
      this.cut++;
      return parent as StackId;
    }
    const stack = this.interner.stack(parent, frame);
    this.depths[stack] = depth;
    return stack;
  }

  process(process: number, name: string): void {
    this.processes.push({ process, parent: 0, start: 0, end: -1, name, command: name, runtime: '' });
  }

  /** Begins a lane and gives its number. Ids that are not known are 0. */
  lane({ name, process = 0, thread = 0, role, start = 0 }: LaneFacts): number {
    const id = this.heads.length;
    if (id >= MOST_LANES)
      throw this.refusal(`tells of more than ${MOST_LANES.toLocaleString('en-US')} threads`);
    this.heads.push({ time: this.within(start) });
    this.lanes.push({
      id,
      kind: LANE_KINDS.indexOf('thread'),
      role: LANE_ROLES.indexOf(role ?? (id === 0 ? 'main' : 'worker')),
      process,
      thread,
      name,
      start: Math.round(start),
      end: -1,
      cpu: -1,
    });
    return id;
  }

  /** Where the last row of a lane ends, Nanos. */
  timeOf(lane: number): number {
    return this.heads[lane]?.time ?? 0;
  }

  /** Appends what a lane did next. Weights that are more than one row holds become several. */
  add(lane: number, stack: StackId | -1, { wall, cpu = 0, count, wait }: Weight): void {
    const head = this.heads[lane];
    if (!head) return;
    const begin = head.time;
    const end = this.within(begin + wall);
    const rows = Math.max(1, Math.ceil(count / MOST_OBSERVATIONS), Math.ceil(cpu / MOST_CPU));
    if (!(this.samples.length + rows <= MOST_ROWS))
      throw this.refusal('tells of more than can be held in memory');
    head.time = end;
    this.observations += count;
    let [givenCpu, givenCount] = [0, 0];
    for (let row = 1; row <= rows; row++) {
      const [cpuUntil, countUntil] = [Math.round((cpu * row) / rows), Math.round((count * row) / rows)];
      this.samples.push({
        lane,
        time: Math.round(begin + ((end - begin) * row) / rows),
        cpu: cpuUntil - givenCpu,
        ready: 0,
        stack,
        count: countUntil - givenCount,
        state: wait === undefined ? RUNNING : WAITING,
        wait: wait === undefined ? 0 : WAITS.indexOf(wait),
        flags: 0,
      });
      [givenCpu, givenCount] = [cpuUntil, countUntil];
    }
  }

  /** Throws a UserError (exit code 3) for a file that tells of nothing. `more`: tables besides. */
  finish(facts: ImportFacts, more: Partial<Tables> = {}): Recording {
    if (this.heads.length === 0) throw this.refusal('holds no profile');
    const last = this.heads.reduce((latest, { time }) => Math.max(latest, time), facts.end ?? 0);
    const end = Math.round(last);
    const lanes = this.lanes.finish();
    for (let id = 0; id < lanes.length; id++) lanes.end[id] = Math.round(this.timeOf(id));
    const processes = this.processes.finish();
    processes.end.fill(end);
    return {
      meta: this.metaOf(facts, end),
      tables: {
        ...emptyTables(),
        ...more,
        ...this.interner.drain(),
        lanes,
        processes,
        samples: this.samples.finish(),
      },
    };
  }

  private metaOf(facts: ImportFacts, end: number): RecordingMeta {
    const { damaged = 0 } = facts;
    const warnings = [
      ...(damaged > 0 ? [`${damaged.toLocaleString('en-US')} records made no sense and are left out.`] : []),
      ...(this.cut > 0 ? [`Calls deeper than ${DEEPEST} count for the function that led to them.`] : []),
      ...(this.interner.frameCount > MOST_FRAMES
        ? [`The functions after the first ${MOST_FRAMES.toLocaleString('en-US')} are counted as one.`]
        : []),
    ];
    return {
      format: 'perfscope',
      version: FORMAT_VERSION,
      producer: facts.producer,
      command: facts.command ?? [],
      directory: facts.directory ?? '',
      exitCode: null,
      signal: null,
      origin: 'import',
      mode: facts.mode,
      ...(facts.timeless ? { timeless: true } : {}),
      clock: { start: nanos(0), end: nanos(end), startEpochMs: dateOf(facts.startEpochMs) },
      kernelCpuSeconds: null,
      ownCpuSeconds: 0,
      host: UNKNOWN_HOST,
      collectors: [
        {
          id: facts.format,
          status: damaged > 0 || this.cut > 0 ? 'partial' : 'ok',
          requestedHz: facts.requestedHz ?? null,
          achievedHz: null,
          samples: this.observations,
          missed: 0,
          dropped: damaged,
          torn: 0,
          figures: facts.figures ?? {},
          warnings,
        },
      ],
      complete: true,
      warnings: facts.warnings,
    };
  }

  private within(time: number): number {
    if (time >= 0 && time < LAST_TIME) return time;
    throw this.refusal('has times that make no sense');
  }

  private refusal(why: string): UserError {
    return new UserError(`${this.source} ${why}.`, 3);
  }
}

/** The last instant that a date can name (tc39.es/ecma262, Time Values). */
const LAST_DATE = 8.64e15;

/** Milliseconds since 1970; 0 for what is no date. */
export const dateOf = (milliseconds: number | undefined): number =>
  milliseconds !== undefined && milliseconds > 0 && milliseconds <= LAST_DATE ? milliseconds : 0;
