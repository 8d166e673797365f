/** What is changed about a pool; nothing for the pool as it was. */
export interface Variant {
  /** Calls of the function in one task. */
  readonly chunk?: number;
  /** Which tasks are handed out first; as submitted without it. */
  readonly order?: 'longest';
  readonly workers?: number;
  readonly cores?: number;
  /** What becomes of the time in tasks, 1 for none of it gone: the share of a function and how many times faster it is. */
  readonly faster?: { readonly share: number; readonly times: number };
  /** Arguments and results are not serialised. */
  readonly byReference?: boolean;
  /** A task is cut into equal calls of which they are made (1), or into ever longer ones (more): what is not known of a chunk. */
  readonly skew?: number;
}

/** What handing out one task costs beyond what was seen of it: Nanos of cores, as fitted, and where results wake a sleeper. */
export interface DispatchCost {
  readonly busy: number;
  /** Of a task that takes long enough for its submitter to fall asleep. */
  readonly woken: number;
  /** Nanos of the mean task that `busy` was fitted at. */
  readonly at: number;
}

export const NO_COST: DispatchCost = { busy: 0, woken: 0, at: 0 };

/** A submitter that gets nothing to do for as long as this falls asleep: a futex and a switch take tens of microseconds. */
const ASLEEP = 1e6;

/** What handing out one of the shortest tasks costs where no one has to be woken: a pool of two, `docs/benchmarks.md`. */
const AWAKE = 20e3;

/**
 * Nanos of cores that handing out a task of `length` Nanos costs: what was fitted at the length that was recorded, towards what a
 * wake-up costs for longer ones and towards a busy queue's for shorter ones, without a step between them, because whether a sleeper
 * has to be woken is a matter of chance at lengths between.
 */
export function dispatchCost({ busy, woken, at }: DispatchCost, length: number): number {
  const asleep = (time: number) => time / (time + ASLEEP);
  if (length < at) {
    const least = Math.min(busy, AWAKE);
    return least + ((busy - least) * asleep(length)) / asleep(at);
  }
  if (woken <= busy) return busy;
  return busy + (woken - busy) * Math.max(0, (asleep(length) - asleep(at)) / (1 - asleep(at) || 1));
}
