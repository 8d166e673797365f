import {
  countersSchema,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  lanesSchema,
  TableBuilder,
} from '../model/index.ts';
import { type Batch, emptyBatch } from './collector.ts';

/** Counters of the machine, which belong to no process, each on a lane that it gets with its first value. */
export class CounterRows {
  private readonly interner = new Interner();
  private readonly lanes = new TableBuilder(lanesSchema);
  private readonly counters = new TableBuilder(countersSchema);
  private readonly laneIds = new Map<string, number>();
  private readonly most: number;

  /** `most`: counters that get lanes; of further ones the values go to the first. */
  constructor(most = Number.POSITIVE_INFINITY) {
    this.most = most;
  }

  /** `name`: quantity and unit, as `countersSchema` says. `start`: Nanos when its lane begins. `time`: Nanos. */
  count(name: string, start: number, time: number, value: number): void {
    this.counters.push({ lane: this.lane(name, start), time, value });
  }

  /** The rows since the last drain; null when there are none. */
  drain(): Batch | null {
    const { lanes, counters } = this;
    if (counters.length === 0) return null;
    const batch = {
      ...emptyBatch(this.interner.drain()),
      lanes: lanes.finish(),
      counters: counters.finish(),
    };
    lanes.clear();
    counters.clear();
    return batch;
  }

  private lane(name: string, start: number): number {
    const known = this.laneIds.get(name);
    if (known !== undefined || this.laneIds.size >= this.most) return known ?? 0;
    const id = this.laneIds.size;
    this.laneIds.set(name, id);
    const [kind, role] = [LANE_KINDS.indexOf('counter'), LANE_ROLES.indexOf('device')];
    this.lanes.push({ id, kind, role, process: 0, thread: 0, name, start, end: -1, cpu: -1 });
    return id;
  }
}
