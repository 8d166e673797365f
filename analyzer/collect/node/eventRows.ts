import {
  countersSchema,
  type Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  poolsSchema,
  spansSchema,
  TableBuilder,
  tasksSchema,
  transfersSchema,
} from '../../model/index.ts';
import { type Batch, emptyBatch } from '../collector.ts';
import type { ThreadRows } from './rows.ts';

/** What threads tell of themselves besides their stacks, as rows. They refer to the lanes and the interner of the threads' rows. */
export class EventRows {
  readonly interner: Interner;
  readonly pools = new TableBuilder(poolsSchema);
  readonly tasks = new TableBuilder(tasksSchema, 256);
  readonly transfers = new TableBuilder(transfersSchema, 256);
  private readonly spans = new TableBuilder(spansSchema, 256);
  private readonly counters = new TableBuilder(countersSchema, 256);
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly counterIds = new Map<string, number>();
  private readonly threads: Pick<ThreadRows, 'newLane'>;
  private poolCount = 0;

  constructor(threads: Pick<ThreadRows, 'interner' | 'newLane'>) {
    this.interner = threads.interner;
    this.threads = threads;
  }

  newPool(): number {
    return this.poolCount++;
  }

  /** `start`, `end`: Nanos. */
  span(lane: number, kind: number, name: string, start: number, end: number): void {
    this.spans.push({ lane, kind, name: this.interner.string(name), start, end, stack: -1 });
  }

  /** A value of a thread over time. `thread`: its number for the system; `quantity`: such as `event-loop delay (ms)`. */
  count(process: number, thread: number, quantity: string, time: number, value: number): void {
    const key = `${process} ${thread} ${quantity}`;
    let lane = this.counterIds.get(key);
    if (lane === undefined) {
      lane = this.threads.newLane();
      this.counterIds.set(key, lane);
      const [kind, role] = [LANE_KINDS.indexOf('counter'), LANE_ROLES.indexOf('device')];
      const [start, end, cpu] = [time, -1, -1];
      this.lanes.push({ id: lane, kind, role, process, thread, name: quantity, start, end, cpu });
    }
    this.counters.push({ lane, time, value });
  }

  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null {
    const { lanes, pools, tasks, transfers, spans, counters } = this;
    const builders = [lanes, pools, tasks, transfers, spans, counters];
    if (builders.every(({ length }) => length === 0)) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      lanes: lanes.finish(),
      pools: pools.finish(),
      tasks: tasks.finish(),
      transfers: transfers.finish(),
      spans: spans.finish(),
      counters: counters.finish(),
    };
    for (const builder of builders) builder.clear();
    return batch;
  }
}
