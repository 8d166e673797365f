import type { Region } from './regions.ts';

/** The regions of one lane, in order of start, each on a level where it overlaps no other. */
export interface LaneRegions {
  readonly regions: readonly Region[];
  readonly level: Uint8Array;
  readonly levels: number;
}

/** More pools at work at once than this share the last level: a picture of them all would push the lanes out of it. */
const MOST_LEVELS = 4;

/** Regions by the lane that submitted them; those of an unknown lane are left out. `regions`: in order of start. */
export function regionsByLane(regions: readonly Region[]): ReadonlyMap<number, LaneRegions> {
  const byLane = new Map<number, Region[]>();
  for (const region of regions) {
    const its = byLane.get(region.from);
    if (its) its.push(region);
    else if (region.from >= 0) byLane.set(region.from, [region]);
  }
  return new Map(Array.from(byLane, ([lane, its]) => [lane, levelled(its)]));
}

function levelled(regions: readonly Region[]): LaneRegions {
  const ends: number[] = [];
  const level = new Uint8Array(regions.length);
  regions.forEach(({ start, end }, i) => {
    const free = ends.findIndex((reached) => reached <= start);
    const its = free >= 0 ? free : Math.min(ends.length, MOST_LEVELS - 1);
    ends[its] = Math.max(ends[its] ?? end, end);
    level[i] = its;
  });
  return { regions, level, levels: ends.length };
}
