import { LANE_ROLES, type LaneRole, READY, RUNNING } from '../../analyzer/model/index.ts';
import { type Activity, type LivingActivity, offCpu } from './activity.ts';
import { History } from './history.ts';

/** Nanos by activity. They add up to the lane's sampled life; `idle` may fall below zero while the kernel's counters lag. */
export type Times = Record<LivingActivity, number>;

const noTimes = (): Times => ({ running: 0, ready: 0, gil: 0, lock: 0, io: 0, idle: 0 });

/** One lane as it is followed: what is known about it, its last 30 seconds, and its weights by node of the call tree. */
export class LiveLane {
  readonly id: number;
  role: LaneRole = 'worker';
  name = '';
  process = 0;
  thread = 0;
  start: number;
  /** Nanos; -1 while the lane lives. */
  end = -1;
  /** Nanos at which its last sample ends. */
  last: number;
  readonly history = new History();
  readonly times = noTimes();
  /** Self weight, Nanos of CPU, by node. */
  readonly weights = new Map<number, number>();

  /** What it did most in its latest batch. */
  activity: Activity = 'idle';
  /** Node that ran most in that batch, or that waited longest. */
  node = 0;
  /** What it waited for longest, an index into `WAITS`. */
  wait = 0;
  /** Whether a pool's tasks have run here. */
  worksForPool = false;

  private readonly latest = noTimes();
  /** Whether it was found running, or ready to, the last time. */
  private ran = false;
  private runningNode = 0;
  private runningVotes = 0;
  private waitingNode = 0;
  private longestWait = 0;
  private waitingFor = 0;

  constructor(id: number, start: number) {
    this.id = id;
    this.start = start;
    this.last = start;
  }

  describe(role: number, name: string, process: number, thread: number, end: number): void {
    this.role = LANE_ROLES[role] ?? 'worker';
    this.name = name;
    this.process = process;
    this.thread = thread;
    this.end = end;
    if (end >= 0) this.activity = 'ended';
  }

  /** Takes one sample that ends at `time`; `origin` is the run's start, `there`: what a wait for a lock or for I/O counts for, null for what it is. */
  sample(
    origin: number,
    time: number,
    cpu: number,
    ready: number,
    state: number,
    wait: number,
    node: number,
    there: LivingActivity | null,
  ): void {
    const from = Math.min(this.last, time);
    this.last = Math.max(this.last, time);
    // The kernel tells of a delay when it is over: a row may hold more than its own time, and those before it less.
    const rest = time - from - cpu - ready;
    let kind = offCpu(state, wait);
    if (rest < 0) kind = 'idle';
    else if (there !== null && (kind === 'lock' || kind === 'io')) kind = there;
    this.times.running += cpu;
    this.times.ready += ready;
    this.times[kind] += rest;
    this.latest.running += cpu;
    this.latest.ready += ready;
    // Found ready to run twice, and no time counted: the delay is not over.
    const runs = state === RUNNING || state === READY;
    this.latest[runs && this.ran ? 'ready' : kind] += rest;
    this.ran = runs;
    this.history.add(
      Math.min(from, time - cpu - ready) - origin,
      time - origin,
      cpu,
      ready,
      kind === 'gil' ? rest : 0,
      kind === 'lock' ? rest : 0,
    );
    if (cpu > 0) {
      this.weights.set(node, (this.weights.get(node) ?? 0) + cpu);
      this.vote(node, cpu);
    }
    if (rest > this.longestWait) {
      this.longestWait = rest;
      this.waitingNode = node;
      this.waitingFor = wait;
    }
  }

  /** Settles what the lane is doing now, from the samples since the last call. */
  settle(): void {
    if (this.end >= 0) {
      this.activity = 'ended';
      return;
    }
    let most = 0;
    for (const kind of Object.keys(this.latest) as (keyof Times)[]) {
      if (this.latest[kind] > most) {
        most = this.latest[kind];
        this.activity = kind;
      }
      this.latest[kind] = 0;
    }
    if (most > 0) {
      const runs = this.activity === 'running' || this.activity === 'ready';
      this.node = runs && this.runningVotes > 0 ? this.runningNode : this.waitingNode;
      this.wait = this.waitingFor;
    }
    this.runningVotes = 0;
    this.longestWait = 0;
  }

  /** A weighted majority vote: one candidate and its lead find the node that has most, when one has more than half. */
  private vote(node: number, weight: number): void {
    if (node === this.runningNode) this.runningVotes += weight;
    else if (weight > this.runningVotes) {
      this.runningNode = node;
      this.runningVotes = weight - this.runningVotes;
    } else this.runningVotes -= weight;
  }
}
