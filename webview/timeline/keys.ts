import { easeCubicOut, interpolateNumber, timer } from 'd3';
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

/** Moves the view to where a key sends it; true when the key means something here. */
export type TimelineKeys = (key: string) => boolean;

/**
 * Keys of the timeline: A and D, or the arrows, move; W and S, or + and -, zoom; M selects what is in sight; Z shows what
 * is selected; 0 shows the whole run; N and P select the next task and the one before, R and E the next region and the one
 * before; comma and full stop move the cursor, brackets let the selected range begin and end there, and with Shift the arrows move the
 * cursor and select up to it; K pins the selected lanes. Letters work everywhere, arrows where the timeline has the focus.
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
  const actions: Readonly<Record<string, () => void>> = {
    a: () => pan(-STEP),
    d: () => pan(STEP),
    w: () => zoom(FACTOR),
    s: () => zoom(1 / FACTOR),
    '+': () => zoom(FACTOR),
    '=': () => zoom(FACTOR),
    '-': () => zoom(1 / FACTOR),
    m: () => {
      store.set({ range: store.get().view });
      announce('Selected the part of the run that is in sight.');
    },
    z: () => {
      const { range } = store.get();
      if (range) glide.to(within(range, bounds));
    },
    '0': () => glide.to(bounds),
    ',': () => move(-CURSOR_STEP),
    '.': () => move(CURSOR_STEP),
    '[': begin,
    ']': finish,
    'Shift ArrowLeft': () => extend(-CURSOR_STEP),
    'Shift ArrowRight': () => extend(CURSOR_STEP),
    k: () => pins(...(store.get().lanes ?? [])),
    n: () => stepTask(view, 1),
    p: () => stepTask(view, -1),
    r: () => stepRegion(view, 1),
    e: () => stepRegion(view, -1),
  };
  return (key) => {
    const action = actions[ARROWS[key] ?? key];
    action?.();
    return action !== undefined;
  };
}

/** Moves the view smoothly, so that the eye can follow; at once for readers who want no motion. */
function gliding(store: ViewContext['store']): { goal: () => Interval; to: (view: Interval) => void } {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let goal: Interval | null = null;
  let moving: ReturnType<typeof timer> | null = null;
  return {
    goal: () => goal ?? store.get().view,
    to: (view) => {
      moving?.stop();
      if (still.matches) {
        store.set({ view });
        return;
      }
      goal = view;
      const start = store.get().view;
      const from = interpolateNumber(start.from, view.from);
      const to = interpolateNumber(start.to, view.to);
      moving = timer((elapsed) => {
        const share = Math.min(1, elapsed / MOVE_MS);
        const eased = easeCubicOut(share);
        store.set({ view: share === 1 ? view : { from: from(eased), to: to(eased) } });
        if (share < 1) return;
        moving?.stop();
        goal = null;
      });
    },
  };
}
