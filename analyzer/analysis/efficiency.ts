import { type Coverage, coveredIn } from './coverage.ts';
import type { Intervals } from './intervals.ts';
import type { LaneLoad, LoadOf } from './laneLoads.ts';

/**
 * Parallel efficiency of workers in a region, as factors that multiply (POP, co-design.pop-coe.eu/metrics).
 *
 * With U the time a worker was on a CPU, R the time it was runnable without one, L = U + R, G the time it waited for the GIL, n
 * workers, T the time of the region, and A the part of T in which at least one of them was running, ready or waiting for the GIL:
 *
 *     sum U / (n T) = sum U / sum L  *  mean L / max L  *  max L / T
 *     parallel        contention        load balance       communication
 *
 *     max L / T = max L / max (L + G)  *  max (L + G) / A  *  A / T
 *                 gil                     overlap             supply
 *
 * Each lies between 0 and 1; 0.8 is commonly held acceptable. The factors of several teams together are those sums over the
 * teams, each of its n workers counting with its own team's time: `sum over teams of n max L / sum over teams of n T`, and so on.
 */
export interface Efficiency {
  readonly parallel: number;
  readonly loadBalance: number;
  readonly communication: number;
  readonly contention: number;
  readonly gil: number;
  readonly overlap: number;
  readonly supply: number;
  /** `mean U / max U`: load balance by CPU time alone, which a machine that is busy with other things changes less. */
  readonly usefulBalance: number;
  /** The most at a time: of teams that followed each other the largest. */
  readonly workers: number;
  readonly figures: Figures;
}

/** What the factors follow from. Nanos, for one worker: of several teams the mean, weighted with their workers. */
export interface Figures {
  readonly teams: number;
  /** Workers that had less than a twentieth of the busiest one's CPU time, which is what starting up takes. */
  readonly idle: number;
  /** Load of the busiest and of the average worker. */
  readonly busiest: number;
  readonly average: number;
  /** Of the average worker: on a CPU, ready without one, waiting for the GIL. */
  readonly useful: number;
  readonly ready: number;
  readonly gil: number;
  /** Load and waits for the GIL, of the worker with most of both. */
  readonly wanting: number;
  /** Time in which any worker had something to do, and all of the region's. */
  readonly active: number;
  readonly time: number;
}

/** Workers in a part of their life. `slots`: as in `Team`. */
export interface TeamPart {
  readonly slots: readonly (readonly number[])[];
  readonly intervals: Intervals;
  /** When any of them had something to do. */
  readonly active: Coverage;
}

const HARDLY_ANY = 0.05;

/**
 * The factors of teams in a region, and what each of their lanes did in it. Null when no team had two workers, or none of them
 * ran: there is no parallelism to judge.
 */
export function efficiencyOfTeams(
  loadOf: LoadOf,
  parts: readonly TeamPart[],
): { readonly efficiency: Efficiency | null; readonly loads: readonly LaneLoad[] } {
  const loads: LaneLoad[] = [];
  const sums: PartSums[] = [];
  for (const { slots, intervals, active } of parts) {
    const bySlot: LaneLoad[][] = [];
    for (const slot of slots) {
      const own = slot.map((lane) => loadOf(lane, intervals)).filter(({ lived }) => lived > 0);
      if (own.length > 0) bySlot.push(own);
      loads.push(...own);
    }
    const its = sumsOf(bySlot, intervals, active);
    if (its) sums.push(its);
  }
  return { efficiency: factorsOf(sums), loads: byLane(loads) };
}

/** One entry a lane: a lane of several pools is in several parts. */
function byLane(loads: readonly LaneLoad[]): LaneLoad[] {
  const known = new Map<number, LaneLoad>();
  for (const load of loads) {
    const other = known.get(load.lane);
    known.set(
      load.lane,
      other
        ? {
            lane: load.lane,
            useful: load.useful + other.useful,
            ready: load.ready + other.ready,
            gil: load.gil + other.gil,
            lived: load.lived + other.lived,
          }
        : load,
    );
  }
  return [...known.values()];
}

/** Sums over the workers of one part. */
interface PartSums {
  readonly from: number;
  readonly to: number;
  readonly workers: number;
  readonly idle: number;
  readonly useful: number;
  readonly ready: number;
  readonly gil: number;
  readonly mostUseful: number;
  readonly mostLoad: number;
  readonly mostWanting: number;
  readonly active: number;
  readonly time: number;
}

function sumsOf(
  bySlot: readonly (readonly LaneLoad[])[],
  { from, to }: Intervals,
  active: Coverage,
): PartSums | null {
  if (bySlot.length < 2) return null;
  let [useful, ready, gil, mostUseful, mostLoad, mostWanting] = [0, 0, 0, 0, 0, 0];
  const own: number[] = [];
  for (const slot of bySlot) {
    let [u, r, g] = [0, 0, 0];
    for (const its of slot) [u, r, g] = [u + its.useful, r + its.ready, g + its.gil];
    [useful, ready, gil] = [useful + u, ready + r, gil + g];
    mostUseful = Math.max(mostUseful, u);
    mostLoad = Math.max(mostLoad, u + r);
    mostWanting = Math.max(mostWanting, u + r + g);
    own.push(u);
  }
  let [time, any] = [0, 0];
  for (let i = 0; i < from.length; i++) {
    time += Math.max(0, (to[i] as number) - (from[i] as number));
    any += coveredIn(active, from[i] as number, to[i] as number);
  }
  if (!(time > 0)) return null;
  // A slot that two lanes held for a moment together may have more load than time passed.
  const whole = Math.max(time, mostWanting);
  return {
    from: from[0] as number,
    to: to.at(-1) as number,
    workers: bySlot.length,
    idle: own.filter((its) => its < HARDLY_ANY * mostUseful).length,
    useful,
    ready,
    gil,
    mostUseful,
    mostLoad,
    mostWanting,
    active: Math.min(whole, Math.max(any, mostWanting)),
    time: whole,
  };
}

function factorsOf(parts: readonly PartSums[]): Efficiency | null {
  const sum = (of: (part: PartSums) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const useful = sum((part) => part.useful);
  const load = useful + sum((part) => part.ready);
  if (!(useful > 0)) return null;
  const members = sum((part) => part.workers);
  const mostLoad = sum((part) => part.workers * part.mostLoad);
  const wanting = sum((part) => part.workers * part.mostWanting);
  const active = sum((part) => part.workers * part.active);
  const time = sum((part) => part.workers * part.time);
  return {
    parallel: useful / time,
    loadBalance: load / mostLoad,
    communication: mostLoad / time,
    contention: useful / load,
    gil: mostLoad / wanting,
    overlap: wanting / active,
    supply: active / time,
    usefulBalance: useful / sum((part) => part.workers * part.mostUseful),
    workers: mostAtOnce(parts),
    figures: {
      teams: parts.length,
      idle: sum((part) => part.idle),
      busiest: mostLoad / members,
      average: load / members,
      useful: useful / members,
      ready: (load - useful) / members,
      gil: sum((part) => part.gil) / members,
      wanting: wanting / members,
      active: active / members,
      time: time / members,
    },
  };
}

function mostAtOnce(parts: readonly PartSums[]): number {
  const changes = parts.flatMap(({ from, to, workers }) => [
    { at: from, by: workers },
    { at: to, by: -workers },
  ]);
  changes.sort((a, b) => a.at - b.at || a.by - b.by);
  let [now, most] = [0, 0];
  for (const { by } of changes) {
    now += by;
    most = Math.max(most, now);
  }
  return most;
}
