import { Interner, TableBuilder } from '../../model/index.ts';
import { type Batch, emptyBatch, insideSchema, mentionsSchema } from '../collector.ts';

/** What the files of all Node processes of a run are decoded into: one numbering of frames, stacks and threads. */
export class NodeRows {
  readonly interner = new Interner();
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly inside = new TableBuilder(insideSchema, 1024);
  private lanes = 0;
  private readonly claims: boolean;

  /** `claims`: whether threads that tell who they are will tell their stacks, too. */
  constructor(claims: boolean) {
    this.claims = claims;
  }

  /** Number of the lane of a thread that tells who it is. */
  follow(process: number, thread: number, time: number, name: string, runtime: string): number {
    const lane = this.lanes++;
    this.mentions.push({ lane, process, thread, time, name, runtime });
    if (this.claims) this.inside.push({ lane, start: time, end: time, stack: -1 });
    return lane;
  }

  /** Gives a thread a name that nobody asks for stacks of. */
  mention(process: number, thread: number, time: number, name: string): void {
    this.mentions.push({ lane: this.lanes++, process, thread, time, name, runtime: '' });
  }

  stack(lane: number, start: number, end: number, stack: number): void {
    this.inside.push({ lane, start, end, stack });
  }

  /** The rows since the last drain; null when there are none. */
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
