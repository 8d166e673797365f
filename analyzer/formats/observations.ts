/** A sum of observations beyond which rows would fill the memory: a row holds 65,535 of them. */
const MOST = 1e10;
/** Nanos that an observation takes on the axis of what has no times, and the most that all may take. */
const NOMINAL = 1e6;
const LONGEST = 1e15;

export interface Observations {
  /** What numbers are divided by: 1 nearly always. */
  readonly scale: number;
  /** Nanos that one takes on the axis. */
  readonly nominal: number;
  /** What was done to them, for the reader. */
  readonly warnings: readonly string[];
}

/** How numbers of no known unit, none of them negative, are counted as observations. Shares, which are not whole, are made larger. */
export function observationsOf(values: readonly number[]): Observations {
  let sum = 0;
  let isWhole = true;
  for (const value of values) {
    sum += value;
    isWhole &&= Number.isInteger(value);
  }
  const counted = (scale: number, warnings: readonly string[] = []): Observations => ({
    scale,
    nominal: Math.min(NOMINAL, LONGEST / Math.max(1, sum / scale)),
    warnings,
  });
  if (!(sum > 0)) return counted(1);
  if (!Number.isFinite(sum))
    return { scale: sum, nominal: 0, warnings: ['Its numbers are too large to be added up.'] };
  if (sum > MOST) {
    const scale = 10 ** Math.ceil(Math.log10(sum / MOST));
    return counted(scale, [`Its numbers are divided by ${scale.toExponential(0)}, to be countable.`]);
  }
  const scale = 10 ** (Math.floor(Math.log10(sum)) - 8);
  if (isWhole || scale >= 1) return counted(1);
  return counted(scale, [
    `Its numbers are not whole; they are multiplied by ${(1 / scale).toExponential(0)}.`,
  ]);
}
