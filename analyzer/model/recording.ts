import { devicesSchema, kernelsSchema } from './devices.ts';
import { lanesSchema, processesSchema } from './lanes.ts';
import { operatorsSchema } from './operators.ts';
import { samplesSchema } from './samples.ts';
import { countersSchema, spansSchema, transfersSchema } from './spans.ts';
import { framesSchema, stacksSchema, stringsSchema } from './stacks.ts';
import { emptyTable, type Table } from './table.ts';
import { lockWaitsSchema, poolsSchema, tasksSchema } from './tasks.ts';
import { deoptsSchema, functionTiersSchema } from './tiers.ts';
import type { Nanos } from './units.ts';

/** Every table of a recording, by name. The order is the order in the file, and the number of a table in a spool. */
export const SCHEMAS = {
  strings: stringsSchema,
  frames: framesSchema,
  stacks: stacksSchema,
  processes: processesSchema,
  lanes: lanesSchema,
  samples: samplesSchema,
  spans: spansSchema,
  transfers: transfersSchema,
  counters: countersSchema,
  pools: poolsSchema,
  tasks: tasksSchema,
  lockWaits: lockWaitsSchema,
  functionTiers: functionTiersSchema,
  deopts: deoptsSchema,
  devices: devicesSchema,
  kernels: kernelsSchema,
  operators: operatorsSchema,
} as const;

export type TableName = keyof typeof SCHEMAS;
export const TABLE_NAMES = Object.keys(SCHEMAS) as TableName[];
export type Tables = { readonly [N in TableName]: Table<(typeof SCHEMAS)[N]> };

/**
 * Which time a view weighs samples with when the user has not said: CPU time, wall time, time holding the GIL; `samples` where no time is
 * known and observations are all there is.
 */
export const SAMPLING_MODES = ['cpu', 'wall', 'gil', 'samples'] as const;
export type SamplingMode = (typeof SAMPLING_MODES)[number];

export type CollectorStatus = 'ok' | 'partial' | 'unavailable';

/** What a collector saw, and what it could not see. */
export interface CollectorHealth {
  readonly id: string;
  readonly status: CollectorStatus;
  /** Ticks a second asked for and reached; null for a collector that does not sample. */
  readonly requestedHz: number | null;
  readonly achievedHz: number | null;
  /** Observations of a thread's stack. */
  readonly samples: number;
  /** Ticks that came too late to be taken. */
  readonly missed: number;
  /** Records that were lost on the way. */
  readonly dropped: number;
  /** Stacks that were kept although they could not be read consistently. */
  readonly torn: number;
  /** Further figures of this collector, by name, such as `processes seen`. */
  readonly figures: Readonly<Record<string, number>>;
  readonly warnings: readonly string[];
}

/** The machine a run was recorded on. What could not be found out is null. */
export interface Host {
  readonly platform: string;
  readonly release: string;
  readonly arch: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly cpu: string | null;
  readonly physicalCores: number | null;
  readonly distribution: string | null;
  readonly gpus: readonly string[];
}

/** Of a recording that was imported from a format which says nothing of its machine. */
export const UNKNOWN_HOST: Host = {
  platform: 'unknown',
  release: '',
  arch: '',
  cores: 0,
  memoryBytes: 0,
  cpu: null,
  physicalCores: null,
  distribution: null,
  gpus: [],
};

export interface RecordingMeta {
  readonly format: 'perfscope';
  /** Version of the format; a reader refuses a newer one. */
  readonly version: number;
  /** Version of perfscope that wrote it. */
  readonly producer: string;
  readonly command: readonly string[];
  readonly directory: string;
  /** Exit code of the command, 128 + n when signal n ended it; null when it was not seen to end. */
  readonly exitCode: number | null;
  /** Name of the signal that ended the command. */
  readonly signal: string | null;
  /** `record` started the command; `attach` joined a running process. */
  readonly origin: 'record' | 'attach' | 'import';
  readonly mode: SamplingMode;
  /**
   * Set where the recording was imported from a format that tells how much and not when: rows follow each other in an order that means
   * nothing, and the length of the run is what all weights add up to.
   */
  readonly timeless?: boolean;
  readonly clock: {
    /** Nanos on CLOCK_MONOTONIC when the run started. */
    readonly start: Nanos;
    /** Nanos when it ended, or when the last data was written. */
    readonly end: Nanos;
    /** Milliseconds since 1970 at `start`. */
    readonly startEpochMs: number;
  };
  /** Seconds of CPU of the command and every descendant it waited for, from the kernel; null when unknown. */
  readonly kernelCpuSeconds: number | null;
  /** Seconds of CPU that perfscope itself used while it recorded. */
  readonly ownCpuSeconds: number;
  readonly host: Host;
  readonly collectors: readonly CollectorHealth[];
  /** False when the recording ends before the run did: perfscope was killed, the disk was full. */
  readonly complete: boolean;
  /** Sentences about the recording as a whole that its reader must know. */
  readonly warnings: readonly string[];
}

/** One run, in memory. */
export interface Recording {
  readonly meta: RecordingMeta;
  readonly tables: Tables;
}

export function emptyTables(): Tables {
  const tables: Partial<Record<TableName, unknown>> = {};
  for (const name of TABLE_NAMES) tables[name] = emptyTable(SCHEMAS[name]);
  return tables as Tables;
}
