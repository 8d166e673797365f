/** Forks of forks; process ids that are used again could otherwise lead in a circle. */
const MOST_GENERATIONS = 64;

export interface SeenProcess {
  readonly parent: number;
  /** Arguments joined by a space. */
  readonly command: string;
}

/**
 * Whether a process has an agent: one that was forked has what its parent has, and tells nobody. Between fork and exec it is called as
 * its parent is. `reached`: those that told.
 */
export function hasAgent(
  process: number,
  reached: ReadonlySet<number>,
  seen: ReadonlyMap<number, SeenProcess>,
): boolean {
  let current = process;
  for (let generation = 0; generation <= MOST_GENERATIONS; generation++) {
    if (reached.has(current)) return true;
    const own = seen.get(current);
    const parent = own && seen.get(own.parent);
    if (parent === undefined || parent.command !== own?.command) return false;
    current = own.parent;
  }
  return false;
}
