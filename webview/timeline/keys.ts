import type { ViewContext } from '../context.ts';
import { clipped, type Interval, NO_EVENT, panned, within, zoomed } from '../state/viewState.ts';
import type { Cursor } from './cursor.ts';
import { exactDuration } from './measure.ts';
import { pinning } from './pinning.ts';
import { stepRegion } from './regionSteps.ts';
import { stepTask } from './taskSteps.ts';

const STEP = 0.2;
const FACTOR = 0.66;
const MOVE_MS = 140;

/** Share of the view that the cursor moves by. */
const CURSOR_STEP = 0.01;

/** Arrows stand for letters. */
const ARROWS: Readonly<Record<string, string>> = {
  ArrowLeft: 'a',
  ArrowRight: 'd',
  ArrowUp: 'w',
  ArrowDown: 's',
};

/** True when the key means something here. */
export type TimelineKeys = (key: string) => boolean;

/**
 * Adds the keys of the timeline to those of the page, and gives what the arrows do, which stand for letters where nothing else takes them. With
 * Shift they move the cursor and select up to it.
 */
export function timelineKeys(view: ViewContext, cursor: Cursor): TimelineKeys {
  const { profile, store, announce } = view;
  const { bounds } = profile;
  const glide = gliding(store);
  const zoom = (factor: number): void => {
    const { from, to } = glide.goal();
    glide.to(zoomed({ from, to }, (from + to) / 2, factor, bounds));
  };
  const pins = pinning(view);
  const timeOfCursor = (): number => {
    const { view: shown, range } = store.get();
    const middle = (shown.from + shown.to) / 2;
    const at = cursor.get().at ?? range?.to ?? middle;
    return at >= shown.from && at <= shown.to ? at : middle;
  };
  const step = (share: number): number => {
    const { from, to } = store.get().view;
    const at = Math.min(to, Math.max(from, timeOfCursor() + share * (to - from)));
    cursor.set({ at });
    return at;
  };
  const move = (share: number): void => announce(`At ${exactDuration(step(share) - bounds.from)}.`);
  const select = (from: number, to: number): void => {
    const range = clipped({ from: Math.min(from, to), to: Math.max(from, to) }, bounds);
    if (!range) return;
    store.set({ range, ...NO_EVENT });
    announce(`Selected ${exactDuration(range.to - range.from)}.`);
  };
  /** Moves the end of the range that the cursor is at; where it is at neither, a new range begins there. */
  const extend = (share: number): void => {
    const { range } = store.get();
    const before = timeOfCursor();
    const fixed = range?.to === before ? range.from : range?.from === before ? range.to : before;
    select(fixed, step(share));
  };
  const begin = (): void => {
    const { range, view: shown } = store.get();
    const at = timeOfCursor();
    select(at, range && range.to > at ? range.to : shown.to);
  };
  const finish = (): void => {
    const { range, view: shown } = store.get();
    const at = timeOfCursor();
    select(range && range.from < at ? range.from : shown.from, at);
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
  view.keys.add(
    'Timeline',
    {
      keys: [','],
      meaning: 'move the cursor back; with Shift and an arrow it selects',
      run: () => move(-CURSOR_STEP),
    },
    { keys: ['.'], meaning: 'move the cursor on', run: () => move(CURSOR_STEP) },
    { keys: ['['], meaning: 'begin the selection at the cursor', run: begin },
    { keys: [']'], meaning: 'end the selection at the cursor', run: finish },
    {
      keys: ['k'],
      meaning: 'pin the selected lanes, or let them go',
      run: () => pins(...(store.get().lanes ?? [])),
    },
  );
  return (key) => {
    if (key === 'Shift ArrowLeft' || key === 'Shift ArrowRight') {
      extend(key === 'Shift ArrowLeft' ? -CURSOR_STEP : CURSOR_STEP);
      return true;
    }
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
