import { homeOf } from '../../analyzer/analysis/origin.ts';
import type { SourceChoice } from '../../analyzer/collect/sources/index.ts';

/** Which source files a recording keeps; `began`: milliseconds since 1970, null for a program that the recording starts. */
export function sourceChoice(keeps: boolean, began: number | null): SourceChoice | null {
  if (!keeps) return null;
  return {
    ownerOf: (name, file, language) => {
      const { origin, module } = homeOf(name, file, language);
      // What perfscope puts into programs is nothing that their reader could change.
      if (module === 'perfscope' && origin === 'library') return null;
      return origin === 'own' ? 'own' : 'library';
    },
    ...(began !== null && { began }),
  };
}
