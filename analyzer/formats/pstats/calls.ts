import type { Marshalled } from './marshal.ts';

/** A function as cProfile counts it. Seconds. */
export interface Counted {
  readonly name: string;
  /** `~` for what is not Python. */
  readonly file: string;
  readonly line: number;
  readonly calls: number;
  /** In the function itself. */
  readonly own: number;
  /** With all that it called; a recursive call counts in the outermost one only. */
  readonly total: number;
}

/** What a function was called by another for. */
export interface Edge {
  /** Numbers of functions. */
  readonly caller: number;
  readonly callee: number;
  readonly calls: number;
  /** Seconds in the callee with all that it called; NaN where only calls were counted, as by the older `profile`. */
  readonly total: number;
}

export interface CallGraph {
  readonly functions: readonly Counted[];
  readonly edges: readonly Edge[];
  /** Entries that are none. */
  readonly damaged: number;
}

type Items = readonly Marshalled[];
const isItems = (value: Marshalled | undefined): value is Items => Array.isArray(value);
const isDictionary = (value: Marshalled | undefined): value is ReadonlyMap<Marshalled, Marshalled> =>
  value instanceof Map;
const time = (value: Marshalled | undefined): number =>
  typeof value === 'number' && Number.isFinite(value) ? Math.max(0, value) : 0;

/**
 * The statistics that `pstats` loads (Lib/cProfile.py, `snapshot_stats`): `{(file, line, name): (primitive calls, calls, own seconds,
 * total seconds, callers)}`, where callers have the same key and (calls, primitive calls, own, total). Null for what is none.
 */
export function callGraph(stats: Marshalled): CallGraph | null {
  if (!isDictionary(stats)) return null;
  const functions: Counted[] = [];
  const ids = new Map<string, number>();
  const callers: ReadonlyMap<Marshalled, Marshalled>[] = [];
  let damaged = 0;
  for (const [key, value] of stats) {
    const of = functionOf(key);
    if (of === null || !isItems(value) || value.length < 5 || ids.has(of.key)) {
      damaged++;
      continue;
    }
    ids.set(of.key, functions.length);
    functions.push({ ...of.place, calls: time(value[1]), own: time(value[2]), total: time(value[3]) });
    callers.push(isDictionary(value[4]) ? value[4] : new Map());
  }
  if (functions.length === 0 && stats.size > 0) return null;
  const edges: Edge[] = [];
  for (const [callee, of] of callers.entries()) {
    for (const [key, value] of of) {
      const caller = ids.get(functionOf(key)?.key ?? '');
      if (caller === undefined) damaged++;
      else if (isItems(value)) edges.push({ caller, callee, calls: time(value[0]), total: time(value[3]) });
      else edges.push({ caller, callee, calls: time(value), total: Number.NaN });
    }
  }
  return { functions, edges, damaged };
}

function functionOf(key: Marshalled) {
  if (!isItems(key) || key.length !== 3) return null;
  const [file, line, name] = key;
  if (typeof file !== 'string' || typeof line !== 'number' || typeof name !== 'string') return null;
  const place = { file, name, line: Number.isInteger(line) && line > 0 && line < 2 ** 32 ? line : 0 };
  return { key: `${file}\0${line}\0${name}`, place };
}
