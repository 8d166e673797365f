import type { Trace } from '../analysis/trace.ts';
import type { Gain } from '../model/index.ts';
import { saving } from './gain.ts';

/**
 * Shares of the run below which a line is not worth a finding: what the change gives is then less than two runs of one program
 * differ by.
 */
export const LEAST_SHARE = 0.06;
/** Observations below which a share is chance: of 8, one in three is the error that a share has in two cases of three. */
export const LEAST_LOOKS = 8;
/** Standard errors by which a share that was sampled may be off: 1.5 hold in seven runs of eight. */
export const ERRORS = 1.5;

/**
 * The gain of a change that takes away `least` to `most` Nanos of wall time, known from `looks` samples: both ends are moved
 * outwards by what a share of so many samples may be off (binomial: `sqrt((1 - share) / looks)` of itself).
 */
export function sampledSaving(
  { wall }: Pick<Trace, 'wall'>,
  least: number,
  most: number,
  looks: number,
): Gain {
  const share = Math.min(1, most / wall);
  const error = Math.min(1, ERRORS * Math.sqrt((1 - share) / Math.max(1, looks)));
  const untouched = Math.max(0, wall - most) * (1 - error);
  return saving(wall, least * (1 - error), Math.min(most * (1 + error), wall - untouched));
}
