import {
  countersSchema,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  poolsSchema,
  spansSchema,
  TableBuilder,
  tasksSchema,
  transfersSchema,
} from '../../model/index.ts';
import { type Batch, emptyBatch, insideSchema, mentionsSchema } from '../collector.ts';

/** What the files of all Node processes of a run are decoded into: one numbering of frames, stacks and threads. */
export class NodeRows {
  readonly interner = new Interner();
  readonly pools = new TableBuilder(poolsSchema);
  readonly tasks = new TableBuilder(tasksSchema, 256);
  readonly transfers = new TableBuilder(transfersSchema, 256);
  private readonly spans = new TableBuilder(spansSchema, 256);
  private readonly counters = new TableBuilder(countersSchema, 256);
  private readonly counterLanes = new TableBuilder(lanesSchema);
  private readonly counterIds = new Map<string, number>();
  private readonly mentions = new TableBuilder(mentionsSchema);
  private readonly inside = new TableBuilder(insideSchema, 1024);
  private lanes = 0;
  private poolCount = 0;

  /** Number of the lane of a thread, whose stacks will come. */
  follow(process: number, thread: number, time: number, name: string, runtime: string): number {
    const lane = this.lanes++;
    this.mentions.push({ lane, process, thread, time, name, runtime });
    this.inside.push({ lane, start: time, end: time, stack: -1 });
    return lane;
  }

  /** Gives a thread a name that nobody asks for stacks of. */
  mention(process: number, thread: number, time: number, name: string): void {
    this.mentions.push({ lane: this.lanes++, process, thread, time, name, runtime: '' });
  }

  stack(lane: number, start: number, end: number, stack: number): void {
    this.inside.push({ lane, start, end, stack });
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
      lane = this.lanes++;
      this.counterIds.set(key, lane);
      const [kind, role] = [LANE_KINDS.indexOf('counter'), LANE_ROLES.indexOf('device')];
      const [start, end, cpu] = [time, -1, -1];
      this.counterLanes.push({ id: lane, kind, role, process, thread, name: quantity, start, end, cpu });
    }
    this.counters.push({ lane, time, value });
  }

  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null {
    const { mentions, inside, pools, tasks, transfers, spans, counters } = this;
    const lanes = this.counterLanes;
    const builders = [mentions, inside, lanes, pools, tasks, transfers, spans, counters];
    if (builders.every(({ length }) => length === 0)) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      mentions: mentions.finish(),
      inside: inside.finish(),
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
