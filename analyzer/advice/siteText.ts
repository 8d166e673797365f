import type { Site } from '../analysis/sites.ts';
import type { Trace } from '../analysis/trace.ts';

/** `app.py:12`, by the file's own name: findings carry the whole path. */
export function placeText({ functions }: Trace, { function: id, line }: Site): string {
  const file = (functions.file[id] ?? '').split(/[/\\]/).at(-1) ?? '';
  return file === '' ? 'an unknown line' : `${file}:${line}`;
}

/** The name of a site's function as one would say it: the body of a file is its file. */
export function functionText({ functions }: Trace, { function: id }: Site): string {
  const name = functions.name[id] ?? '';
  if (name !== '<module>') return name === '' ? 'an unknown function' : name;
  return (functions.file[id] ?? '').split(/[/\\]/).at(-1) ?? name;
}

/** `site F:L`, the subject of what is concluded of a line. */
export const siteSubject = ({ function: id, line }: Site): string => `site ${id}:${line}`;

/** A share as `38 %`. */
export const percentText = (share: number): string => `${Math.round(100 * share)} %`;
