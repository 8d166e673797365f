import { statSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { Finding } from '../../analyzer/model/index.ts';

/** What the thread answers: what it found, and the CPU that it took. */
export interface LookAnswer {
  readonly findings: readonly Finding[];
  readonly milliseconds: number;
}

/** Milliseconds from the start to the first look, and between two looks at least: what is found twice is told after ten seconds. */
const FIRST_MS = 5000;
const LEAST_MS = 5000;
/** A look is paid for with so many times its own CPU time of rest: at most a fiftieth of a core goes into looking. */
const REST = 50;
/** Bytes of a spool above which nobody looks any more: it is read whole, and takes some three times its size beside the program. */
const MOST_BYTES = 100e6;

/** Milliseconds until the first look, and to rest after one that took so many of CPU. */
export interface Pace {
  readonly first: number;
  readonly restAfter: (milliseconds: number) => number;
}

/** Milliseconds to rest after a look that took so many of CPU. */
export const restAfter = (milliseconds: number): number => Math.max(LEAST_MS, REST * milliseconds);

/**
 * Asks the rules every few seconds about what was recorded so far, on a thread of its own: neither the live view nor the recording
 * waits for it. Its failure costs the findings of the live view only; those after the run are another matter.
 */
export class LiveFindings {
  private readonly spool: string;
  private readonly script: URL;
  private readonly listener: (findings: readonly Finding[]) => void;
  private readonly pace: Pace;
  private worker: Worker | null = null;
  private timer: NodeJS.Timeout | null = null;
  private stopped = false;

  /** `script`: URL of the bundled thread (`findingsWorker.ts`). */
  constructor(
    spool: string,
    script: URL,
    listener: (findings: readonly Finding[]) => void,
    pace: Pace = { first: FIRST_MS, restAfter },
  ) {
    this.pace = pace;
    this.spool = spool;
    this.script = script;
    this.listener = listener;
    this.wait(pace.first);
  }

  /** Ends it, also in the middle of a look. */
  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
    void this.worker?.terminate();
    this.worker = null;
  }

  private wait(milliseconds: number): void {
    // Whoever is told may have had enough.
    if (this.stopped) return;
    this.timer = setTimeout(() => this.look(), milliseconds);
    this.timer.unref();
  }

  private look(): void {
    const size = statSync(this.spool, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0 || size > MOST_BYTES) {
      this.stop();
      return;
    }
    this.worker ??= this.started();
    this.worker.postMessage(this.spool);
  }

  private started(): Worker {
    const worker = new Worker(this.script);
    worker.unref();
    worker.on('message', ({ findings, milliseconds }: LookAnswer) => {
      if (this.stopped) return;
      this.listener(findings);
      this.wait(this.pace.restAfter(milliseconds));
    });
    worker.on('error', () => this.stop());
    return worker;
  }
}
