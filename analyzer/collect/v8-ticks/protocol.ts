import type { Batch } from '../collector.ts';

/** What the thread that reads logs is given. */
export interface LogsToRead {
  readonly folder: string;
  readonly agents: string;
  /** Nanos between ticks. */
  readonly interval: number;
  /** The one process whose logs are read, null for all. */
  readonly only: number | null;
}

/** What it found in one log, or that it is done. */
export type LogMessage =
  | {
      readonly kind: 'log';
      readonly batch: Batch;
      readonly process: number;
      /** Whether it says of which thread it is. */
      readonly isOfThread: boolean;
      readonly ticks: number;
      readonly deopts: number;
      readonly damaged: number;
    }
  /** `why`: as the end of a sentence. */
  | { readonly kind: 'unread'; readonly why: string }
  | { readonly kind: 'done' };
