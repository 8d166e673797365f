import type { Site } from './sites.ts';
import type { Trace } from './trace.ts';
import { wallOfRows, wallOfStacks } from './wallShares.ts';

/** A line of the program's own code that calls one of some library functions. */
export interface CallSite {
  readonly site: Site;
  /** Nanos of the run's wall time inside of the calls, as `wallOfRows` has it. */
  readonly wall: number;
  /** Observations inside of the calls in which they did anything. */
  readonly looks: number;
  /**
   * Times that a lane was seen to come into a call, having been seen elsewhere before. One long call has one; more than one are
   * as many calls at least.
   */
  readonly stays: number;
  /** Nanos at which the first stay begins, and the last one ends. */
  readonly from: number;
  readonly to: number;
  readonly lanes: readonly number[];
}

export interface CallSites {
  /** Index into `sites` of each row of `stacks`; -1 for those outside of the calls. */
  readonly ofStack: Int32Array;
  readonly sites: readonly CallSite[];
}

/** Whether a function, of a library, is meant: by the last part of its name, its file with `/` for `\`, and its whole name. */
export type IsCallee = (name: string, file: string, qualified: string) => boolean;

/** 1 for the functions of libraries that `isCallee` means. */
export function libraryFunctions({ functions, homes }: Trace, isCallee: IsCallee): Uint8Array {
  const found = new Uint8Array(functions.count);
  for (let id = 0; id < functions.count; id++) {
    if (homes[id]?.origin !== 'library') continue;
    const name = functions.name[id] ?? '';
    const file = (functions.file[id] ?? '').replaceAll('\\', '/');
    if (isCallee(name.slice(name.lastIndexOf('.') + 1), file, name)) found[id] = 1;
  }
  return found;
}

/**
 * Frames that stand between a caller and what it called and are neither's doing: `numpy` and `pandas` wrap their functions, and a bar of
 * progress or another iterator asks for the next item.
 */
const PASSES =
  /(?:^|\/)pandas\/util\/_decorators\.py$|(?:^|\/)tqdm\/\w+\.py$|^<__array_function__ internals>$/;
const ITERATES = /(?:^|\.)__(?:iter|next)__$/;

/** Share of the run that a call site has at least, before anything else is asked of it. */
const LEAST_MENTIONED = 0.01;

/** Where the program's own code calls functions that `isCallee` means; null where it does not, or hardly. One pass over stacks, one over samples. */
export function callSites(trace: Trace, isCallee: IsCallee): CallSites | null {
  const callees = libraryFunctions(trace, isCallee);
  if (!callees.includes(1)) return null;
  const { stacks, samples } = trace.tables;
  const { functions, homes, siteOf } = trace;
  const isOwn = Uint8Array.from(homes, ({ origin }) => (origin === 'own' ? 1 : 0));
  const passes = Uint8Array.from(homes, ({ origin }, id) =>
    origin === 'library' &&
    (PASSES.test((functions.file[id] ?? '').replaceAll('\\', '/')) || ITERATES.test(functions.name[id] ?? ''))
      ? 1
      : 0,
  );
  const functionOf = (stack: number) => functions.ofFrame[stacks.frame[stack] as number] as number;
  const groups = new Map<string, number>();
  const sites: Site[] = [];
  const ofStack = new Int32Array(stacks.length).fill(-1);
  for (let stack = 0; stack < stacks.length; stack++) {
    const parent = stacks.parent[stack] as number;
    if (parent >= 0) ofStack[stack] = ofStack[parent] as number;
    if (callees[functionOf(stack)] !== 1) continue;
    let caller = parent;
    while (caller >= 0 && passes[functionOf(caller)] === 1) caller = stacks.parent[caller] as number;
    if (caller < 0 || isOwn[functionOf(caller)] !== 1) continue;
    const site = siteOf(caller);
    const key = `${site.function} ${site.line}`;
    let group = groups.get(key);
    if (group === undefined) {
      group = sites.push(site) - 1;
      groups.set(key, group);
    }
    ofStack[stack] = group;
  }
  if (!matters(trace, ofStack, sites.length)) return null;
  return { ofStack, sites: sumsOf(trace, samples.length, ofStack, sites) };
}

/** Whether any of the sites has a share of the run that anyone would mention: the rest costs a pass over all samples. */
function matters(trace: Trace, ofStack: Int32Array, sites: number): boolean {
  const wall = wallOfStacks(trace);
  const sums = new Float64Array(sites);
  for (let stack = 0; stack < wall.length; stack++) {
    const site = ofStack[stack] as number;
    if (site >= 0) sums[site] = (sums[site] as number) + (wall[stack] as number);
  }
  return sums.some((sum) => sum > 0 && sum >= LEAST_MENTIONED * trace.wall);
}

function sumsOf(trace: Trace, rows: number, ofStack: Int32Array, sites: readonly Site[]): CallSite[] {
  const { samples, lanes } = trace.tables;
  const { starts } = trace;
  const ofRow = wallOfRows(trace);
  const sums = sites.map((site) => ({
    site,
    wall: 0,
    looks: 0,
    stays: 0,
    from: Number.POSITIVE_INFINITY,
    to: Number.NEGATIVE_INFINITY,
    seen: new Set<number>(),
  }));
  const last = new Int32Array(lanes.length).fill(-1);
  for (let row = 0; row < rows; row++) {
    const stack = samples.stack[row] as number;
    const lane = samples.lane[row] as number;
    const group = stack < 0 ? -1 : (ofStack[stack] ?? -1);
    const before = last[lane];
    last[lane] = group;
    const sum = sums[group];
    if (!sum) continue;
    if (before !== group) sum.stays++;
    const wall = ofRow[row] as number;
    sum.wall += wall;
    if (wall > 0) sum.looks += samples.count[row] as number;
    sum.from = Math.min(sum.from, starts[row] as number);
    sum.to = Math.max(sum.to, samples.time[row] as number);
    sum.seen.add(lane);
  }
  return sums.map(({ seen, ...sum }) => ({ ...sum, lanes: [...seen] }));
}
