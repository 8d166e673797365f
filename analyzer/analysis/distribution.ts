/**
 * How whole numbers that stand for several of their kind are distributed. All 0 where there are none: `count` tells.
 *
 * `count`: sum of the weights. `median`, `p95`: the smallest value that half, or 95 %, of them do not exceed.
 */
export interface Distribution {
  readonly count: number;
  readonly sum: number;
  readonly mean: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** The distribution of `values`, each of which stands for `weights` of its kind; negative values are unknown and left out. */
export function distributionOf(values: Float64Array, weights: Float64Array): Distribution {
  let count = 0;
  let sum = 0;
  let max = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < 0) continue;
    const weight = weights[i] as number;
    count += weight;
    sum += weight * value;
    if (value > max) max = value;
  }
  const whole = spread(values, weights, values.length, -1, max);
  const at = (share: number) => quantile(values, weights, share * count, whole);
  return { count, sum, mean: count > 0 ? sum / count : 0, median: at(0.5), p95: at(0.95), max };
}

/** So many that the interval with a quantile is found in few passes, and so few that their sums stay in the cache. */
const BUCKETS = 1024;

/** The weights of values above `low` and up to `low + step * BUCKETS`; number `i` is of those up to `low + step * (i + 1)`. */
interface Spread {
  readonly low: number;
  readonly step: number;
  readonly sums: Float64Array;
}

function spread(
  values: Float64Array,
  weights: Float64Array,
  length: number,
  low: number,
  high: number,
): Spread {
  const step = Math.max(1, Math.ceil((high - low) / BUCKETS));
  const sums = new Float64Array(BUCKETS);
  for (let i = 0; i < length; i++) {
    const value = values[i] as number;
    if (!(value > low)) continue;
    const bucket = Math.ceil((value - low) / step) - 1;
    sums[bucket] = (sums[bucket] as number) + (weights[i] as number);
  }
  return { low, step, sums };
}

/**
 * The smallest whole number below or at which values of `weight` lie, found in ever smaller buckets: linear, with two or three
 * passes for times of a run. Sorting a million values together with their weights takes thirty times as long.
 */
function quantile(values: Float64Array, weights: Float64Array, weight: number, whole: Spread): number {
  let [kept, keptWeights, length] = [values, weights, values.length];
  let { low, step, sums } = whole;
  let upToLow = 0;
  while (true) {
    let bucket = 0;
    while (bucket < BUCKETS - 1 && upToLow + (sums[bucket] as number) < weight) {
      upToLow += sums[bucket] as number;
      bucket++;
    }
    low += bucket * step;
    // A step that is no number comes of a value that is none.
    if (!(step > 1)) return low + 1;
    const high = low + step;
    const [inside, theirs] = [new Float64Array(length), new Float64Array(length)];
    let next = 0;
    for (let i = 0; i < length; i++) {
      const value = kept[i] as number;
      if (!(value > low) || value > high) continue;
      inside[next] = value;
      theirs[next++] = keptWeights[i] as number;
    }
    [kept, keptWeights, length] = [inside, theirs, next];
    ({ step, sums } = spread(kept, keptWeights, length, low, high));
  }
}
