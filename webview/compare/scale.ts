import { contrast } from '../theme/colour.ts';
import type { FrameColour, Palette } from '../theme/palette.ts';
import { inkOn } from '../theme/palette.ts';

/** Steps to either side; a change of more than the last counts as it. Below the first a path is as it was: runs differ by that much. */
const STEPS = [0.05, 0.2, 0.5] as const;
export const MOST_STEP = STEPS.length;

/**
 * How a path has changed, from -3 (much less time) to 3 (much more), by the part of its larger time that came or went: what is
 * new or gone is an end of the scale, and the two runs changed about give the other sign.
 */
export function stepOf(before: number, after: number): number {
  const larger = Math.max(before, after);
  if (!(larger > 0)) return 0;
  const part = Math.abs(after - before) / larger;
  const step = STEPS.filter((from) => part >= from).length;
  return after < before && step > 0 ? -step : step;
}

/** What a step means, for the legend. */
export function stepWords(step: number): string {
  if (step === 0) return 'about as before';
  const from = STEPS[Math.abs(step) - 1] as number;
  return `${step < 0 ? 'faster' : 'slower'}, by ${100 * from}\u00a0% or more`;
}

/** Token of a step: `same`, `slower-1`, `faster-3`. */
export const stepName = (step: number): string =>
  step === 0 ? 'same' : `${step < 0 ? 'faster' : 'slower'}-${Math.abs(step)}`;

/** All steps, from the fastest to the slowest. */
export const ALL_STEPS: readonly number[] = Array.from(
  { length: 2 * MOST_STEP + 1 },
  (_, i) => i - MOST_STEP,
);

/** The colours of the steps, as a canvas takes them. */
export function readScale(root: HTMLElement, palette: Palette): (step: number) => FrameColour {
  const probe = document.createElement('i');
  probe.hidden = true;
  root.append(probe);
  const colours = ALL_STEPS.map((step) => {
    probe.style.color = `var(--${stepName(step)})`;
    const fill = getComputedStyle(probe).color;
    // The brightest of a dark theme take letters as dark as the page.
    const ink = inkOn(fill, palette);
    return { fill, ink: contrast(fill, palette.bg) > contrast(fill, ink) ? palette.bg : ink };
  });
  probe.remove();
  return (step) => colours[step + MOST_STEP] as FrameColour;
}
