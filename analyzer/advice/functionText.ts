import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** `app.mjs:12`. */
export const placeText = ({ functions }: Trace, { function: id, line }: Site): string =>
  `${(functions.file[id] ?? '').split(/[/\\]/).at(-1)}:${line}`;

/** A function by its name; one without by where it begins. */
export function functionText(trace: Trace, id: number): string {
  const name = trace.functions.name[id] ?? '';
  const isNamed = name !== '' && name !== '(anonymous)';
  if (isNamed) return name;
  const line = trace.functions.line[id] ?? 0;
  return line === 1
    ? 'the top level of the file'
    : `the function at ${placeText(trace, { function: id, line })}`;
}
