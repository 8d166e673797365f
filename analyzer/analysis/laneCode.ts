import type { Tables } from '../model/index.ts';
import { ACTIVITIES, IS_READY, RUNS } from './activity.ts';
import { type Coverage, coveredIn } from './coverage.ts';
import { type Site, UNKNOWN_SITE } from './sites.ts';
import { addActivity, type Timeline, timelineOf } from './timeline.ts';
import type { Trace } from './trace.ts';

/** The rows of samples by lane, with running sums. */
export const timelineIn = (trace: Trace): Timeline =>
  trace.once('timeline', () => timelineOf(trace.tables, trace.starts, trace.hasCpu));

/** How much of the time between two instants counts, in Nanos. */
export type Extent = (from: number, to: number) => number;

export const inside =
  (coverage: Coverage): Extent =>
  (from, to) =>
    coveredIn(coverage, from, to);
/** All that lies in neither, between two instants. */
export const outside =
  (coverage: Coverage, first = Number.NEGATIVE_INFINITY, last = Number.POSITIVE_INFINITY): Extent =>
  (from, to) => {
    const [a, b] = [Math.max(from, first), Math.min(to, last)];
    return b > a ? b - a - coveredIn(coverage, a, b) : 0;
  };
export const between =
  (first: number, last: number): Extent =>
  (from, to) =>
    Math.max(0, Math.min(to, last) - Math.max(from, first));

/** What a lane ran. Times are Nanos on a CPU. */
export interface LaneCode {
  readonly cpu: number;
  /** Of it, with the program's own code on the stack, and not while importing. */
  readonly own: number;
  /** Of the latter, by row of `stacks`: what ran in it and in what it called. */
  readonly total: ReadonlyMap<number, number>;
}

/** What a lane ran in some of its time. A row that lies partly in it counts for that part: its CPU time is spread evenly over it. */
export function laneCode(trace: Trace, lane: number, extent: Extent): LaneCode {
  const { offset, row, from, to, cpu } = timelineIn(trace);
  const { stacks, samples } = trace.tables;
  const isOwn = ownWork(trace);
  const total = new Map<number, number>();
  let all = 0;
  let own = 0;
  for (let at = offset[lane] as number; at < (offset[lane + 1] as number); at++) {
    const busy = cpu[at] as number;
    const [start, end] = [from[at] as number, to[at] as number];
    if (busy === 0 || end <= start) continue;
    const weight = (busy * extent(start, end)) / (end - start);
    all += weight;
    const stack = samples.stack[row[at] as number] as number;
    if (!(weight > 0) || stack < 0 || isOwn[stack] !== 1) continue;
    own += weight;
    total.set(stack, (total.get(stack) ?? 0) + weight);
  }
  // A parent precedes its child: from the last to the first, each has all of its own when it is added to its parent.
  const order = [...withParents(total, stacks)].sort((a, b) => b - a);
  for (const stack of order) {
    const parent = stacks.parent[stack] as number;
    if (parent >= 0) total.set(parent, (total.get(parent) ?? 0) + (total.get(stack) ?? 0));
  }
  return { cpu: all, own, total };
}

function withParents(total: ReadonlyMap<number, number>, { parent }: Tables['stacks']): Set<number> {
  const known = new Set<number>();
  for (const stack of total.keys())
    for (let at = stack; at >= 0 && !known.has(at); at = parent[at] as number) known.add(at);
  return known;
}

/** 1 for each stack with the program's own code in it that imports nothing. */
const ownWork = (trace: Trace): Uint8Array =>
  trace.once('ownWork', () => {
    const { homes, functions, tables } = trace;
    const { stacks } = tables;
    const isImport = Uint8Array.from(functions.file, (file) => Number(file.startsWith('<frozen importlib')));
    const state = new Uint8Array(stacks.length);
    const IMPORTS = 2;
    for (let i = 0; i < stacks.length; i++) {
      const parent = stacks.parent[i] as number;
      const its = functions.ofFrame[stacks.frame[i] as number] as number;
      const below = parent < 0 ? 0 : (state[parent] as number);
      if (below === IMPORTS || isImport[its] === 1) state[i] = IMPORTS;
      else state[i] = below === 1 || homes[its]?.origin === 'own' ? 1 : 0;
    }
    return state.map((value) => (value === 1 ? 1 : 0));
  });

/** The way from the outermost frame in that most of the time went, as rows of `stacks`. */
function hottestWay({ total }: LaneCode, { parent }: Tables['stacks']): number[] {
  const hottest = new Map<number, number>();
  for (const [stack, weight] of total) {
    const caller = parent[stack] as number;
    const before = hottest.get(caller);
    if (before === undefined || weight > (total.get(before) ?? 0)) hottest.set(caller, stack);
  }
  const way: number[] = [];
  for (let at = hottest.get(-1); at !== undefined; at = hottest.get(at)) way.push(at);
  return way;
}

const isOwnFrame = ({ homes, functions, tables }: Trace, stack: number): boolean =>
  homes[functions.ofFrame[tables.stacks.frame[stack] as number] as number]?.origin === 'own';

function siteAt({ functions, tables: { stacks, frames } }: Trace, stack: number): Site {
  const frame = stacks.frame[stack] as number;
  const line = (frames.line[frame] as number) || (frames.functionLine[frame] as number);
  return { function: functions.ofFrame[frame] as number, line };
}

/** The innermost line of the program's own code in which, and in what it called, at least `share` of a lane's own time went. */
export function siteOfMost(trace: Trace, code: LaneCode, share: number): Site {
  let site = UNKNOWN_SITE;
  for (const stack of hottestWay(code, trace.tables.stacks)) {
    if ((code.total.get(stack) ?? 0) < share * code.own) break;
    if (isOwnFrame(trace, stack)) site = siteAt(trace, stack);
  }
  return site;
}

/**
 * Where a lane's time went, as the line of the innermost function of the program that is also on the stack `beside`: of a function that
 * hands out tasks and works itself, the line that works.
 */
export function siteBeside(trace: Trace, code: LaneCode, beside: number): Site {
  const chain: number[] = [];
  const { stacks } = trace.tables;
  for (let at = beside; at >= 0; at = stacks.parent[at] as number)
    if (isOwnFrame(trace, at)) chain.unshift(trace.functions.ofFrame[stacks.frame[at] as number] as number);
  let site = UNKNOWN_SITE;
  let depth = 0;
  for (const stack of hottestWay(code, stacks)) {
    if (!isOwnFrame(trace, stack)) continue;
    const its = siteAt(trace, stack);
    if (its.function !== chain[depth++]) break;
    site = its;
  }
  return site;
}

/** Where a lane's time went, as the line of the outermost function of the program: of a generator that a library's thread asks, its own. */
export function siteOfOutermost(trace: Trace, code: LaneCode): Site {
  const stack = hottestWay(code, trace.tables.stacks).find((each) => isOwnFrame(trace, each));
  return stack === undefined ? UNKNOWN_SITE : siteAt(trace, stack);
}

/** Nanos on a CPU of a lane in some of its time. */
export function cpuIn(trace: Trace, lane: number, extent: Extent): number {
  const { offset, from, to, cpu } = timelineIn(trace);
  let sum = 0;
  for (let at = offset[lane] as number; at < (offset[lane + 1] as number); at++) {
    const [start, end] = [from[at] as number, to[at] as number];
    if (end > start) sum += ((cpu[at] as number) * extent(start, end)) / (end - start);
  }
  return sum;
}

const activities = new Float64Array(ACTIVITIES.length);

/** Nanos on a CPU of a lane between two instants. */
export function cpuBetween(trace: Trace, lane: number, first: number, last: number): number {
  activities.fill(0);
  addActivity(timelineIn(trace), lane, first, last, activities);
  return activities[RUNS] as number;
}

/** Nanos on a CPU, or runnable without one, of a lane between two instants. */
export function wantedBetween(trace: Trace, lane: number, first: number, last: number): number {
  const running = cpuBetween(trace, lane, first, last);
  return running + (activities[IS_READY] as number);
}
