import { outermostOf } from '../analysis/outermost.ts';
import type { Trace } from '../analysis/trace.ts';
import { LANE_KINDS, LANE_ROLES } from '../model/index.ts';

/** Lanes that each got a share of one job without a pool, and that end at unlike times. Times are Nanos. */
export interface UnevenShares {
  /** The process that made them. */
  readonly parent: number;
  /** Number of `Functions` of what all of them run. */
  readonly function: number;
  readonly lanes: readonly number[];
  readonly start: number;
  readonly end: number;
  readonly idle: number;
  /** Mean CPU time of the lanes, to the largest. */
  readonly balance: number;
  readonly busiest: number;
  /** What it would take, were the work spread evenly. */
  readonly even: number;
}

/** Shares that are better balanced than this, by CPU time, differ by what processes take to start and by chance. */
const LEAST_BALANCE = 0.88;
/** Share of their time that the lanes must be idle at the end. */
const LEAST_IDLE = 0.07;
/** Lanes that begin later than this share of the whole were not given their work together. */
const TOGETHER = 0.1;
/** The busiest one computes for most of the time, or what it waits for is the matter. */
const COMPUTES = 0.7;
/** Share of the run from which on it is worth a look. */
const LEAST_SHARE = 0.1;
/** Threads of one interpreter that use no more cores than this take turns, and their shares do not matter. */
const IN_TURNS = 1.15;

export function unevenShares(trace: Trace): UnevenShares[] {
  const groups = new Map<string, number[]>();
  const { lanes, tasks, processes } = trace.tables;
  const hasTasks = new Uint8Array(lanes.length);
  for (let row = 0; row < tasks.length; row++) {
    const lane = tasks.lane[row] as number;
    if (lane >= 0) hasTasks[lane] = 1;
  }
  const parents = new Map<number, number>();
  for (let i = 0; i < processes.length; i++)
    parents.set(processes.process[i] as number, processes.parent[i] as number);
  const entries = entriesOf(trace, new Set(parents.values()));
  for (let lane = 0; lane < lanes.length; lane++) {
    const isWorker = LANE_ROLES[trace.roles[lane] as number] === 'worker';
    if (!isWorker || hasTasks[lane] === 1 || LANE_KINDS[lanes.kind[lane] as number] !== 'thread') continue;
    const entry = entries[lane] as number;
    if (entry < 0) continue;
    const process = lanes.process[lane] as number;
    const isThread = process !== lanes.thread[lane];
    const key = `${isThread ? `in ${process}` : `of ${parents.get(process) ?? 0}`} ${entry}`;
    const group = groups.get(key);
    if (group) group.push(lane);
    else groups.set(key, [lane]);
  }
  return [...groups.values()].flatMap((group) => judged(trace, group, entries, parents) ?? []);
}

function judged(
  trace: Trace,
  group: readonly number[],
  entries: Int32Array,
  parents: ReadonlyMap<number, number>,
): UnevenShares | null {
  const { lanes } = trace.tables;
  const [first] = group;
  if (first === undefined || group.length < 2) return null;
  const ends = group
    .map((lane) => lanes.end[lane] as number)
    .map((end) => (end >= 0 ? end : trace.meta.clock.end));
  const starts = group.map((lane) => lanes.start[lane] as number);
  const busy = group.map((lane) => trace.laneTotals.running[lane] as number);
  const [start, end] = [Math.min(...starts), Math.max(...ends)];
  const time = end - start;
  const sum = busy.reduce((all, one) => all + one, 0);
  const busiest = Math.max(...busy);
  const process = lanes.process[first] as number;
  const isThread = process !== lanes.thread[first];
  if (!(time > LEAST_SHARE * trace.wall) || Math.max(...starts) - start > TOGETHER * time) return null;
  if (busiest < COMPUTES * time || (isThread && sum < IN_TURNS * time)) return null;
  const balance = sum / group.length / busiest;
  const idle = ends.reduce((all, one) => all + end - one, 0) / (group.length * time);
  if (balance > LEAST_BALANCE || idle < LEAST_IDLE) return null;
  return {
    parent: isThread ? process : (parents.get(process) ?? 0),
    function: entries[first] as number,
    lanes: group,
    start,
    end,
    idle,
    balance,
    busiest,
    even: Math.max(
      sum / Math.min(group.length, Math.max(1, trace.meta.host.cores)),
      time - busiest + busiest * balance,
    ),
  };
}

/** Names that stand for a file and not for a function of it. */
const WHOLE_FILE = '<module>';

/**
 * The outermost function of the program that each lane was in for most of its CPU time, as a number of `Functions`; -1 for none. One that
 * `parents`, processes that started others, were in as well is not what they were started for: a script that starts itself anew
 * begins in the same `main`.
 */
function entriesOf(trace: Trace, parents: ReadonlySet<number>): Int32Array {
  const { tables, functions, homes } = trace;
  const { samples, lanes } = tables;
  const isOwn = Uint8Array.from(homes, ({ origin }, id) =>
    Number(origin === 'own' && functions.name[id] !== WHOLE_FILE),
  );
  const ofAll = outermostOf(trace, isOwn);
  const isShared = functionsOf(trace, (lane) => parents.has(lanes.process[lane] as number));
  const ofChildren = outermostOf(
    trace,
    isOwn.map((own, id) => (isShared[id] === 1 ? 0 : own)),
  );
  const entry = ofAll.map((its, stack) =>
    (ofChildren[stack] as number) >= 0 ? (ofChildren[stack] as number) : its,
  );
  const spent = Array.from({ length: lanes.length }, () => new Map<number, number>());
  for (let i = 0; i < samples.length; i++) {
    const stack = samples.stack[i] as number;
    const its = stack < 0 ? -1 : (entry[stack] as number);
    const own = spent[samples.lane[i] as number];
    own?.set(its, (own.get(its) ?? 0) + (samples.cpu[i] as number));
  }
  return Int32Array.from(spent, (own) => [...own].sort((a, b) => b[1] - a[1])[0]?.[0] ?? -1);
}

/** 1 for each function that a lane of those which `isOf` takes was seen in. */
function functionsOf({ tables, functions }: Trace, isOf: (lane: number) => boolean): Uint8Array {
  const { samples, stacks } = tables;
  const seen = new Uint8Array(functions.count);
  const followed = new Uint8Array(stacks.length);
  for (let row = 0; row < samples.length; row++) {
    if (!isOf(samples.lane[row] as number)) continue;
    for (
      let at = samples.stack[row] as number;
      at >= 0 && followed[at] !== 1;
      at = stacks.parent[at] as number
    ) {
      followed[at] = 1;
      seen[functions.ofFrame[stacks.frame[at] as number] as number] = 1;
    }
  }
  return seen;
}
