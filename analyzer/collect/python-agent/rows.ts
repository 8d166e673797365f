import { Interner, lanesSchema, processesSchema, samplesSchema, TableBuilder } from '../../model/index.ts';
import { type Batch, emptyBatch } from '../collector.ts';

/** What the files of all processes of a run are decoded into: one numbering of strings, frames, stacks and lanes. */
export class AgentRows {
  readonly interner = new Interner();
  readonly processes = new TableBuilder(processesSchema);
  readonly lanes = new TableBuilder(lanesSchema);
  readonly samples = new TableBuilder(samplesSchema, 1024);
  private laneCount = 0;

  newLane(): number {
    return this.laneCount++;
  }

  get isEmpty(): boolean {
    return this.processes.length === 0 && this.lanes.length === 0 && this.samples.length === 0;
  }

  /** The rows since the last drain. */
  drain(): Batch {
    const batch = {
      ...emptyBatch(this.interner.drain()),
      processes: this.processes.finish(),
      lanes: this.lanes.finish(),
      samples: this.samples.finish(),
    };
    this.processes.clear();
    this.lanes.clear();
    this.samples.clear();
    return batch;
  }
}
