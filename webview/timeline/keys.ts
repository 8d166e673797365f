import type { ViewContext } from '../context.ts';
import { type Interval, panned, within, zoomed } from '../state/viewState.ts';
import { stepRegion } from './regionSteps.ts';
import { stepTask } from './taskSteps.ts';

const STEP = 0.2;
const FACTOR = 0.66;
const MOVE_MS = 140;

/** Arrows stand for letters. */
const ARROWS: Readonly<Record<string, string>> = {
  ArrowLeft: 'a',
  ArrowRight: 'd',
  ArrowUp: 'w',
  ArrowDown: 's',
};

/** True when the key means something here. */
export type TimelineKeys = (key: string) => boolean;

/** Adds the keys of the timeline to those of the page, and gives what the arrows do, which stand for letters where nothing else takes them. */
export function timelineKeys(view: ViewContext): TimelineKeys {
  const { profile, store, announce } = view;
  const { bounds } = profile;
  const glide = gliding(store);
  const zoom = (factor: number): void => {
    const { from, to } = glide.goal();
    glide.to(zoomed({ from, to }, (from + to) / 2, factor, bounds));
  };
  const pan = (share: number): void => glide.to(panned(glide.goal(), share, bounds));
  const selectSight = (): void => {
    store.set({ range: store.get().view });
    announce('Selected the part of the run that is in sight.');
  };
  const showRange = (): void => {
    const { range } = store.get();
    if (range) glide.to(within(range, bounds));
  };
  view.keys.add(
    'Timeline',
    { keys: ['w', '+', '='], shown: 'W +', meaning: 'zoom in', run: () => zoom(FACTOR) },
    { keys: ['s', '-'], shown: 'S −', meaning: 'zoom out', run: () => zoom(1 / FACTOR) },
    { keys: ['a'], meaning: 'move left; so do the arrows, on the tracks', run: () => pan(-STEP) },
    { keys: ['d'], meaning: 'move right', run: () => pan(STEP) },
    { keys: ['m'], meaning: 'select what is in sight', run: selectSight },
    { keys: ['z'], meaning: 'zoom to the selection', run: showRange },
    { keys: ['0'], meaning: 'show the whole run', run: () => glide.to(bounds) },
    { keys: ['n'], meaning: 'select the next task', run: () => stepTask(view, 1) },
    { keys: ['p'], meaning: 'select the task before', run: () => stepTask(view, -1) },
    {
      keys: ['r'],
      meaning: 'select the next region of a thread that submits tasks',
      run: () => stepRegion(view, 1),
    },
    { keys: ['e'], meaning: 'select the region before', run: () => stepRegion(view, -1) },
  );
  return (key) => {
    const letter = ARROWS[key];
    return letter !== undefined && view.keys.press(letter);
  };
}

/** Moves the view smoothly, so that the eye can follow; at once for readers who want no motion. */
function gliding(store: ViewContext['store']): { goal: () => Interval; to: (view: Interval) => void } {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let goal: Interval | null = null;
  let frame = 0;
  return {
    goal: () => goal ?? store.get().view,
    to: (view) => {
      cancelAnimationFrame(frame);
      if (still.matches) {
        store.set({ view });
        return;
      }
      goal = view;
      const start = store.get().view;
      const began = performance.now();
      const move = (now: number): void => {
        // The first frame may be timed before the key was pressed.
        const share = Math.min(1, Math.max(0, now - began) / MOVE_MS);
        const eased = 1 - (1 - share) ** 3;
        const between = (from: number, to: number): number => from + (to - from) * eased;
        store.set({
          view: share === 1 ? view : { from: between(start.from, view.from), to: between(start.to, view.to) },
        });
        if (share < 1) frame = requestAnimationFrame(move);
        else goal = null;
      };
      frame = requestAnimationFrame(move);
    },
  };
}
