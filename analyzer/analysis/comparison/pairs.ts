/** One of two runs, or both. */
export interface Pair<T> {
  readonly before: T | null;
  readonly after: T | null;
}

/** What two things have in common when they are the same one in two runs; null when this says nothing of the thing. */
export interface PairKey<T> {
  readonly of: (thing: T) => string | null;
  /** Only where one of each run has the key. */
  readonly isUnique?: boolean;
}

/**
 * Pairs what two runs have in common, by the first key that two things share, the surest first. Of several with one key the
 * first are paired with the first, so that `before` and `after` should be in an order that means something, such as that of lines.
 * What has no partner is last.
 */
export function pairsOf<T extends object>(
  before: readonly T[],
  after: readonly T[],
  keys: readonly PairKey<T>[],
): Pair<T>[] {
  const pairs: Pair<T>[] = [];
  let [left, right] = [before, after];
  for (const { of, isUnique } of keys) {
    const candidates = new Map<string, T[]>();
    for (const thing of right) push(candidates, of(thing), thing);
    const counts = new Map<string, T[]>();
    for (const thing of left) push(counts, of(thing), thing);
    const taken = new Set<T>();
    for (const [key, things] of counts) {
      const others = candidates.get(key) ?? [];
      if (isUnique && (things.length !== 1 || others.length !== 1)) continue;
      for (let at = 0; at < Math.min(things.length, others.length); at++) {
        const pair = { before: things[at] as T, after: others[at] as T };
        pairs.push(pair);
        taken.add(pair.before).add(pair.after);
      }
    }
    left = left.filter((thing) => !taken.has(thing));
    right = right.filter((thing) => !taken.has(thing));
  }
  const alone = [
    ...left.map((thing) => ({ before: thing, after: null })),
    ...right.map((thing) => ({ before: null, after: thing })),
  ];
  return [...pairs, ...alone];
}

function push<T>(groups: Map<string, T[]>, key: string | null, thing: T): void {
  if (key === null) return;
  const group = groups.get(key);
  if (group) group.push(thing);
  else groups.set(key, [thing]);
}
