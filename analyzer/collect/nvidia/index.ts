import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { CollectorHealth } from '../../model/index.ts';
import { now } from '../clock.ts';
import type { Batch, Collector, RunContext } from '../collector.ts';
import { CounterRows } from '../counterRows.ts';
import { Lines } from './lines.ts';
import { nvidiaSmi } from './program.ts';
import { PERIOD_MS, QUERY, type Reading, readingOf } from './readings.ts';

export { nvidiaAvailability } from './program.ts';

/** Lines that make no sense before nvidia-smi is believed to be something else. */
const MOST_UNREADABLE = 20;
/** Counters of a machine with many GPUs; more are damage. */
const MOST_COUNTERS = 8192;
/** Milliseconds that nvidia-smi has to end when it is asked, and then to be gone. */
const PATIENCE = 300;

/**
 * Counters of NVIDIA GPUs by one nvidia-smi that runs for as long as the run does: each start of it takes a second and initialises the
 * driver. It has a process group of its own, so that Ctrl-C does not end it early, and ends by itself when nobody reads what it prints.
 */
export class NvidiaCollector implements Collector {
  readonly id = 'nvidia-smi';
  private readonly program: string;
  private readonly rows = new CounterRows(MOST_COUNTERS);
  private child: ChildProcess | null = null;
  private output: Readable | null = null;
  private exited: Promise<void> = Promise.resolve();
  private deliver: (batch: Batch) => void = () => {};
  private startedAt = 0;
  private stopped = false;
  private readings = 0;
  private lastTime = 0;
  private unreadable = 0;
  /** Nanos from nvidia-smi's clock to ours: what it printed fastest tells it best, however late the rest is read. */
  private offset = Number.POSITIVE_INFINITY;
  private failure: string | null = null;
  private readonly killAtExit = (): void => this.kill('SIGKILL');

  constructor(program: string) {
    this.program = program;
  }

  /** What of perfscope's own runs beside it. */
  get processes(): readonly number[] {
    return this.child?.pid === undefined ? [] : [this.child.pid];
  }

  start(run: RunContext, deliver: (batch: Batch) => void): void {
    this.deliver = deliver;
    this.startedAt = run.startedAt;
    const child = spawn(this.program, QUERY, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    this.child = child;
    child.unref();
    process.once('exit', this.killAtExit);
    this.exited = new Promise((done) => {
      child.once('error', (error) => {
        this.fail(`nvidia-smi could not be started (${error.message})`);
        done();
      });
      child.once('exit', (code, signal) => {
        if (!this.stopped) this.fail(`nvidia-smi ended early (${signal ?? `exit code ${code}`})`);
        this.child = null;
        done();
      });
    });
    const lines = new Lines();
    this.output = child.stdout;
    child.stdout.setEncoding('latin1').on('data', (text: string) => this.take(lines.take(text)));
    child.stdout.on('error', () => {});
  }

  async stop(): Promise<void> {
    this.stopped = true;
    process.removeListener('exit', this.killAtExit);
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      if (this.child === null) break;
      this.kill(signal);
      await Promise.race([this.exited, afterMilliseconds(PATIENCE)]);
    }
    // A driver that hangs keeps it from ending; perfscope does not wait for that.
    this.output?.destroy();
    this.hand();
  }

  health(): CollectorHealth {
    const warnings: string[] = [];
    if (this.failure !== null) warnings.push(`counters of the GPU are missing: ${this.failure}.`);
    else if (this.stopped && this.readings === 0)
      warnings.push('no counters of the GPU: nvidia-smi said nothing while the run lasted.');
    const unavailable = warnings.length > 0 && this.readings === 0;
    return {
      id: this.id,
      status: unavailable ? 'unavailable' : warnings.length > 0 ? 'partial' : 'ok',
      requestedHz: null,
      achievedHz: null,
      samples: this.readings,
      missed: 0,
      dropped: this.unreadable,
      torn: 0,
      figures: { periodMilliseconds: PERIOD_MS },
      warnings,
    };
  }

  private take(lines: readonly string[] | null): void {
    if (this.stopped || this.failure !== null) return;
    const time = now();
    for (const line of lines ?? []) {
      if (line.trim() === '') continue;
      const reading = readingOf(line);
      if (reading === null) this.unreadable++;
      else this.add(reading, time);
    }
    if (lines === null || this.unreadable >= MOST_UNREADABLE) {
      this.fail('what nvidia-smi prints makes no sense');
      this.kill('SIGKILL');
      this.output?.destroy();
    }
    this.hand();
  }

  private add({ written, values }: Reading, arrived: number): void {
    this.readings++;
    if (written !== null) this.offset = Math.min(this.offset, arrived - written);
    const placed = written === null ? arrived : Math.max(this.startedAt, written + this.offset);
    // The offset may yet become smaller, and the clock of the wall be set back.
    const time = Math.max(this.lastTime, placed);
    this.lastTime = time;
    for (const { counter, value } of values) this.rows.count(counter, this.startedAt, time, value);
  }

  private hand(): void {
    const batch = this.rows.drain();
    if (batch) this.deliver(batch);
  }

  private fail(reason: string): void {
    this.failure ??= reason;
  }

  private kill(signal: NodeJS.Signals): void {
    const pid = this.child?.pid;
    if (pid === undefined) return;
    try {
      // Its group: it may be a script around the real one.
      process.kill(-pid, signal);
    } catch {
      // Gone already.
    }
  }
}

/** One where there is an nvidia-smi; else none, and nothing is said of it. */
export function nvidiaCollectors(): NvidiaCollector[] {
  const program = nvidiaSmi();
  return program === null ? [] : [new NvidiaCollector(program)];
}

const afterMilliseconds = (time: number): Promise<void> => new Promise((done) => setTimeout(done, time));
