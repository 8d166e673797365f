import { accumulate } from '../../analyzer/analysis/callTree.ts';
import { shapedValues } from '../../analyzer/analysis/shapedTree.ts';
import { stateSplit } from '../../analyzer/analysis/stateSplit.ts';
import type { Selection } from '../../analyzer/analysis/weights.ts';
import type { Profile } from '../profile.ts';
import type { Colouring } from '../state/flameState.ts';
import type { FlameMetric } from '../state/viewState.ts';
import { laneName, ownerOf, runningOf } from '../timeline/laneNames.ts';
import type { ArrangedTree } from './arranged.ts';
import type { Shape } from './shape.ts';

/** Lanes or processes that have a colour of their own; the others share one. */
const NAMED = 7;

/** Lanes that a colour stands for. */
export interface LaneGroup {
  readonly words: string;
  readonly lanes: readonly number[];
}

/** The busiest lanes, or processes, of the whole run, so that their colours are the same in every selection. */
export function laneGroups(profile: Profile, by: 'lane' | 'process'): LaneGroup[] {
  const { process } = profile.recording.tables.lanes;
  const groups = new Map<number, number[]>();
  for (const lane of profile.lanes) {
    const key = by === 'lane' ? lane : (process[lane] as number);
    groups.set(key, [...(groups.get(key) ?? []), lane]);
  }
  const running = (lanes: readonly number[]): number =>
    lanes.reduce((sum, lane) => sum + runningOf(profile, lane), 0);
  const all = [...groups].map(([key, lanes]) => ({ key, lanes, time: running(lanes) }));
  all.sort((a, b) => b.time - a.time || a.key - b.key);
  return all.slice(0, NAMED).map(({ key, lanes }) => ({
    lanes,
    words: by === 'lane' ? laneName(profile, key) : `${ownerOf(profile, key).title} ${key}`,
  }));
}

/** How many lanes and processes there are: what a recording can be coloured by. */
export function coloursOf(profile: Profile): Colouring[] {
  const { process } = profile.recording.tables.lanes;
  const processes = new Set(profile.lanes.map((lane) => process[lane]));
  return [
    'module',
    ...(profile.recording.tables.samples.length > 0 ? (['state'] as const) : []),
    ...(processes.size > 1 ? (['process'] as const) : []),
    ...(profile.lanes.length > processes.size ? (['lane'] as const) : []),
  ];
}

/** What each node of a shaped tree is made of: a column a category, with the nodes' own values and with those of all below them. */
export interface NodeSplit {
  readonly own: readonly Float64Array[];
  readonly all: readonly Float64Array[];
}

const splitOf = ({ shaped, tree }: Shape, columns: readonly Float64Array[]): NodeSplit => {
  const own = shaped === null ? columns : columns.map((column) => shapedValues(shaped, column));
  const all = own.map((column) => {
    const sums = column.slice();
    accumulate(tree, sums);
    return sums;
  });
  return { own, all };
};

/** By what the threads did, Nanos of wall time, a column for each of `ACTIVITIES`. */
export const splitByState = (profile: Profile, shape: Shape, selection: Selection): NodeSplit =>
  splitOf(shape, stateSplit(profile.recording.tables, profile.trace.starts, profile.tree, selection));

/** By whose time it is, in the metric's unit: a column for each group, and a last one for all others. */
export function splitByLane(
  profile: Profile,
  shape: Shape,
  metric: FlameMetric,
  selection: Selection,
  groups: readonly LaneGroup[],
): NodeSplit {
  const rest = profile.weigh(metric, selection).self.slice();
  const columns = groups.map(({ lanes }) => {
    const mask = new Uint8Array(profile.recording.tables.lanes.length);
    for (const lane of lanes) mask[lane] = selection.lanes === null ? 1 : (selection.lanes[lane] as number);
    const { self } = profile.weigh(metric, { ...selection, lanes: mask });
    for (let node = 0; node < rest.length; node++)
      rest[node] = Math.max(0, (rest[node] as number) - (self[node] as number));
    return self;
  });
  return splitOf(shape, [...columns, rest]);
}

/** The parts of a node of an arranged tree. The last answers are kept: a node may stand for most of the tree. */
export function partsOf(split: NodeSplit, tree: ArrangedTree): (node: number) => Float64Array {
  const columns = tree.ofOwn ? split.own : split.all;
  const known: (Float64Array | undefined)[] = [];
  return (node) => {
    const found = known[node];
    if (found) return found;
    const parts = new Float64Array(columns.length);
    for (const member of tree.members(node))
      for (let i = 0; i < columns.length; i++)
        parts[i] = (parts[i] as number) + ((columns[i] as Float64Array)[member] as number);
    known[node] = parts;
    return parts;
  };
}
