/** Quantities in the sentences of rules: two figures, or all digits of more, and a unit. */
const shown = (value: number): string => (value >= 9.95 ? value.toFixed(0) : value.toFixed(1));

function withUnit(
  value: number,
  units: readonly (readonly [name: string, size: number])[],
  rest: string,
): string {
  for (const [name, size] of units) if (value >= size) return `${shown(value / size)} ${name}`;
  return `${Math.round(value)} ${rest}`;
}

/** A share as `38 %`. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Nanos as `1.3 s`, `25 ms`, `8.0 us`. */
export const duration = (nanos: number): string =>
  withUnit(
    nanos,
    [
      ['s', 1e9],
      ['ms', 1e6],
      ['us', 1e3],
    ],
    'ns',
  );

/** Bytes as `17 MB`. */
export const volume = (bytes: number): string =>
  withUnit(
    bytes,
    [
      ['GB', 1e9],
      ['MB', 1e6],
      ['KB', 1e3],
    ],
    'B',
  );

/** `12,000`. */
export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A figure of evidence: four digits say enough, and no more is known. */
export const figure = (value: number): number => Number(value.toPrecision(4));

/** Seconds of Nanos, as a figure of evidence. */
export const secondsFigure = (nanos: number): number => figure(nanos / 1e9);
