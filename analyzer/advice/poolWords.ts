import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** What findings about pools say in words. */

/** `0.384` as `38 %`. */
export const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** Nanos as a person says them: `2.4 s`, `35 ms`, `80 us`. */
export function duration(nanos: number): string {
  const units: readonly [number, string][] = [
    [1e9, 's'],
    [1e6, 'ms'],
    [1e3, 'us'],
  ];
  for (const [unit, name] of units)
    if (nanos >= unit)
      return `${nanos >= 10 * unit ? Math.round(nanos / unit) : (nanos / unit).toFixed(1)} ${name}`;
  return `${Math.round(nanos)} ns`;
}

/** `1.4e7` as `14 MB`. */
export function bytes(count: number): string {
  if (count >= 1e9) return `${(count / 1e9).toFixed(1)} GB`;
  if (count >= 1e6) return `${Math.round(count / 1e6)} MB`;
  return count >= 1e3 ? `${Math.round(count / 1e3)} KB` : `${Math.round(count)} B`;
}

/** `app.py:12`, empty where no file is known. */
export function placeOf({ functions }: Trace, site: Site): string {
  const file = functions.file[site.function] ?? '';
  return file === '' ? '' : `${file.split(/[/\\]/).at(-1)}:${site.line}`;
}

/** The name of a function for a sentence. */
export const nameOf = ({ functions }: Trace, id: number): string => functions.name[id] || 'a function';

/** The function that most of a pool's tasks run, as a number of `Functions`, -1 when unknown. */
export function functionOfPool(trace: Trace, pool: number): number {
  let most = -1;
  let found = -1;
  for (const totals of trace.taskTotals) {
    if (totals.pool !== pool || totals.run.sum <= most) continue;
    most = totals.run.sum;
    found = totals.function;
  }
  return found;
}

/** `of solve`, or nothing. */
export function ofFunction(trace: Trace, pool: number): string {
  const id = functionOfPool(trace, pool);
  return id < 0 ? '' : ` of ${nameOf(trace, id)}`;
}
