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
  const at = (share: number) => quantile(values.slice(), weights.slice(), share * count, max);
  return { count, sum, mean: count > 0 ? sum / count : 0, median: at(0.5), p95: at(0.95), max };
}

/**
 * The smallest whole number up to `max` below or at which values of `weight` lie, found by halving the interval and keeping
 * the values inside it, at the front of the arrays given. Linear in most cases and never more than 53 passes; sorting
 * a million values together with their weights takes ten times as long.
 */
function quantile(values: Float64Array, weights: Float64Array, weight: number, max: number): number {
  let low = -1;
  let high = max;
  let upToLow = 0;
  let kept = values.length;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    let upToMiddle = upToLow;
    for (let i = 0; i < kept; i++) {
      const value = values[i] as number;
      if (value > low && value <= middle) upToMiddle += weights[i] as number;
    }
    if (upToMiddle >= weight) high = middle;
    else {
      low = middle;
      upToLow = upToMiddle;
    }
    let next = 0;
    for (let i = 0; i < kept; i++) {
      const value = values[i] as number;
      if (value <= low || value > high) continue;
      values[next] = value;
      weights[next++] = weights[i] as number;
    }
    kept = next;
  }
  return high;
}
