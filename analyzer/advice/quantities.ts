/** Quantities in the sentences of rules: two or three digits and a unit. `nanos`: Nanos. */
export function timeText(nanos: number): string {
  if (nanos >= 1e9) return `${(nanos / 1e9).toFixed(nanos >= 1e10 ? 0 : 1)} s`;
  if (nanos >= 1e6) return `${(nanos / 1e6).toFixed(nanos >= 1e7 ? 0 : 1)} ms`;
  return `${Math.round(nanos / 1e3)} us`;
}

export function volumeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(bytes >= 1e7 ? 0 : 1)} MB`;
  return bytes >= 1e3 ? `${Math.round(bytes / 1e3)} KB` : `${Math.round(bytes)} B`;
}

export const percentText = (share: number): string => `${Math.round(100 * share)} %`;

/** A figure of evidence: four digits say enough, and no more is known. */
export const figure = (value: number): number => Number(value.toPrecision(4));

/** Seconds of Nanos, as a figure of evidence. */
export const secondsFigure = (nanos: number): number => figure(nanos / 1e9);
