import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import type { LiveFunction } from './calls.ts';
import { BIN, Gauge, Series } from './series.ts';
import { outcomeOf, TaskFigures } from './tasks.ts';

/** The pools that one place of a program made, as views show them. */
export interface PoolView {
  readonly id: number;
  /** Empty for pools of which nothing but their tasks is known. */
  readonly kind: string;
  /** Pools so far; a program that makes one for every job has made many. */
  readonly made: number;
  readonly living: number;
  /** Workers of the pools that live, or of the last one; 0 when unknown. */
  readonly size: number;
  readonly startMethod: string;
  readonly madeIn: LiveFunction | undefined;
  /** Tasks that came back; exact, where `figures` know those that were written down one by one. */
  readonly done: number;
  /** Workers that have a task, as far as tasks are given to whoever is free; null when unknown. */
  readonly running: number | null;
  /** Tasks that wait for a worker. */
  readonly queued: Gauge;
  /** Of the last seconds, null before there are any. */
  readonly rates: Rates | null;
  readonly figures: TaskFigures;
}

/** What came back a second, and the bytes that it took each way. */
export interface Rates {
  readonly tasks: number;
  readonly bytesOut: number;
  readonly bytesBack: number;
}

/** Stands for all functions that have no figures of their own. */
export const OTHERS = -2;
/** More functions share one row: a reader could not compare them. */
const MOST_FUNCTIONS = 32;

const SECOND = 1e9;
/** Nanos of a rate at least and at most; it reaches back to `FEW` tasks: a rate of nothing or one jumps. */
const RECENT = 2 * SECOND;
const LEAST_RECENT = 10 * SECOND;
const FEW = 8;

/** One pool, for as long as something may come of it. */
export interface Member {
  readonly site: PoolSite;
  size: number;
  living: boolean;
  completed: number;
  queued: number;
  running: number;
  /** When it was heard of last. */
  told: number;
}

/** Pools of one kind that the same code made. Times are Nanos since the run's start. */
export class PoolSite {
  startMethod = '';
  readonly figures = new TaskFigures();
  /** By function, an index into the call tree's; -1 when unknown. */
  readonly functions = new Map<number, TaskFigures>();
  private readonly id: number;
  private readonly kind: string;
  private readonly madeIn: LiveFunction | undefined;
  private made = 0;
  private living = 0;
  /** Workers of the pools that live. */
  private workers = 0;
  private latestSize = 0;
  private start = Number.POSITIVE_INFINITY;
  private running: number | null = null;
  /** Whether tasks were ever seen on their way. */
  private sendsAhead = false;
  private waiting = 0;
  private done = 0;
  private readonly queued = new Gauge();
  private readonly doneLately = new Series();
  private readonly bytesOut = new Series();
  private readonly bytesBack = new Series();

  constructor(id: number, kind: string, madeIn: LiveFunction | undefined) {
    this.id = id;
    this.kind = kind;
    this.madeIn = madeIn;
  }

  open(start: number): Member {
    this.made++;
    this.living++;
    this.start = Math.min(this.start, start);
    return { site: this, size: 0, living: true, completed: 0, queued: 0, running: 0, told: start };
  }

  /** Takes what a pool's row says at `time`. `submitted`, `completed`: its tasks until then. */
  update(member: Member, time: number, size: number, submitted: number, completed: number): void {
    this.resize(member, size);
    const came = Math.max(0, completed - member.completed);
    member.completed += came;
    // Rows are written when they change: what came back did so just before.
    this.count(Math.max(member.told, time - BIN), time, came);
    member.told = time;
    if (!member.living) return;
    if (submitted > completed) this.sendsAhead = true;
    // A pool of threads may tell of a task only when it is done: nothing is known of its queue then.
    if (this.startMethod === 'thread' && !this.sendsAhead) return;
    const sent = Math.max(0, submitted - member.completed);
    const running = size > 0 ? Math.min(size, sent) : sent;
    this.setOnTheirWay(member, time, running, sent - running);
  }

  /** A pool that has ended has no queue; a second time does nothing. */
  close(member: Member, time: number): void {
    if (!member.living) return;
    this.living--;
    this.workers -= member.size;
    if (this.running !== null) this.setOnTheirWay(member, time, 0, 0);
    member.living = false;
  }

  /**
   * Counts a row of `tasks`. `time`: when it was over, null when nobody saw that; `told`: whether its pool says how many came
   * back. Gives the function that it counts for.
   */
  add(tasks: SessionBatch['tasks'], row: number, called: number, time: number | null, told: boolean): number {
    const counted = this.functions.has(called) || this.functions.size < MOST_FUNCTIONS ? called : OTHERS;
    const figures = this.functions.get(counted) ?? new TaskFigures();
    this.functions.set(counted, figures);
    figures.add(tasks, row);
    this.figures.add(tasks, row);
    if (time !== null && outcomeOf(tasks, row) !== 'lost') {
      const weight = tasks.weight[row] ?? 1;
      if (!told) this.count(time, time, weight);
      this.bytesOut.add(time, time, Math.max(0, tasks.bytesOut[row] ?? 0) * weight);
      this.bytesBack.add(time, time, Math.max(0, tasks.bytesBack[row] ?? 0) * weight);
    }
    return counted;
  }

  /** `until`: how far the data of pools reaches. */
  view(until: number): PoolView {
    const { id, kind, made, living, startMethod, madeIn, done, running, queued, figures } = this;
    const size = living > 0 ? this.workers : this.latestSize;
    const rates = this.rates(until);
    return { id, kind, made, living, size, startMethod, madeIn, done, running, queued, rates, figures };
  }

  private resize(member: Member, size: number): void {
    this.latestSize = size;
    if (!member.living) return;
    this.workers += size - member.size;
    member.size = size;
  }

  private setOnTheirWay(member: Member, time: number, running: number, queued: number): void {
    this.running = (this.running ?? 0) + running - member.running;
    this.waiting += queued - member.queued;
    member.running = running;
    member.queued = queued;
    this.queued.set(time, this.waiting);
  }

  private count(from: number, to: number, tasks: number): void {
    if (tasks === 0) return;
    this.start = Math.min(this.start, from);
    this.done += tasks;
    this.doneLately.add(from, to, tasks);
  }

  private rates(until: number): Rates | null {
    const to = Math.floor(until / BIN) * BIN;
    const since = (nanos: number): number => Math.max(Math.floor(this.start / BIN) * BIN, to - nanos);
    let reach = RECENT;
    let tasks = this.doneLately.sum(since(reach), to);
    for (; tasks < FEW && reach < LEAST_RECENT; reach += BIN)
      tasks += this.doneLately.sum(since(reach + BIN), since(reach));
    const from = since(reach);
    if (!(to > from)) return null;
    const rate = (series: Series): number => (series.sum(from, to) * SECOND) / (to - from);
    return { tasks: rate(this.doneLately), bytesOut: rate(this.bytesOut), bytesBack: rate(this.bytesBack) };
  }
}
