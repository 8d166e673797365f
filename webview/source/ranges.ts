import type { Functions } from '../../analyzer/analysis/functions.ts';
import { lastLineOf } from './texts.ts';

/** The lines of a function. */
export interface CodeRange {
  /** A number of `Functions`. */
  readonly function: number;
  readonly first: number;
  readonly last: number;
}

/** The code of a file outside of all functions. */
const WHOLE = /^[<(]/;

/** Where the functions of a file are, in its text as far as that is known; without, each goes on without an end. */
export function rangesOf(
  { count, name, file, line }: Pick<Functions, 'count' | 'name' | 'file' | 'line'>,
  wanted: string,
  lines: readonly string[],
): CodeRange[] {
  const ranges: CodeRange[] = [];
  for (let id = 0; id < count; id++) {
    if (file[id] !== wanted) continue;
    const first = line[id] as number;
    const isWhole = lines.length === 0 || (first <= 1 && WHOLE.test(name[id] as string));
    const last = isWhole ? Number.POSITIVE_INFINITY : lastLineOf(lines, first);
    ranges.push({ function: id, first, last });
  }
  return ranges;
}

/** The innermost function that a line is in; null for none. */
export function rangeAt(ranges: readonly CodeRange[], line: number): CodeRange | null {
  let found: CodeRange | null = null;
  for (const range of ranges)
    if (line >= range.first && line <= range.last && range.first >= (found?.first ?? 0)) found = range;
  return found;
}
