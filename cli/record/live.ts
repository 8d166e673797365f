import { now } from '../../analyzer/collect/clock.ts';
import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import type { OutputPlace } from '../../analyzer/collect/output.ts';
import type { Session } from '../../analyzer/collect/session.ts';
import type { Target } from '../../analyzer/collect/target.ts';
import type { Finding } from '../../analyzer/model/index.ts';
import { findingsScript } from '../assets.ts';
import type { LiveRun, LiveStatus } from '../live/run.ts';
import { LiveFindings } from './liveFindings.ts';
import { Replay } from './replay.ts';

/** Milliseconds over which perfscope's own CPU is averaged for the header. */
const OWN_CPU_WINDOW = 1000;

/** Keeps what comes before somebody listens: the view is loaded while the run goes on already. */
class Backlog<T extends unknown[]> {
  private kept: T[] | null = [];
  private listener: (...event: T) => void = () => {};

  push(...event: T): void {
    if (this.kept) this.kept.push(event);
    else this.listener(...event);
  }

  listen(listener: (...event: T) => void): void {
    this.listener = listener;
    const kept = this.kept ?? [];
    this.kept = null;
    for (const event of kept) listener(...event);
  }
}

/** Joins a session to the live view: what the view may ask of a run, and the output that it keeps back. */
export class LiveSession {
  private readonly session: Session;
  private readonly replay = new Replay();
  private readonly view: Promise<void>;
  private readonly looks: LiveFindings;
  private phase: LiveStatus['phase'] = 'recording';
  private end: () => void = () => {};
  private hasEnded = false;
  private stops = 0;
  private ownCpu = { at: now() as number, seconds: 0, percent: 0 };

  constructor(
    session: Session,
    target: Target,
    { command, rate, place }: { command: readonly string[]; rate: number; place: OutputPlace },
  ) {
    this.session = session;
    const batches = new Backlog<[SessionBatch]>();
    const findings = new Backlog<[readonly Finding[]]>();
    const output = new Backlog<[Buffer, 'stdout' | 'stderr']>();
    session.onBatch((batch) => batches.push(batch));
    this.looks = new LiveFindings(place.spool, findingsScript(), (found) => findings.push(found));
    target.onOutput((chunk, stream) => {
      this.replay.add(chunk, stream);
      output.push(chunk, stream);
    });
    // As a terminal does it: SIGINT for every process in front of it. A pool's workers would otherwise work on, and a
    // program that waits for them would seem deaf.
    const askToEnd = () => {
      this.phase = 'stopping';
      if (++this.stops > 1) target.kill('SIGKILL');
      else process.kill(0, 'SIGINT');
    };
    const run: LiveRun = {
      command,
      start: session.start,
      status: () => this.status(rate),
      onBatch: (listener) => batches.listen(listener),
      onFindings: (listener) => findings.listen(listener),
      onOutput: (listener) => output.listen(listener),
      onEnd: (listener) => {
        this.end = listener;
        if (this.hasEnded) listener();
      },
      stop: askToEnd,
      interrupt: askToEnd,
    };
    // Ink and React are loaded only here: a run without a live view does not pay for them.
    this.view = import('../live/index.ts')
      .then(({ startLive }) => startLive(run, { stdin: process.stdin, stdout: process.stdout }))
      .catch(() => {
        // Without a view nobody listens, and nothing must pile up.
        batches.listen(() => {});
        findings.listen(() => {});
        output.listen(() => {});
      });
  }

  writing(): void {
    this.phase = 'writing';
    this.looks.stop();
  }

  /** Ends the view, gives the terminal back and prints what the command printed. */
  async leave(): Promise<void> {
    this.hasEnded = true;
    this.end();
    await this.view;
    await this.replay.print();
  }

  private status(rate: number): LiveStatus {
    const time = now();
    const health = this.session.health();
    const sampler = health.find((each) => each.id === 'cpython');
    if (time - this.ownCpu.at > OWN_CPU_WINDOW * 1e6) {
      const seconds = this.session.ownCpuSeconds;
      const percent = ((seconds - this.ownCpu.seconds) / ((time - this.ownCpu.at) / 1e9)) * 100;
      this.ownCpu = { at: time, seconds, percent };
    }
    return {
      phase: this.phase,
      elapsedSeconds: (time - this.session.start) / 1e9,
      requestedHz: rate,
      achievedHz: sampler?.achievedHz ?? null,
      missed: sampler?.missed ?? 0,
      ownCpuPercent: this.ownCpu.percent,
      processes: this.session.processes.size,
      warnings: health.flatMap((each) => each.warnings),
    };
  }
}
