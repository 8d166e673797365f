import { baseName } from '../analysis/baseName.ts';
import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** Places of a program in the sentences of rules. A file is told by its own name: findings carry the whole path. */

/** `app.py:12`; empty where no file is known. */
export function placeOf({ functions }: Trace, { function: id, line }: Site): string {
  const file = baseName(functions.file[id] ?? '');
  return file === '' ? '' : `${file}:${line}`;
}

/** The same, or `an unknown line`. */
export const placeText = (trace: Trace, site: Site): string => placeOf(trace, site) || 'an unknown line';

/** A function by the name that its author gave it; the body of a file is its file, and what has no name is told by where it begins. */
export function nameOf(trace: Trace, id: number, unknown = 'a function'): string {
  const { name, file, line } = trace.functions;
  const its = name[id] ?? '';
  if (its === '<module>') return baseName(file[id] ?? '') || its;
  if (its !== '' && its !== '(anonymous)') return its;
  if ((file[id] ?? '') === '') return unknown;
  return line[id] === 1
    ? 'the top level of the file'
    : `the function at ${placeOf(trace, { function: id, line: line[id] ?? 0 })}`;
}

/** `site F:L`, the subject of what is concluded of a line. */
export const siteSubject = ({ function: id, line }: Site): string => `site ${id}:${line}`;

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

/** ` of solve`, or nothing. */
export function ofFunction(trace: Trace, pool: number): string {
  const id = functionOfPool(trace, pool);
  return id < 0 ? '' : ` of ${nameOf(trace, id)}`;
}

/** ` in f at app.py:12`, empty where no line is known. */
export function inCode(trace: Trace, site: Site): string {
  const place = placeOf(trace, site);
  return place === '' ? '' : ` in ${nameOf(trace, site.function)} at ${place}`;
}

/** `at app.py:12`, or `where it is called` where no line is known. */
export function lineOf(trace: Trace, site: Site): string {
  const place = placeOf(trace, site);
  return place === '' ? 'where it is called' : `at ${place}`;
}
