import type { SessionBatch } from '../../analyzer/collect/collector.ts';
import type { LiveCalls, LiveFunction } from './calls.ts';

/** Waits of one function for locks that another held. */
export interface LockWait {
  /** The reader's own function that waited, or the innermost one; undefined when unknown. */
  readonly waiter: LiveFunction | undefined;
  readonly holder: LiveFunction | undefined;
  /** Lanes that waited, and that held the lock: the first `MOST_LANES` of them. */
  readonly lanes: ReadonlySet<number>;
  readonly holders: ReadonlySet<number>;
  /** Nanos, and that of the longest wait. */
  readonly waited: number;
  readonly longest: number;
  readonly times: number;
  /** True for all that have no row of their own. */
  readonly others: boolean;
}

/** Pairs of a waiting and a holding function that are told apart. */
const MOST_PAIRS = 64;
/** Lanes of a pair that are told apart: more than one is a number, and a number above this is as good as it. */
export const MOST_LANES = 64;

class Pair implements LockWait {
  readonly lanes = new Set<number>();
  readonly holders = new Set<number>();
  waited = 0;
  longest = 0;
  times = 0;
  readonly waiter: LiveFunction | undefined;
  readonly holder: LiveFunction | undefined;
  readonly others: boolean;

  constructor(waiter: LiveFunction | undefined, holder: LiveFunction | undefined, others: boolean) {
    this.waiter = waiter;
    this.holder = holder;
    this.others = others;
  }
}

/** Who waited for whom, by their functions: a lock has no name that a reader knows, the code around it has. */
export class LiveLocks {
  private readonly calls: LiveCalls;
  private readonly pairs = new Map<string, Pair>();

  constructor(calls: LiveCalls) {
    this.calls = calls;
  }

  take(waits: SessionBatch['lockWaits']): void {
    for (let i = 0; i < waits.length; i++) {
      const pair = this.pairOf(waits.stack[i] ?? -1, waits.holderStack[i] ?? -1);
      const nanos = Math.max(0, (waits.end[i] ?? 0) - (waits.start[i] ?? 0));
      pair.waited += nanos;
      pair.longest = Math.max(pair.longest, nanos);
      pair.times++;
      if (pair.lanes.size < MOST_LANES) pair.lanes.add(waits.lane[i] ?? 0);
      const holder = waits.holder[i] ?? -1;
      if (holder >= 0 && pair.holders.size < MOST_LANES) pair.holders.add(holder);
    }
  }

  /** The longest waited for first. */
  view(): readonly LockWait[] {
    return [...this.pairs.values()].sort(
      (a, b) => Number(a.others) - Number(b.others) || b.waited - a.waited,
    );
  }

  private pairOf(stack: number, holderStack: number): Pair {
    const waiter = this.calls.speaker(this.calls.nodeOf(stack));
    const holder = this.calls.speaker(this.calls.nodeOf(holderStack));
    const key = `${waiter} ${holder}`;
    const known = this.pairs.get(key);
    if (known) return known;
    const others = this.pairs.size >= MOST_PAIRS;
    const shared = others ? this.pairs.get('others') : undefined;
    if (shared) return shared;
    const { functions } = this.calls;
    const pair = others
      ? new Pair(undefined, undefined, true)
      : new Pair(functions[waiter], functions[holder], false);
    this.pairs.set(others ? 'others' : key, pair);
    return pair;
  }
}
