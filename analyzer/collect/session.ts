import { rmSync } from 'node:fs';
import {
  type CollectorHealth,
  emptyTable,
  type Nanos,
  type RecordingMeta,
  type SamplingMode,
} from '../model/index.ts';
import { finishSpool } from '../recording/finish.ts';
import { FORMAT_VERSION } from '../recording/index.ts';
import { SpoolReader, SpoolWriter } from '../recording/spool.ts';
import { now } from './clock.ts';
import { type Batch, type Collector, insideSchema, type RunContext, type SessionBatch } from './collector.ts';
import { LearntStacks } from './gpu/learntStacks.ts';
import { basicHost, fullHost } from './host.ts';
import { LateStacks } from './lateStacks.ts';
import { BATCH_TABLES, Numbering, RecordingCounts } from './numbering.ts';
import type { OutputPlace } from './output.ts';
import { keepSources, type SourceChoice } from './sources/index.ts';
import { StackOverlay } from './stackOverlay.ts';
import type { TargetEnd } from './target.ts';

/** Milliseconds between two writes of the metadata, which is what an interrupted recording knows of its own health. */
const META_PERIOD = 1000;

export interface SessionOptions {
  readonly command: readonly string[];
  readonly rate: number;
  readonly mode: SamplingMode;
  readonly children: boolean;
  readonly origin: 'record' | 'attach';
  readonly producer: string;
  readonly place: OutputPlace;
  /** Which source files the recording keeps the text of; null for none. */
  readonly sources: SourceChoice | null;
}

export interface SessionResult {
  readonly meta: RecordingMeta;
  /** The file that holds the recording: the spool when the recording itself could not be written; null when nothing could. */
  readonly path: string | null;
  /** Sentences for the user about what went wrong with the recording. */
  readonly warnings: readonly string[];
}

/** One run: owns the collectors, the spool and the clock. Whatever fails here costs data and never the run. */
export class Session {
  readonly start: Nanos;
  private readonly options: SessionOptions;
  private readonly collectors: readonly Collector[];
  private readonly counts = new RecordingCounts();
  private readonly overlay: StackOverlay;
  private readonly late = new LateStacks();
  private readonly processIds = new Set<number>();
  private readonly listeners: ((batch: SessionBatch) => void)[] = [];
  private readonly warnings: string[] = [];
  private readonly startEpochMs = Date.now();
  private readonly ownCpu = process.cpuUsage();
  private spool: SpoolWriter | null = null;
  private metaTimer: NodeJS.Timeout | null = null;
  private sourceHealth: CollectorHealth | null = null;

  constructor(options: SessionOptions, collectors: readonly Collector[]) {
    this.options = options;
    this.collectors = collectors;
    this.overlay = new StackOverlay((command) =>
      collectors.some((collector) => collector.tellsStacksOf?.(command) === true),
    );
    this.start = now();
    if (options.place.warning !== null) this.warnings.push(options.place.warning);
    try {
      this.spool = new SpoolWriter(options.place.spool);
    } catch (error) {
      this.warnings.push(`nothing is recorded: ${error instanceof Error ? error.message : error}.`);
    }
    this.writeMeta(now());
  }

  /** Live processes of the run, as far as collectors have reported them. */
  get processes(): ReadonlySet<number> {
    return this.processIds;
  }

  /** Adds a sentence that the recording's reader must know. */
  warn(sentence: string): void {
    this.warnings.push(sentence);
  }

  get ownCpuSeconds(): number {
    const used = process.cpuUsage(this.ownCpu);
    return (used.user + used.system) / 1e6;
  }

  onBatch(listener: (batch: SessionBatch) => void): void {
    this.listeners.push(listener);
  }

  health(): CollectorHealth[] {
    return this.collectors.map((collector) => collector.health());
  }

  /** The command runs, or the process was found: collectors begin. */
  begin(pid: number): void {
    const run: RunContext = {
      pid,
      startedAt: this.start,
      rate: this.options.rate,
      mode: this.options.mode,
      children: this.options.children,
    };
    for (const collector of this.collectors) {
      const numbering = new Numbering(this.counts);
      collector.start(run, (batch) => this.receive(numbering, batch, collector.tellsAfterwards === true));
    }
    this.metaTimer = setInterval(() => this.writeMeta(now()), META_PERIOD);
  }

  /** `end`: how the command ended, null when perfscope leaves it running. `kernelCpuSeconds`: see `RecordingMeta`. */
  async finish(end: TargetEnd | null, kernelCpuSeconds: number | null): Promise<SessionResult> {
    const endTime = now();
    if (this.metaTimer) clearInterval(this.metaTimer);
    await this.stop((collector) => collector.stopsLast !== true);
    this.write(this.overlay.finish());
    await this.stop((collector) => collector.stopsLast === true);
    this.keepSources();
    const ownCpuSeconds = this.ownCpuSeconds;
    const partial = this.spool?.failure ?? null;
    if (partial !== null) {
      this.warnings.push(`the recording ends early: it could not be written any more (${partial}).`);
    }
    const meta: RecordingMeta = {
      ...this.meta(endTime),
      host: await fullHost(),
      ownCpuSeconds,
      kernelCpuSeconds,
      exitCode: end?.exitCode ?? null,
      signal: end?.signal ?? null,
      complete: partial === null,
      warnings: [...this.warnings],
    };
    this.spool?.writeMeta(meta);
    this.spool?.close();
    return this.writeRecording(meta);
  }

  private async stop(which: (collector: Collector) => boolean): Promise<void> {
    await Promise.all(this.collectors.filter(which).map((collector) => collector.stop()));
  }

  /** Reads the sources that the run names, before more time passes in which they could change. */
  private keepSources(): void {
    const { sources, place } = this.options;
    if (!sources || !this.spool || this.spool.failure !== null) return;
    try {
      const reader = new SpoolReader(place.spool);
      try {
        const chunksOf = reader.chunks.bind(reader);
        const run = {
          strings: chunksOf('strings'),
          frames: chunksOf('frames'),
          stacks: chunksOf('stacks'),
          samples: this.late.amended(reader, chunksOf('samples')),
        };
        const { table, health } = keepSources(run, sources, {
          directory: process.cwd(),
          began: sources.began ?? this.startEpochMs,
          told: (file) =>
            this.collectors.reduce<string | null>((text, each) => text ?? each.textOf?.(file) ?? null, null),
        });
        this.spool.write('sources', table);
        this.sourceHealth = health;
      } finally {
        reader.close();
      }
    } catch (error) {
      this.warnings.push(
        `the text of source files is missing: ${error instanceof Error ? error.message : error}.`,
      );
    }
  }

  private writeRecording(meta: RecordingMeta): SessionResult {
    const { place } = this.options;
    if (!this.spool) return { meta, path: null, warnings: this.warnings };
    try {
      const reader = new SpoolReader(place.spool);
      try {
        const learnt = new LearntStacks(
          reader.chunks('kernels'),
          reader.chunks('transfers'),
          reader.chunks('stacks'),
        );
        finishSpool(reader, meta, place.path, {
          samples: (samples) => this.late.amended(reader, samples),
          kernels: (kernels) => learnt.kernels(kernels),
          transfers: (transfers) => learnt.transfers(transfers),
        });
      } finally {
        reader.close();
      }
      rmSync(place.spool, { force: true });
      return { meta, path: place.path, warnings: this.warnings };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.warnings.push(
        `${place.path} could not be written (${why}); what was recorded is in ${place.spool}, which opens as it is.`,
      );
      return { meta, path: this.spool.bytes > 0 ? place.spool : null, warnings: this.warnings };
    }
  }

  private receive(numbering: Numbering, batch: Batch, isLate: boolean): void {
    const delivered = numbering.apply(batch);
    if (isLate) this.late.add(delivered.inside);
    const numbered = this.overlay.apply(
      isLate ? { ...delivered, inside: emptyTable(insideSchema) } : delivered,
    );
    const { processes } = numbered;
    for (let i = 0; i < processes.length; i++) {
      if ((processes.end[i] as number) < 0) this.processIds.add(processes.process[i] as number);
      else this.processIds.delete(processes.process[i] as number);
    }
    this.write(numbered);
  }

  private write(batch: SessionBatch): void {
    for (const name of BATCH_TABLES) this.spool?.write(name, batch[name]);
    for (const collector of this.collectors) collector.notice?.(batch);
    for (const listener of this.listeners) listener(batch);
  }

  private writeMeta(time: Nanos): void {
    this.spool?.writeMeta(this.meta(time));
  }

  private meta(end: Nanos): RecordingMeta {
    const { command, origin, mode, producer } = this.options;
    return {
      format: 'perfscope',
      version: FORMAT_VERSION,
      producer,
      command,
      directory: process.cwd(),
      exitCode: null,
      signal: null,
      origin,
      mode,
      clock: { start: this.start, end, startEpochMs: this.startEpochMs },
      kernelCpuSeconds: null,
      ownCpuSeconds: this.ownCpuSeconds,
      host: basicHost(),
      collectors: this.sourceHealth ? [...this.health(), this.sourceHealth] : this.health(),
      complete: false,
      warnings: [...this.warnings],
    };
  }
}
