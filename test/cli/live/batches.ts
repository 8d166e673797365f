import type { SessionBatch } from '../../../analyzer/collect/collector.ts';
import {
  DIRECTIONS,
  emptyTables,
  type FrameId,
  Interner,
  LANE_KINDS,
  LANE_ROLES,
  type LaneKind,
  type LaneRole,
  NOT_LOOKED,
  SCHEMAS,
  STATES,
  type StackId,
  type State,
  TableBuilder,
  WAITS,
  type Wait,
  WITHOUT_DEVICE,
} from '../../../analyzer/model/index.ts';

/** A frame as tests write it: name, file and line of the definition. */
export type Call = readonly [name: string, file: string, line: number];

export interface SampleOptions {
  readonly cpu?: number;
  readonly ready?: number;
  readonly state?: State;
  readonly wait?: Wait;
  readonly count?: number;
}

/** A pool as tests write it; times in milliseconds since the run's start. */
export interface PoolOptions {
  readonly start?: number;
  readonly end?: number;
  readonly size?: number;
  readonly submitted?: number;
  readonly completed?: number;
  readonly startMethod?: string;
  readonly stack?: number;
}

/** A task as tests write it: times in milliseconds since the run's start, -1 for those that were not seen; spans in milliseconds. */
export interface TaskOptions {
  readonly function?: Call;
  readonly lane?: number;
  readonly submit?: number;
  readonly dequeue?: number;
  readonly start?: number;
  readonly end?: number;
  readonly returned?: number;
  readonly items?: number;
  readonly weight?: number;
  readonly bytesOut?: number;
  readonly bytesBack?: number;
  /** Of each of the four: pickling and unpickling on either side. */
  readonly pickling?: number;
  readonly repeats?: number;
  readonly exception?: string;
}

export interface LockWaitOptions {
  readonly stack?: number;
  readonly holder?: number;
  readonly holderStack?: number;
}

/** Makes batches of a run that never was. Times are milliseconds since the run's start; a millisecond is a million Nanos. */
export class Batches {
  readonly start: number;
  private readonly interner = new Interner();
  private readonly lanes = new TableBuilder(SCHEMAS.lanes);
  private readonly samples = new TableBuilder(SCHEMAS.samples);
  private readonly counters = new TableBuilder(SCHEMAS.counters);
  private readonly pools = new TableBuilder(SCHEMAS.pools);
  private readonly tasks = new TableBuilder(SCHEMAS.tasks);
  private readonly transfers = new TableBuilder(SCHEMAS.transfers);
  private readonly lockWaits = new TableBuilder(SCHEMAS.lockWaits);

  constructor(start = 5e12) {
    this.start = start;
  }

  stack(calls: readonly Call[], language: 'python' | 'javascript' | 'native' = 'python'): StackId | -1 {
    let stack: StackId | -1 = -1;
    for (const [name, file, line] of calls) {
      stack = this.interner.stack(stack, this.interner.frame(name, file, line, line, language));
    }
    return stack;
  }

  lane(
    id: number,
    role: LaneRole,
    name: string,
    at: { start?: number; end?: number; kind?: LaneKind; process?: number; thread?: number } = {},
  ): this {
    this.lanes.push({
      id,
      kind: LANE_KINDS.indexOf(at.kind ?? 'thread'),
      role: LANE_ROLES.indexOf(role),
      process: at.process ?? 100 + id,
      thread: at.thread ?? at.process ?? 100 + id,
      name,
      start: this.start + (at.start ?? 0) * 1e6,
      end: at.end === undefined ? -1 : this.start + at.end * 1e6,
      cpu: -1,
    });
    return this;
  }

  sample(lane: number, time: number, stack: number, options: SampleOptions = {}): this {
    this.samples.push({
      lane,
      time: this.start + time * 1e6,
      cpu: Math.round((options.cpu ?? 0) * 1e6),
      ready: Math.round((options.ready ?? 0) * 1e6),
      stack,
      count: options.count ?? 1,
      state: STATES.indexOf(options.state ?? 'running'),
      wait: WAITS.indexOf(options.wait ?? 'none'),
      flags: 0,
    });
    return this;
  }

  counter(lane: number, time: number, value: number): this {
    this.counters.push({ lane, time: this.start + time * 1e6, value });
    return this;
  }

  pool(id: number, kind: string, options: PoolOptions = {}): this {
    this.pools.push({
      id,
      kind,
      process: 100,
      submitted: options.submitted ?? 0,
      completed: options.completed ?? 0,
      start: this.at(options.start ?? 0),
      ready: -1,
      stop: -1,
      end: this.at(options.end ?? -1),
      size: options.size ?? 4,
      startMethod: options.startMethod ?? 'fork',
      stack: options.stack ?? -1,
    });
    return this;
  }

  task(pool: number, options: TaskOptions): this {
    const pickling = options.pickling === undefined ? -1 : options.pickling * 1e6;
    this.tasks.push({
      pool,
      job: 0,
      function: options.function ? this.frame(options.function) : -1,
      stack: -1,
      lane: options.lane ?? -1,
      from: -1,
      submit: this.at(options.submit ?? -1),
      dequeue: this.at(options.dequeue ?? -1),
      start: this.at(options.start ?? -1),
      end: this.at(options.end ?? -1),
      returned: this.at(options.returned ?? -1),
      items: options.items ?? 1,
      weight: options.weight ?? 1,
      bytesOut: options.bytesOut ?? 0,
      bytesBack: options.bytesBack ?? 0,
      packOut: pickling,
      unpackOut: pickling,
      packBack: pickling,
      unpackBack: pickling,
      repeats: options.repeats ?? NOT_LOOKED,
      exception: options.exception === undefined ? -1 : this.interner.string(options.exception),
    });
    return this;
  }

  message(lane: number, time: number, bytes: number): this {
    const at = this.at(time);
    const direction = DIRECTIONS.indexOf('message');
    const arrival = { toLane: -1, toStart: -1, toEnd: -1, weight: 1, estimated: 0, ...WITHOUT_DEVICE };
    this.transfers.push({ lane, direction, start: at, end: at, bytes, stack: -1, ...arrival });
    return this;
  }

  lockWait(lane: number, start: number, end: number, options: LockWaitOptions = {}): this {
    this.lockWaits.push({
      lane,
      start: this.at(start),
      end: this.at(end),
      lock: 0,
      stack: options.stack ?? -1,
      holder: options.holder ?? -1,
      holderStack: options.holderStack ?? -1,
    });
    return this;
  }

  /** What was added since the last call. */
  batch(): SessionBatch {
    const { lanes, samples, counters, pools, tasks, transfers, lockWaits } = this;
    const batch = {
      ...emptyTables(),
      ...this.interner.drain(),
      lanes: lanes.finish(),
      samples: samples.finish(),
      counters: counters.finish(),
      pools: pools.finish(),
      tasks: tasks.finish(),
      transfers: transfers.finish(),
      lockWaits: lockWaits.finish(),
    };
    for (const each of [lanes, samples, counters, pools, tasks, transfers, lockWaits]) each.clear();
    return batch;
  }

  private frame([name, file, line]: Call): FrameId {
    return this.interner.frame(name, file, line, line, 'python');
  }

  private at(time: number): number {
    return time < 0 ? -1 : this.start + time * 1e6;
  }
}
