import { homeOf } from '../../analyzer/analysis/origin.ts';
import type { SourceChoice } from '../../analyzer/collect/sources/index.ts';

/** Which source files a recording keeps; `began`: milliseconds since 1970, null for a program that the recording starts. */
export function sourceChoice(keeps: boolean, began: number | null): SourceChoice | null {
  if (!keeps) return null;
  return {
    isOwn: (name, file, language) => homeOf(name, file, language).origin === 'own',
    ...(began !== null && { began }),
  };
}
