import type { InternedRows, Tables } from '../model/index.ts';
import type { Batch, SessionBatch } from './collector.ts';

/** Rows that the recording has of each numbered table. */
export class RecordingCounts {
  strings = 0;
  frames = 0;
  stacks = 0;
  lanes = 0;
}

/** Numbers of a collector, mapped to those of the recording. */
class Mapping {
  private to = new Uint32Array(256);
  private known = 0;

  add(id: number): void {
    if (this.known === this.to.length) {
      const larger = new Uint32Array(this.to.length * 2);
      larger.set(this.to);
      this.to = larger;
    }
    this.to[this.known++] = id;
  }

  has(id: number): boolean {
    return id < this.known;
  }

  get(id: number): number {
    if (id >= this.known) throw new Error(`a collector refers to row ${id}, which it has not delivered`);
    return this.to[id] as number;
  }
}

/** Gives what one collector delivers its numbers in the recording, in place. */
export class Numbering {
  private readonly counts: RecordingCounts;
  private readonly strings = new Mapping();
  private readonly frames = new Mapping();
  private readonly stacks = new Mapping();
  private readonly lanes = new Mapping();

  constructor(counts: RecordingCounts) {
    this.counts = counts;
  }

  apply(batch: Batch): SessionBatch {
    this.intern(batch.interned);
    const { lanes, samples, counters } = batch;
    for (let i = 0; i < lanes.length; i++) {
      const id = lanes.id[i] as number;
      if (!this.lanes.has(id)) this.lanes.add(this.counts.lanes++);
      lanes.id[i] = this.lanes.get(id);
    }
    for (let i = 0; i < samples.length; i++) {
      samples.lane[i] = this.lanes.get(samples.lane[i] as number);
      const stack = samples.stack[i] as number;
      if (stack >= 0) samples.stack[i] = this.stacks.get(stack);
    }
    for (let i = 0; i < counters.length; i++) counters.lane[i] = this.lanes.get(counters.lane[i] as number);
    return { ...batch.interned, processes: batch.processes, lanes, samples, counters };
  }

  private intern({ strings, frames, stacks }: InternedRows): void {
    for (let i = 0; i < strings.length; i++) this.strings.add(this.counts.strings++);
    for (let i = 0; i < frames.length; i++) {
      frames.name[i] = this.strings.get(frames.name[i] as number);
      frames.file[i] = this.strings.get(frames.file[i] as number);
      this.frames.add(this.counts.frames++);
    }
    for (let i = 0; i < stacks.length; i++) {
      const parent = stacks.parent[i] as number;
      if (parent >= 0) stacks.parent[i] = this.stacks.get(parent);
      stacks.frame[i] = this.frames.get(stacks.frame[i] as number);
      this.stacks.add(this.counts.stacks++);
    }
  }
}

/** Tables of a session batch in the order in which a reader needs them: what is referred to comes first. */
export const BATCH_TABLES = [
  'strings',
  'frames',
  'stacks',
  'processes',
  'lanes',
  'samples',
  'counters',
] as const satisfies readonly (keyof Tables)[];
