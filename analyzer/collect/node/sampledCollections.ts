/** A time in which a heap was collected, Nanos. */
export interface Collection {
  readonly start: number;
  readonly end: number;
}

/**
 * Garbage collections of one thread that only the samples of its profile have. A thread tells of each collection, except where there
 * are too many (analyzer/agents/node/collections.cjs); the samples have those, too, and count where it does not tell.
 */
export class SampledCollections {
  /** From when on the thread tells, or does not, in order of time. */
  private readonly changes: { readonly time: number; readonly isTold: boolean }[] = [];
  private waiting: Collection[] = [];

  /** `time`: Nanos. */
  changed(time: number, isTold: boolean): void {
    this.changes.push({ time, isTold });
  }

  /** Collections in a slice, in order; their time is the samples', so that of short ones is right together and not each. */
  add(found: readonly Collection[]): void {
    this.waiting.push(...found);
  }

  /** Those until `time` that the thread does not tell of. To be called when the thread has told of all until then that it tells of. */
  take(time: number): Collection[] {
    const known = this.waiting.filter(({ end }) => end <= time);
    this.waiting = this.waiting.filter(({ end }) => end > time);
    return known.filter(({ start }) => !this.isTold(start));
  }

  /** Whether the thread tells of collections at a time. */
  isTold(time: number): boolean {
    return this.changes.findLast((change) => change.time <= time)?.isTold ?? true;
  }
}
