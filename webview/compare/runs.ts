import {
  type DifferenceTree,
  differenceTree,
  largerTimes,
  type NodeTimes,
  placedTimes,
} from '../../analyzer/analysis/comparison/differenceTree.ts';
import type { Home } from '../../analyzer/analysis/origin.ts';
import { EVERYTHING, metricOfMode, type Selection } from '../../analyzer/analysis/weights.ts';
import type { Recording } from '../../analyzer/model/index.ts';
import { hasDeviceTransfers } from '../devices/profile.ts';
import { type Profile, profileOf } from '../profile.ts';
import { FLAME_METRICS, type FlameMetric } from '../state/viewState.ts';
import type { CompareState, Side, Width } from './state.ts';

/** Two runs with what every view of a comparison asks of them. */
export interface ComparedRuns {
  readonly before: Profile;
  readonly after: Profile;
  readonly tree: DifferenceTree;
  /** Home of each function of both runs. */
  readonly homes: readonly Home[];
  /** What both can be weighed by. */
  readonly metrics: readonly FlameMetric[];
  readonly difference: (
    state: Pick<CompareState, 'metric' | 'unit' | 'width'>,
    selections: Readonly<Record<Side, Selection>>,
  ) => Difference;
}

/** Times of the nodes of the tree of both runs: Nanos, or shares of the run's whole, from 0 to 1. */
export interface Difference {
  readonly before: NodeTimes;
  readonly after: NodeTimes;
  /** What the boxes of a picture are as wide as. */
  readonly width: NodeTimes;
}

export function comparedRuns(recordings: Readonly<Record<Side, Recording>>): ComparedRuns {
  const [before, after] = onOneScale(profileOf(recordings.before), profileOf(recordings.after));
  const tree = differenceTree(before, after);
  return {
    before,
    after,
    tree,
    homes: homesOf(before, after, tree),
    metrics: metricsOfBoth(before, after),
    difference: (state, selections) => differenceOf({ before, after, tree }, state, selections),
  };
}

/** Both as long as the longer one, so that a second is as wide in the timeline of the one as in that of the other. */
function onOneScale(before: Profile, after: Profile): [Profile, Profile] {
  const longest = Math.max(lengthOf(before), lengthOf(after));
  const widened = (profile: Profile): Profile => ({
    ...profile,
    bounds: { from: profile.bounds.from, to: profile.bounds.from + longest },
  });
  return [widened(before), widened(after)];
}

const lengthOf = ({ bounds }: Profile): number => bounds.to - bounds.from;

/** As the runs know them: what ran on a device is not told by its name. */
function homesOf(before: Profile, after: Profile, { functions }: DifferenceTree): Home[] {
  const homes: Home[] = [];
  for (const [id, at] of functions.ofBefore.entries()) homes[at] = before.homes[id] as Home;
  for (const [id, at] of functions.ofAfter.entries()) homes[at] = after.homes[id] as Home;
  return homes;
}

/** What either run spent anything of; of devices what both have, for else the other run would seem to have lost or won it all. */
function metricsOfBoth(before: Profile, after: Profile): FlameMetric[] {
  const runs = [before, after];
  const seen = (metric: FlameMetric) =>
    runs.some((run) => (run.weigh(metric, EVERYTHING).total[0] as number) > 0);
  const metrics = FLAME_METRICS.filter((metric) => {
    if (metric === 'gpu') return runs.every(({ recording }) => recording.tables.kernels.length > 0);
    // Observations are counted where nothing was measured.
    if (metric === 'samples') return runs.every(({ recording }) => recording.meta.mode === 'samples');
    if (metric === 'copy') return runs.every(({ recording }) => hasDeviceTransfers(recording.tables));
    return metric !== 'gil-held' && seen(metric);
  });
  return metrics.length > 0 ? metrics : ['wall'];
}

/** What is weighed until the reader chooses: as both were sampled, else what both know of. */
export function firstMetricOf({ before, after, metrics }: ComparedRuns): FlameMetric {
  const knows = (metric: FlameMetric): boolean =>
    [before, after].every((run) => (run.weigh(metric, EVERYTHING).total[0] as number) > 0);
  const sampled = metricOfMode[before.recording.meta.mode];
  const wanted = [sampled, ...metrics].filter((metric) => metrics.includes(metric));
  return wanted.find(knows) ?? (metrics[0] as FlameMetric);
}

/** The number, among the functions of both, of one that a run has in a file; -1 where it has none of that name there. */
export function functionAt(
  runs: ComparedRuns,
  side: Side,
  { file, function: wanted }: { readonly file: string; readonly function: string },
): number {
  const { functions } = runs[side];
  const { ofBefore, ofAfter } = runs.tree.functions;
  const id = functions.name.findIndex((name, at) => name === wanted && functions.file[at] === file);
  return id < 0 ? -1 : ((side === 'before' ? ofBefore : ofAfter)[id] as number);
}

function differenceOf(
  { before, after, tree }: Pick<ComparedRuns, 'before' | 'after' | 'tree'>,
  { metric, unit, width }: Pick<CompareState, 'metric' | 'unit' | 'width'>,
  selections: Readonly<Record<Side, Selection>>,
): Difference {
  const timesOf = (profile: Profile, places: Uint32Array, selection: Selection): NodeTimes => {
    const { self, total } = profile.weigh(metric, selection);
    const whole = total[0] as number;
    return placedTimes(tree, places, self, unit === 'time' ? 1 : whole > 0 ? 1 / whole : 0);
  };
  const then = timesOf(before, tree.ofBefore, selections.before);
  const now = timesOf(after, tree.ofAfter, selections.after);
  return { before: then, after: now, width: widths(tree, width, then, now) };
}

function widths(tree: DifferenceTree, width: Width, before: NodeTimes, after: NodeTimes): NodeTimes {
  if (width === 'before') return before;
  return width === 'after' ? after : largerTimes(tree, before, after);
}
