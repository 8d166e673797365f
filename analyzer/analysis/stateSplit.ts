import type { Tables } from '../model/index.ts';
import { ACTIVITIES, activityOffCpu, IS_READY, RUNS } from './activity.ts';
import type { CallTree } from './callTree.ts';
import { firstAfter, overlap } from './intervals.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/**
 * What the threads did in each node's own time: Nanos by the value of `ACTIVITIES`, a column of `tree.count` numbers for each. They
 * sum to the node's wall time. Of a row that lies partly in the selection each of its times counts in proportion, as in `selfWeights`.
 */
export function stateSplit(
  { samples }: Pick<Tables, 'samples'>,
  starts: Float64Array,
  tree: CallTree,
  selection: Selection = EVERYTHING,
): Float64Array[] {
  const split = ACTIVITIES.map(() => new Float64Array(tree.count));
  const { from, to, lanes, within } = selection;
  const passed = new Uint32Array(within?.length ?? 0);
  const give = (activity: number, node: number, time: number): void => {
    const column = split[activity] as Float64Array;
    column[node] = (column[node] as number) + time;
  };
  for (let i = 0; i < samples.length; i++) {
    const lane = samples.lane[i] as number;
    if (lanes && !lanes[lane]) continue;
    const start = starts[i] as number;
    const end = samples.time[i] as number;
    if (end <= from || start >= to || end <= start) continue;
    let share = (Math.min(end, to) - Math.max(start, from)) / (end - start);
    if (within) {
      const intervals = within[lane];
      if (!intervals) continue;
      const at = firstAfter(intervals, start, passed[lane]);
      passed[lane] = at;
      share = overlap(intervals, Math.max(start, from), Math.min(end, to), at) / (end - start);
    }
    const stack = samples.stack[i] as number;
    const node = stack < 0 ? 0 : (tree.ofStack[stack] as number);
    // The kernel's counters lag behind the clock: a row may have run longer than it lasted.
    const running = Math.min(samples.cpu[i] as number, end - start);
    const ready = Math.min(samples.ready[i] as number, end - start - running);
    give(RUNS, node, share * running);
    give(IS_READY, node, share * ready);
    const rest = activityOffCpu(samples.state[i] as number, samples.wait[i] as number);
    give(rest, node, share * (end - start - running - ready));
  }
  return split;
}
