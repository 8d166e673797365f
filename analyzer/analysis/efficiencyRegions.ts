import { LANE_KINDS, LANE_ROLES, SPAN_KINDS, type Tables } from '../model/index.ts';
import { type Coverage, covered, coveredIn } from './coverage.ts';
import type { DeviceBusy } from './deviceBusy.ts';
import { type DeviceEfficiency, deviceEfficiency } from './deviceEfficiency.ts';
import { type Efficiency, efficiencyOfTeams, type TeamPart } from './efficiency.ts';
import { type Intervals, overlap, unionOf } from './intervals.ts';
import { activeTime, type LaneLoad, laneLoad } from './laneLoads.ts';
import { poolPlacesOf } from './poolPlaces.ts';
import type { Region } from './regions.ts';
import { type Site, type SiteOf, UNKNOWN_SITE } from './sites.ts';
import type { Timeline } from './timeline.ts';
import type { Selection } from './weights.ts';
import { type Lives, lanesByPool, livesOf, slotsOf, type Team, workerTeams } from './workerTeams.ts';

/** What a part of a run is judged as: `tasks`: all that one function was given through pools made at one line. */
export type RegionKind = 'run' | 'selection' | 'pool' | 'tasks' | 'range' | 'step';

/** How well workers and devices were used in a part of a run. Times are Nanos. */
export interface RegionEfficiency {
  readonly kind: RegionKind;
  /** The kind of the pool, the function of the tasks, the name of the range; empty for a run and a selection. */
  readonly title: string;
  /** The line that made its pools. */
  readonly site: Site;
  /** Rows of `pools`. */
  readonly pools: readonly number[];
  /** Its first moment and its last; it took `time` of them, in `rounds` pieces. */
  readonly from: number;
  readonly to: number;
  readonly time: number;
  readonly rounds: number;
  /** Null where fewer than two workers ran. */
  readonly efficiency: Efficiency | null;
  readonly device: DeviceEfficiency | null;
  /** What each of its workers did, and the main thread of the command. */
  readonly loads: readonly LaneLoad[];
  readonly global: GlobalEfficiency | null;
}

/** A run, or a part of it, as a whole. */
export interface GlobalEfficiency {
  /** On average, by everything that was recorded; and those of the machine, 0 when unknown. */
  readonly coresUsed: number;
  readonly cores: number;
  /**
   * Nanos in which no worker had anything to do, null where there are no workers. However many there were, that part would stay: the
   * run can get faster by `time / serial` at most (Amdahl, AFIPS 1967).
   */
  readonly serial: number | null;
}

/** What is asked of a recording, as from `Trace`. `runStart`, `runEnd`: Nanos. */
export interface EfficiencySources {
  readonly tables: Tables;
  readonly timeline: Timeline;
  readonly roles: Uint8Array;
  /** Nanos on a CPU or ready, by lane. */
  readonly load: Float64Array;
  /** By device. */
  readonly devices: readonly DeviceBusy[];
  readonly regions: readonly Region[];
  readonly siteOf: SiteOf;
  readonly cores: number;
  readonly runStart: number;
  readonly runEnd: number;
}

/** Names of ranges that are told of: those with most time. */
const MOST_RANGES = 12;
/** Pieces times lanes from which on a range is no part of a run that one looks at, but a call that is made all the time. */
const MOST_PIECES = 200_000;
/** Regions that are told of: those that took longest. */
const MOST_REGIONS = 50;

const THREAD = LANE_KINDS.indexOf('thread');
const MAIN = LANE_ROLES.indexOf('main');

/** The efficiency of any part of a recording; what all parts share is computed once. */
export class RunEfficiency {
  private readonly sources: EfficiencySources;
  private readonly lives: Lives;
  private readonly actives = new Map<string, Coverage>();
  private readonly anyWorker: Coverage;
  readonly teams: readonly Team[];

  constructor(sources: EfficiencySources) {
    this.sources = sources;
    this.lives = livesOf(sources);
    this.teams = workerTeams(sources);
    this.anyWorker = this.activeOf(this.teams.flatMap(({ lanes }) => lanes));
  }

  /** The whole run: its teams from their first worker's start to the last one's end. */
  run(): RegionEfficiency {
    const { runStart, runEnd } = this.sources;
    return this.regionOf('run', interval(runStart, runEnd), this.partsIn(interval(runStart, runEnd)), true);
  }

  /**
   * An interval, and lanes. Chosen lanes are one team, whatever they are for; else the teams count in the part of their life
   * that lies in the interval.
   */
  selection({ from, to, lanes }: Selection): RegionEfficiency {
    const { runStart, runEnd } = this.sources;
    const time = interval(Math.max(from, runStart), Math.min(to, runEnd));
    if (!lanes) return this.regionOf('selection', time, this.partsIn(time), true);
    const chosen = this.threads().filter((lane) => lanes[lane] === 1);
    const [first, last] = this.lifeOf(chosen);
    const own = clipped(time, first, last);
    const part = { slots: slotsOf(chosen, this.lives), intervals: own, active: this.activeOf(chosen) };
    return this.regionOf('selection', time, [part], true, chosen);
  }

  /** Pools, what functions were given to them, and named ranges, in order of start; only those with something to judge. */
  regions(): RegionEfficiency[] {
    return [...this.poolRegions(), ...this.rangeRegions()]
      .filter(({ efficiency, device }) => efficiency || device)
      .sort((a, b) => b.time - a.time)
      .slice(0, MOST_REGIONS)
      .sort((a, b) => a.from - b.from || b.time - a.time);
  }

  private poolRegions(): RegionEfficiency[] {
    const { tables, siteOf, regions, runEnd } = this.sources;
    const { pools } = tables;
    if (pools.length === 0) return [];
    const lanes = lanesByPool(this.sources, this.teams);
    const partOf = (pool: number, intervals: Intervals): TeamPart => {
      const own = lanes[pool] ?? [];
      return { slots: slotsOf(own, this.lives), intervals, active: this.activeOf(own) };
    };
    const { places, ofPool } = poolPlacesOf(tables, siteOf);
    const found = places.map(({ site, pools: made }): RegionEfficiency => {
      const parts = made.map((pool) => {
        const end = pools.end[pool] as number;
        return partOf(pool, interval(pools.start[pool] as number, end < 0 ? runEnd : end));
      });
      const title = pools.kind[made[0] ?? -1] ?? '';
      return this.regionOf('pool', unionOfParts(parts), parts, false, [], { title, site, pools: made });
    });
    const byTasks = new Map<string, Region[]>();
    for (const region of regions) {
      if (region.kind !== 'parallel') continue;
      const key = `${ofPool[region.pool]} ${region.title}`;
      const own = byTasks.get(key);
      if (own) own.push(region);
      else byTasks.set(key, [region]);
    }
    for (const own of byTasks.values()) {
      const { title, pool } = own[0] as Region;
      const made = [...new Set(own.map((region) => region.pool))].sort((a, b) => a - b);
      const parts = made.map((each) => {
        const its = own.filter((region) => region.pool === each);
        return partOf(
          each,
          unionOf(
            Float64Array.from(its, ({ start }) => start),
            Float64Array.from(its, ({ end }) => end),
          ),
        );
      });
      const site = siteOf(pools.stack[pool] ?? -1);
      found.push(this.regionOf('tasks', unionOfParts(parts), parts, false, [], { title, site, pools: made }));
    }
    return found;
  }

  private rangeRegions(): RegionEfficiency[] {
    const { strings } = this.sources.tables;
    return rangesOf(this.sources.tables)
      .slice(0, MOST_RANGES)
      .filter(({ intervals }) => intervals.from.length * this.threads().length <= MOST_PIECES)
      .map(({ kind, name, intervals }) => {
        const title = strings.value[name] ?? '';
        return this.regionOf(kind, intervals, this.partsIn(intervals), false, [], { title });
      });
  }

  private regionOf(
    kind: RegionKind,
    intervals: Intervals,
    parts: readonly TeamPart[],
    isGlobal: boolean,
    lanes: readonly number[] = [],
    about: Partial<Pick<RegionEfficiency, 'title' | 'site' | 'pools'>> = {},
  ): RegionEfficiency {
    const { timeline, devices, tables, roles, cores } = this.sources;
    const { efficiency, loads } = efficiencyOfTeams(timeline, this.lives, parts);
    const time = lengthOf(intervals);
    const told = new Set(loads.map(({ lane }) => lane));
    const others = this.threads().filter((lane) => !told.has(lane) && (isGlobal || roles[lane] === MAIN));
    const rest = others.map((lane) => laneLoad(timeline, this.lives, lane, intervals));
    const chosen = lanes.length > 0 ? loads : [...loads, ...rest];
    const useful = chosen.reduce((sum, load) => sum + load.useful, 0);
    return {
      kind,
      title: '',
      site: UNKNOWN_SITE,
      pools: [],
      ...about,
      from: intervals.from[0] ?? 0,
      to: intervals.to.at(-1) ?? 0,
      time,
      rounds: intervals.from.length,
      efficiency,
      device: deviceEfficiency(devices, time, intervals),
      loads: chosen.filter(({ lane, lived }) => lived > 0 && (told.has(lane) || roles[lane] === MAIN)),
      global: isGlobal
        ? {
            coresUsed: time > 0 ? useful / time : 0,
            cores: lanes.length > 0 ? 0 : cores,
            serial: tables.lanes.length > 0 && lanes.length === 0 ? this.serialIn(intervals, time) : null,
          }
        : null,
    };
  }

  /** Of no team, nothing: a run without workers is not a run whose workers had nothing to do. */
  private serialIn(intervals: Intervals, time: number): number | null {
    if (this.teams.length === 0 || covered(this.anyWorker) <= 0 || !(time > 0)) return null;
    let busy = 0;
    for (let i = 0; i < intervals.from.length; i++)
      busy += coveredIn(this.anyWorker, intervals.from[i] as number, intervals.to[i] as number);
    return Math.max(0, time - busy);
  }

  private partsIn(intervals: Intervals): TeamPart[] {
    return this.teams.flatMap(({ slots, lanes, from, to }) => {
      const own = clipped(intervals, from, to);
      return own.from.length > 0 ? [{ slots, intervals: own, active: this.activeOf(lanes) }] : [];
    });
  }

  private activeOf(lanes: readonly number[]): Coverage {
    const key = lanes.join(' ');
    let known = this.actives.get(key);
    if (!known) {
      known = activeTime(this.sources.timeline, this.sources.tables, lanes);
      this.actives.set(key, known);
    }
    return known;
  }

  private lifeOf(lanes: readonly number[]): [from: number, to: number] {
    let [from, to] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const lane of lanes) {
      from = Math.min(from, this.lives.start[lane] as number);
      to = Math.max(to, this.lives.end[lane] as number);
    }
    return [from, to];
  }

  private threads(): number[] {
    const { kind, length } = this.sources.tables.lanes;
    const found: number[] = [];
    for (let lane = 0; lane < length; lane++) if (kind[lane] === THREAD) found.push(lane);
    return found;
  }
}

const interval = (from: number, to: number): Intervals =>
  to > from
    ? { from: Float64Array.of(from), to: Float64Array.of(to) }
    : { from: new Float64Array(0), to: new Float64Array(0) };

const lengthOf = (intervals: Intervals): number =>
  overlap(intervals, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);

/** The parts of `intervals` between two instants. */
function clipped({ from, to }: Intervals, start: number, end: number): Intervals {
  const own: [number, number][] = [];
  for (let i = 0; i < from.length; i++) {
    const [first, last] = [Math.max(from[i] as number, start), Math.min(to[i] as number, end)];
    if (last > first) own.push([first, last]);
  }
  return { from: Float64Array.from(own, ([first]) => first), to: Float64Array.from(own, ([, last]) => last) };
}

function unionOfParts(parts: readonly TeamPart[]): Intervals {
  const all = (of: 'from' | 'to'): Float64Array =>
    Float64Array.from(parts.flatMap(({ intervals }) => [...intervals[of]]));
  return unionOf(all('from'), all('to'));
}

interface NamedRange {
  readonly kind: 'range' | 'step';
  /** Row of `strings`. */
  readonly name: number;
  readonly intervals: Intervals;
}

/** Ranges and steps by name, that with most time first. */
function rangesOf({ spans }: Pick<Tables, 'spans'>): NamedRange[] {
  const kinds = (['range', 'step'] as const).map((kind) => ({ kind, value: SPAN_KINDS.indexOf(kind) }));
  const rows = new Map<number, number[]>();
  for (let row = 0; row < spans.length; row++) {
    const at = kinds.findIndex(({ value }) => value === spans.kind[row]);
    if (at < 0) continue;
    const key = (spans.name[row] as number) * kinds.length + at;
    const own = rows.get(key);
    if (own) own.push(row);
    else rows.set(key, [row]);
  }
  const found = Array.from(rows, ([key, own]): NamedRange & { time: number } => {
    const starts = Float64Array.from(own, (row) => spans.start[row] as number);
    const ends = Float64Array.from(own, (row) =>
      Math.max(spans.start[row] as number, spans.end[row] as number),
    );
    const intervals = unionOf(starts, ends);
    const kind = kinds[key % kinds.length]?.kind ?? 'range';
    return { kind, name: Math.floor(key / kinds.length), intervals, time: lengthOf(intervals) };
  });
  return found.sort((a, b) => b.time - a.time);
}
