import { baseName } from '../../analyzer/analysis/baseName.ts';
import { homeOf, type Origin } from '../../analyzer/analysis/origin.ts';

export type { Origin } from '../../analyzer/analysis/origin.ts';

/** Whose code a function is, and where it is in few cells: `train.py:87` for own code, `<numpy>` for a library's. */
export function placeOf(
  name: string,
  file: string,
  line: number,
  language: number,
): { origin: Origin; place: string } {
  const { origin, module } = homeOf(name, file, language);
  if (origin !== 'own') return { origin, place: `<${module}>` };
  return { origin, place: line > 0 ? `${baseName(file)}:${line}` : baseName(file) };
}
