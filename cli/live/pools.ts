import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import type { LiveCalls } from './calls.ts';
import { type Member, OTHERS, PoolSite, type PoolView } from './poolSite.ts';
import { outcomeOf, type TaskFigures } from './tasks.ts';

/** The tasks of one function in the pools of one site. */
export interface TaskView {
  /** Names the row, whatever its place. */
  readonly id: number;
  readonly pool: PoolView;
  /** An index into the call tree's functions; -1 when unknown, `OTHERS` for all that have no row of their own. */
  readonly called: number;
  readonly figures: TaskFigures;
}

export interface PoolsView {
  /** Those with living pools first, then those with most work. */
  readonly pools: readonly PoolView[];
  /** Those that took most of the workers' time first. */
  readonly tasks: readonly TaskView[];
}

/** Sites that are told apart; more share one row. */
const MOST_SITES = 32;
/** Pools whose tasks may still come. A program that makes a pool a second must not grow us. */
const KEPT_POOLS = 512;
/** Nanos; data that is this late is taken to be none. */
const LATE = 1.5e9;

/**
 * The pools of a run and their tasks. Pools of one kind that the same code made are one site: a program that makes a pool
 * for every job shows that in one figure and not in a screen full of rows. Memory is bounded.
 */
export class LivePools {
  /** Functions that were given to pools, as indexes into the call tree's functions. */
  readonly functions = new Set<number>();
  private readonly calls: LiveCalls;
  private readonly start: number;
  private readonly sites = new Map<string, PoolSite>();
  private readonly members = new Map<number, Member>();
  /** Nanos since the run's start up to which something is known of pools. */
  private latest = 0;
  /** The highest number of a pool so far: pools are numbered as they are told of. */
  private newest = -1;

  /** `start`: Nanos when the run started. */
  constructor(calls: LiveCalls, start: number) {
    this.calls = calls;
    this.start = start;
  }

  /** `time`: Nanos since the run's start at which the rows came, which is when pools were as they say. */
  take({ pools, tasks }: Pick<SessionBatch, 'pools' | 'tasks'>, time: number): void {
    // Tasks speak of pools that the same batch brings.
    this.takePools(pools, time);
    this.takeTasks(tasks);
  }

  /** `now`: Nanos since the run's start. */
  view(now: number): PoolsView {
    const until = now - this.latest < LATE ? Math.min(now, this.latest) : now;
    const pools: PoolView[] = [];
    const tasks: TaskView[] = [];
    for (const site of this.sites.values()) {
      const pool = site.view(until);
      pools.push(pool);
      for (const [called, figures] of site.functions) {
        // What is no function of the call tree has a number below zero, `OTHERS` the least.
        tasks.push({ id: pool.id * 2 ** 32 + called - OTHERS, pool, called, figures });
      }
    }
    const work = ({ figures }: { figures: TaskFigures }): number => figures.run.sum;
    const lives = ({ living }: PoolView): number => Number(living > 0);
    return {
      pools: pools.sort((a, b) => lives(b) - lives(a) || work(b) - work(a) || a.id - b.id),
      tasks: tasks.sort((a, b) => work(b) - work(a) || a.id - b.id),
    };
  }

  private takePools(pools: SessionBatch['pools'], time: number): void {
    for (let i = 0; i < pools.length; i++) {
      const member = this.memberOf(pools, i);
      if (!member) continue;
      const { site } = member;
      site.startMethod = pools.startMethod[i] || site.startMethod;
      site.update(member, time, pools.size[i] ?? 0, pools.submitted[i] ?? 0, pools.completed[i] ?? 0);
      const end = pools.end[i] ?? -1;
      if (end >= 0) site.close(member, time);
    }
    if (pools.length > 0) this.latest = Math.max(this.latest, time);
  }

  private takeTasks(tasks: SessionBatch['tasks']): void {
    for (let i = 0; i < tasks.length; i++) {
      if (outcomeOf(tasks, i) === 'never run') continue;
      const member = this.members.get(tasks.pool[i] ?? -1);
      const site = member?.site ?? this.siteOf('', 0);
      const returned = tasks.returned[i] ?? -1;
      const over = returned >= 0 ? returned : (tasks.end[i] ?? -1);
      const time = over >= 0 ? over - this.start : null;
      const called = this.calls.functionOfFrame(tasks.function[i] ?? -1);
      const counted = site.add(tasks, i, called, time, member !== undefined);
      if (counted >= 0) this.functions.add(counted);
      this.latest = Math.max(this.latest, time ?? 0);
    }
  }

  /** The pool of a row; undefined for one that was forgotten, which would be counted again from its first task on. */
  private memberOf(pools: SessionBatch['pools'], row: number): Member | undefined {
    const id = pools.id[row] ?? 0;
    const known = this.members.get(id);
    if (known || id <= this.newest) return known;
    this.newest = id;
    const site = this.siteOf(pools.kind[row] ?? '', this.calls.nodeOf(pools.stack[row] ?? -1));
    const member = site.open((pools.start[row] ?? this.start) - this.start);
    this.members.set(id, member);
    if (this.members.size > KEPT_POOLS) this.forgetOne();
    return member;
  }

  /** The oldest that has ended, or the oldest. */
  private forgetOne(): void {
    let oldest: number | undefined;
    for (const [id, { living }] of this.members) {
      oldest ??= id;
      if (living) continue;
      oldest = id;
      break;
    }
    const member = this.members.get(oldest ?? -1);
    member?.site.close(member, this.latest);
    this.members.delete(oldest ?? -1);
  }

  /** `node`: of the call tree, where the pools were made. */
  private siteOf(kind: string, node: number): PoolSite {
    const key = `${node} ${kind}`;
    const known = this.sites.get(key);
    if (known) return known;
    const own = this.sites.size < MOST_SITES;
    const others = own ? undefined : this.sites.get('others');
    if (others) return others;
    const site = own
      ? new PoolSite(this.sites.size, kind, this.calls.ownCode(node))
      : new PoolSite(this.sites.size, 'other pools', undefined);
    this.sites.set(own ? key : 'others', site);
    return site;
  }
}
