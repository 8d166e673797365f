import { firstAbove } from '../../analyzer/analysis/ascending.ts';
import type { CallTree } from '../../analyzer/analysis/callTree.ts';
import type { Intervals } from '../../analyzer/analysis/intervals.ts';
import { positionAt, type Timeline } from '../../analyzer/analysis/timeline.ts';
import type { Profile } from '../profile.ts';
import type { Interval, ViewState } from '../state/viewState.ts';
import { runningOf } from '../timeline/laneNames.ts';
import { BoxList, type FlameBoxes } from './layout.ts';

/** Boxes of one lane in order of time, with the Nanos that each begins and ends at. */
export interface TimeBoxes extends FlameBoxes {
  readonly from: Float64Array;
  readonly to: Float64Array;
}

/** What is laid out: the rows of one lane, and the node of the shaped tree that each of `samples` is at; -1 for what is left out. */
export interface TimeRows {
  readonly timeline: Timeline;
  readonly lane: number;
  readonly nodeOf: (row: number) => number;
  readonly tree: Pick<CallTree, 'parent' | 'depth'>;
  /** Only what lies in these is shown; absent: all. */
  readonly within?: Intervals | undefined;
}

/** Rows for each pixel from which on not every row is looked at. */
const CROWD = 2;

/**
 * Stacks along time: a call that goes on from one row to the next is one box. Where several rows share a pixel the stack at a moment
 * of it stands for all. These moments are the same whichever part is in sight, so that a picture that moves does not flicker, and a function
 * has its share of the pixels where its rows are too short to be seen.
 */
export function layoutTimeOrder(rows: TimeRows, { from, to }: Interval, width: number): TimeBoxes {
  const { timeline, lane, tree } = rows;
  const list = new BoxList();
  const begins: number[] = [];
  const ends: number[] = [];
  const scale = width / (to - from);
  const first = positionAt(timeline, lane, from);
  const end = timeline.offset[lane + 1] as number;
  const begin = (node: number, row: number, time: number): number => {
    list.add(node, row, (time - from) * scale, 0, 0);
    ends.push(time);
    return begins.push(time) - 1;
  };
  const finish = (box: number, time: number): void => {
    ends[box] = time;
    list.close(box, (time - (begins[box] as number)) * scale);
  };
  if (!(width > 0 && to > from && end > (timeline.offset[lane] as number)))
    return { ...list.boxes(), from: new Float64Array(0), to: new Float64Array(0) };
  finish(begin(0, 0, from), to);
  // The nodes of the stack at hand by depth, and their boxes.
  const open: number[] = [];
  const boxes: number[] = [];
  const path: number[] = [];
  let depth = 0;
  const close = (downTo: number, time: number): void => {
    for (; depth > downTo; depth--) finish(boxes[depth] as number, time);
  };
  const feed = (node: number, time: number): void => {
    const deep = node < 0 ? 0 : (tree.depth[node] as number);
    for (let at = node, level = deep; level > 0; level--) {
      path[level] = at;
      at = tree.parent[at] as number;
    }
    let same = 0;
    while (same < depth && same < deep && open[same + 1] === path[same + 1]) same++;
    close(same, time);
    for (let level = same + 1; level <= deep; level++) {
      open[level] = path[level] as number;
      boxes[level] = begin(path[level] as number, level, time);
    }
    depth = deep;
  };
  const nodeAt = (position: number, time: number): number => {
    if (position >= end || (timeline.from[position] as number) > time || !isIn(rows.within, time)) return -1;
    return rows.nodeOf(timeline.row[position] as number);
  };
  if (positionAt(timeline, lane, to) - first <= CROWD * width && !rows.within) {
    for (let at = first; at < end && (timeline.from[at] as number) < to; at++) {
      // A row of no length has nothing to show; a stack goes on until the next row that has some.
      if ((timeline.to[at] as number) <= (timeline.from[at] as number)) continue;
      const time = Math.max(from, timeline.from[at] as number);
      feed(rows.nodeOf(timeline.row[at] as number), time);
    }
    close(0, Math.min(to, Math.max(from, timeline.to[end - 1] as number)));
  } else {
    const step = 2 ** Math.floor(Math.log2(1 / scale));
    for (let cell = Math.floor(from / step); cell * step < to; cell++) {
      const time = (cell + 0.5) * step;
      feed(nodeAt(positionAt(timeline, lane, time), time), Math.max(from, cell * step));
    }
    close(0, to);
  }
  return { ...list.boxes(), from: Float64Array.from(begins), to: Float64Array.from(ends) };
}

function isIn(intervals: Intervals | undefined, time: number): boolean {
  if (!intervals) return true;
  const at = firstAbove(intervals.to, time);
  return (intervals.from[at] ?? Number.POSITIVE_INFINITY) <= time;
}

/** What is in sight of a lane's time: what the timeline shows, inside the selection where the two meet. */
export function timeInSight({ range, view }: Pick<ViewState, 'range' | 'view'>): Interval {
  if (!range) return view;
  const from = Math.max(range.from, view.from);
  const to = Math.min(range.to, view.to);
  return to > from ? { from, to } : range;
}

/** Lanes that can be shown in order of time: those selected that were sampled, busiest first. */
export function timeLanes(profile: Profile, lanes: readonly number[] | null): number[] {
  const { offset } = profile.timeline;
  const sampled = (lane: number): boolean => (offset[lane + 1] as number) > (offset[lane] as number);
  const all = (lanes ?? profile.lanes).filter(sampled);
  return all.sort((a, b) => runningOf(profile, b) - runningOf(profile, a) || a - b);
}
