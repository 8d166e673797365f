import { type Schema, TableBuilder, type Tables } from '../../model/index.ts';
import { tellCallersInCommon } from './callersInCommon.ts';
import { SEEN_BRIEFLY } from './nearestStack.ts';

const launchesSchema = {
  lane: 'i32',
  start: 'i64',
  /** Number of what was launched. */
  what: 'u32',
  stack: 'i32',
  certainty: 'u8',
} as const satisfies Schema;

/** Distinct things launched beyond which three in a row have no number that a double holds exactly. */
const MOST_WITH_NEIGHBOURS = 100_000;

/** The most that looks at other launches can say of one, in percent. */
const LIKELIEST = 97;

/** Strings of a recording, so that two of their numbers make one. */
const MOST_STRINGS = 2 ** 26;

/** How often a stack was seen to launch something, and how likely all of those looks were wrong, 0 to 1. */
interface Looks {
  count: number;
  doubt: number;
}

/** Looks by stack. */
type Seen = Map<number, Looks>;

/**
 * Which code launched what, told from the whole of a run. Few launches are seen while they last, but programs repeat themselves:
 * what the code that was seen to launch a kernel launched once, it launched the other times too. What was launched just before and
 * just after by the same thread tells apart the places that launch one kernel.
 *
 *     seen        solve:12 launched `dot` after `copy`      3 times
 *                 norm:40  launched `dot` after `dot`       once
 *     not seen    `dot` after `copy`                        solve:12, certainty 97 % of 3/4, were looks sure
 *
 * A launch gets the stack that was seen most often for its kind, with its share of all looks and one more, since a
 * single one proves little; and less where so few looks may all have come too late, as those at brief calls do. Where the nearest sample says more, that stays. What was never seen gets the callers that its
 * neighbours have in common.
 */
export class LearntStacks {
  private readonly launches = new TableBuilder(launchesSchema, 1024);
  private readonly whats = new Map<number | string, number>();
  private readonly kernelCount: number;

  /** Takes all that a run launched, and the stacks of its recording. */
  constructor(
    kernels: Iterable<Tables['kernels']>,
    transfers: Iterable<Tables['transfers']>,
    stacks: Iterable<Tables['stacks']>,
  ) {
    for (const chunk of kernels) {
      const { call, name } = chunk;
      this.add(chunk, (i) => (call[i] as number) * MOST_STRINGS + (name[i] as number));
    }
    this.kernelCount = this.launches.length;
    for (const chunk of transfers)
      this.add(chunk, (i) => `${chunk.call[i]} ${chunk.direction[i]} ${chunk.bytes[i]}`);
    if (this.launches.length === 0) return;
    const order = this.inOrder();
    this.learn(order);
    tellCallersInCommon(order, this.launches.columns, parentsOf(stacks));
  }

  /** The kernels that the constructor was given, with what was learnt, in place. */
  kernels(chunks: Iterable<Tables['kernels']>): Iterable<Tables['kernels']> {
    return this.amended(chunks, 0);
  }

  /** The same of transfers. */
  transfers(chunks: Iterable<Tables['transfers']>): Iterable<Tables['transfers']> {
    return this.amended(chunks, this.kernelCount);
  }

  private *amended<T extends Tables['kernels'] | Tables['transfers']>(
    chunks: Iterable<T>,
    first: number,
  ): Generator<T> {
    const { stack, certainty } = this.launches.columns;
    let at = first;
    for (const chunk of chunks) {
      for (let i = 0; i < chunk.length; i++, at++) {
        chunk.stack[i] = stack[at] as number;
        chunk.certainty[i] = certainty[at] as number;
      }
      yield chunk;
    }
  }

  private add(
    chunk: Tables['kernels'] | Tables['transfers'],
    whatOf: (row: number) => number | string,
  ): void {
    this.launches.reserve(chunk.length);
    const { lane, start, what, stack, certainty } = this.launches.columns;
    for (let i = 0; i < chunk.length; i++) {
      const at = this.launches.length++;
      lane[at] = chunk.callLane[i] as number;
      start[at] = chunk.callStart[i] as number;
      what[at] = this.numberOf(whatOf(i));
      stack[at] = chunk.stack[i] as number;
      certainty[at] = chunk.certainty[i] as number;
    }
  }

  private numberOf(what: number | string): number {
    const known = this.whats.get(what);
    if (known !== undefined) return known;
    this.whats.set(what, this.whats.size);
    return this.whats.size - 1;
  }

  private learn(order: Uint32Array): void {
    const { stack, certainty } = this.launches.columns;
    const seen = new Map<number, Seen>();
    for (let i = 0; i < order.length; i++) {
      const at = order[i] as number;
      if ((certainty[at] as number) < SEEN_BRIEFLY || (stack[at] as number) < 0) continue;
      for (let neighbours = 0; neighbours <= 2; neighbours++) {
        const kind = this.kind(order, i, neighbours);
        const stacks: Seen = seen.get(kind) ?? new Map();
        seen.set(kind, stacks);
        const looks = stacks.get(stack[at] as number) ?? { count: 0, doubt: 1 };
        stacks.set(stack[at] as number, looks);
        looks.count++;
        looks.doubt *= 1 - (certainty[at] as number) / 100;
      }
    }
    if (seen.size === 0) return;
    const best = new Map([...seen].map(([kind, stacks]) => [kind, mostSeen(stacks)]));
    for (let i = 0; i < order.length; i++) {
      const at = order[i] as number;
      for (let neighbours = 0; neighbours <= 2; neighbours++) {
        const likely = best.get(this.kind(order, i, neighbours));
        // What was never seen was not seen between others either.
        if (!likely && neighbours === 0) break;
        if (!likely || likely.certainty <= (certainty[at] as number)) continue;
        stack[at] = likely.stack;
        certainty[at] = likely.certainty;
      }
    }
  }

  /**
   * Number of what the `i`-th launch in order is: by itself (`neighbours` 0), after the one before (1), and before the one after too (2).
   */
  private kind(order: Uint32Array, i: number, neighbours: number): number {
    const { what } = this.launches.columns;
    const count = this.whats.size + 1;
    const own = (what[order[i] as number] as number) + 1;
    if (neighbours === 0 || count > MOST_WITH_NEIGHBOURS) return 3 * own;
    const after = own + count * this.neighbour(order, i, i - 1);
    if (neighbours === 1) return 3 * after + 1;
    return 3 * (after + count * count * this.neighbour(order, i, i + 1)) + 2;
  }

  /** One more than what the launch at `other` is, 0 when there is none on the thread of the `i`-th. */
  private neighbour(order: Uint32Array, i: number, other: number): number {
    const { what, lane } = this.launches.columns;
    const at = order[other];
    return at === undefined || lane[at] !== lane[order[i] as number] ? 0 : (what[at] as number) + 1;
  }

  /** Launches whose thread is known, thread by thread in order of time. */
  private inOrder(): Uint32Array {
    const { length } = this.launches;
    const { lane, start } = this.launches.columns;
    const threads = new Map<number, number[]>();
    for (let at = 0; at < length; at++) {
      if ((lane[at] as number) < 0) continue;
      const thread = threads.get(lane[at] as number);
      if (thread) thread.push(at);
      else threads.set(lane[at] as number, [at]);
    }
    const order: Uint32Array[] = [];
    for (const thread of threads.values()) {
      const rows = Uint32Array.from(thread);
      // Kernels come before copies, and what ended before what went on.
      const isSorted = rows.every(
        (at, i) => i === 0 || (start[rows[i - 1] as number] as number) <= (start[at] as number),
      );
      order.push(isSorted ? rows : rows.sort((a, b) => (start[a] as number) - (start[b] as number)));
    }
    const all = new Uint32Array(order.reduce((sum, rows) => sum + rows.length, 0));
    let filled = 0;
    for (const rows of order) {
      all.set(rows, filled);
      filled += rows.length;
    }
    return all;
  }
}

function mostSeen(stacks: Seen): { stack: number; certainty: number } {
  let [stack, most, all] = [-1, { count: 0, doubt: 1 }, 0];
  for (const [each, looks] of stacks) {
    all += looks.count;
    if (looks.count > most.count) [stack, most] = [each, looks];
  }
  return { stack, certainty: Math.round((LIKELIEST * (1 - most.doubt) * most.count) / (all + 1)) };
}

function parentsOf(stacks: Iterable<Tables['stacks']>): number[] {
  const parents: number[] = [];
  for (const chunk of stacks) for (let i = 0; i < chunk.length; i++) parents.push(chunk.parent[i] as number);
  return parents;
}
