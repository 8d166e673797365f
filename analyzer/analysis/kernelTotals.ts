import type { Tables } from '../model/index.ts';
import { computes, type DeviceWork } from './deviceWork.ts';
import { type Site, type SiteOf, UNKNOWN_SITE } from './sites.ts';
import { mostOften, StackWeights } from './stackWeights.ts';
import { EVERYTHING, type Selection } from './weights.ts';
import { workCounter } from './workSelection.ts';

/** Runs of one kernel on one device. Times are Nanos. */
export interface KernelTotals {
  /** Row of `strings`. */
  readonly name: number;
  /** A number of `DeviceUnits`, -1 when unknown. */
  readonly unit: number;
  count: number;
  /** Sum over the runs, of what of them lies in the selection; runs at the same time count twice. */
  time: number;
  /** The shortest and the longest run, whole. */
  shortest: number;
  longest: number;
  /** Row of `kernels` of the longest run, whose launch stands for the others. */
  longestRow: number;
  /** Whether runs differ in their grid or their block. */
  variesInSize: boolean;
  /** Runs that took less than the call that started them, of those where that is known; runs of a graph share one call and do not count. */
  shorterThanLaunch: number;
  launches: number;
  /** Where most of the time was launched. */
  site: Site;
  /** Share of the time that was launched there, 0 when unknown. */
  siteShare: number;
  /** Mean certainty of where runs were launched, in percent, weighted with their time. */
  certainty: number;
}

/** Every kernel of a selection by name and device, that with most time first. */
export function kernelTotals(
  tables: Pick<Tables, 'kernels' | 'transfers'>,
  work: DeviceWork,
  siteOf: SiteOf = () => UNKNOWN_SITE,
  selection: Selection = EVERYTHING,
): KernelTotals[] {
  const { kernels } = tables;
  const counts = workCounter(tables, work, selection);
  const units = work.units.count + 1;
  const groups = new Map<number, Group>();
  for (let row = 0; row < kernels.length; row++) {
    if (!computes(work.kind[row] as number)) continue;
    const time = counts(row);
    if (time < 0) continue;
    const unit = work.unit[row] as number;
    const name = kernels.name[row] as number;
    const key = name * units + unit + 1;
    let group = groups.get(key);
    if (!group) {
      group = { totals: newTotals(name, unit, row), stacks: new StackWeights(), sure: 0 };
      groups.set(key, group);
    }
    addRun(group.totals, kernels, row, time);
    const stack = kernels.stack[row] as number;
    // A kernel of no time was launched all the same.
    const weight = time || 1;
    group.stacks.add(stack, weight);
    if (stack >= 0) group.sure += weight * (kernels.certainty[row] as number);
  }
  for (const { totals, stacks, sure } of groups.values()) {
    const { site, share, whole } = mostOften(stacks.weights(), siteOf);
    totals.site = site;
    totals.siteShare = share;
    totals.certainty = whole > 0 ? sure / whole : 0;
  }
  return [...groups.values()]
    .map(({ totals }) => totals)
    .sort((a, b) => b.time - a.time || b.count - a.count);
}

interface Group {
  readonly totals: KernelTotals;
  /** Time of each stack. */
  readonly stacks: StackWeights;
  /** Time times percent of certainty. */
  sure: number;
}

const newTotals = (name: number, unit: number, row: number): KernelTotals => ({
  name,
  unit,
  count: 0,
  time: 0,
  shortest: Number.POSITIVE_INFINITY,
  longest: -1,
  longestRow: row,
  variesInSize: false,
  shorterThanLaunch: 0,
  launches: 0,
  site: UNKNOWN_SITE,
  siteShare: 0,
  certainty: 0,
});

function addRun(group: KernelTotals, kernels: Tables['kernels'], row: number, time: number): void {
  const took = Math.max(0, (kernels.end[row] as number) - (kernels.start[row] as number));
  group.count++;
  group.time += time;
  group.shortest = Math.min(group.shortest, took);
  if (!isAlike(kernels, row, group.longestRow)) group.variesInSize = true;
  if (took > group.longest) {
    group.longest = took;
    group.longestRow = row;
  }
  const called = launchTime(kernels, row);
  if (called < 0) return;
  group.launches++;
  if (took < called) group.shorterThanLaunch++;
}

/** Nanos that the call took which launched a kernel alone; -1 when that is not known, or it launched a graph of them. */
export function launchTime({ callStart, callEnd, graph }: Tables['kernels'], row: number): number {
  const start = callStart[row] as number;
  const end = callEnd[row] as number;
  return start < 0 || end < start || graph[row] !== 0 ? -1 : end - start;
}

const isAlike = (
  { gridX, gridY, gridZ, blockX, blockY, blockZ }: Tables['kernels'],
  a: number,
  b: number,
): boolean =>
  a === b ||
  (gridX[a] === gridX[b] &&
    gridY[a] === gridY[b] &&
    gridZ[a] === gridZ[b] &&
    blockX[a] === blockX[b] &&
    blockY[a] === blockY[b] &&
    blockZ[a] === blockZ[b]);
