import type { SessionBatch } from '../../analyzer/collect/collector.ts';

/** The machine around the run, from the counters that are known so far. */
export interface MachineView {
  /** Load of each core in percent. */
  readonly cores: readonly number[];
  /** Everything else, in the order in which it became known. */
  readonly figures: readonly { readonly quantity: string; readonly unit: string; readonly value: number }[];
}

const CORE = /^core (\d+) load$/;
const NAME = /^(.*?)\s*\(([^()]*)\)$/;

/** The latest value of every counter lane that was named here. */
export class Counters {
  private readonly named = new Map<number, { quantity: string; unit: string }>();
  private readonly values = new Map<number, number>();

  /** `name` is `<quantity> (<unit>)`. */
  name(lane: number, name: string): void {
    const parts = NAME.exec(name);
    this.named.set(lane, { quantity: parts?.[1] ?? name, unit: parts?.[2] ?? '' });
  }

  take(counters: SessionBatch['counters']): void {
    for (let i = 0; i < counters.length; i++) {
      const lane = counters.lane[i] ?? 0;
      if (this.named.has(lane)) this.values.set(lane, counters.value[i] ?? 0);
    }
  }

  view(): MachineView {
    const cores: number[] = [];
    const figures: { quantity: string; unit: string; value: number }[] = [];
    for (const [lane, { quantity, unit }] of this.named) {
      const value = this.values.get(lane);
      if (value === undefined) continue;
      const core = CORE.exec(quantity);
      if (core) cores[Number(core[1])] = value;
      else figures.push({ quantity, unit, value });
    }
    // A core that is offline has no counter.
    return { cores: Array.from(cores, (load) => load ?? 0), figures };
  }
}
