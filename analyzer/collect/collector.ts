import type { CollectorHealth, InternedRows, SamplingMode, Tables } from '../model/index.ts';

/**
 * What a collector saw since its last batch. The numbers of strings, frames, stacks and lanes are the collector's own,
 * from 0; the session gives them their place in the recording.
 */
export interface Batch {
  readonly interned: InternedRows;
  readonly processes: Tables['processes'];
  readonly lanes: Tables['lanes'];
  readonly samples: Tables['samples'];
  readonly counters: Tables['counters'];
}

/** A batch with the numbers of the recording: what the session wrote to the spool, and what live views get. */
export type SessionBatch = Omit<Tables, 'spans' | 'transfers'>;

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
 * One source of events. A collector knows nothing of the others; `collectors/index.ts` lists them all. A failure of a
 * collector ends that collector and is a warning in its health, never a failure of the run.
 */
export interface Collector {
  readonly id: string;
  /** Begins to watch; `deliver` is called about four times a second, and never after `stop` has resolved. */
  start(run: RunContext, deliver: (batch: Batch) => void): void;
  /** Delivers what is left and ends. */
  stop(): Promise<void>;
  health(): CollectorHealth;
}

/** Whether a collector can work on this machine; if not, why, and what the user can do about it. */
export type Availability =
  | { readonly available: true; readonly note: string }
  | { readonly available: false; readonly reason: string; readonly remedy: string };
