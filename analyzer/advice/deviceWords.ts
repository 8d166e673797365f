import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** Nanos for a reader: `1.3 s`, `25 ms`, `8 us`. */
export function duration(nanos: number): string {
  for (const [unit, size] of [
    ['s', 1e9],
    ['ms', 1e6],
  ] as const)
    if (nanos >= size) return `${figure(nanos / size)} ${unit}`;
  return `${figure(nanos / 1e3)} us`;
}

/** Bytes for a reader: `16.8 MB`. */
export function volume(bytes: number): string {
  for (const [unit, size] of [
    ['GB', 1e9],
    ['MB', 1e6],
    ['KB', 1e3],
  ] as const)
    if (bytes >= size) return `${figure(bytes / size)} ${unit}`;
  return `${Math.round(bytes)} bytes`;
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;

const figure = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));

/** ` in f at app.py:12`, empty where no line is known. */
export function placeOf({ functions }: Trace, { function: id, line }: Site): string {
  const file = functions.file[id] ?? '';
  if (file === '') return '';
  return ` in ${functions.name[id] ?? ''} at ${lastPart(file)}:${line}`;
}

/** `app.py:12`, or `where it is called` where no line is known. */
export function lineOf({ functions }: Trace, { function: id, line }: Site): string {
  const file = functions.file[id] ?? '';
  return file === '' ? 'where it is called' : `at ${lastPart(file)}:${line}`;
}

const lastPart = (path: string): string => path.split(/[/\\]/).at(-1) ?? path;
