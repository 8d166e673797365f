import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import { LANE_KINDS, type LaneRole, type Nanos } from '../../analyzer/model/index.ts';
import { type Activity, waitThere } from './activity.ts';
import { type CallWeights, LiveCalls } from './calls.ts';
import { type DevicesView, LiveDevices } from './devices.ts';
import { type Doing, doingOf } from './doing.ts';
import type { History } from './history.ts';
import { LiveLane, type Times } from './lane.ts';
import { LiveLocks, type LockWait } from './locks.ts';
import { Counters, type MachineView } from './machine.ts';
import { LiveMessages, type MessagesView } from './messages.ts';
import { LivePools, type PoolsView } from './pools.ts';
import { BIN } from './series.ts';

/** A lane as views show it. */
export interface LaneView extends Doing {
  readonly id: number;
  readonly name: string;
  readonly role: LaneRole;
  readonly process: number;
  readonly thread: number;
  readonly activity: Activity;
  /** Share of the last second on a CPU, 0 to 1. */
  readonly cpu: number;
  readonly times: Readonly<Times>;
  readonly history: History;
  /** Nanos since the run's start. */
  readonly start: number;
  /** How far the history reaches: to the end, or to where data has come. */
  readonly until: number;
}

/** All that a screen is drawn from. Arrays of the call tree are shared with the model and change with its next batch. */
export interface LiveSnapshot {
  /** Nanos since the run's start up to which there is data. */
  readonly now: number;
  readonly lanes: readonly LaneView[];
  /** Lanes that ended so long ago that only their share of the totals is left. */
  readonly forgotten: number;
  readonly machine: MachineView;
  readonly pools: PoolsView;
  readonly devices: DevicesView;
  /** Null when none was sent. */
  readonly messages: MessagesView | null;
  readonly lockWaits: readonly LockWait[];
  readonly calls: LiveCalls;
  /** Of the lane that was asked for, or of all. */
  readonly weights: CallWeights;
}

/** Ended lanes that are kept; a program that starts a process a second must not grow us. */
const KEPT_ENDED = 64;
const SECOND = 1e9;
/** A lane whose data is this late is taken to be idle. */
const LATE = 1.5e9;
/** Lanes change places only when the lower is busier by this much of a CPU: rows that jump cannot be read. */
const CLEARLY = 0.1;

/** What a live view knows of a run. Takes batches, keeps bounded memory, gives snapshots. No clock, no screen. */
export class LiveModel {
  readonly calls = new LiveCalls();
  private readonly start: Nanos;
  private readonly lanes = new Map<number, LiveLane>();
  private readonly counters = new Counters();
  private readonly pools: LivePools;
  private readonly devices: LiveDevices;
  private readonly messages: LiveMessages;
  private readonly locks: LiveLocks;
  private order: LiveLane[] = [];
  private latest = 0;
  private forgotten = 0;

  /** `start`: Nanos when the run started. */
  constructor(start: Nanos) {
    this.start = start;
    this.pools = new LivePools(this.calls, start);
    this.devices = new LiveDevices(start);
    this.messages = new LiveMessages(start);
    this.locks = new LiveLocks(this.calls);
  }

  /** `elapsed`: Nanos since the run's start at which the batch came. */
  take(batch: SessionBatch, elapsed: number = this.latest): void {
    this.calls.learn(batch);
    this.takeLanes(batch.lanes);
    this.takeSamples(batch.samples);
    this.counters.take(batch.counters);
    this.pools.take(batch, elapsed);
    this.devices.take(batch, (row) => this.calls.text(row));
    this.takeWorkers(batch.tasks);
    this.messages.take(batch.transfers);
    this.locks.take(batch.lockWaits);
    for (const lane of this.lanes.values()) lane.settle();
    this.forget();
    this.arrange();
  }

  /** `elapsed`: Nanos since the run's start. `lane`: whose functions and calls are wanted, null for all. */
  snapshot(elapsed: number, lane: number | null = null): LiveSnapshot {
    // Batches come late by up to a quarter of a second; without any, time goes on all the same.
    const now = Math.max(this.latest, elapsed - 2 * BIN);
    const chosen = lane === null ? undefined : this.lanes.get(lane);
    const shown = new Map<string, number>();
    const count = (key: string): number => (shown.get(key) ?? 0) + 1;
    for (const { name, process } of this.order) {
      shown.set(name, count(name));
      shown.set(`${process} ${name}`, count(`${process} ${name}`));
    }
    /** What tells a lane from others of its name: its process, or its thread where they are of one; -1 for no others. */
    const mark = ({ name, process, thread }: LiveLane): number => {
      if ((shown.get(`${process} ${name}`) ?? 0) > 1) return thread;
      return (shown.get(name) ?? 0) > 1 ? process : -1;
    };
    return {
      now,
      lanes: this.order.map((each) => this.view(each, now, mark(each))),
      forgotten: this.forgotten,
      machine: this.counters.view(),
      pools: this.pools.view(now),
      devices: this.devices.view(now),
      messages: this.messages.view(now),
      lockWaits: this.locks.view(),
      calls: this.calls,
      weights: chosen ? this.calls.of(chosen.weights) : this.calls.all(),
    };
  }

  private takeLanes(lanes: SessionBatch['lanes']): void {
    for (let i = 0; i < lanes.length; i++) {
      const id = lanes.id[i] ?? 0;
      const name = lanes.name[i] ?? '';
      const kind = LANE_KINDS[lanes.kind[i] ?? 0];
      if (kind === 'counter') this.counters.name(id, name);
      // What a stream does is told of its device.
      if (kind === 'counter' || kind === 'stream' || kind === 'copy-engine') continue;
      let lane = this.lanes.get(id);
      if (!lane) {
        lane = new LiveLane(id, lanes.start[i] ?? this.start);
        this.lanes.set(id, lane);
        this.order.push(lane);
      }
      lane.describe(
        lanes.role[i] ?? 0,
        name,
        lanes.process[i] ?? 0,
        lanes.thread[i] ?? 0,
        lanes.end[i] ?? -1,
      );
    }
  }

  private takeSamples(samples: SessionBatch['samples']): void {
    const { lane: lanes, time: times, cpu: cpus, ready, state, wait, stack } = samples;
    for (let i = 0; i < samples.length; i++) {
      const time = times[i] as number;
      const cpu = cpus[i] as number;
      const node = this.calls.nodeOf(stack[i] as number);
      const lane = this.lanes.get(lanes[i] as number);
      lane?.sample(
        this.start,
        time,
        cpu,
        ready[i] as number,
        state[i] as number,
        wait[i] as number,
        node,
        waitThere(this.calls.machineryAt(node)),
      );
      if (cpu > 0) this.calls.add(node, cpu);
      if (time - this.start > this.latest) this.latest = time - this.start;
    }
  }

  private takeWorkers({ lane, length }: SessionBatch['tasks']): void {
    for (let i = 0; i < length; i++) {
      const worker = this.lanes.get(lane[i] ?? -1);
      if (worker) worker.worksForPool = true;
    }
  }

  private forget(): void {
    const ended = this.order.filter((lane) => lane.end >= 0);
    if (ended.length <= KEPT_ENDED) return;
    ended.sort((a, b) => a.end - b.end);
    const gone = new Set(ended.slice(0, ended.length - KEPT_ENDED));
    for (const lane of gone) this.lanes.delete(lane.id);
    this.order = this.order.filter((lane) => !gone.has(lane));
    this.forgotten += gone.size;
  }

  /** Main first, then the busiest of the last 30 seconds; helpers behind workers that do something; the ended last. */
  private arrange(): void {
    const busy = new Map<LiveLane, number>();
    const shares = { cpu: 0, ready: 0, gil: 0, lock: 0 };
    for (const lane of this.order) {
      const from = Math.max(lane.start - this.start, this.latest - 30 * SECOND);
      const { cpu, ready, gil, lock } = lane.history.shares(from, this.latest, shares);
      busy.set(lane, cpu + ready + gil + lock);
    }
    const rank = (lane: LiveLane): number => (lane.end >= 0 ? 2 : lane.role === 'main' ? 0 : 1);
    // Insertion into the order that is there: rows keep their places while they are about as busy as each other.
    for (let i = 1; i < this.order.length; i++) {
      const lane = this.order[i] as LiveLane;
      let at = i;
      while (at > 0) {
        const above = this.order[at - 1] as LiveLane;
        const difference = rank(above) - rank(lane);
        const clearly = (busy.get(lane) ?? 0) > (busy.get(above) ?? 0) + CLEARLY;
        if (!(difference > 0 || (difference === 0 && rank(lane) < 2 && clearly))) break;
        this.order[at] = above;
        at--;
      }
      this.order[at] = lane;
    }
  }

  private view(lane: LiveLane, now: number, mark: number): LaneView {
    const last = lane.last - this.start;
    const until = now - last < LATE ? last : now;
    const shares = { cpu: 0, ready: 0, gil: 0, lock: 0 };
    // Whole bins up to where the lane's data reaches.
    const to = Math.floor(until / BIN) * BIN;
    const from = Math.max(lane.start - this.start, to - SECOND);
    const ended = lane.end >= 0;
    if (!ended) lane.history.shares(from, to > from ? to : until, shares);
    const plain = lane.name || (lane.role === 'main' ? 'main' : `thread ${lane.thread}`);
    return {
      id: lane.id,
      name: mark >= 0 ? `${plain} ${mark}` : plain,
      role: lane.role,
      process: lane.process,
      thread: lane.thread,
      activity: lane.activity,
      ...doingOf(lane, this.calls, this.pools.functions),
      cpu: shares.cpu,
      times: lane.times,
      history: lane.history,
      start: lane.start - this.start,
      until: ended ? lane.end - this.start : until,
    };
  }
}
