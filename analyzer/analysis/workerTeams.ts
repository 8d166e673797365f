import { LANE_KINDS, LANE_ROLES, type Tables } from '../model/index.ts';

/**
 * Workers that were there to share work: those of a pool, or the threads or processes of one parent whose lives overlap.
 *
 * `slots`: places at work, each the lanes that held it one after another. A pool that replaces its workers (`maxtasksperchild`), or
 * a program that keeps two processes running until a hundred are done, has few slots and many lanes; to hold each lane against
 * the others would call it unbalanced. `pools`: rows of `pools`, none for workers without. `from`, `to`: Nanos, first start to
 * last end.
 */
export interface Team {
  readonly pools: readonly number[];
  readonly slots: readonly (readonly number[])[];
  readonly lanes: readonly number[];
  readonly from: number;
  readonly to: number;
}

/** What is asked of a recording. `load`: Nanos that each lane was on a CPU or ready; `runEnd`: Nanos. */
export interface TeamSources {
  readonly tables: Pick<Tables, 'lanes' | 'processes' | 'tasks' | 'pools'>;
  readonly roles: Uint8Array;
  readonly load: Float64Array;
  readonly runEnd: number;
}

/** Deaths are noticed late, so a successor may seem to start before: by this much, and by this share of the shorter life. */
const LATE = 50e6;
const LATE_SHARE = 0.1;
/** A worker that was never given anything is known by a load below this share of the busiest's: starting up is all it did. */
const IDLE = 0.05;
/** A lane that hands tasks to a pool and is busy for less of its life than this has no work of its own. */
const MANAGES = 0.1;
/** Processes between a worker and the maker of its pool: a fork server, a launcher. */
const MOST_ANCESTORS = 4;

const WORKER = LANE_ROLES.indexOf('worker');
const THREAD = LANE_KINDS.indexOf('thread');

/** Every team of two or more at a time, pools first. A lane is in one team; one that only waits for a pool of its own is in none. */
export function workerTeams(sources: TeamSources): Team[] {
  const lives = livesOf(sources);
  const managers = managersOf(sources, lives);
  const byPool = lanesOfPools(sources, managers);
  const teamOfLane = new Int32Array(sources.tables.lanes.length).fill(-1);
  const groups = joined(byPool);
  groups.forEach(({ lanes }, group) => {
    for (const lane of lanes) teamOfLane[lane] = group;
  });
  addIdle(sources, groups, teamOfLane, managers);
  const pooled = groups.map(({ pools, lanes }) => teamOf(pools, lanes, lives));
  const others = otherWorkers(sources, teamOfLane, managers).flatMap((lanes) =>
    clusters(lanes, lives).map((own) => teamOf([], own, lives)),
  );
  const all = [...pooled, ...others];
  // What has no companion of its own kind may have one of another: a thread beside a process.
  const single = all.filter(({ slots }) => slots.length === 1).flatMap(({ lanes }) => lanes);
  const mixed = clusters(single, lives).map((own) => teamOf([], own, lives));
  return [...all, ...mixed].filter(({ slots }) => slots.length > 1);
}

/** The lanes that ran tasks of each pool, with the idle ones of its team where no other pool of the team could have them. */
export function lanesByPool(sources: TeamSources, teams: readonly Team[]): (readonly number[])[] {
  const own = lanesOfPools(sources, new Uint8Array(sources.tables.lanes.length));
  for (const { pools, lanes } of teams) {
    const [pool] = pools;
    if (pool !== undefined && pools.length === 1) own[pool] = new Set(lanes);
  }
  return own.map((lanes) => [...lanes].sort((a, b) => a - b));
}

/** Lives of lanes in Nanos; one that has no end yet lives until the run's. */
export interface Lives {
  readonly start: Float64Array;
  readonly end: Float64Array;
}

export function livesOf({ tables: { lanes }, runEnd }: Pick<TeamSources, 'tables' | 'runEnd'>): Lives {
  const start = Float64Array.from(lanes.start);
  const end = new Float64Array(lanes.length);
  for (let lane = 0; lane < lanes.length; lane++) {
    const own = lanes.end[lane] as number;
    end[lane] = Math.max(own < 0 ? runEnd : own, start[lane] as number) || 0;
  }
  return { start, end };
}

function teamOf(pools: readonly number[], lanes: readonly number[], lives: Lives): Team {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const lane of lanes) {
    from = Math.min(from, lives.start[lane] as number);
    to = Math.max(to, lives.end[lane] as number);
  }
  return { pools, lanes, slots: slotsOf(lanes, lives), from, to };
}

/** Each lane takes the slot that was left last before it started; a new one where all are taken. */
export function slotsOf(lanes: readonly number[], { start, end }: Lives): number[][] {
  const order = [...lanes].sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  const slots: { lanes: number[]; until: number; length: number }[] = [];
  for (const lane of order) {
    const [from, to] = [start[lane] as number, end[lane] as number];
    let best: (typeof slots)[number] | undefined;
    for (const slot of slots) {
      const late = Math.min(LATE, LATE_SHARE * Math.min(slot.length, to - from));
      if (slot.until - late <= from && slot.until > (best?.until ?? Number.NEGATIVE_INFINITY)) best = slot;
    }
    if (best) {
      best.lanes.push(lane);
      best.until = Math.max(best.until, to);
      best.length = to - from;
    } else slots.push({ lanes: [lane], until: to, length: to - from });
  }
  return slots.map((slot) => slot.lanes);
}

/** Lanes whose lives overlap, directly or through others: rounds of workers that were joined in between are apart. */
function clusters(lanes: readonly number[], { start, end }: Lives): number[][] {
  const order = [...lanes].sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
  const found: number[][] = [];
  let until = Number.NEGATIVE_INFINITY;
  for (const lane of order) {
    const last = found.at(-1);
    if (last && (start[lane] as number) < until) last.push(lane);
    else found.push([lane]);
    until = Math.max(until, end[lane] as number);
  }
  return found;
}

/** 1 for each lane that hands its work to a pool and does little but wait for it. */
function managersOf({ tables, load }: TeamSources, { start, end }: Lives): Uint8Array {
  const { tasks } = tables;
  const managers = new Uint8Array(load.length);
  for (let row = 0; row < tasks.length; row++) {
    const lane = tasks.from[row] as number;
    if (lane < 0 || lane === tasks.lane[row]) continue;
    const life = (end[lane] as number) - (start[lane] as number);
    if ((load[lane] as number) < MANAGES * life) managers[lane] = 1;
  }
  return managers;
}

/** By row of `pools`: the lanes that ran its tasks. */
function lanesOfPools({ tables: { tasks, pools, lanes } }: TeamSources, without: Uint8Array): Set<number>[] {
  const found = Array.from({ length: pools.length }, () => new Set<number>());
  for (let row = 0; row < tasks.length; row++) {
    const lane = tasks.lane[row] as number;
    if (lane >= 0 && lane < lanes.length && without[lane] !== 1) found[tasks.pool[row] as number]?.add(lane);
  }
  return found;
}

interface Group {
  readonly pools: number[];
  readonly lanes: number[];
}

/** Pools that have a worker in common are one group: an executor that is used again, threads that serve several. */
function joined(byPool: readonly ReadonlySet<number>[]): Group[] {
  const groupOf = new Map<number, Group>();
  const groups = new Set<Group>();
  byPool.forEach((lanes, pool) => {
    if (lanes.size === 0) return;
    const known = new Set([...lanes].flatMap((lane) => groupOf.get(lane) ?? []));
    const group: Group = { pools: [pool], lanes: [...lanes].filter((lane) => !groupOf.has(lane)) };
    for (const other of known) {
      group.pools.push(...other.pools);
      group.lanes.push(...other.lanes);
      groups.delete(other);
    }
    for (const lane of group.lanes) groupOf.set(lane, group);
    groups.add(group);
  });
  return [...groups];
}

/** Adds the workers that a pool made and never gave anything: born in its life, in its process or below, and idle. */
function addIdle(
  { tables, roles, load }: TeamSources,
  groups: readonly Group[],
  teamOfLane: Int32Array,
  managers: Uint8Array,
): void {
  const { lanes, pools } = tables;
  if (groups.length === 0) return;
  const ancestors = ancestorsOf(tables);
  const busiest = groups.map((group) =>
    group.lanes.reduce((most, lane) => Math.max(most, load[lane] as number), 0),
  );
  for (let lane = 0; lane < lanes.length; lane++) {
    if (roles[lane] !== WORKER || (teamOfLane[lane] as number) >= 0 || managers[lane] === 1) continue;
    const start = lanes.start[lane] as number;
    const isThread = lanes.process[lane] !== lanes.thread[lane];
    let [best, since] = [-1, Number.NEGATIVE_INFINITY];
    groups.forEach((group, at) => {
      if ((load[lane] as number) > IDLE * (busiest[at] as number)) return;
      for (const pool of group.pools) {
        const made = pools.start[pool] as number;
        const end = pools.end[pool] as number;
        if (start < made - LATE || (end >= 0 && start > end) || made <= since) continue;
        const process = lanes.process[lane] as number;
        const owner = pools.process[pool] as number;
        if (isThread ? process !== owner : !ancestors(process).includes(owner)) continue;
        [best, since] = [at, made];
      }
    });
    if (best < 0) continue;
    groups[best]?.lanes.push(lane);
    teamOfLane[lane] = best;
  }
}

/** The parent of a process, its parent, and so on, as far as they are known. */
function ancestorsOf({ processes }: Pick<Tables, 'processes'>): (process: number) => readonly number[] {
  const parents = parentsOf({ processes });
  const known = new Map<number, readonly number[]>();
  return (process) => {
    let found = known.get(process);
    if (!found) {
      const own: number[] = [];
      let next = parents.get(process) ?? 0;
      while (next > 0 && own.length < MOST_ANCESTORS) {
        own.push(next);
        next = parents.get(next) ?? 0;
      }
      found = own;
      known.set(process, found);
    }
    return found;
  };
}

function parentsOf({ processes }: Pick<Tables, 'processes'>): ReadonlyMap<number, number> {
  const parents = new Map<number, number>();
  for (let row = 0; row < processes.length; row++)
    parents.set(processes.process[row] as number, processes.parent[row] as number);
  return parents;
}

/** Workers without a pool: the threads of one process together, and the processes of one parent. */
function otherWorkers(
  { tables, roles }: TeamSources,
  teamOfLane: Int32Array,
  managers: Uint8Array,
): number[][] {
  const { lanes } = tables;
  const parents = parentsOf(tables);
  const groups = new Map<string, number[]>();
  for (let lane = 0; lane < lanes.length; lane++) {
    if (roles[lane] !== WORKER || lanes.kind[lane] !== THREAD) continue;
    if ((teamOfLane[lane] as number) >= 0 || managers[lane] === 1) continue;
    const process = lanes.process[lane] as number;
    const key =
      lanes.thread[lane] === process ? `processes of ${parents.get(process) ?? 0}` : `threads of ${process}`;
    const group = groups.get(key);
    if (group) group.push(lane);
    else groups.set(key, [lane]);
  }
  return [...groups.values()];
}
