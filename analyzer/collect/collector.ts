import {
  type CollectorHealth,
  emptyTable,
  emptyTables,
  type InternedRows,
  type SamplingMode,
  type Schema,
  type Table,
  type Tables,
} from '../model/index.ts';

/**
 * A thread that a collector speaks of and does not follow itself. `lane` is a number of the collector's own, counted with
 * those of its lanes; the session finds the lane of whoever follows the thread, and makes one when nobody does. `time`:
 * Nanos at which the thread lived. `name`: what to call it then. `runtime`: what runs in its process, such as
 * `Node 22.4.0`; empty when unknown, as the name may be.
 */
export const mentionsSchema = {
  lane: 'u32',
  process: 'u32',
  thread: 'u32',
  time: 'i64',
  name: 'utf8',
  runtime: 'utf8',
} as const satisfies Schema;

/**
 * Stacks that threads tell of themselves, where another collector accounts for their time: see `StackOverlay`. `stack` in
 * `(start, end]`, Nanos; -1 says no more than that the thread will tell. Rows of one lane are in order.
 */
export const insideSchema = {
  lane: 'u32',
  start: 'i64',
  end: 'i64',
  stack: 'i32',
} as const satisfies Schema;

/**
 * What a collector saw since its last batch. The numbers of strings, frames, stacks, lanes, pools and devices are the collector's
 * own, from 0; the session gives them their place in the recording. What is referred to must have been delivered before, or
 * be in the same batch. A stack that was noticed in the recording is referred to by `recordedStack` of its row there.
 */
export type Batch = Omit<Tables, keyof InternedRows> & {
  readonly interned: InternedRows;
  readonly mentions: Table<typeof mentionsSchema>;
  readonly inside: Table<typeof insideSchema>;
};

/**
 * How a batch refers to a stack of the recording that another collector delivered: as -2 and below, and back by the same function.
 * -1 stays no stack.
 */
export const recordedStack = (row: number): number => (row === -1 ? -1 : -2 - row);

/** A batch without rows but those of the interner, to be spread under the tables that a collector has. */
export const emptyBatch = (interned: InternedRows): Batch => ({
  ...emptyTables(),
  interned,
  mentions: emptyTable(mentionsSchema),
  inside: emptyTable(insideSchema),
});

/** A batch with the numbers of the recording. */
export type NumberedBatch = Tables & { readonly inside: Table<typeof insideSchema> };

/** A batch with the numbers of the recording and stacks where they belong: what the session wrote to the spool, and what live views get. */
export type SessionBatch = Tables;

/** What a collector is told about the run. */
export interface RunContext {
  /** The command's process. */
  readonly pid: number;
  /** Nanos when the run started: just after the command did. */
  readonly startedAt: number;
  /** Samples a second, 1 to 10000. */
  readonly rate: number;
  readonly mode: SamplingMode;
  /** Whether descendants of the process belong to the run. */
  readonly children: boolean;
}

/**
 * One source of events. A collector knows nothing of the others; `registry.ts` lists them all. A failure of a
 * collector ends that collector and is a warning in its health, never a failure of the run.
 */
export interface Collector {
  readonly id: string;
  /** Begins to watch; `deliver` is called about four times a second, and never after `stop` has resolved. */
  start(run: RunContext, deliver: (batch: Batch) => void): void;
  /** What goes into the recording, by whichever collector; only for those that want to know. */
  notice?(batch: SessionBatch): void;
  /** Whether threads of a process with that command line may tell their stacks to it, which others then wait for. */
  tellsStacksOf?(command: string): boolean;
  /** Whether the stacks that it tells of threads come only when it stops: rows are written without, and get theirs in the end. */
  readonly tellsAfterwards?: boolean;
  /** Whether it is stopped when the others have delivered all they have, because it tells of what they saw. */
  readonly stopsLast?: boolean;
  /** Delivers what is left and ends. */
  stop(): Promise<void>;
  /** The text of a file as the program has it, which need not be what lies on the disk; null when it is not known. Asked after `stop`. */
  textOf?(file: string): string | null;
  health(): CollectorHealth;
}

/** Whether a collector can work on this machine; if not, why, and what the user can do about it. */
export type Availability =
  | { readonly available: true; readonly note: string }
  | { readonly available: false; readonly reason: string; readonly remedy: string };
