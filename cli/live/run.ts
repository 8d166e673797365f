import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import type { Finding, Nanos } from '../../analyzer/model/index.ts';

/** How a run stands; asked for up to ten times a second, so it must be cheap. */
export interface LiveStatus {
  phase: 'recording' | 'stopping' | 'writing';
  elapsedSeconds: number;
  requestedHz: number;
  /** Ticks a second that were kept; null while unknown. */
  achievedHz: number | null;
  missed: number;
  /** CPU of perfscope itself, in percent of one core. */
  ownCpuPercent: number;
  processes: number;
  /** Sentences that the user must know. */
  warnings: readonly string[];
}

/** A run as a live view sees it: what comes in, and the two things a user may ask of it. */
export interface LiveRun {
  readonly command: readonly string[];
  /** Nanos when the run started. */
  readonly start: Nanos;
  status(): LiveStatus;
  /** About four times a second. */
  onBatch(listener: (batch: SessionBatch) => void): void;
  /** The child's output as it was written: any bytes, cut anywhere. */
  onOutput(listener: (chunk: Buffer, stream: 'stdout' | 'stderr') => void): void;
  /** What rules found in what was recorded so far, every few seconds; empty when a look found nothing. */
  onFindings(listener: (findings: readonly Finding[]) => void): void;
  /** The child has ended and everything is written: leave. */
  onEnd(listener: () => void): void;
  /** Stop and write. The first time asks the program to end, the second kills it. */
  stop(): void;
  /** Ctrl-C was typed. The first is forwarded as SIGINT, the second kills. */
  interrupt(): void;
}

export interface LiveTerminal {
  stdin: NodeJS.ReadStream;
  stdout: NodeJS.WriteStream;
}
