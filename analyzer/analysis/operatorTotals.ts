import { OPERATOR_KINDS, type OperatorKind, type Tables } from '../model/index.ts';
import type { Functions } from './functions.ts';
import { type OperatorSite, operatorSites } from './operatorSites.ts';
import { DEEPEST, operatorTree } from './operatorTree.ts';
import { type Site, sitesOfStacks } from './sites.ts';
import { EVERYTHING, type Selection } from './weights.ts';

/** The operators of one name and kind. Times in Nanos of wall time. */
export interface OperatorTotals {
  readonly name: string;
  readonly kind: OperatorKind;
  count: number;
  /** With what they called, and without; an operator that calls itself is counted once in `total`. */
  total: number;
  self: number;
  longest: number;
  readonly lanes: Set<number>;
  /** Lines that they were seen to run for, the one that took most of their time first. */
  readonly sites: OperatorSite[];
}

/**
 * The totals of the operators that begin in a selection, by time of their own: computed once what every selection asks for. Intervals
 * within which alone time counts (`within`) are of samples and not looked at.
 */
export function operatorTotalsOf(
  tables: Tables,
  functions: Functions,
): (selection?: Selection) => OperatorTotals[] {
  const { operators, strings } = tables;
  if (operators.length === 0) return () => [];
  const tree = operatorTree(tables);
  const { sites, seen, time } = operatorSites(tables, tree, sitesOfStacks(tables, functions));
  return ({ from, to, lanes } = EVERYTHING) => {
    const groups = new Map<number, OperatorTotals>();
    const keyOf = (row: number) =>
      (operators.name[row] as number) * OPERATOR_KINDS.length + (operators.kind[row] as number);
    for (let row = 0; row < operators.length; row++) {
      const start = operators.start[row] as number;
      const lane = operators.lane[row] as number;
      if (start < from || start > to || lanes?.[lane] === 0) continue;
      let group = groups.get(keyOf(row));
      if (!group) {
        const name = strings.value[operators.name[row] as number] ?? '';
        const kind = OPERATOR_KINDS[operators.kind[row] as number] as OperatorKind;
        group = { name, kind, count: 0, total: 0, self: 0, longest: 0, lanes: new Set(), sites: [] };
        groups.set(keyOf(row), group);
      }
      const took = (operators.end[row] as number) - start;
      group.count++;
      group.self += tree.self[row] as number;
      group.longest = Math.max(group.longest, took);
      group.lanes.add(lane);
      if (!isWithinItself(row)) group.total += took;
      const site = sites[seen[row] as number];
      if (site) addTime(group.sites, site, time[row] as number);
    }
    for (const group of groups.values()) group.sites.sort((a, b) => b.time - a.time);
    return [...groups.values()].sort((a, b) => b.self - a.self || b.total - a.total);
  };

  function isWithinItself(row: number): boolean {
    const { name, kind } = operators;
    let at = tree.parent[row] as number;
    for (let deep = 0; at >= 0 && deep < DEEPEST; deep++) {
      if (name[at] === name[row] && kind[at] === kind[row]) return true;
      at = tree.parent[at] as number;
    }
    return false;
  }
}

function addTime(into: OperatorSite[], { function: id, line }: Site, time: number): void {
  const known = into.find((each) => each.function === id && each.line === line);
  if (known) known.time += time;
  else into.push({ function: id, line, time });
}
