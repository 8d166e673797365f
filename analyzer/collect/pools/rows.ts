import {
  Interner,
  poolsSchema,
  type Row,
  type SCHEMAS,
  TableBuilder,
  tasksSchema,
  transfersSchema,
} from '../../model/index.ts';
import { type Batch, emptyBatch, mentionsSchema } from '../collector.ts';

/** Threads that were named and never spoken of again are damage. */
const MOST_NAMES = 100_000;

/** What the logs of all processes of a run are joined into: one numbering of strings, frames, stacks, threads and pools. */
export class PoolRows {
  readonly interner = new Interner();
  readonly pools = new TableBuilder(poolsSchema);
  readonly tasks = new TableBuilder(tasksSchema, 256);
  readonly transfers = new TableBuilder(transfersSchema, 256);
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly lanes = new Map<string, number>();
  private readonly names = new Map<string, string>();
  private poolCount = 0;

  newPool(): number {
    return this.poolCount++;
  }

  /** What a thread is called that is about to be spoken of. */
  nameThread(process: number, thread: number, name: string): void {
    if (this.names.size < MOST_NAMES) this.names.set(`${process} ${thread}`, name);
  }

  /** Number of the lane of a thread that lived at `time` (Nanos). */
  lane(process: number, thread: number, time: number): number {
    const key = `${process} ${thread}`;
    let lane = this.lanes.get(key);
    if (lane === undefined) {
      lane = this.lanes.size;
      this.lanes.set(key, lane);
      const name = this.names.get(key) || `thread ${thread}`;
      this.names.delete(key);
      this.mentions.push({ lane, process, thread, time, name, runtime: '' });
    }
    return lane;
  }

  task(row: Row<typeof SCHEMAS.tasks>): void {
    this.tasks.push(row);
  }

  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null {
    const { pools, tasks, transfers, mentions } = this;
    if (pools.length + tasks.length + transfers.length + mentions.length === 0) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      pools: pools.finish(),
      tasks: tasks.finish(),
      transfers: transfers.finish(),
      mentions: mentions.finish(),
    };
    for (const table of [pools, tasks, transfers, mentions]) table.clear();
    return batch;
  }
}
