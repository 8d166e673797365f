import { existsSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import type { CollectorHealth } from '../../model/index.ts';
import type { Availability, Batch, Collector, RunContext } from '../collector.ts';
import { taskStatus } from '../process/procfs.ts';
import { CONTROL_STOP, type SamplerMessage, type StartMessage } from './protocol.ts';
import { NO_COUNTS, type SamplerCounts } from './samplerCounts.ts';

export function cpythonAvailability(): Availability {
  if (process.platform !== 'linux') {
    return {
      available: false,
      reason: `reading another process's memory through /proc needs Linux; this is ${process.platform}`,
      remedy: 'Python is recorded by the agent inside the program instead.',
    };
  }
  if (!existsSync('/proc/self/mem')) {
    return {
      available: false,
      reason: '/proc is not mounted',
      remedy: 'Mount /proc, or use the agent inside the program.',
    };
  }
  return { available: true, note: 'CPython 3.8 to 3.15, from outside the process' };
}

/**
 * A loop that runs a hundred times a second takes V8 half a minute to compile well; with a smaller budget some seconds. The
 * flag is that of Node 20: a later V8 does not know it, and would say so on the program's stderr.
 */
function compileSooner(): void {
  if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=10000');
}

/** Samples CPython and accounts for every thread, from outside the processes, on a thread of its own. */
export class CPythonCollector implements Collector {
  readonly id = 'cpython';
  private readonly worker: Worker;
  private readonly control = new Int32Array(new SharedArrayBuffer(4));
  private readonly online: Promise<void>;
  private ended: Promise<void> = Promise.resolve();
  private counts: SamplerCounts = NO_COUNTS;
  private warnings: readonly string[] = [];
  private failure: string | null = null;
  private run: RunContext | null = null;
  private readonly born: boolean;
  private stopped = false;

  /** `script`: URL of the bundled thread (`worker.ts`). `born`: the run is started here, not joined. */
  constructor(script: URL, born: boolean) {
    this.born = born;
    compileSooner();
    this.worker = new Worker(script);
    this.online = new Promise((resolve, reject) => {
      this.worker.once('online', resolve);
      this.worker.once('error', reject);
    });
  }

  /** Resolves when the thread is ready to sample: a program must not run unseen while it starts. */
  prepare(): Promise<void> {
    return this.online;
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    this.run = run;
    const message: StartMessage = {
      run,
      born: this.born,
      own: [process.pid],
      shell: process.ppid,
      group: this.born ? (taskStatus(process.pid)?.processGroup ?? 0) : 0,
      control: this.control,
    };
    this.ended = new Promise((resolve) => {
      this.worker.on('message', (answer: SamplerMessage) => {
        this.counts = answer.counts;
        this.warnings = answer.warnings;
        if (answer.batch) deliver(answer.batch);
        if (answer.done) resolve();
      });
      this.worker.on('error', (error) => {
        this.failure = `the sampling thread ended: ${error.message}`;
        resolve();
      });
    });
    this.worker.postMessage(message);
  }

  async stop(): Promise<void> {
    if (this.run && !this.stopped) {
      this.stopped = true;
      Atomics.store(this.control, CONTROL_STOP, 1);
      Atomics.notify(this.control, CONTROL_STOP);
      await this.ended;
    }
    await this.worker.terminate();
  }

  health(): CollectorHealth {
    const { counts } = this;
    const seconds = (counts.lastTick - counts.firstTick) / 1e9;
    const warnings = this.failure === null ? this.warnings : [...this.warnings, this.failure];
    return {
      id: this.id,
      status: warnings.length > 0 ? 'partial' : 'ok',
      requestedHz: this.run?.rate ?? null,
      achievedHz: counts.ticks > 1 ? (counts.ticks - 1) / seconds : null,
      samples: counts.samples,
      missed: counts.missed,
      dropped: 0,
      torn: counts.torn,
      figures: {
        ticks: counts.ticks,
        processes: counts.processes,
        threads: counts.threads,
        pythonProcesses: counts.pythonProcesses,
        truncatedStacks: counts.truncated,
        lockWaits: counts.lockWaits,
        lockWaitsWithoutHolder: counts.lockWaitsWithoutHolder,
      },
      warnings,
    };
  }
}
