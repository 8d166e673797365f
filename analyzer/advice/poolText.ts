import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** Numbers and names in sentences. */

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Nanos with a unit, in three digits at most. */
export function time(nanos: number): string {
  const digits = (value: number) =>
    value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  if (nanos >= 1e9) return `${digits(nanos / 1e9)} s`;
  if (nanos >= 1e6) return `${digits(nanos / 1e6)} ms`;
  return nanos >= 1e3 ? `${digits(nanos / 1e3)} us` : `${Math.round(nanos)} ns`;
}

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** A function's name as its author wrote it; `its function` where it is unknown. */
export const nameOf = ({ functions }: Trace, id: number, unknown = 'its function'): string =>
  functions.name[id] || unknown;

/** `app.py:12`; empty where the line is unknown. */
export function placeOf({ functions }: Trace, { function: id, line }: Site): string {
  const file = functions.file[id] ?? '';
  return file === '' ? '' : `${file.slice(file.lastIndexOf('/') + 1)}:${line}`;
}
