import { Interner, TableBuilder } from '../../model/index.ts';
import { type Batch, emptyBatch, insideSchema, mentionsSchema, type SessionBatch } from '../collector.ts';
import { LastSlices, type Lost } from './lastSlices.ts';
import type { Stretch } from './stacks.ts';

/** A process as its agent describes it. `time`: Nanos at which the agent began. */
export interface NodeProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
  readonly runtime: string;
  readonly time: number;
}

/**
 * What the files of all Node processes of a run are decoded into: one numbering of frames, stacks and threads. Times are Nanos.
 */
export interface ThreadRows {
  readonly interner: Interner;
  /** Number of a lane that is no thread's. */
  newLane(): number;
  process(process: NodeProcess): void;
  /** Number of the lane of a thread, whose stacks will come; null when it can have none. `tid`: the system's number, or 0. */
  follow(process: NodeProcess, tid: number, time: number, name: string, isMain: boolean): number | null;
  /** A thread of perfscope's own. */
  helper(process: NodeProcess, tid: number, time: number): void;
  stack(lane: number, stretch: Stretch): void;
  /** The thread ends and has told everything. */
  end(lane: number): void;
  /** The thread has ended, whether it has told everything or not. */
  gone(lane: number, time: number): void;
  /** Nobody tells anything any more. */
  finish(): void;
  /** What others found out about the run. */
  notice(batch: SessionBatch): void;
  lost(): Lost;
  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null;
}

/** Stacks for lanes whose time another collector accounts for. */
export class InsideRows implements ThreadRows {
  readonly interner = new Interner();
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly inside = new TableBuilder(insideSchema, 1024);
  private readonly lastSlices = new LastSlices();
  private lanes = 0;
  private readonly claims: boolean;

  /** `claims`: whether threads that tell who they are will tell their stacks, too. */
  constructor(claims: boolean) {
    this.claims = claims;
  }

  newLane(): number {
    return this.lanes++;
  }

  process(): void {}

  follow({ pid, runtime }: NodeProcess, tid: number, time: number, name: string): number | null {
    if (tid === 0) return null;
    const lane = this.lanes++;
    this.mentions.push({ lane, process: pid, thread: tid, time, name, runtime });
    if (this.claims) this.inside.push({ lane, start: time, end: time, stack: -1 });
    this.lastSlices.begin(lane, pid, tid, time);
    return lane;
  }

  helper({ pid }: NodeProcess, tid: number, time: number): void {
    this.mentions.push({
      lane: this.lanes++,
      process: pid,
      thread: tid,
      time,
      name: 'perfscope',
      runtime: '',
    });
  }

  stack(lane: number, { start, end, stack }: Stretch): void {
    this.inside.push({ lane, start, end, stack });
    this.lastSlices.told(lane, end);
  }

  end(lane: number): void {
    this.lastSlices.end(lane);
  }

  gone(): void {}

  finish(): void {}

  notice(batch: SessionBatch): void {
    this.lastSlices.notice(batch);
  }

  lost(): Lost {
    return this.lastSlices.lost();
  }

  drain(): Batch | null {
    if (this.mentions.length + this.inside.length === 0) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      mentions: this.mentions.finish(),
      inside: this.inside.finish(),
    };
    this.mentions.clear();
    this.inside.clear();
    return batch;
  }
}
