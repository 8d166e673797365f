import type { Span } from './arranged.ts';

const MOVE_MS = 160;

/** What is in sight of a picture, moving to where it should be. */
export interface Glide {
  readonly now: () => Span;
  /** Where it moves to, or is. */
  readonly goal: () => Span;
  /** Goes there; smoothly, so that the eye can follow, unless the reader wants no motion. */
  readonly to: (span: Span) => void;
  /** Is there. */
  readonly jump: (span: Span) => void;
}

/** `moved` runs for each step. */
export function gliding(moved: () => void): Glide {
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  let span: Span = { from: 0, to: 0 };
  let end = span;
  let frame = 0;
  const jump = (to: Span): void => {
    cancelAnimationFrame(frame);
    span = to;
    end = to;
  };
  return {
    now: () => span,
    goal: () => end,
    jump,
    to: (goal) => {
      cancelAnimationFrame(frame);
      end = goal;
      const start = span;
      const began = performance.now();
      const step = (time: number): void => {
        const share = Math.min(1, Math.max(0, (time - began) / MOVE_MS));
        // Slows down towards its end.
        const eased = 1 - (1 - share) ** 3;
        span =
          share === 1
            ? goal
            : {
                from: start.from + (goal.from - start.from) * eased,
                to: start.to + (goal.to - start.to) * eased,
              };
        moved();
        if (share < 1) frame = requestAnimationFrame(step);
      };
      if (still.matches) {
        jump(goal);
        moved();
      } else frame = requestAnimationFrame(step);
    },
  };
}
