import { functionTotals } from '../../analyzer/analysis/callTree.ts';
import type { DifferenceTree } from '../../analyzer/analysis/comparison/differenceTree.ts';
import type { Sorting } from '../dom/grid.ts';
import type { Difference } from './runs.ts';

export const DELTA_COLUMNS = [
  'name',
  'selfDelta',
  'selfBefore',
  'selfAfter',
  'totalDelta',
  'totalBefore',
  'totalAfter',
] as const;
export type DeltaColumn = (typeof DELTA_COLUMNS)[number];
export type FigureColumn = Exclude<DeltaColumn, 'name'>;

/** Figures of the functions of both runs, by their number, in the unit of the difference. A recursive call counts once in a total. */
export type FunctionDeltas = Readonly<Record<FigureColumn, Float64Array>>;

export function functionDeltas(tree: DifferenceTree, { before, after }: Difference): FunctionDeltas {
  const then = functionTotals(tree, tree.functions, before.self);
  const now = functionTotals(tree, tree.functions, after.self);
  const minus = (a: Float64Array, b: Float64Array) => a.map((value, id) => value - (b[id] as number));
  return {
    selfBefore: then.self,
    selfAfter: now.self,
    selfDelta: minus(now.self, then.self),
    totalBefore: then.total,
    totalAfter: now.total,
    totalDelta: minus(now.total, then.total),
  };
}

/** The functions that took time in either run and that a search finds (null: all). Differences sort by their size, whatever their sign. */
export function sortedDeltas(
  names: readonly string[],
  deltas: FunctionDeltas,
  found: Uint8Array | null,
  { by, descending }: Sorting<DeltaColumn>,
): number[] {
  const rows: number[] = [];
  for (let id = 0; id < names.length; id++) {
    if (found && found[id] === 0) continue;
    if ((deltas.totalBefore[id] as number) > 0 || (deltas.totalAfter[id] as number) > 0) rows.push(id);
  }
  const sign = descending ? -1 : 1;
  if (by === 'name') {
    const { compare } = new Intl.Collator('en', { numeric: true });
    return rows.sort((a, b) => sign * compare(names[a] as string, names[b] as string) || a - b);
  }
  const size = (id: number): number => Math.abs(deltas[by][id] as number);
  const kind = by.startsWith('self') ? 'self' : 'total';
  const larger = (id: number): number =>
    Math.max(deltas[`${kind}Before`][id] as number, deltas[`${kind}After`][id] as number);
  // Of what moved as much, what takes most.
  return rows.sort((a, b) => sign * (size(a) - size(b)) || larger(b) - larger(a) || a - b);
}
