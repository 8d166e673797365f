import type { Gain } from '../model/index.ts';

/** The gain of a run of `wall` Nanos from which `least` to `most` Nanos go away. At least the thousandth part of a run stays. */
export function saving(wall: number, least: number, most: number): Gain {
  const ratio = (saved: number) => wall / Math.max(wall - Math.max(0, saved), wall / 1000);
  if (!(wall > 0)) return { lo: 1, hi: 1 };
  return ordered(ratio(least), ratio(most));
}

/** Two ratios as a gain: nothing that is advised makes a run slower, by what is predicted. */
export function ordered(one: number, other: number): Gain {
  const [a, b] = [Math.max(1, one), Math.max(1, other)];
  return { lo: Math.min(a, b), hi: Math.max(a, b) };
}

/** The middle of a gain, by ratio. */
export const expected = ({ lo, hi }: Gain): number => Math.sqrt(lo * hi);
