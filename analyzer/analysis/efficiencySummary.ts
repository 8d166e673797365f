import { LANE_ROLES, type LaneRole, toSeconds } from '../model/index.ts';
import type { DeviceEfficiency } from './deviceEfficiency.ts';
import type { Efficiency } from './efficiency.ts';
import type { RegionEfficiency, RegionKind, RunEfficiency } from './efficiencyRegions.ts';
import { efficiencyTree, type Factor, flattened } from './efficiencyTree.ts';
import type { Functions } from './functions.ts';

/**
 * Factors between 0 and 1, those of the workers multiplying as `parallel = loadBalance x communication x contention` and
 * `communication = gil x overlap x supply`; null where there is nothing to judge, such as a run with fewer than two workers.
 */
export interface FactorsSummary {
  readonly parallel: number | null;
  readonly loadBalance: number | null;
  readonly communication: number | null;
  readonly contention: number | null;
  readonly gil: number | null;
  readonly overlap: number | null;
  readonly supply: number | null;
  /** Load balance by CPU time alone. */
  readonly usefulBalance: number | null;
  readonly device: number | null;
  readonly workers: number;
  /** Every factor with what is to be said of it, in the order of a reader. */
  readonly tree: readonly NodeLine[];
  /** Its workers, and the main thread of the command. */
  readonly lanes: readonly LaneShare[];
}

/** `depth`: how many nodes stand above it. */
export interface NodeLine {
  readonly factor: Factor;
  readonly depth: number;
  readonly title: string;
  readonly value: number | null;
  readonly sentence: string;
}

/** What a lane did in a region. The four times add up to the part of it that the lane was there for. */
export interface LaneShare {
  readonly id: number;
  readonly role: LaneRole;
  readonly usefulSeconds: number;
  readonly readySeconds: number;
  readonly gilWaitSeconds: number;
  readonly waitingSeconds: number;
  /** On a CPU, as a share of the region's time. */
  readonly usefulShare: number;
}

export interface EfficiencySummary extends FactorsSummary {
  readonly coresUsed: number;
  /** Of the machine; null when unknown. */
  readonly cores: number | null;
  /** The time in which no worker had anything to do, and its share of the run; null without workers. */
  readonly serialSeconds: number | null;
  readonly serialShare: number | null;
  /** By how much more workers can make the run faster at most (Amdahl); null where nothing was serial. */
  readonly amdahlBound: number | null;
  readonly regions: readonly RegionSummary[];
}

export interface RegionSummary extends FactorsSummary {
  readonly kind: RegionKind;
  readonly title: string;
  /** The line that made its pools; empty and 0 where there are none. */
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly poolIds: readonly number[];
  readonly startSeconds: number;
  readonly endSeconds: number;
  /** Of the pieces that it consists of, and how many they are. */
  readonly seconds: number;
  readonly rounds: number;
}

/** Lanes that are told of in a region: of more, those with most work. Each lane of the run is told of in `lanes`. */
const MOST_LANES = 64;

/** `start`: Nanos at which the run began. */
export function efficiencySummary(
  efficiency: RunEfficiency,
  functions: Functions,
  roles: Uint8Array,
  start: number,
): EfficiencySummary {
  const run = efficiency.run();
  const { global, time } = run;
  const serial = global?.serial ?? null;
  return {
    ...factorsSummary(run, roles),
    coresUsed: global?.coresUsed ?? 0,
    cores: global?.cores || null,
    serialSeconds: serial === null ? null : toSeconds(serial),
    serialShare: serial === null ? null : serial / time,
    amdahlBound: serial ? time / serial : null,
    regions: efficiency.regions().map((region) => ({
      ...factorsSummary(region, roles),
      kind: region.kind,
      title: region.title,
      function: functions.name[region.site.function] ?? '',
      file: functions.file[region.site.function] ?? '',
      line: region.site.line,
      poolIds: region.pools,
      startSeconds: toSeconds(region.from - start),
      endSeconds: toSeconds(region.to - start),
      seconds: toSeconds(region.time),
      rounds: region.rounds,
    })),
  };
}

function factorsSummary(region: RegionEfficiency, roles: Uint8Array): FactorsSummary {
  return {
    ...workerFactors(region.efficiency),
    device: deviceFactor(region.device),
    tree: flattened(efficiencyTree(region)).map(({ node, depth }) => ({
      factor: node.factor,
      depth,
      title: node.title,
      value: node.value,
      sentence: node.sentence,
    })),
    lanes: laneShares(region, roles),
  };
}

function workerFactors(its: Efficiency | null) {
  return {
    parallel: its?.parallel ?? null,
    loadBalance: its?.loadBalance ?? null,
    communication: its?.communication ?? null,
    contention: its?.contention ?? null,
    gil: its?.gil ?? null,
    overlap: its?.overlap ?? null,
    supply: its?.supply ?? null,
    usefulBalance: its?.usefulBalance ?? null,
    workers: its?.workers ?? 0,
  };
}

const deviceFactor = (its: DeviceEfficiency | null): number | null => its?.device ?? null;

function laneShares({ loads, time }: RegionEfficiency, roles: Uint8Array): LaneShare[] {
  return [...loads]
    .sort((a, b) => b.useful + b.ready - a.useful - a.ready || a.lane - b.lane)
    .slice(0, MOST_LANES)
    .sort((a, b) => a.lane - b.lane)
    .map(({ lane, useful, ready, gil, lived }) => ({
      id: lane,
      role: LANE_ROLES[roles[lane] as number] as LaneRole,
      usefulSeconds: toSeconds(useful),
      readySeconds: toSeconds(ready),
      gilWaitSeconds: toSeconds(gil),
      waitingSeconds: toSeconds(Math.max(0, lived - useful - ready - gil)),
      usefulShare: time > 0 ? useful / time : 0,
    }));
}
