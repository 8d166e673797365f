import type { CallGraph, Edge } from './calls.ts';

/** A path of calls. Paths are in an order in which callers precede what they call. */
export interface CallPath {
  /** Number of the path that called, -1 for none. */
  readonly parent: number;
  /** Number of the function. */
  readonly function: number;
  /** Seconds of the function's own. */
  own: number;
}

/** Paths that are followed; the time of the others counts where their functions are known to be called from. */
const MOST_PATHS = 100_000;
const DEEPEST = 400;
/** Of the whole time: what no picture shows is not followed. */
const LEAST_SHARE = 1e-6;
/** A function whose callers do not add up to it by less than this was called by them alone. */
const ROUNDING = 1e-6;

interface Way {
  readonly path: number;
  readonly function: number;
  /** Of all that the function did, what it did on this path. */
  readonly share: number;
  readonly depth: number;
}

/**
 * Stacks from a profile that only knows who called whom: the time of a function is told apart by its callers, and by theirs in the same
 * proportion, as gprof does (Graham, Kessler, McKusick 1982). The own times of all paths of a function add up to its own time exactly;
 * totals do where it does not recurse.
 */
export function callPaths({ functions, edges }: CallGraph): CallPath[] {
  const incoming = grouped(functions.length, edges, ({ callee }) => callee);
  const outgoing = grouped(functions.length, edges, ({ caller }) => caller);
  const whole = functions.map(({ total, calls }, id) => {
    const called = (incoming[id] as Edge[]).filter(({ caller }) => caller !== id);
    const byTime = total > 0 && called.every((edge) => !Number.isNaN(edge.total));
    const sum = called.reduce((all, edge) => all + (byTime ? edge.total : edge.calls), 0);
    return { byTime, sum, all: Math.max(sum, byTime ? total : calls) };
  });
  const shareOf = ({ callee, total, calls }: Edge): number => {
    const { byTime, all } = whole[callee] as (typeof whole)[number];
    return all > 0 ? (byTime ? total : calls) / all : 0;
  };
  const paths: CallPath[] = [];
  const shares: number[] = [];
  const given = new Float64Array(functions.length);
  const begin = (parent: number, id: number, share: number): number => {
    shares.push(share);
    given[id] = (given[id] as number) + share;
    return paths.push({ parent, function: id, own: 0 }) - 1;
  };
  const longest = functions.reduce((most, { total }) => Math.max(most, total), 0);
  let level: Way[] = [];
  for (const [id, { sum, all }] of whole.entries()) {
    const share = all > 0 ? 1 - sum / all : 1;
    if (share > ROUNDING) level.push({ path: begin(-1, id, share), function: id, share, depth: 1 });
  }
  const timeOf = ({ function: id, share }: Pick<Way, 'function' | 'share'>): number =>
    share * (functions[id]?.total ?? 0);
  while (level.length > 0 && paths.length < MOST_PATHS) {
    const next: { readonly from: Way; readonly function: number; readonly share: number }[] = [];
    for (const from of level) {
      if (from.depth >= DEEPEST) continue;
      for (const edge of outgoing[from.function] as Edge[]) {
        const reached = { from, function: edge.callee, share: from.share * shareOf(edge) };
        const isWorth =
          timeOf(reached) > LEAST_SHARE * longest || (longest === 0 && reached.share > LEAST_SHARE);
        if (isWorth && !calls(paths, from.path, edge.callee)) next.push(reached);
      }
    }
    // Where not all can be followed, those that took longest.
    next.sort((a, b) => timeOf(b) - timeOf(a));
    level = next.slice(0, MOST_PATHS - paths.length).map(({ from, function: id, share }) => ({
      path: begin(from.path, id, share),
      function: id,
      share,
      depth: from.depth + 1,
    }));
  }
  for (const id of functions.keys()) if (given[id] === 0) begin(-1, id, 1);
  for (const [at, path] of paths.entries())
    path.own =
      ((functions[path.function]?.own ?? 0) * (shares[at] as number)) / (given[path.function] as number);
  return paths;
}

/** Whether a function is on a path already: a recursive call is no longer path. */
function calls(paths: readonly CallPath[], path: number, id: number): boolean {
  for (let at = path; at >= 0; at = (paths[at] as CallPath).parent)
    if ((paths[at] as CallPath).function === id) return true;
  return false;
}

function grouped(count: number, edges: readonly Edge[], of: (edge: Edge) => number): Edge[][] {
  const groups: Edge[][] = Array.from({ length: count }, () => []);
  for (const edge of edges) groups[of(edge)]?.push(edge);
  return groups;
}
