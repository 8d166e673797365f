/** A launch whose code is told with less is as good as not told, in percent. */
const TOLD = 50;
/** Of what two neighbours tell together, in percent of the less sure one. */
const TOGETHER = 90;
/** Nanos from the launch before to the one after, within which the program was in one place. */
const NEAR = 1e9;

/** Launches by row; `lane` is the thread's, `start` Nanos, `certainty` percent. */
export interface LaunchColumns {
  readonly lane: Int32Array;
  readonly start: Float64Array;
  readonly stack: Int32Array;
  readonly certainty: Uint8Array;
}

/**
 * Gives launches whose code is not told the callers that the launches before and after have in common: whatever launched in
 * between was most likely called from there, too. `order`: rows, thread by thread in order of time. `parents`: of each stack
 * of the recording, which precedes it.
 *
 *     upload:11 < main:19     told
 *     ?                       main:19
 *     download:14 < main:19   told
 *
 * The launch after is the next one from elsewhere: where one place launches again and again, in a loop of which nothing is known, it says
 * nothing of what lies between.
 */
export function tellCallersInCommon(
  order: Uint32Array,
  { lane, start, stack, certainty }: LaunchColumns,
  parents: ArrayLike<number>,
): void {
  // Before anything is told by its neighbours, which must not tell others.
  const after = nextFromElsewhere(order, { lane, start, stack, certainty });
  let before = -1;
  for (let i = 0; i < order.length; i++) {
    const at = order[i] as number;
    if ((certainty[at] as number) >= TOLD) {
      before = at;
      continue;
    }
    if (before < 0 || lane[before] !== lane[at]) continue;
    const [first = -1, other = -1] = [after.first[i], after.other[i]];
    const next = first >= 0 && stack[first] === stack[before] ? other : first;
    if (next < 0 || lane[next] !== lane[at]) continue;
    if ((start[next] as number) - (start[before] as number) > NEAR) continue;
    const common = inCommon(stack[before] as number, stack[next] as number, parents);
    if (common < 0) continue;
    stack[at] = common;
    const least = Math.min(certainty[before] as number, certainty[next] as number);
    certainty[at] = Math.max(certainty[at] as number, Math.round((TOGETHER * least) / 100));
  }
}

/** Of each launch in order, the row of the next that is told, and of the next with another stack than that; -1 for none. */
function nextFromElsewhere(order: Uint32Array, { stack, certainty }: LaunchColumns) {
  const first = new Int32Array(order.length);
  const other = new Int32Array(order.length);
  let [next, different] = [-1, -1];
  for (let i = order.length - 1; i >= 0; i--) {
    first[i] = next;
    other[i] = different;
    const at = order[i] as number;
    if ((certainty[at] as number) < TOLD) continue;
    if (next >= 0 && stack[next] !== stack[at]) different = next;
    next = at;
  }
  return { first, other };
}

/** The innermost stack that both are or were called from; -1 for none. */
function inCommon(one: number, another: number, parents: ArrayLike<number>): number {
  let [a, b] = [one, another];
  while (a !== b) {
    if (a > b) a = parents[a] ?? -1;
    else b = parents[b] ?? -1;
  }
  return a;
}
