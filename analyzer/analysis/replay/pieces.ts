import type { PoolWork } from './poolWork.ts';
import type { RoundWork } from './roundWork.ts';
import type { Pieces } from './schedule.ts';
import { type DispatchCost, dispatchCost, type Variant } from './variant.ts';

/**
 * More pieces than this are not scheduled one by one: that many of equal number of tasks each are the same to within the length
 * of one, and a schedule of them takes milliseconds.
 */
const MOST_PIECES = 4096;
/** Of tasks that are short, and therefore alike in what they cost, a quarter as many tell the same. */
const MOST_FINE_PIECES = 1024;
/** Of what handing out a task costs, the share of the server before it and after it; the rest is the worker's. */
const FEED_SHARE = 1 / 3;
const FETCH_SHARE = 1 / 3;

/** What a round would give its workers in a variant. `longest`: Nanos of a worker for the longest single task. */
export function piecesOf(
  work: PoolWork,
  round: RoundWork,
  variant: Variant,
  cost: DispatchCost,
): Pieces & { readonly longest: number } {
  const cut =
    variant.chunk === undefined
      ? recordedCut(round, work.isFine)
      : inChunks(round, variant.chunk, variant.skew ?? 1, work.isFine);
  const n = cut.run.length;
  const { share, times } = variant.faster ?? { share: 0, times: 1 };
  const scale = 1 - share + share / times;
  const packing = variant.byReference ? 0 : 1;
  const columns = {
    release: new Float64Array(n),
    work: new Float64Array(n),
    demand: new Float64Array(n),
    feed: new Float64Array(n),
    fetch: new Float64Array(n),
  };
  const order = variant.order === 'longest' ? longestFirst(cut.run, cut.weight) : null;
  let longest = 0;
  for (let i = 0; i < n; i++) {
    const at = order ? (order[i] as number) : i;
    const weight = cut.weight[at] as number;
    const run = (cut.run[at] as number) * scale;
    const each = weight * dispatchCost(cost, run / weight);
    const others = (cut.carried[at] as number) * packing + each * (1 - FEED_SHARE - FETCH_SHARE);
    // Releases keep their order whichever piece goes first: known when its place in the queue was.
    columns.release[i] = cut.release[i] as number;
    columns.work[i] = run + others;
    longest = Math.max(longest, (run + others) / weight);
    columns.demand[i] = run + others > 0 ? (run * work.demand + others) / (run + others) : 1;
    columns.feed[i] = (cut.packed[at] as number) * packing + each * FEED_SHARE;
    columns.fetch[i] =
      (cut.unpacked[at] as number) * packing +
      each * FETCH_SHARE +
      (cut.items[at] as number) * work.production;
  }
  return { length: n, longest, ...columns };
}

type Cut = Pick<RoundWork, 'release' | 'run' | 'packed' | 'unpacked' | 'carried' | 'items' | 'weight'>;

function longestFirst(run: Float64Array, weight: Float64Array): Uint32Array {
  const each = (at: number) => (run[at] as number) / (weight[at] as number);
  return new Uint32Array(run.length).map((_, at) => at).sort((a, b) => each(b) - each(a) || a - b);
}

const cuts = new WeakMap<RoundWork, Cut>();

/** Fitting asks for the same one again and again, of a million tasks. */
function recordedCut(round: RoundWork, isFine: boolean): Cut {
  const cut = cuts.get(round) ?? asRecorded(round, isFine);
  cuts.set(round, cut);
  return cut;
}

/** The recorded tasks, where there are few enough; else as many of them together as it takes. */
function asRecorded(round: RoundWork, isFine: boolean): Cut {
  const n = round.run.length;
  const together = Math.max(1, Math.ceil(n / (isFine ? MOST_FINE_PIECES : MOST_PIECES)));
  const count = Math.ceil(n / together);
  const sums = (of: Float64Array) => {
    if (together === 1) return of;
    const sum = new Float64Array(count);
    for (let i = 0; i < n; i++) {
      const at = Math.floor(i / together);
      sum[at] = (sum[at] as number) + (of[i] as number);
    }
    return sum;
  };
  const weighted = (of: Float64Array) => sums(of.map((value, i) => value * (round.weight[i] as number)));
  return {
    release:
      together === 1
        ? round.release
        : new Float64Array(count).map(
            (_, at) => round.release[Math.min(n - 1, (at + 1) * together - 1)] as number,
          ),
    run: weighted(round.run),
    packed: weighted(round.packed),
    unpacked: weighted(round.unpacked),
    carried: weighted(round.carried),
    items: weighted(round.items),
    weight: sums(round.weight),
  };
}

/**
 * The calls of a round in chunks of another size. Chunks hold calls that one call of the program submitted; where each was
 * submitted by its own, neighbours are put together. What lies between the beginning and the end of a recorded task is spread
 * over its calls: evenly, or with `skew` as the power of their number.
 */
function inChunks(whole: RoundWork, chunk: number, skew: number, isFine: boolean): Cut {
  // Short tasks are put together as in `asRecorded`, and evenly: chunks of them are alike anyway.
  const round = isFine ? asChunks(whole) : whole;
  const out = {
    release: [] as number[],
    run: [] as number[],
    packed: [] as number[],
    unpacked: [] as number[],
    carried: [] as number[],
    items: [] as number[],
    weight: [] as number[],
  };
  const total = round.items.reduce((sum, items, i) => sum + items * (round.weight[i] as number), 0);
  const size = Math.max(1, Math.floor(chunk));
  const together = Math.max(1, Math.ceil(total / size / (isFine ? MOST_FINE_PIECES : MOST_PIECES)));
  const step = size * together;
  const n = round.run.length;
  let [items, run, packed, unpacked, carried, release] = [0, 0, 0, 0, 0, 0];
  const close = () => {
    if (items <= 0) return;
    out.items.push(items);
    out.weight.push(Math.max(1, Math.min(together, Math.ceil(items / size))));
    out.run.push(run);
    out.packed.push(packed);
    out.unpacked.push(unpacked);
    out.carried.push(carried);
    out.release.push(release);
    [items, run, packed, unpacked, carried] = [0, 0, 0, 0, 0];
  };
  for (let i = 0; i < n; i++) {
    const has = (round.items[i] as number) * (round.weight[i] as number);
    const weight = round.weight[i] as number;
    // Calls of one map stay in its chunks, and single ones are put together with their like.
    const isAnother =
      i > 0 && round.job[i] !== round.job[i - 1] && !(isSingle(round, i) && isSingle(round, i - 1));
    if (isAnother && !isFine) close();
    release = Math.max(release, round.release[i] as number);
    for (let done = 0; done < has; ) {
      const part = Math.min(has - done, step - items);
      // A call is whole: what is left of the last one goes with it.
      const to = done + part > has - 1e-9 ? has : done + part;
      const share = has > 1 ? (to / has) ** skew - (done / has) ** skew : 1;
      run += share * weight * (round.run[i] as number);
      const even = ((to - done) / has) * weight;
      packed += even * (round.packed[i] as number);
      unpacked += even * (round.unpacked[i] as number);
      carried += even * (round.carried[i] as number);
      items += to - done;
      done = to;
      if (items >= step - 1e-9) close();
    }
  }
  close();
  const column = (of: readonly number[]) => Float64Array.from(of);
  return {
    release: column(out.release),
    run: column(out.run),
    packed: column(out.packed),
    unpacked: column(out.unpacked),
    carried: column(out.carried),
    items: column(out.items),
    weight: column(out.weight),
  };
}

/** The sums of many short tasks as if they were chunks. */
function asChunks(round: RoundWork): RoundWork {
  if (round.run.length <= MOST_FINE_PIECES) return round;
  const cut = recordedCut(round, true);
  return { ...round, ...cut, weight: cut.weight.map(() => 1) };
}

const isSingle = (round: RoundWork, at: number): boolean => round.items[at] === 1;
