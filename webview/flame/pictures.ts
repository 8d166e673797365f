import { CALLED } from '../../analyzer/analysis/mergedCalls.ts';
import type { Selection } from '../../analyzer/analysis/weights.ts';
import type { Profile, Weights } from '../profile.ts';
import type { Interval, ViewState } from '../state/viewState.ts';
import {
  type ArrangedTree,
  heavyTree,
  invertedTree,
  nodeOnPath,
  type Span,
  sandwichTree,
  spanOf,
} from './arranged.ts';
import { type FlameBoxes, layoutFlame, layoutSandwich } from './layout.ts';
import { nodeIn, recordedNode, type Shape } from './shape.ts';
import { layoutTimeOrder, type TimeBoxes, timeInSight, timeLanes } from './timeOrder.ts';

/** What is drawn of a selection: an arranged tree, or a lane along time, of which the tree is the shaped one. */
export interface Picture {
  readonly shape: Shape;
  readonly weights: Weights;
  readonly tree: ArrangedTree;
  readonly kind: ViewState['arrangement'];
  /** The function in the middle of a sandwich, or -1. */
  readonly middle: number;
  /** The lane in order of time, or -1. */
  readonly lane: number;
}

/** The picture that a state asks for. The function of a sandwich is the one that is picked, else the one with most time of its own. */
export function pictureOf(profile: Profile, shape: Shape, weights: Weights, state: ViewState): Picture {
  const { arrangement: kind, picked } = state;
  const middle = kind === 'sandwich' ? middleOf(shape, weights, picked) : -1;
  const lane = kind === 'time' ? laneOf(profile, state) : -1;
  const tree =
    kind === 'inverted'
      ? invertedTree(shape, weights)
      : middle >= 0
        ? sandwichTree(shape, weights, middle)
        : heavyTree(shape, weights);
  return { shape, weights, tree, kind: kind === 'sandwich' && middle < 0 ? 'heavy' : kind, middle, lane };
}

/** A function that a step took out of the tree cannot stand in the middle of it. */
function middleOf({ tree, functions }: Shape, { self, total }: Weights, picked: number): number {
  const own = new Float64Array(functions.count);
  for (let node = 1; node < tree.count; node++) {
    const id = tree.function[node] as number;
    if (id === picked && (total[node] as number) > 0) return picked;
    own[id] = (own[id] as number) + (self[node] as number);
  }
  let most = -1;
  for (let id = 0; id < own.length; id++)
    if ((own[id] as number) > (most < 0 ? 0 : (own[most] as number))) most = id;
  return most;
}

/** The lane that the reader chose, if it is among those selected; else the busiest of them. */
export function laneOf(profile: Profile, { lanes, timeLane }: Pick<ViewState, 'lanes' | 'timeLane'>): number {
  const all = timeLanes(profile, lanes);
  return all.includes(timeLane) ? timeLane : (all[0] ?? -1);
}

/** The node of an arranged tree that the state is zoomed to; 0: none. */
export function zoomedNode({ shape, tree, kind }: Picture, { zoom, callers }: ViewState): number {
  if (zoom === 0 || kind === 'sandwich' || kind === 'time') return 0;
  const node = nodeIn(shape, zoom);
  if (kind === 'heavy') return node;
  const path: number[] = [];
  for (let at = node; at > 0 && path.length <= callers; at = shape.tree.parent[at] as number)
    path.push(shape.tree.function[at] as number);
  return nodeOnPath(tree, path);
}

/** The state that is zoomed to a node. */
export function zoomingTo(picture: Picture, node: number): Pick<ViewState, 'zoom' | 'callers'> {
  const { shape, tree, kind } = picture;
  if (node <= 0) return { zoom: 0, callers: 0 };
  if (kind !== 'inverted') return { zoom: recordedNode(shape, node), callers: 0 };
  // Of an inverted node, any call that it stands for: the way from it to the root begins with the node's path.
  const member = tree.members(node)[0] ?? 0;
  return { zoom: recordedNode(shape, member), callers: (tree.depth[node] as number) - 1 };
}

/** What a tree's picture shows when it is not moving. */
export const spanInSight = (picture: Picture, state: ViewState): Span =>
  spanOf(picture.tree, zoomedNode(picture, state));

export interface LaidOut {
  readonly boxes: FlameBoxes;
  /** When boxes begin and end, of a lane along time. */
  readonly times: TimeBoxes | null;
}

/** The boxes of a picture. `span`: the part of a tree that is in sight. */
export function layOut(
  profile: Profile,
  picture: Picture,
  state: ViewState,
  span: Span,
  selection: Selection,
  width: number,
): LaidOut {
  const { kind, tree, shape, lane } = picture;
  if (kind === 'time') {
    if (lane < 0) return { boxes: layoutFlame(tree, { from: 0, to: 0 }, 0), times: null };
    const { stack } = profile.recording.tables.samples;
    const { ofStack } = profile.tree;
    const times = layoutTimeOrder(
      {
        timeline: profile.timeline,
        lane,
        tree: shape.tree,
        within: selection.within ? (selection.within[lane] ?? NEVER) : undefined,
        nodeOf: (row) => {
          const its = stack[row] as number;
          if (its < 0) return -1;
          const node = ofStack[its] as number;
          return shape.shaped === null ? node : (shape.shaped.of[node] as number);
        },
      },
      timeInSight(state),
      width,
    );
    return { boxes: times, times };
  }
  if (kind === 'sandwich') return { boxes: layoutSandwich(tree, width), times: null };
  return { boxes: layoutFlame(tree, span, width), times: null };
}

const NEVER = { from: new Float64Array(0), to: new Float64Array(0) };

/** The time that a box of a lane takes, Nanos. */
export const timeOf = (times: TimeBoxes, box: number): Interval => ({
  from: times.from[box] as number,
  to: times.to[box] as number,
});

/** Whether a box of a sandwich is one of the callers. */
export const isCaller = ({ kind }: Picture, { row, pivot }: FlameBoxes, box: number): boolean =>
  kind === 'sandwich' && (row[box] as number) < pivot;

/** What shares of a picture are shares of. */
export function wholeOf({ kind, tree, weights }: Picture): number {
  return kind === 'sandwich' ? (tree.total[CALLED] as number) : (weights.total[0] as number);
}

/** The functions from the outermost call to the one that a box stands for; of callers, on to the function in the middle. */
export function stackOf({ tree, kind }: Picture, node: number, caller: boolean): number[] {
  const path: number[] = [];
  for (let at = node; at >= 0 && (tree.function[at] as number) >= 0; at = tree.parent[at] as number)
    path.push(tree.function[at] as number);
  return kind === 'inverted' || caller ? path : path.reverse();
}
