import type { ViewContext } from '../context.ts';
import { zoomed } from '../state/viewState.ts';
import { spanOf } from './arranged.ts';
import type { Glide } from './glide.ts';
import type { FlameModel } from './model.ts';
import { spanInSight, timeOf, zoomedNode, zoomingTo } from './pictures.ts';
import { recordedFunction } from './shape.ts';
import { timeInSight } from './timeOrder.ts';

/** The smallest share of a picture that the wheel zooms to: beyond it numbers are too coarse for edges of boxes. */
const SHORTEST = 1e-9;

/** Looking closer, and back. */
export interface Steering {
  /** Picks the function of a box, and shows more of it: of a tree its part, of a lane its time when `closer`. */
  readonly enter: (box: number, closer: boolean) => void;
  readonly zoomOut: () => void;
  /** From a part that is no box back to the box that the state is zoomed to; false when that is in sight. */
  readonly backToBox: () => boolean;
  /** Zooms so that what lies at `share` of the width stays there; `factor` below 1 zooms in. */
  readonly zoomAt: (share: number, factor: number) => void;
}

/** `width`: of the picture, CSS pixels. */
export function steering(
  { store, profile }: ViewContext,
  model: FlameModel,
  glide: Glide,
  width: () => number,
): Steering {
  const backToBox = (): boolean => {
    const { picture, state, times } = model.shown();
    if (picture.kind === 'sandwich' || times) return false;
    const whole = spanInSight(picture, state);
    const { from, to } = glide.goal();
    if (from === whole.from && to === whole.to) return false;
    glide.to(whole);
    return true;
  };
  return {
    backToBox,
    enter: (box, closer) => {
      const { picture, boxes, times } = model.shown();
      const node = boxes.node[box];
      if (node === undefined) return;
      if ((boxes.merged[box] as number) > 0) {
        if (picture.kind === 'sandwich') return;
        // Too narrow to be boxes of their own, they may become some.
        const { from, to } = glide.now();
        const scale = (to - from) / width();
        const left = from + (boxes.x[box] as number) * scale;
        glide.to({ from: left, to: left + (boxes.width[box] as number) * scale });
        return;
      }
      const picked = recordedFunction(picture.shape, picture.tree.function[node] as number);
      if (picture.kind === 'sandwich') store.set({ picked });
      else if (times) store.set({ picked, ...(closer && { view: timeOf(times, box) }) });
      else {
        store.set({ ...zoomingTo(picture, node), picked });
        glide.to(spanOf(picture.tree, node));
      }
    },
    zoomOut: () => {
      const { picture, state, times } = model.shown();
      if (times) {
        const { from, to } = timeInSight(state);
        store.set({ view: zoomed(state.view, (from + to) / 2, 2, profile.bounds) });
      } else if (!backToBox())
        store.set(zoomingTo(picture, picture.tree.parent[zoomedNode(picture, state)] ?? 0));
    },
    zoomAt: (share, factor) => {
      const { times, state, picture } = model.shown();
      if (times) {
        if (times.count === 0) return;
        const { from, to } = timeOf(times, 0);
        store.set({ view: zoomed(state.view, from + share * (to - from), factor, profile.bounds) });
        return;
      }
      const whole = picture.tree.total[0] as number;
      const { from, to } = glide.now();
      const length = Math.min(whole, (to - from) * factor);
      if (picture.kind === 'sandwich' || length < whole * SHORTEST) return;
      const start = Math.min(Math.max(0, from + share * (to - from - length)), whole - length);
      glide.jump({ from: start, to: start + length });
    },
  };
}
