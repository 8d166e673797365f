import type { Batch, RunContext } from '../collector.ts';
import type { SamplerCounts } from './samplerCounts.ts';

/** What the thread that samples is told, once. */
export interface StartMessage {
  readonly run: RunContext;
  /** perfscope started the process, rather than joined it. */
  readonly born: boolean;
  /** Processes of perfscope. */
  readonly own: readonly number[];
  readonly shell: number;
  /** Process group in which the command was started; 0 when it was joined. */
  readonly group: number;
  /** One word: 0 while the run goes on, 1 when the thread should end. */
  readonly control: Int32Array;
}

/** What it answers, about four times a second and once at its end. */
export interface SamplerMessage {
  readonly batch: Batch | null;
  readonly counts: SamplerCounts;
  readonly warnings: readonly string[];
  readonly done: boolean;
}

export const CONTROL_STOP = 0;
